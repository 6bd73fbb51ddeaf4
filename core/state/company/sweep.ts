/**
 * What time alone changes, as a journaled action of a timer: agents fall silent, tasks become overdue
 * or stale. `isSweepDue` is asked often and costs no write; the action is dispatched only when there
 * is something to say. Neighbour: the server's timers.
 */
import { Type } from "typebox";
import { defineAction } from "../../action.ts";
import { inOrder, type Relations } from "../../relations.ts";
import { get, values } from "../../table.ts";
import { fromTime } from "../../time.ts";
import type { Agent } from "../agents/agent.ts";
import { find, touch } from "../lookup.ts";
import type { State } from "../state.ts";
import { cameDue } from "../tasks/due.ts";
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
  return cameDue(state, relations, fromTime(state.swept_at), now).next().done === false;
}

const sweep = defineAction({
  name: "system/sweep",
  summary: "Record what the passing of time changed.",
  internal: true,
  body: Type.Object({
    stale_seconds: Type.Number({ minimum: 1, description: "Silence that counts as gone." }),
    heard_from: Type.Optional(
      Type.Number({ description: "Since when agents could be heard, in milliseconds." }),
    ),
  }),
  kind: "state_saved",
  examples: [{ stale_seconds: 180 }],
  actor: () => "system",
  reduce(draft, { stale_seconds, heard_from = 0 }, context) {
    const { before, at } = context;
    const silence = { staleMs: stale_seconds * 1_000, heardFrom: heard_from };
    const agent_ids: string[] = [];
    for (const agent of values(before.agents)) {
      if (!fellSilent(agent, at, silence)) continue;
      find(draft, "agents", agent.id).silent = true;
      for (const id of inOrder(context.relations.tasks("ready", agent.id))) {
        const task = find(draft, "tasks", id);
        if (!task.routed) continue;
        track(task, "owner", null, "system", context);
        touch(task, context);
      }
      agent_ids.push(agent.id);
    }
    const from = fromTime(before.swept_at);
    const task_ids = inOrder(new Set(cameDue(before, context.relations, from, at)));
    draft.swept_at = context.time;
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

export const systemActions = [sweep] as const;
