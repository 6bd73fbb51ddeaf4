/**
 * The action that sends to the archive what was said long ago. Nothing comes back from there: what was
 * said is read, not changed. Neighbours: the server's timers, `talk.ts`, which knows what is due.
 * Invariant: all its bounds stand in the body, so that an entry does the same under any later ones.
 */
import { Type } from "typebox";
import { defineAction } from "../../action.ts";
import { get, remove } from "../../table.ts";
import { weightOf } from "../../weight.ts";
import type { Message } from "../conversations/thread.ts";
import type { Directive } from "../directives/directive.ts";
import { archivableTalk } from "./talk.ts";

const archiveTalk = defineAction({
  name: "system/archive_talk",
  summary:
    "Move messages and directives of long ago into the archive, but for the last of each thread.",
  internal: true,
  body: Type.Object({
    days: Type.Number({ minimum: 0, description: "How long ago they must have been said." }),
    keep: Type.Integer({
      minimum: 0,
      description: "How many of each thread, and of the directives, stay.",
    }),
    most: Type.Integer({ minimum: 1, maximum: 200, description: "How many may go at once." }),
    characters: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: "What they may say together, but for a single one.",
      }),
    ),
  }),
  kind: "state_saved",
  examples: [{ days: 0, keep: 1, most: 2 }],
  actor: () => "system",
  reduce(draft, { days, keep, most, characters }, { before, relations, at }) {
    const messages: Message[] = [];
    const directives: Directive[] = [];
    let left = characters ?? Number.POSITIVE_INFINITY;
    for (const record of archivableTalk(before, relations, { days, keep }, at)) {
      left -= weightOf(record.text);
      if (left < 0 && messages.length + directives.length > 0) break;
      if ("thread_id" in record) messages.push(record);
      else directives.push(record);
      if (messages.length + directives.length === most) break;
    }
    for (const { id, thread_id } of messages) {
      remove(draft.messages, id);
      const thread = get(draft.threads, thread_id);
      if (thread) thread.archived_messages = (thread.archived_messages ?? 0) + 1;
    }
    for (const { id } of directives) remove(draft.directives, id);
    const { archive } = draft;
    if (messages.length > 0) archive.messages = (archive.messages ?? 0) + messages.length;
    if (directives.length > 0) archive.directives = (archive.directives ?? 0) + directives.length;
    const message_ids = messages.map(({ id }) => id);
    const directive_ids = directives.map(({ id }) => id);
    const gone = [...message_ids, ...directive_ids];
    return {
      title: `${plural(messages.length, "message")} and ${plural(directives.length, "directive")} archived`,
      details: gone.join(", "),
      ids: { message_ids, directive_ids },
      ...(gone.length === 0
        ? { idle: true as const }
        : {
            archive: {
              ...(messages.length > 0 && { messages }),
              ...(directives.length > 0 && { directives }),
            },
          }),
      reply: () => ({ message_ids, directive_ids }),
    };
  },
});

function plural(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}

export const talkArchiveActions = [archiveTalk] as const;
