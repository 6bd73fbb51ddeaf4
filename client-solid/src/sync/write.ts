/**
 * One write as it waits to be sent: what it says, which records it is about, and when two are one.
 * Neighbours: `write-queue.ts` holds them in order, `optimistic.ts` shows their effect early.
 * Invariant: a write keeps its key for life, so however often it is sent it happens once.
 */
import type { RouteName } from "../../../client/client.ts";
import type { TableName } from "../../../core/state/state.ts";

/** An action as it will be asked of the server. */
export interface Ask {
  action: RouteName;
  body: Readonly<Record<string, unknown>>;
}

export interface Write {
  /** Its idempotency key. */
  key: string;
  /** One, or all of a bulk edit, which is one request. */
  asks: readonly Ask[];
  bulk: boolean;
  /** Of a bulk edit: all or nothing. */
  atomic: boolean;
  /** What it is, for the person: `Move T-203`. */
  label: string;
  /** Whether its effect is shown before the server's answer. */
  optimistic: boolean;
  /** The number of the token with which it may have arrived: its key is that one's own. */
  token?: number | undefined;
  /** The journal of the company that it was made in; none where it may go to any. */
  journal?: string | undefined;
}

/** A record a write is about: `tasks/T-203`. */
export type RecordPath = `${TableName}/${string}`;

/** Which table the ids in a body belong to; the rest goes by the slice of the action. */
const ID_FIELDS: Readonly<Record<string, TableName>> = {
  task_id: "tasks",
  source_id: "tasks",
  target_id: "tasks",
  thread_id: "threads",
  notification_ids: "notifications",
};
/** Ids that are the subject only in their own slice: a task names its mission without changing it. */
const OWN_ID_FIELDS: Readonly<Record<string, readonly [slice: string, TableName]>> = {
  agent_id: ["agents", "agents"],
  mission_id: ["missions", "missions"],
  sprint_id: ["sprints", "sprints"],
  project_id: ["projects", "projects"],
  webhook_id: ["webhooks", "webhooks"],
};

/** The records that a write says it changes; what else follows from it is the server's to tell. */
export function recordsOf({ asks }: Pick<Write, "asks">): RecordPath[] {
  const paths = new Set<RecordPath>();
  for (const { action, body } of asks) {
    for (const [field, value] of Object.entries(body)) {
      const [slice, own] = OWN_ID_FIELDS[field] ?? [];
      const table = ID_FIELDS[field] ?? (slice && action.startsWith(`${slice}/`) ? own : undefined);
      if (!table) continue;
      for (const id of [value].flat()) if (typeof id === "string") paths.add(`${table}/${id}`);
    }
  }
  return [...paths];
}

/** Fields whose last value is all that counts: two updates of them may become one. */
const LAST_COUNTS = new Set([
  "title",
  "description",
  "project_id",
  "priority",
  "type",
  "reporter",
  "story_points",
  "acceptance_criteria",
  "definition_of_done",
  "assignees",
  "collaborators",
  "validation_owner",
  "horizon",
  "due_date",
  "labels",
  "sprint_id",
  "mission_id",
]);

/**
 * The body that does what two updates of one task do one after the other; null where that would not
 * be the same: a move counts as a step, a note as an entry, a precondition as a question.
 */
export function mergeBodies(first: Ask, second: Ask): Ask["body"] | null {
  if (first.action !== "tasks/update" || second.action !== "tasks/update") return null;
  const plain = (body: Ask["body"]) =>
    Object.keys(body).every((field) => field === "task_id" || LAST_COUNTS.has(field));
  if (first.body.task_id !== second.body.task_id) return null;
  return plain(first.body) && plain(second.body) ? { ...first.body, ...second.body } : null;
}

/** What a request may hold: the server takes 500 actions and 160 kB; some room is left for the rest. */
const MAX_ASKS = 500;
const MAX_CHARACTERS = 100_000;

/** How many of these, from the first on, fit into one request; at least one. */
export function countThatFits(asks: readonly Ask[]): number {
  let characters = 0;
  let count = 0;
  for (const ask of asks) {
    characters += JSON.stringify(ask).length;
    if (count > 0 && (count >= MAX_ASKS || characters > MAX_CHARACTERS)) break;
    count++;
  }
  return count;
}

/** Actions that may go out together, each with its own key, when several wait. */
const TOGETHER: ReadonlySet<string> = new Set([
  "agents/update",
  "ceo/directive",
  "conversations/message",
  "missions/update",
  "notifications/dismiss",
  "sprints/update",
  "tasks/comment",
  "tasks/create",
  "tasks/delete",
  "tasks/link",
  "tasks/update",
]);

export function mayGoTogether({ asks: [ask], bulk }: Write): boolean {
  return !bulk && ask !== undefined && TOGETHER.has(ask.action);
}
