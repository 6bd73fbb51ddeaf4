/**
 * What time alone changes, as a journaled action of a timer: agents fall silent, tasks become overdue or stale,
 * and what the server chose an agent for is nobody's where that one is gone. `whatPassed` looks, which costs no
 * write; the action is dispatched only when there is something to say, in entries of so many. Neighbour: the
 * server's timers. Invariants: an entry does what its body names, as far as it is still so, and beside that what
 * changed since it was looked, up to a bound; `swept_at` moves on with the last entry of a look, so that what a stop
 * left undone is found again, and what was done is not said twice.
 */
import { type Static, Type } from "typebox";
import { type Context, defineAction } from "../../action.ts";
import { inOrder, type Relations } from "../../relations.ts";
import { id } from "../../schema.ts";
import { atOnce, type Steps } from "../../steps.ts";
import { get, values } from "../../table.ts";
import { fromTime, toTime } from "../../time.ts";
import type { Agent } from "../agents/agent.ts";
import { isPresent } from "../agents/views.ts";
import { find, touch, unique } from "../lookup.ts";
import type { State } from "../state.ts";
import { cameDue } from "../tasks/due.ts";
import { track } from "../tasks/moves.ts";
import { isRouted } from "../tasks/task.ts";

/** After how long an agent counts as gone, and since when anybody could be heard; in milliseconds. */
interface Silence {
  staleMs: number;
  heardFrom: number;
}

/** A task that goes back to the pool, an agent that fell silent (behind all tasks), a task that came due. */
export type Passed = { given: string } | { silent: string } | { due: string };

/** Agents and tasks of one entry. */
export const MAX_SWEPT_AT_ONCE = 200;

function fellSilent(agent: Agent, now: number, { staleMs, heardFrom }: Silence): boolean {
  if (agent.standing !== "active" || agent.silent || agent.status === "offline") return false;
  const { registered_at, last_heartbeat } = agent;
  const seen = Math.max(
    fromTime(last_heartbeat ?? registered_at),
    fromTime(registered_at),
    heardFrom,
  );
  return now - seen > staleMs;
}

/** Whether what the server chose it for is for others again: it left, said that it is offline, or is not heard of. */
function isGone(agent: Agent | undefined, now: number, silence: Silence): boolean {
  // Who leaves a successor behind is given nothing back from.
  if (agent?.handing_over_to !== undefined) return false;
  return agent === undefined || !isPresent(agent) || fellSilent(agent, now, silence);
}

/**
 * What the passing of time brought since the last sweep.
 * @param now milliseconds
 * @param rest the look whose last entry left what had changed since: it is gone on with
 */
export function* whatPassed(
  state: State,
  relations: Relations,
  now: number,
  silence: Silence,
  rest?: Look,
): Steps<Passed[]> {
  const passed: Passed[] = [];
  for (const owner of relations.keys("routed")) {
    yield;
    if (!isGone(get(state.agents, owner), now, silence)) continue;
    for (const given of relations.tasks("routed", owner)) {
      yield;
      passed.push({ given });
    }
  }
  for (const agent of values(state.agents)) {
    yield;
    if (fellSilent(agent, now, silence)) passed.push({ silent: agent.id });
  }
  const { until = now, seen = 0 } = rest ?? {};
  const due = yield* cameDue(state, relations, fromTime(state.swept_at), until, seen);
  for (const id of due) passed.push({ due: id });
  return passed;
}

/** When it was looked, in milliseconds, and of which entry the state was that it was looked for in. */
export interface Look {
  until: number;
  seen: number;
}

/**
 * The body of the entry that does these.
 * @param look where these are the last that it found
 */
export function toSweep(
  passed: readonly Passed[],
  { staleMs, heardFrom }: Silence,
  look?: Look,
): Static<typeof body> {
  return {
    stale_seconds: staleMs / 1_000,
    heard_from: heardFrom,
    given: passed.flatMap((one) => ("given" in one ? [one.given] : [])),
    silent: passed.flatMap((one) => ("silent" in one ? [one.silent] : [])),
    due: passed.flatMap((one) => ("due" in one ? [one.due] : [])),
    most: MAX_SWEPT_AT_ONCE,
    ...look,
  };
}

const ids = (description: string) =>
  Type.Optional(Type.Array(id("One of them."), { maxItems: MAX_SWEPT_AT_ONCE, description }));

const body = Type.Object({
  stale_seconds: Type.Number({ minimum: 1, description: "Silence that counts as gone." }),
  heard_from: Type.Optional(
    Type.Number({ description: "Since when agents could be heard, in milliseconds." }),
  ),
  given: ids("Tasks that the server chose an agent for, who is not there any more."),
  silent: ids("Agents that fell silent."),
  due: ids("Tasks that came due. Where this is absent all that passed is looked for and done."),
  most: Type.Optional(
    Type.Integer({
      description:
        "So many at most, with what changed since it was looked; where that is more, none of it is done, and it is to be looked again.",
    }),
  ),
  until: Type.Optional(
    Type.Number({ description: "When it was looked for these, where they are the last of them." }),
  ),
  seen: Type.Optional(
    Type.Integer({
      description: "The entry up to which was looked; what changed since is looked at.",
    }),
  ),
});

const sweep = defineAction({
  name: "system/sweep",
  summary: "Record what the passing of time changed.",
  internal: true,
  body,
  kind: "state_saved",
  examples: [{ stale_seconds: 180 }],
  actor: () => "system",
  reduce(draft, { stale_seconds, heard_from = 0, until, seen, most, ...named }, context) {
    const { before, relations, at, time } = context;
    const silence = { staleMs: stale_seconds * 1_000, heardFrom: heard_from };
    const isAll = named.due === undefined;
    const {
      given = [],
      silent = [],
      due = [],
    } = isAll ? toSweep(atOnce(whatPassed(before, relations, at, silence)), silence) : named;
    for (const id of isAll ? [] : given) {
      const task = get(before.tasks, id);
      if (!task || !isRouted(task) || !task.owner) continue;
      // It may have been heard of meanwhile.
      if (isGone(get(before.agents, task.owner), at, silence)) giveBack(draft, id, context);
    }
    // Entries of before, and those that name nothing, have no bound.
    let room = Number.POSITIVE_INFINITY;
    if (most !== undefined) room = Math.max(0, most - given.length - silent.length - due.length);
    const known = new Set(isAll ? [] : given);
    const agent_ids = silent.filter((id) => {
      const agent = get(before.agents, id);
      if (!agent || !fellSilent(agent, at, silence)) return false;
      // Also given to it since it was looked; what is in the backlog is left to the next look.
      const late = new Set<string>();
      for (const task of relations.tasks("routed", id)) {
        if (!known.has(task) && get(before.tasks, task)?.status === "ready") late.add(task);
      }
      // It is told silent behind all of its tasks: by the next look.
      if (late.size > room) return false;
      room -= late.size;
      for (const task of inOrder(late)) giveBack(draft, task, context);
      find(draft, "agents", id).silent = true;
      return true;
    });
    const task_ids = isAll ? inOrder(new Set(due)) : unique(due);
    let more = false;
    if (isAll) draft.swept_at = time;
    else if (until !== undefined) {
      // Decided before it was looked, and durable only after: its own entry came too early to say that it is due.
      const from = fromTime(before.swept_at);
      const late = atOnce(cameDue(before, relations, from, until, seen));
      for (const id of task_ids) late.delete(id);
      more = late.size > room;
      if (!more) {
        task_ids.push(...inOrder(late));
        draft.swept_at = toTime(until);
      }
    }
    const names = agent_ids.map((id) => get(before.agents, id)?.name).join(", ");
    return {
      title: names ? `${names} fell silent` : "Time passed",
      details: task_ids.length > 0 ? `due: ${task_ids.join(", ")}` : "",
      ids: { agent_ids, task_ids },
      revisit: task_ids,
      reply: () => ({ agent_ids, task_ids, more }),
    };
  },
});

/** A task that the server chose an agent for is for others again. */
function giveBack(draft: State, id: string, context: Context): void {
  const task = find(draft, "tasks", id);
  track(task, "owner", null, "system", context);
  touch(task, context);
}

export const systemActions = [sweep] as const;
