/** The roster of another system, taken over in one action: all agents or none (routes.md). */
import { Type } from "typebox";
import { type Context, defineAction } from "../../action.ts";
import { refuse } from "../../errors.ts";
import { flag, source, text } from "../../schema.ts";
import { get, has, values } from "../../table.ts";
import { find } from "../lookup.ts";
import type { State } from "../state.ts";
import { registration } from "./fields.ts";
import { checkLines } from "./line.ts";
import {
  agentIdOf,
  applyAgentFields,
  checkAgentFields,
  checkChain,
  checkNewId,
  idsOf,
  registerAgent,
} from "./rules.ts";
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
    const seen = new Set<string>();
    const known = idsOf(context.before);
    for (const { id, fields } of roster) {
      if (seen.has(id)) {
        refuse("conflict", `agents holds ${id} twice`, { field: "agents" });
      }
      seen.add(id);
      if (!has(context.before.agents, id)) checkNewId(id, known);
      known.set(id.toLowerCase(), id);
      // Who may stand further down the list is looked at once all are there.
      const { manager: _manager, collaborating_with: _others, ...rest } = fields;
      checkAgentFields(draft, id, rest);
      const operation = registerAgent(draft, id, rest, context);
      (operation === "registered" ? added : updated).push(id);
    }
    relate(draft, roster, context);
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

interface Relating {
  id: string;
  fields: { manager?: string; collaborating_with?: string[] };
}

/** Sets managers and collaborators of agents that are all there, refusing unknown ones, circles and long lines. */
function relate(state: State, roster: readonly Relating[], { before }: Context): void {
  for (const { id, fields } of roster) {
    const { manager, collaborating_with } = fields;
    for (const other of collaborating_with ?? []) find(state, "agents", other);
    applyAgentFields(find(state, "agents", id), { manager, collaborating_with });
  }
  const sound = new Set<string>();
  for (const { id, fields } of roster) {
    if (fields.manager) checkChain(state, id, fields.manager, sound);
  }
  const moved = roster.flatMap(({ id, fields: { manager } }) =>
    manager && get(before.agents, id)?.manager !== manager ? [[id, manager] as const] : [],
  );
  checkLines(before, moved);
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
