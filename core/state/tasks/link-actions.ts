/** The actions that say something about a task and leave its course alone: comment and link. */
import { Type } from "typebox";
import { defineAction } from "../../action.ts";
import { refuse } from "../../errors.ts";
import { id, longText, optionalName, requiredText, source } from "../../schema.ts";
import { find, nameTold } from "../lookup.ts";
import { addComment } from "./comments.ts";
import { leaseToken } from "./fields.ts";
import { checkLease } from "./leases.ts";
import { agentOf, taskIds } from "./naming.ts";
import { linkTasks } from "./references.ts";
import { SYMMETRIC_LINKS } from "./task.ts";

const commentTask = defineAction({
  name: "tasks/comment",
  summary: "Append a comment to a task.",
  body: Type.Object({
    task_id: id("The task."),
    text: longText("The comment; Markdown."),
    author: optionalName("Who writes; ceo when absent."),
    agent_id: optionalName("The agent that writes."),
    source,
  }),
  kind: "task_updated",
  forms: { envelope: "task", id: "task_id" },
  examples: [
    {
      task_id: "T-203",
      text: "Verified on staging — all filter combinations work correctly.",
      author: "ralph",
    },
  ],
  actor: ({ agent_id, author }) => author || agent_id,
  reduce(draft, payload, context) {
    const task = find(draft, "tasks", payload.task_id);
    const author = payload.author || payload.agent_id || "ceo";
    const comment = addComment(task, author, payload.text, context);
    const { id } = task;
    return {
      title: `${nameTold(draft, author, context)} commented on ${id}`,
      details: payload.text.slice(0, 120),
      ids: { ...taskIds(task), comment_id: comment.id },
      reply: () => ({ task_id: id, comment }),
    };
  },
});

const linkTask = defineAction({
  name: "tasks/link",
  summary: "Link two tasks by name; the other one gets the counterpart.",
  body: Type.Object({
    source_id: id("The task the link starts from."),
    target_id: id("The task it points to."),
    link_type: requiredText(`One of ${Object.keys(SYMMETRIC_LINKS).join(", ")}.`),
    agent_id: optionalName("The agent that links."),
    author: optionalName("Who links; ceo when absent."),
    lease_token: leaseToken,
    source,
  }),
  kind: "task_updated",
  examples: [{ source_id: "T-208", target_id: "T-203", link_type: "relates-to" }],
  actor: ({ agent_id, author }) => agent_id || author,
  // The refusals and their order are the reference's, word for word.
  reduce(draft, { source_id, target_id, link_type, lease_token, ...who }, context) {
    const author = who.agent_id || who.author || "ceo";
    if (!isLinkType(link_type)) {
      refuse("unknown_field_value", `invalid link_type: ${link_type}`, {
        field: "link_type",
        allowed: Object.keys(SYMMETRIC_LINKS),
      });
    }
    if (source_id === target_id) refuse("conflict", "cannot link a task to itself");
    const from = find(draft, "tasks", source_id, "source task");
    const to = find(draft, "tasks", target_id, "target task");
    if (from.links.some((link) => link.target_id === target_id && link.link_type === link_type)) {
      refuse("conflict", `link already exists: ${source_id} ${link_type} ${target_id}`);
    }
    checkLease(from, { agent_id: agentOf(draft, author), lease_token });
    // Its counterpart is a change of the other one, and raises its version beside its holder.
    checkLease(to, { agent_id: agentOf(draft, author) });
    linkTasks(from, to, link_type, author, context);
    return {
      title: `${nameTold(draft, author, context)} linked ${source_id}`,
      details: `${source_id} ${link_type} ${target_id}`,
      ids: { task_id: source_id, target_id },
      reply: () => ({
        source_id,
        target_id,
        link_type,
        symmetric_type: SYMMETRIC_LINKS[link_type],
      }),
    };
  },
});

function isLinkType(type: string): type is keyof typeof SYMMETRIC_LINKS {
  return Object.hasOwn(SYMMETRIC_LINKS, type);
}

export const linkActions = [commentTask, linkTask] as const;
