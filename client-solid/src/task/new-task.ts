/**
 * Asks for a new task from anywhere: `createTask({ mission_id: "M-300" })`. Neighbours: `App.tsx` has the
 * key and mounts the form, views call this with what is settled already.
 * Invariant: what was typed is kept until the task is made, also when the form was closed.
 */
import { createSignal } from "solid-js";

/** What a view already knows of the task. */
export interface TaskPresets {
  title?: string;
  status?: "backlog" | "ready";
  project_id?: string;
  mission_id?: string;
  sprint_id?: string;
  owner?: string;
}

const [asked, setAsked] = createSignal<TaskPresets | null>(null);

/** The presets of the form that is open; null while it is closed. */
export const newTaskAsked = asked;

export function createTask(presets: TaskPresets = {}): void {
  setAsked(presets);
}

export function closeNewTask(): void {
  setAsked(null);
}
