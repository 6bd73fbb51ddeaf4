/**
 * What time alone changes, as a journaled action of a timer: agents fall silent, tasks become overdue
 * or stale. `isSweepDue` is asked often and costs no write; the action is dispatched only when there
 * is something to say. Neighbour: the server's timers. Invariant: what one entry does has the bound that
 * its body says, and the next one goes on where it ended; entries of releases before had none.
 */
import { Type } from "typebox";
import { type Context, defineAction } from "../../action.ts";
import { inOrder, type Relations } from "../../relations.ts";
import { get, values } from "../../table.ts";
import { fromTime, toTime } from "../../time.ts";
import type { Agent } from "../agents/agent.ts";
import { find, touch } from "../lookup.ts";
import type { State } from "../state.ts";
import { cameDue, type Due, inTurn, type Since } from "../tasks/due.ts";
import { track } from "../tasks/rules.ts";

/** After how long an agent counts as gone, and since when anybody could be heard; in milliseconds. */
interface Silence {
  staleMs: number;
  heardFrom: number;
}

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

/** @param now milliseconds */
export function isSweepDue(
  state: State,
  relations: Relations,
  now: number,
  silence: Silence,
): boolean {
  for (const agent of values(state.agents)) if (fellSilent(agent, now, silence)) return true;
  return cameDue(state, relations, sinceIn(state), now).next().done === false;
}

function sinceIn({ swept_at, swept_to }: State): Since {
  return { at: fromTime(swept_at), upTo: swept_to };
}

/** Agents and tasks of one entry. */
export const MAX_SWEPT_AT_ONCE = 200;

const sweep = defineAction({
  name: "system/sweep",
  summary: "Record what the passing of time changed.",
  internal: true,
  body: Type.Object({
    stale_seconds: Type.Number({ minimum: 1, description: "Silence that counts as gone." }),
    heard_from: Type.Optional(
      Type.Number({ description: "Since when agents could be heard, in milliseconds." }),
    ),
    most: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: "How many agents and tasks at once; all when absent.",
      }),
    ),
  }),
  kind: "state_saved",
  examples: [{ stale_seconds: 180 }],
  actor: () => "system",
  reduce(draft, { stale_seconds, heard_from = 0, most = Number.POSITIVE_INFINITY }, context) {
    const { before, at } = context;
    const silence = { staleMs: stale_seconds * 1_000, heardFrom: heard_from };
    const agent_ids: string[] = [];
    let left = most;
    for (const agent of values(before.agents)) {
      if (left <= 0) break;
      if (!fellSilent(agent, at, silence)) continue;
      const given = giveBack(draft, agent.id, left, context);
      left -= given.count + 1;
      // Its silence is told with the last of its tasks.
      if (!given.all) break;
      find(draft, "agents", agent.id).silent = true;
      agent_ids.push(agent.id);
    }
    const due = inTurn(cameDue(before, context.relations, sinceIn(before), at));
    const looked = due.slice(0, Math.max(left, 0));
    const task_ids = inOrder(new Set(looked.map(({ id }) => id)));
    noteSwept(draft, looked.length < due.length ? looked.at(-1) : "all", context);
    const names = agent_ids.map((id) => get(before.agents, id)?.name).join(", ");
    return {
      title: names ? `${names} fell silent` : "Time passed",
      details: task_ids.length > 0 ? `due: ${task_ids.join(", ")}` : "",
      ids: { agent_ids, task_ids },
      revisit: task_ids,
      reply: () => ({ agent_ids, task_ids }),
    };
  },
});

/** The ready tasks that the server chose an agent for are for others again: so many, or all. */
function giveBack(draft: State, agentId: string, most: number, context: Context) {
  const { before, relations } = context;
  const routed = [...relations.tasks("ready", agentId)].filter(
    (id) => get(before.tasks, id)?.routed,
  );
  const given = inOrder(new Set(routed)).slice(0, most);
  for (const id of given) {
    const task = find(draft, "tasks", id);
    track(task, "owner", null, "system", context);
    touch(task, context);
  }
  return { count: given.length, all: given.length === routed.length };
}

/** Up to where it was looked; nowhere further where there was no room for any. */
function noteSwept(draft: State, last: Due | "all" | undefined, { time }: Context): void {
  if (last === undefined) return;
  draft.swept_at = last === "all" ? time : toTime(last.at);
  if (last !== "all") draft.swept_to = last.id;
  else if (draft.swept_to !== undefined) delete draft.swept_to;
}

export const systemActions = [sweep] as const;
