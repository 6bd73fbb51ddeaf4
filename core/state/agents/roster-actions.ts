/** The roster of another system, taken over in one action: all agents or none (routes.md). */
import { Type } from "typebox";
import { defineAction } from "../../action.ts";
import { refuse } from "../../errors.ts";
import { flag, source, text } from "../../schema.ts";
import { get, values } from "../../table.ts";
import type { State } from "../state.ts";
import { CEO } from "./agent.ts";
import { registration } from "./fields.ts";
import { agentIdOf, checkAgentFields, checkManager, registerAgent } from "./rules.ts";
import { viewAgent } from "./views.ts";

const MAX_AGENTS = 1_000;

const SUMMARIES = ["done_summary", "doing_summary", "next_summary"] as const;

const rosterSync = defineAction({
  name: "openclaw/roster_sync",
  summary: "Register or update many agents in one call.",
  body: Type.Object({
    agents: Type.Array(registration, {
      maxItems: MAX_AGENTS,
      description: "The agents, as in agents/register.",
    }),
    replace_missing: flag("Mark every agent that is not in the list offline."),
    note: text("A remark, for the record."),
    source,
  }),
  kind: "agent_registered",
  forms: {
    envelope: "roster",
    items: { field: "agents", forms: { id: "agent_id", metadata: SUMMARIES } },
  },
  examples: [
    {
      agents: [
        { agent_id: "codex", name: "Codex", role: "Engineering Manager", manager: "orion" },
        { agent_id: "pixel", name: "Pixel", role: "Design Lead", manager: "orion" },
      ],
    },
  ],
  reduce(draft, { agents, replace_missing, source: from }, context) {
    const added: string[] = [];
    const updated: string[] = [];
    const roster = agents.map(({ agent_id, ...fields }) => ({
      id: agentIdOf({ agent_id, name: fields.name }),
      fields,
    }));
    // Managers are set after all are there, so that their order in the list does not matter.
    for (const { id, fields } of roster) {
      if (added.includes(id) || updated.includes(id)) {
        refuse("conflict", `agents holds ${id} twice`, { field: "agents" });
      }
      const { manager: _manager, ...rest } = fields;
      checkAgentFields(draft, id, rest);
      const operation = registerAgent(draft, id, rest, context);
      (operation === "registered" ? added : updated).push(id);
    }
    setManagers(
      draft,
      roster.map(({ id, fields }) => [id, fields.manager]),
    );
    const marked_offline = replace_missing
      ? markMissing(draft, new Set([...added, ...updated]))
      : [];
    const ids = [...added, ...updated];
    return {
      title: `Roster synced${from ? ` from ${from}` : ""}`,
      details: `${added.length} added, ${updated.length} updated, ${marked_offline.length} offline`,
      ids: { agent_ids: ids },
      reply: (after) => ({
        agents: roster.map(({ id }) => viewAgent(after, id)),
        sync: { added, updated, marked_offline, total: ids.length },
      }),
    };
  },
});

/** Sets the managers of agents that are all there, refusing unknown ones and circles. */
export function setManagers(
  state: State,
  managers: readonly (readonly [id: string, manager: string | undefined])[],
): void {
  for (const [id, manager] of managers) {
    const agent = get(state.agents, id);
    if (agent && manager !== undefined) agent.manager = manager || CEO;
  }
  for (const [id, manager] of managers) if (manager) checkManager(state, id, manager);
}

function markMissing(state: State, present: ReadonlySet<string>): string[] {
  const missing: string[] = [];
  for (const agent of values(state.agents)) {
    if (present.has(agent.id) || agent.standing !== "active") continue;
    agent.status = "offline";
    missing.push(agent.id);
  }
  return missing;
}

export const rosterActions = [rosterSync] as const;
