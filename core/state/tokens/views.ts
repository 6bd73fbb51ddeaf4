/** The reads of access: who the caller is, and the owner's list of named tokens. */
import { Type } from "typebox";
import { defineQuery } from "../../query.ts";

const session = defineQuery({
  name: "session",
  summary: "Whose token this is, and whether reading asks for one.",
  open: true,
  params: Type.Object({}),
  examples: [{}],
  answer({ access }) {
    const caller = access?.caller ?? null;
    return {
      name: caller?.name ?? null,
      role: caller?.role ?? null,
      agent_id: caller?.agent_id ?? null,
      read_auth: access?.readsAsk ?? false,
    };
  },
});

const listTokens = defineQuery({
  name: "tokens",
  summary: "The named tokens, revoked ones too; never the tokens themselves.",
  auth: true,
  params: Type.Object({}),
  examples: [{}],
  answer: ({ access }) => ({ tokens: access?.grants() ?? [] }),
});

export const tokenQueries = [session, listTokens] as const;
