/**
 * What is said about a task, by comments and with events. Neighbours: `link-actions.ts` and `event-action.ts`.
 * Invariant: however much is said, a task holds so many comments and characters at most.
 */
import type { Context } from "../../action.ts";
import { refuse } from "../../errors.ts";
import { get } from "../../table.ts";
import { createWeights, weightOf } from "../../weight.ts";
import type { Comment, Task } from "./task.ts";

/** Of what every reader of a task is given; events have some left, so that work can still be ended. */
export const ROOM = {
  comment: { count: 1_000, characters: 500_000 },
  event: { count: 1_200, characters: 600_000 },
} as const;
const weightOfComment = createWeights<Comment>(({ text }) => [text]);

/** Appends a comment (reference: `CM-<ms>-<n>`), also where it comes with an event. */
export function addComment(
  task: Task,
  author: string,
  text: string,
  context: Context,
  kind: keyof typeof ROOM = "comment",
) {
  const { count: most, characters } = ROOM[kind];
  const field = kind === "comment" ? "text" : "note";
  const way =
    kind === "comment"
      ? "go on in a task linked to it"
      : "say what changes with tasks/update, such as its status";
  // Not along the draft, which would make a proxy of each.
  const { comments } = get(context.before.tasks, task.id) ?? task;
  if (comments.length >= most) {
    refuse("conflict", `${task.id} has ${most} comments; ${way}`, { field });
  }
  if (comments.reduce((sum, one) => sum + weightOfComment(one), weightOf(text)) > characters) {
    const why = `the comments of ${task.id} may have ${characters} characters together`;
    refuse("conflict", `${why}; say it in fewer words, or ${way}`, { field });
  }
  const last = task.comments.at(-1);
  const count = last ? Number(last.id.slice(last.id.lastIndexOf("-") + 1)) + 1 : 0;
  const comment = { id: `CM-${context.at}-${count}`, author, text, timestamp: context.time };
  task.comments.push(comment);
  return comment;
}
