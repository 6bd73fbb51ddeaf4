/**
 * The actions by which an agent leaves: decommission, retire, replace, merge, delete. All hand over
 * its work by the one rule in `hand-over.ts`; they differ in who gets it and in what stays.
 */
import { Type } from "typebox";
import { defineAction } from "../../action.ts";
import { refuse } from "../../errors.ts";
import { id, MAX_ITEMS, ref, source, text } from "../../schema.ts";
import { get } from "../../table.ts";
import { checkVersion, find, findActiveAgent, touch, unique } from "../lookup.ts";
import type { State } from "../state.ts";
import { expectedVersion } from "../tasks/fields.ts";
import { type Agent, CEO } from "./agent.ts";
import { MAX_SPECIALISMS } from "./fields.ts";
import { handOver, isTooLarge, isTooMuch, MAX_HANDED_WITH_LEAVING } from "./hand-over.ts";
import { countAgentsNaming, countNaming } from "./naming.ts";
import { leave, removeAgent } from "./rules.ts";

const reason = text("Why; kept with the agent.");

/** The agent, unless it is the CEO, who never leaves. */
function findLeaving(state: State, agentId: string, verb: string): Agent {
  if (agentId === CEO) refuse("protected", `cannot ${verb} the CEO`);
  return find(state, "agents", agentId);
}

function findSuccessor(state: State, leaving: string, successor: string, verb: string): Agent {
  if (successor === CEO) refuse("protected", `cannot ${verb} the CEO`);
  if (successor === leaving) refuse("conflict", `cannot ${verb} an agent with itself: ${leaving}`);
  return findActiveAgent(state, successor);
}

/** The target's own first, and no more than a body could say. */
function union(own: readonly string[], more: readonly string[], most: number): string[] {
  return unique([...own, ...more]).slice(0, Math.max(most, own.length));
}

/** Told only where not all was handed over with the leaving. */
const andLeft = ({ left }: { left: number }): { left?: number } => (left > 0 ? { left } : {});

const described = ({ id, name }: Agent) => `${name} (${id})`;

const decommission = defineAction({
  name: "agents/decommission",
  summary: "Take an agent off the active roster; its tasks go to nobody.",
  body: Type.Object({
    agent_id: id("The agent."),
    reason,
    expected_version: expectedVersion,
    source,
  }),
  kind: "agent_decommission",
  most: MAX_HANDED_WITH_LEAVING,
  forms: { envelope: "agent", id: "agent_id" },
  examples: [{ agent_id: "echo", reason: "Project market-radar paused; agent standing down." }],
  reduce(draft, { agent_id, reason = "", expected_version }, context) {
    const agent = findLeaving(draft, agent_id, "decommission");
    checkVersion(get(context.before.agents, agent_id), expected_version);
    const message = `Agent ${described(agent)} marked offline`;
    const { owned: tasks_unassigned, ...rest } = handOver(draft, agent_id, null, context);
    leave(agent, "decommissioned", reason, context);
    return {
      title: `${agent.name} decommissioned`,
      details: reason,
      ids: { agent_id, task_ids: tasks_unassigned },
      reply: () => ({ message, agent_id, reason, tasks_unassigned, ...andLeft(rest) }),
    };
  },
});

const retire = defineAction({
  name: "agents/retire",
  summary: "Retire an agent, handing its tasks to a successor where one is named.",
  body: Type.Object({
    agent_id: id("The agent."),
    successor_id: ref("Who takes over; nobody when absent."),
    reason,
    expected_version: expectedVersion,
    source,
  }),
  kind: "agent_decommission",
  most: MAX_HANDED_WITH_LEAVING,
  forms: { envelope: "agent", id: "agent_id" },
  examples: [
    {
      agent_id: "echo",
      reason: "Project market-radar complete; agent standing down.",
      successor_id: "scout",
    },
  ],
  reduce(draft, { agent_id, successor_id, reason = "", expected_version }, context) {
    const agent = findLeaving(draft, agent_id, "retire");
    checkVersion(get(context.before.agents, agent_id), expected_version);
    const successor = successor_id || null;
    if (successor) findSuccessor(draft, agent_id, successor, "succeed");
    const message = `Agent ${described(agent)} retired`;
    const { owned: tasks_transferred, ...rest } = handOver(draft, agent_id, successor, context);
    leave(agent, "retired", reason, context);
    return {
      title: `${agent.name} retired`,
      details: successor ? `tasks→${successor}` : reason,
      ids: { agent_id, task_ids: tasks_transferred, ...(successor && { successor_id: successor }) },
      reply: () => ({
        message,
        agent_id,
        reason,
        successor_id: successor,
        tasks_transferred,
        ...andLeft(rest),
      }),
    };
  },
});

const replace = defineAction({
  name: "agents/replace",
  summary: "Hand all tasks and missions of one agent to another and retire the old one.",
  body: Type.Object({
    old_agent_id: id("Who leaves."),
    new_agent_id: id("Who takes over."),
    reason,
    source,
  }),
  kind: "agent_decommission",
  most: MAX_HANDED_WITH_LEAVING,
  examples: [
    {
      old_agent_id: "echo",
      new_agent_id: "scout",
      reason: "Scout is taking over the market-radar workstream.",
    },
  ],
  reduce(draft, { old_agent_id, new_agent_id, reason = "" }, context) {
    const old = findLeaving(draft, old_agent_id, "replace");
    const successor = findSuccessor(draft, old_agent_id, new_agent_id, "replace");
    const message = `Agent ${described(old)} replaced by ${described(successor)}`;
    const { owned: tasks_transferred, ...rest } = handOver(
      draft,
      old_agent_id,
      new_agent_id,
      context,
    );
    leave(old, "retired", reason, context);
    return {
      title: `${old.name} replaced by ${successor.name}`,
      details: reason,
      ids: { agent_id: old_agent_id, new_agent_id, task_ids: tasks_transferred },
      reply: () => ({
        message,
        old_agent_id,
        new_agent_id,
        reason,
        tasks_transferred,
        ...andLeft(rest),
      }),
    };
  },
});

const merge = defineAction({
  name: "agents/merge",
  summary: "Merge one agent into another: tasks, missions and skills; the source is retired.",
  body: Type.Object({
    source_agent_id: id("Who is merged."),
    target_agent_id: id("Into whom."),
    source,
  }),
  kind: "agent_decommission",
  most: MAX_HANDED_WITH_LEAVING,
  examples: [{ source_agent_id: "echo", target_agent_id: "scout" }],
  reduce(draft, { source_agent_id, target_agent_id }, context) {
    const from = findLeaving(draft, source_agent_id, "merge");
    const into = findSuccessor(draft, source_agent_id, target_agent_id, "merge");
    const message = `Agent ${described(from)} merged into ${described(into)}`;
    const { owned: tasks_transferred, ...rest } = handOver(
      draft,
      source_agent_id,
      target_agent_id,
      context,
    );
    into.skills = union(into.skills, from.skills, MAX_ITEMS);
    into.specialists = union(into.specialists, from.specialists, MAX_SPECIALISMS);
    touch(into, context);
    leave(from, "retired", `Merged into ${into.name}.`, context);
    return {
      title: `${from.name} merged into ${into.name}`,
      ids: { agent_id: source_agent_id, target_agent_id, task_ids: tasks_transferred },
      reply: () => ({
        message,
        source_agent_id,
        target_agent_id,
        tasks_transferred,
        ...andLeft(rest),
      }),
    };
  },
});

const deleteAgent = defineAction({
  name: "agents/delete",
  summary: "Remove an agent for good; its tasks and missions stay, with nobody.",
  body: Type.Object({
    agent_id: id("The agent."),
    expected_version: expectedVersion,
    source,
  }),
  kind: "agent_decommission",
  most: MAX_HANDED_WITH_LEAVING,
  forms: { envelope: "agent", id: "agent_id" },
  examples: [{ agent_id: "iris" }],
  reduce(draft, { agent_id, expected_version }, context) {
    const { name } = findLeaving(draft, agent_id, "delete");
    checkVersion(get(context.before.agents, agent_id), expected_version);
    if (draft.company.chief_agent_id === agent_id) {
      refuse(
        "protected",
        `cannot delete the chief agent: ${agent_id}; configure another chief first`,
      );
    }
    const named = countNaming(agent_id, context);
    const team = countAgentsNaming(agent_id, context);
    if (isTooMuch(named, context) || isTooLarge(team, context)) {
      const what = isTooMuch(named, context)
        ? `is named in ${named} tasks and missions`
        : `is named by ${team} agents`;
      const most = `one change may touch ${MAX_HANDED_WITH_LEAVING}`;
      const way = "decommission it, which hands them over, and then delete it";
      refuse("conflict", `${agent_id} ${what}, and ${most}; ${way}`);
    }
    const { owned: task_ids } = handOver(draft, agent_id, null, context);
    removeAgent(draft, agent_id);
    return {
      title: `${name} deleted`,
      ids: { agent_id, task_ids },
      reply: () => ({ deleted: agent_id }),
    };
  },
});

export const leaveActions = [decommission, retire, replace, merge, deleteAgent] as const;
