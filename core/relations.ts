/**
 * Look-ups that the normal form does not answer at once: whose tasks, which are ready, who depends on
 * whom, which notification stands for a cause. Derived from the state and carried from one state to
 * the next by what a commit touched, so that a write costs the same at any size.
 * Neighbours: reducers ask it, `engine.ts` carries it on.
 * Invariant: after `advance` it equals one built from scratch on the new state (CORE-9).
 */
import type { Touched } from "./patch.ts";
import { createStartable, type Startable } from "./startable.ts";
import type { Notification } from "./state/notifications/notification.ts";
import type { State } from "./state/state.ts";
import { dueMinutes } from "./state/tasks/due.ts";
import { leaseMinutes } from "./state/tasks/lease-ends.ts";
import { heldBy, MAX_LEASES } from "./state/tasks/leases.ts";
import { isOpen, isRouted, type Task } from "./state/tasks/task.ts";
import { namedBlockersOf } from "./state/tasks/views.ts";
import { compareIds, get, values } from "./table.ts";
import { createTalk, type Lists, type Talk } from "./talk.ts";

const NONE: ReadonlySet<string> = new Set();
const NO_KEYS: readonly string[] = [];

type Groups = Map<string, Set<string>>;

/** Groups of task ids; `keysOf` says to which groups a task belongs. */
interface Grouping {
  groups: Groups;
  keysOf(task: Task): readonly string[];
}

const GROUPINGS = {
  owned: (task: Task) => (task.owner ? [task.owner] : []),
  open: (task: Task) => (task.owner && isOpen(task) ? [task.owner] : []),
  routed: (task: Task) => (task.owner && isRouted(task) ? [task.owner] : []),
  waiting: (task: Task) => (task.status === "ready" ? namedBlockersOf(task) : []),
  leases: leaseMinutes,
  held: heldBy,
  involving: (task: Task) => [
    ...new Set([
      ...(task.owner ? [task.owner] : []),
      ...task.assignees,
      ...task.collaborators,
      ...(task.validation_owner ? [task.validation_owner] : []),
    ]),
  ],
  dependents: (task: Task) => task.depends_on,
  mission: (task: Task) => (task.mission_id ? [task.mission_id] : []),
  sprint: (task: Task) => (task.sprint_id ? [task.sprint_id] : []),
  status: (task: Task) => [task.status],
  due: dueMinutes,
} satisfies Record<string, Grouping["keysOf"]>;
type GroupingName = keyof typeof GROUPINGS;

export interface Relations {
  /** The ids of the tasks in a group: `tasks("open", "codex")`. */
  tasks(grouping: GroupingName, key: string): ReadonlySet<string>;
  /** The keys of the groups that have a task. */
  keys(grouping: GroupingName): Iterable<string> & { readonly size: number };
  /** The notification that stands for a cause while the cause lasts. */
  activeNotification(cause: string): string | undefined;
  /** The most urgent task that can be started: of an owner, or without one in the pool of a specialism. */
  startable: Startable["first"];
  /** Rises whenever somebody might find a task to start who found none before. */
  openings(): number;
  /** What was said, by thread; the directives stand together. */
  talk(): Lists;
  /** Moves on to the next state; `touched` names the records in which the two may differ. */
  advance(before: State, after: State, touched: Touched): void;
}

/** The ids of a group, for reducers to walk: a set's own order tells how it grew, and so would patches. */
export function inOrder(ids: ReadonlySet<string>): string[] {
  return [...ids].sort(compareIds);
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((key, at) => key === b[at]);
}

/** Whether one of the agents came, went or takes other work than before. */
function mayTakeOthers(before: State, after: State, ids: ReadonlySet<string> | "all"): boolean {
  if (ids === "all") return true;
  for (const id of ids) {
    const old = get(before.agents, id);
    const now = get(after.agents, id);
    if (!old || !now || old.home_specialist !== now.home_specialist) return true;
    if (old.specialists !== now.specialists) return true;
  }
  return false;
}

/** The key of a notification's cause: its kind and its subject. */
export function causeOf(
  notification: Pick<Notification, "kind" | "task_id" | "agent_id" | "mission_id">,
): string {
  const { kind, task_id, agent_id, mission_id } = notification;
  if (kind === "mission_blocked") return `${kind}:${mission_id}`;
  return `${kind}:${kind.startsWith("agent_") ? agent_id : task_id}`;
}

/** Builds the look-ups for a state; costs a pass over its tasks and notifications. */
export function createRelations(state: State): Relations {
  let current = state;
  // Made when first asked for: each costs a pass over the tasks, and memory for all of them.
  const groupings = new Map<GroupingName, Grouping>();
  let startable: Startable | undefined;
  let openings = 0;
  let talk: Talk | undefined;
  const causes = new Map<string, string>();

  function place(groups: Groups, keys: readonly string[], id: string): void {
    for (const key of keys) {
      const group = groups.get(key);
      if (group) group.add(id);
      else groups.set(key, new Set([id]));
    }
  }

  function displace(groups: Groups, keys: readonly string[], id: string): void {
    for (const key of keys) {
      const group = groups.get(key);
      group?.delete(id);
      if (group?.size === 0) groups.delete(key);
    }
  }

  function groupingOf(name: GroupingName): Grouping {
    let grouping = groupings.get(name);
    if (!grouping) {
      grouping = { groups: new Map(), keysOf: GROUPINGS[name] };
      for (const task of values(current.tasks)) {
        place(grouping.groups, grouping.keysOf(task), task.id);
      }
      groupings.set(name, grouping);
    }
    return grouping;
  }

  /** Whether one who held all that one may holds less now; where nobody asked who holds what, nobody was told so. */
  function isFreed(old: Task | undefined, now: Task | undefined): boolean {
    const held = groupings.get("held")?.groups;
    if (!held || !old) return false;
    const still = now ? heldBy(now) : NO_KEYS;
    return heldBy(old).some(
      (agent) => !still.includes(agent) && (held.get(agent)?.size ?? 0) >= MAX_LEASES,
    );
  }

  const tasks: Relations["tasks"] = (name, key) => groupingOf(name).groups.get(key) ?? NONE;

  function note(notification: Notification): void {
    if (notification.active) causes.set(causeOf(notification), notification.id);
  }

  function unnote(notification: Notification): void {
    const cause = causeOf(notification);
    if (causes.get(cause) === notification.id) causes.delete(cause);
  }

  function buildCauses(from: State): void {
    causes.clear();
    for (const notification of values(from.notifications)) note(notification);
  }

  buildCauses(state);

  function advanceTasks(before: State, after: State, ids: ReadonlySet<string>): void {
    startable?.advance(before, after, ids);
    for (const id of ids) {
      const old = get(before.tasks, id);
      const now = get(after.tasks, id);
      if (isFreed(old, now)) openings++;
      for (const { groups, keysOf } of groupings.values()) {
        const from = old ? keysOf(old) : NO_KEYS;
        const to = now ? keysOf(now) : NO_KEYS;
        // Most writes move a task between no groups, and to take it out of a large one and put it back
        // costs more than all the rest.
        if (isSame(from, to)) continue;
        displace(groups, from, id);
        place(groups, to, id);
      }
    }
  }

  return {
    tasks,
    keys(name) {
      const { groups } = groupingOf(name);
      return { size: groups.size, [Symbol.iterator]: () => groups.keys() };
    },
    activeNotification: (cause) => causes.get(cause),
    startable(of, key, project) {
      startable ??= createStartable(current, (id) => tasks("waiting", id));
      return startable.first(of, key, project);
    },
    openings: () => openings + (startable?.openings() ?? 0),
    talk() {
      talk ??= createTalk(current);
      return talk.lists;
    },
    advance(before, after, touched) {
      if (touched.get("messages") === "all" || touched.get("directives") === "all") {
        talk = undefined;
      } else talk?.advance(before, after, touched);
      const ids = touched.get("tasks");
      if (ids === "all") {
        openings += 1 + (startable?.openings() ?? 0);
        groupings.clear();
        startable = undefined;
      } else if (ids) advanceTasks(before, after, ids);
      const agents = touched.get("agents");
      if (agents && mayTakeOthers(before, after, agents)) openings++;
      current = after;
      const notifications = touched.get("notifications");
      if (notifications === "all") buildCauses(after);
      else {
        for (const id of notifications ?? NONE) {
          const old = get(before.notifications, id);
          const now = get(after.notifications, id);
          if (old) unnote(old);
          if (now) note(now);
        }
      }
    },
  };
}
