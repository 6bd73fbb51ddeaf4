/**
 * The actions of named tokens: create and revoke. Both leave the state as it is and an entry that says
 * who did it. Neighbours: `server/tokens` makes, keeps and forgets what the entry speaks of.
 * Invariant: neither a token nor anything made of it is in a payload, so neither is in the journal.
 */
import { Type } from "typebox";
import { defineAction } from "../../action.ts";
import { refuse } from "../../errors.ts";
import { isReserved, RESERVED_NAMES, ROLES } from "../../permissions.ts";
import { oneOf, slug, source, text } from "../../schema.ts";
import { has } from "../../table.ts";
import { CEO } from "../agents/agent.ts";
import { checkNewId, idsOf } from "../agents/rules.ts";
import type { Grant } from "./grant.ts";

const name = slug("The token's name, never given twice; entries tell it.");

const createToken = defineAction({
  name: "tokens/create",
  alone: "the token is kept apart from the journal",
  summary: "Create a named token of a role; it is shown once.",
  body: Type.Object(
    {
      name,
      role: oneOf(ROLES, "What it may do: see docs/access.md."),
      agent_id: Type.Optional(slug("The agent it speaks for; with the role agent only.")),
      description: text("What it is for."),
      source,
    },
    {
      if: { required: ["role"], properties: { role: { const: "agent" } } },
      // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema.
      then: { required: ["agent_id"] },
    },
  ),
  kind: "state_saved",
  examples: [
    { name: "codex-laptop", role: "agent", agent_id: "codex" },
    { name: "wallboard", role: "observer", description: "The screen in the hall." },
  ],
  actor: () => CEO,
  reduce(_draft, { name, role, agent_id, description = "" }, { time, before }) {
    if (isReserved(name)) {
      refuse("conflict", `name ${name} is taken by the server; choose another`, { field: "name" });
    }
    if (agent_id !== undefined && role !== "agent") {
      refuse("invalid", `agent_id goes with the role agent, not with ${role}`, {
        field: "agent_id",
      });
    }
    if (agent_id?.toLowerCase() === CEO) {
      refuse("protected", "agent_id may not be ceo; an operator speaks for the CEO", {
        field: "agent_id",
      });
    }
    // It could register as nobody else's either.
    if (agent_id !== undefined && !has(before.agents, agent_id)) {
      checkNewId(agent_id, idsOf(before));
    }
    const grant: Grant = {
      name,
      role,
      agent_id: agent_id ?? null,
      description,
      created_at: time,
      revoked_at: null,
      last_used_at: null,
    };
    return {
      title: `Token ${name} created`,
      details: agent_id ? `${role} ${agent_id}` : role,
      ids: { token: name, ...(agent_id && { agent_id }) },
      reply: (): { grant: Grant; token?: string } => ({ grant }),
    };
  },
});

const revokeToken = defineAction({
  name: "tokens/revoke",
  alone: "the token is kept apart from the journal",
  summary: "Revoke a named token: from now on it is nobody's.",
  body: Type.Object({ name, source }),
  kind: "state_saved",
  examples: [{ name: "codex-laptop" }],
  actor: () => CEO,
  reduce(_draft, { name }) {
    if (RESERVED_NAMES.includes(name)) {
      refuse("protected", `${name} cannot be revoked; set another CLAWTASKER_API_TOKEN`, {
        field: "name",
      });
    }
    return {
      title: `Token ${name} revoked`,
      ids: { token: name },
      reply: () => ({ revoked: name }),
    };
  },
});

export const tokenActions = [createToken, revokeToken] as const;
