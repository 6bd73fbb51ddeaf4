/**
 * What is said about a task, by comments and with events. Neighbours: `link-actions.ts` and `event-action.ts`.
 * Invariant: however much is said, a task holds so many comments and characters at most, and nobody alone takes
 * the room of others: who has nothing to do with it less than who works on it, and those less than the CEO.
 */
import type { Context } from "../../action.ts";
import { refuse } from "../../errors.ts";
import { get } from "../../table.ts";
import { createWeights, weightOf } from "../../weight.ts";
import { isPerson } from "../shares.ts";
import { isNamed } from "./naming.ts";
import type { Comment, Task } from "./task.ts";

interface Room {
  count: number;
  characters: number;
}

/** Of what every reader of a task is given. */
export const ROOM = {
  /** Of one who neither has nor checks it. */
  own: { count: 200, characters: 100_000 },
  /** Of all those, with what others wrote. */
  others: { count: 800, characters: 400_000 },
  comment: { count: 1_000, characters: 500_000 },
  /** Some are left, so that work can still be ended. */
  event: { count: 1_200, characters: 600_000 },
  ceo: { count: 1_400, characters: 700_000 },
} as const satisfies Record<string, Room>;
const weightOfComment = createWeights<Comment>(({ text }) => [text]);

/** Appends a comment (reference: `CM-<ms>-<n>`), also where it comes with an event. */
export function addComment(
  task: Task,
  author: string,
  text: string,
  context: Context,
  kind: "comment" | "event" = "comment",
) {
  const field = kind === "comment" ? "text" : "note";
  const way =
    kind === "comment"
      ? "go on in a task linked to it"
      : "say what changes with tasks/update, such as its status";
  // Not along the draft, which would make a proxy of each.
  const { comments } = get(context.before.tasks, task.id) ?? task;
  const check = (said: readonly Comment[], { count, characters }: Room, whose: string) => {
    if (said.length >= count) {
      refuse("conflict", `${task.id} has ${count} comments${whose}; ${way}`, { field });
    }
    if (said.reduce((sum, one) => sum + weightOfComment(one), weightOf(text)) > characters) {
      const why = `the comments${whose} of ${task.id} may have ${characters} characters together`;
      refuse("conflict", `${why}; say it in fewer words, or ${way}`, { field });
    }
  };
  if (isPerson(context)) check(comments, ROOM.ceo, "");
  else if (isNamed(task, author)) check(comments, ROOM[kind], "");
  else {
    const own = comments.filter((one) => one.author === author);
    check(own, ROOM.own, " by one who does not work on it");
    check(comments, ROOM.others, ", all that those may write who do not work on it");
  }
  const last = task.comments.at(-1);
  const count = last ? Number(last.id.slice(last.id.lastIndexOf("-") + 1)) + 1 : 0;
  const comment = { id: `CM-${context.at}-${count}`, author, text, timestamp: context.time };
  task.comments.push(comment);
  return comment;
}
