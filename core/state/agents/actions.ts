/**
 * The actions of an agent's presence: register, heartbeat, update. Leaving and handing over are in
 * `leave-actions.ts`, the roster in `roster-actions.ts`; `rules.ts` holds what they do.
 */
import { Type } from "typebox";
import { defineAction } from "../../action.ts";
import { agentContract } from "../../contract.ts";
import { flag, optionalName, ref, requiredName, source } from "../../schema.ts";
import { get } from "../../table.ts";
import { checkVersion, find, findActiveAgent, nameTold, touch } from "../lookup.ts";
import { expectedVersion, leaseToken } from "../tasks/fields.ts";
import { leaseProblem, renewLease } from "../tasks/leases.ts";
import type { Lease } from "../tasks/task.ts";
import { agentId, agentStatus, profile, registration, summaries } from "./fields.ts";
import {
  agentIdOf,
  applyAgentFields,
  checkAgentFields,
  checkNewId,
  idsOf,
  markAlive,
  registerAgent,
} from "./rules.ts";
import { orgStructure, viewAgent, viewOrgCard } from "./views.ts";

const SUMMARIES = ["done_summary", "doing_summary", "next_summary"] as const;

const registerAgentAction = defineAction({
  name: "agents/register",
  summary: "Register an agent, once at its start; again with the same id updates it.",
  body: Type.Object({
    ...registration.properties,
    expected_version: expectedVersion,
    source,
  }),
  kind: "agent_registered",
  forms: { envelope: "agent", id: "agent_id", metadata: SUMMARIES },
  examples: [
    {
      agent_id: "codex",
      name: "Codex",
      role: "Engineering Manager",
      home_specialist: "code",
      skills: ["backend", "testing", "integration"],
      manager: "orion",
      project_id: "ceo-console",
    },
  ],
  actor: ({ agent_id, name }) => agent_id ?? name,
  reduce(draft, { source: _source, expected_version, agent_id, ...fields }, context) {
    const id = agentIdOf({ agent_id, name: fields.name });
    const known = get(context.before.agents, id);
    if (!known) checkNewId(id, idsOf(context.before));
    checkVersion(known, expected_version);
    checkAgentFields(context.before, id, fields);
    const operation = registerAgent(draft, id, fields, context);
    return {
      title: `${fields.name} ${operation === "registered" ? "registered" : "registered again"}`,
      details: fields.role,
      ids: { agent_id: id },
      reply: (after) => ({
        agent: viewAgent(after, id),
        org_card: viewOrgCard(after, id),
        registration: { operation, registered_at: context.time },
      }),
      overview: (after) => ({ org_structure: orgStructure(after), contract: agentContract() }),
    };
  },
});

const heartbeat = defineAction({
  name: "agents/heartbeat",
  summary: "Say that the agent lives and what it is doing; about every 60 seconds.",
  body: Type.Object({
    agent_id: agentId,
    status: agentStatus,
    current_task_id: ref("The task it works on; null for none."),
    ...summaries,
    blockers: profile.blockers,
    collaborating_with: profile.collaborating_with,
    speaking: flag("Whether it is talking right now."),
    note: profile.note,
    lease_token: leaseToken,
    source,
  }),
  kind: "agent_heartbeat",
  forms: { envelope: "agent", id: "agent_id", metadata: SUMMARIES },
  examples: [
    {
      agent_id: "codex",
      status: "working",
      current_task_id: "T-203",
      doing_summary: "Implementing board filter system",
      done_summary: "Completed state adapter refactor",
      next_summary: "Hand off to Ralph for validation",
      blockers: [],
      speaking: false,
    },
  ],
  actor: ({ agent_id }) => agent_id,
  reduce(draft, { source: _source, agent_id, status, lease_token, ...fields }, context) {
    const agent = findActiveAgent(draft, agent_id);
    checkAgentFields(context.before, agent_id, fields);
    applyAgentFields(agent, fields);
    markAlive(agent, status, context);
    const task = fields.current_task_id ? get(draft.tasks, fields.current_task_id) : undefined;
    const lost = task && leaseProblem(task, { agent_id, lease_token });
    if (!lost && task?.lease?.holder === agent_id) renewLease(task, context);
    const lease = lost ? null : copyOf(task?.lease);
    return {
      title: `${agent.name} is ${agent.status}`,
      details: fields.doing_summary ?? "",
      ids: { agent_id, ...(agent.current_task_id && { task_id: agent.current_task_id }) },
      reply: (after) => ({
        agent: viewAgent(after, agent_id),
        ...(lease && { lease }),
        ...(lost && { warnings: [lost] }),
      }),
    };
  },
});

/** Out of the draft, so that the reply may hold it. */
function copyOf(lease: Lease | null | undefined): Lease | null {
  return lease ? { ...lease } : null;
}

const updateAgent = defineAction({
  name: "agents/update",
  summary: "Change any mutable field of an agent; what is absent stays.",
  body: Type.Object({
    agent_id: agentId,
    name: Type.Optional(requiredName("Its name.", 120)),
    role: optionalName("Its role."),
    ...profile,
    expected_version: expectedVersion,
    source,
  }),
  kind: "agent_registered",
  forms: { envelope: "agent", id: "agent_id", metadata: SUMMARIES },
  examples: [
    {
      agent_id: "orion",
      name: "Orion",
      role: "Chief of Staff",
      emoji: "🚀",
      skills: ["planning", "triage", "routing"],
      specialists: ["planning"],
      note: "Running the morning sweep.",
    },
  ],
  reduce(draft, { source: _source, expected_version, agent_id, ...fields }, context) {
    const agent = find(draft, "agents", agent_id);
    checkVersion(get(context.before.agents, agent_id), expected_version);
    checkAgentFields(context.before, agent_id, fields);
    applyAgentFields(agent, fields);
    touch(agent, context);
    return {
      title: `${nameTold(draft, agent_id, context)} updated`,
      details: Object.keys(fields).join(", "),
      ids: { agent_id },
      reply: (after) => ({ agent: viewAgent(after, agent_id) }),
    };
  },
});

export const agentActions = [registerAgentAction, heartbeat, updateAgent] as const;
