/** The action of conversations: a message, in a named thread or the one between two people. */
import { Type } from "typebox";
import { type Context, defineAction } from "../../action.ts";
import { refuse, refuseMissing } from "../../errors.ts";
import { id, longText, oneOf, ref, source } from "../../schema.ts";
import { get, put, values } from "../../table.ts";
import { checkPerson, checkRef, find, nameTold } from "../lookup.ts";
import { type State, takeId } from "../state.ts";
import { CATEGORIES, type Thread } from "./thread.ts";

const postMessage = defineAction({
  name: "conversations/message",
  summary: "Post a message to a thread, or to the thread between sender and target.",
  body: Type.Object({
    sender: id("Who writes: an agent or ceo."),
    text: longText("The message; Markdown."),
    thread_id: ref("The thread; the one between sender and target when absent."),
    target: ref("To whom, without a thread: an agent or ceo; the chief when absent."),
    category: Type.Optional(oneOf(CATEGORIES, "What kind of message; discussion when absent.")),
    project_id: ref("The project it is about."),
    source,
  }),
  kind: "message_posted",
  forms: { envelope: "message" },
  examples: [
    {
      sender: "orion",
      thread_id: "TH-CEO-ORION",
      text: "CEO priority stack confirmed. Routing filters to Codex, office polish to Pixel.",
      category: "directive",
      project_id: "ceo-console",
    },
  ],
  actor: ({ sender }) => sender,
  reduce(draft, payload, context) {
    const { sender } = payload;
    checkPerson(draft, sender);
    checkPerson(draft, payload.target);
    if (payload.target === sender && !payload.thread_id) {
      refuse("invalid", "target must be somebody else than sender", { field: "target" });
    }
    checkRef(draft, "projects", payload.project_id);
    const thread = payload.thread_id
      ? find(draft, "threads", payload.thread_id)
      : threadBetween(draft, sender, payload.target || defaultTarget(draft, sender), context);
    if (!thread.participants.includes(sender)) thread.participants.push(sender);
    thread.updated_at = context.time;
    const thread_id = thread.id;
    const message = {
      id: takeId(draft, "message", context),
      thread_id,
      sender,
      target: payload.target || null,
      text: payload.text,
      category: payload.category ?? ("discussion" as const),
      project_id: payload.project_id || null,
      timestamp: context.time,
    };
    put(draft.messages, message.id, message);
    return {
      title: `${nameTold(draft, sender, context)} wrote in ${thread.title}`,
      details: payload.text.slice(0, 120),
      ids: { thread_id, message_id: message.id, agent_id: sender },
      reply: (after) => ({ thread: find(after, "threads", thread_id), message }),
    };
  },
});

/** The chief; the CEO where the chief itself writes. */
function defaultTarget(state: State, sender: string): string {
  const chief = state.company.chief_agent_id;
  if (chief === null && sender === "ceo") refuseMissing("target");
  return chief === null || chief === sender ? "ceo" : chief;
}

function threadBetween(state: State, sender: string, target: string, context: Context): Thread {
  // The CEO first, then by name: both directions find the same thread.
  const [first, second] = [sender, target].sort((a, b) =>
    a === "ceo" ? -1 : b === "ceo" ? 1 : a < b ? -1 : 1,
  ) as [string, string];
  let id = `TH-${first}-${second}`.toUpperCase();
  for (const known of values(context.before.threads)) {
    const both = known.participants.includes(first) && known.participants.includes(second);
    // Others may have joined the one that bears their names; it stays theirs.
    const theirs = known.participants.length === 2 || known.id === id;
    if (both && theirs) return find(state, "threads", known.id);
  }
  for (let n = 2; get(state.threads, id); n++) id = `TH-${first}-${second}-${n}`.toUpperCase();
  const thread: Thread = {
    id,
    title: `${nameTold(state, first, context)} and ${nameTold(state, second, context)}`,
    participants: [first, second],
    created_at: context.time,
    updated_at: context.time,
  };
  put(state.threads, id, thread);
  return thread;
}

export const conversationActions = [postMessage] as const;
