/** A mission as the core sees it, kept up to date by what changed of it and its tasks only. */
import { type Accessor, createMemo } from "solid-js";
import { type MissionView, toMissionView } from "../../../../core/state/missions/views.ts";
import { usePage } from "../../page.ts";

/** @returns null when there is no such mission (any more) */
export function useMissionView(id: Accessor<string>): Accessor<MissionView | null> {
  const { mirror, now } = usePage();
  const { wire } = mirror;
  return createMemo(() => {
    const mission = wire.missions[id()];
    if (!mission) return null;
    const tasks = mirror.tasks.ids("mission", id()).flatMap((taskId) => wire.tasks[taskId] ?? []);
    return toMissionView(wire, mission, tasks, now());
  });
}
