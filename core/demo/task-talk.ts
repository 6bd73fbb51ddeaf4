/**
 * What was said about the tasks of the demo company: their comments, and the words that all of them
 * share for being done. Pure data; neighbour: `demo.ts`. Invariant: oldest first within a task.
 */
export interface CommentSeed {
  task_id: string;
  author: string;
  text: string;
  minutesAgo: number;
}

export const COMMENTS: readonly CommentSeed[] = [
  {
    task_id: "T-200",
    author: "ceo",
    text: "Please say plainly what we are **not** doing this week.",
    minutesAgo: 95,
  },
  {
    task_id: "T-200",
    author: "orion",
    text: "Added a short list of what waits, with the reason for each.",
    minutesAgo: 25,
  },
  {
    task_id: "T-201",
    author: "ralph",
    text: "Forty hand-overs, none lost. Ready for a verdict.",
    minutesAgo: 180,
  },
  {
    task_id: "T-203",
    author: "pixel",
    text: "The filter bar now folds to one line on a narrow screen.",
    minutesAgo: 90,
  },
  {
    task_id: "T-203",
    author: "codex",
    text: "Board and backlog are filtered; the calendar follows this afternoon.",
    minutesAgo: 12,
  },
  {
    task_id: "T-209",
    author: "charlie",
    text: "All rules are written. Without the key I cannot switch them on.",
    minutesAgo: 16 * 60,
  },
  {
    task_id: "T-209",
    author: "shield",
    text: "Reviewed the rules; nothing to add from my side.",
    minutesAgo: 15 * 60,
  },
  {
    task_id: "T-206",
    author: "mercury",
    text: "Tone scores for all nine stories are in the shared folder.",
    minutesAgo: 20,
  },
];

export const DEFINITION_OF_DONE: readonly string[] = [
  "All acceptance criteria are met",
  "Validated by somebody else",
  "Artifacts are in the shared workspace",
];
