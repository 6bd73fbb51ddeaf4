/**
 * What happened since the person last looked, in words: events grouped by what they mean to them.
 * Neighbours: `Since.tsx` shows it. Invariant: pure; a sign of life alone is no news.
 */
import type { WireEvent } from "../../sync/wire.ts";

export interface News {
  words: string;
  /** The tasks it is about, the latest first, each once. */
  taskIds: readonly string[];
  /** Where more of it is seen. */
  href: string;
}

export interface NewsSince {
  groups: readonly News[];
  /** Whether older ones may be missing, since the page keeps only the latest. */
  more: boolean;
}

interface Kind {
  one: string;
  many: string;
  href: string;
  is(event: WireEvent): boolean;
}

const says = (part: string) => (event: WireEvent) =>
  event.kind === "task_updated" && event.details.includes(part);
const does = (action: string) => (event: WireEvent) => event.meta.action === action;

/** The first that fits; in the order they are told. */
const KINDS: readonly Kind[] = [
  {
    one: "task was blocked",
    many: "tasks were blocked",
    href: "/board",
    is: says("blocked→true"),
  },
  {
    one: "task went to validation",
    many: "tasks went to validation",
    href: "/approvals",
    is: says("status→validation"),
  },
  { one: "task is done", many: "tasks are done", href: "/board", is: says("status→done") },
  { one: "new task", many: "new tasks", href: "/board", is: does("tasks/create") },
  { one: "run published", many: "runs published", href: "/runs", is: does("openclaw/publish") },
  {
    one: "task changed",
    many: "tasks changed",
    href: "/board",
    is: ({ kind }) => kind === "task_updated",
  },
  {
    one: "message",
    many: "messages",
    href: "/conversations",
    is: ({ kind }) => kind === "message_posted",
  },
  {
    one: "directive",
    many: "directives",
    href: "/conversations/directives",
    is: ({ kind }) => kind === "directive_queued",
  },
  {
    one: "mission planned",
    many: "missions planned",
    href: "/missions",
    is: ({ kind }) => kind === "mission_planned",
  },
  {
    one: "agent joined or changed",
    many: "agents joined or changed",
    href: "/team",
    is: ({ kind }) => kind === "agent_registered",
  },
  {
    one: "agent left",
    many: "agents left",
    href: "/team",
    is: ({ kind }) => kind === "agent_decommission",
  },
  {
    one: "other change",
    many: "other changes",
    href: "/events",
    is: ({ kind }) => kind !== "agent_heartbeat",
  },
];

/**
 * @param events newest first, as the page keeps them
 * @param seenSeq the last entry that was seen
 */
export function newsSince(events: readonly WireEvent[], seenSeq: number): NewsSince {
  const found = new Map<Kind, WireEvent[]>();
  for (const event of events) {
    if (event.id <= seenSeq) break;
    const kind = KINDS.find(({ is }) => is(event));
    if (kind) found.set(kind, [...(found.get(kind) ?? []), event]);
  }
  const groups = KINDS.flatMap((kind): News[] => {
    const of = found.get(kind);
    if (!of) return [];
    const taskIds = [
      ...new Set(of.flatMap(({ meta }) => (isText(meta.task_id) ? meta.task_id : []))),
    ];
    // Several changes of one task are one thing to look at.
    const count = taskIds.length > 0 ? taskIds.length : of.length;
    return [{ words: `${count} ${count === 1 ? kind.one : kind.many}`, taskIds, href: kind.href }];
  });
  const oldest = events.at(-1)?.id ?? 0;
  return { groups, more: oldest > seenSeq + 1 };
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
