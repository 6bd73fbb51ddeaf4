/**
 * The reads of what was said long ago. Two of them, as messages and directives are two things: who asks
 * for one would have to tell them apart in an answer that held both. Neighbours: `page.ts`, `talk.ts`.
 * Invariant: an answer holds the records as they were in the state.
 */
import { Type } from "typebox";
import { defineQuery } from "../../query.ts";
import { line } from "../../schema.ts";
import type { Message } from "../conversations/thread.ts";
import type { Directive } from "../directives/directive.ts";
import { find } from "../lookup.ts";
import { pageOf, paging } from "./page.ts";

/** With the entry that archived it. */
export type ArchivedMessage = Message & { archived_seq: number };
export type ArchivedDirective = Directive & { archived_seq: number };

const messages = defineQuery({
  name: "conversations/archive",
  summary:
    "Archived messages, of one thread or all, the newest first; go on with the cursor while there is one.",
  params: Type.Object({
    thread_id: line("Only of this thread."),
    query: line("Words that must all be in the id, the sender's id or the text."),
    project: line("Only about this project."),
    before: line("Only said before this time, or this day."),
    ...paging,
  }),
  examples: [{}, { thread_id: "TH-CEO-ORION", query: "priority", limit: "10" }],
  searches: true,
  async answer({ view: { state }, ...context }, { thread_id, ...asked }) {
    const thread = thread_id ? find(state, "threads", thread_id) : undefined;
    const { rows, next } = await pageOf(context, "message", { ...asked, owner: thread?.id ?? "" });
    return {
      messages: rows.map(({ json, seq }) => ({
        ...(JSON.parse(json) as Message),
        archived_seq: seq,
      })),
      next,
      total: (thread ? thread.archived_messages : state.archive.messages) ?? 0,
    };
  },
});

const directives = defineQuery({
  name: "directives/archive",
  summary: "Archived directives, the newest first; go on with the cursor while there is one.",
  params: Type.Object({
    target: line("Only for this agent."),
    query: line("Words that must all be in the id, its task's id or the text."),
    project: line("Only about this project."),
    before: line("Only said before this time, or this day."),
    ...paging,
  }),
  examples: [{}, { target: "pixel", query: "office", limit: "10" }],
  searches: true,
  async answer({ view: { state }, ...context }, { target, ...asked }) {
    const { rows, next } = await pageOf(context, "directive", { ...asked, owner: target ?? "" });
    return {
      directives: rows.map(({ json, seq }) => ({
        ...(JSON.parse(json) as Directive),
        archived_seq: seq,
      })),
      next,
      total: state.archive.directives ?? 0,
    };
  },
});

export const talkArchiveQueries = [messages, directives] as const;
