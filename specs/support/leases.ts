/** Stories about leases on T-208, for the specs of them. Neighbour: `core.ts`. */
import type { Lease, Task } from "../../core/state/tasks/task.ts";
import { list } from "../../core/table.ts";
import { createStory, record, type Story } from "./core.ts";

export const SECOND_MS = 1_000;

export interface Claimed {
  task: Task | null;
  lease: Lease | null;
}

export const taskIn = ({ state }: Story, id = "T-208"): Task => record(state.tasks, id);
export const claim = (story: Story, body: object): Claimed =>
  story.does("tasks/claim", body).reply as Claimed;
export const claimedId = (story: Story, body: object) => claim(story, body).task?.id;
export const activeOf = ({ state }: Story, kind: string) =>
  list(state.notifications)
    .filter((notice) => notice.active && notice.kind === kind)
    .map(({ task_id }) => task_id);

/** A ready task of nobody; one that asks for a specialism would be given to somebody at once. */
export function pool(story: Story, fields: object = {}): string {
  const { task } = story.does("tasks/create", { title: "x", ...fields, status: "ready" })
    .reply as Claimed;
  if (!task) throw new Error("no task made");
  if (task.owner) story.does("tasks/update", { task_id: task.id, owner: null });
  return task.id;
}

/** Codex holds T-208 by the token 2. */
export function held(): Story {
  const story = createStory();
  claim(story, { agent_id: "codex" });
  return story;
}

/** Codex lost T-208, token 2; iris holds it by the present token. */
export function succeeded(): Story {
  const story = held();
  story.wait(300 * SECOND_MS);
  story.does("system/expire", { max_expiries: 3 });
  story.does("tasks/update", { task_id: "T-208", owner: "iris" });
  claim(story, { agent_id: "iris", task_id: "T-208" });
  return story;
}
