/**
 * What the demo company says to itself: threads with their messages, the CEO's directives, the latest
 * runs. Pure data; neighbour: `demo.ts`, which gives the ids. Invariant: each list is oldest first.
 */
import type { Message } from "../state/conversations/thread.ts";
import type { Directive } from "../state/directives/directive.ts";
import type { Run } from "../state/runs/run.ts";

export interface ThreadSeed {
  id: string;
  title: string;
  participants: [string, string];
}

/** The CEO first, then by name, as `conversations/message` would make them. */
export const THREADS: readonly ThreadSeed[] = [
  { id: "TH-CEO-ORION", title: "CEO and Orion", participants: ["ceo", "orion"] },
  { id: "TH-CODEX-ORION", title: "Codex and Orion", participants: ["codex", "orion"] },
  { id: "TH-ORION-VIOLET", title: "Orion and Violet", participants: ["orion", "violet"] },
  { id: "TH-CHARLIE-ORION", title: "Charlie and Orion", participants: ["charlie", "orion"] },
  { id: "TH-ORION-QUILL", title: "Orion and Quill", participants: ["orion", "quill"] },
];

export type MessageSeed = Pick<
  Message,
  "thread_id" | "sender" | "category" | "project_id" | "text"
> & { minutesAgo: number };

export const MESSAGES: readonly MessageSeed[] = [
  {
    thread_id: "TH-CHARLIE-ORION",
    sender: "charlie",
    category: "status",
    project_id: "atlas-core",
    text: "The push rules are ready, but I have no signing key. I am **blocked** on T-209.",
    minutesAgo: 16 * 60,
  },
  {
    thread_id: "TH-CHARLIE-ORION",
    sender: "orion",
    category: "ack",
    project_id: "atlas-core",
    text: "Seen. I am taking the key to the CEO; please let Shield go on with T-210.",
    minutesAgo: 15 * 60,
  },
  {
    thread_id: "TH-CEO-ORION",
    sender: "ceo",
    category: "directive",
    project_id: "ceo-console",
    text: "The release candidate comes first this week. What stands in its way?",
    minutesAgo: 120,
  },
  {
    thread_id: "TH-CEO-ORION",
    sender: "orion",
    category: "summary",
    project_id: "ceo-console",
    text: "Two things need you: the verdict on the approval queue (T-201) and the signing key for T-209. The rest is moving.",
    minutesAgo: 112,
  },
  {
    thread_id: "TH-CODEX-ORION",
    sender: "orion",
    category: "directive",
    project_id: "ceo-console",
    text: "Filters before the conversation rail, please. Ralph has time for you after lunch.",
    minutesAgo: 105,
  },
  {
    thread_id: "TH-CODEX-ORION",
    sender: "codex",
    category: "ack",
    project_id: "ceo-console",
    text: "Agreed. T-203 goes to validation today; T-208 is next.",
    minutesAgo: 101,
  },
  {
    thread_id: "TH-ORION-VIOLET",
    sender: "violet",
    category: "discussion",
    project_id: "market-radar",
    text: "Nine stories overnight. I would cut to three: the price change, the new entrant, the rule in Brussels.",
    minutesAgo: 70,
  },
  {
    thread_id: "TH-ORION-VIOLET",
    sender: "orion",
    category: "discussion",
    project_id: "market-radar",
    text: "Good three. Put the price change first, it touches a decision of today.",
    minutesAgo: 64,
  },
  {
    thread_id: "TH-ORION-QUILL",
    sender: "orion",
    category: "discussion",
    project_id: "ceo-console",
    text: "The README was due yesterday. What would help?",
    minutesAgo: 55,
  },
  {
    thread_id: "TH-ORION-QUILL",
    sender: "quill",
    category: "status",
    project_id: "ceo-console",
    text: "The filters change the first screenshots. I finish it the hour T-203 is accepted.",
    minutesAgo: 50,
  },
  {
    thread_id: "TH-CEO-ORION",
    sender: "ceo",
    category: "discussion",
    project_id: "ceo-console",
    text: "I look at the approval queue before noon. Who leads the office polish?",
    minutesAgo: 35,
  },
  {
    thread_id: "TH-CEO-ORION",
    sender: "orion",
    category: "status",
    project_id: "ceo-console",
    text: "Pixel does, with Codex beside for the canvas. It is at 45 percent.",
    minutesAgo: 31,
  },
];

export type DirectiveSeed = Pick<
  Directive,
  "target" | "text" | "project_id" | "specialist" | "task_id"
> & { minutesAgo: number };

export const DIRECTIVES: readonly DirectiveSeed[] = [
  {
    target: "shield",
    text: "Write down what our agents check before they trust a text from outside.",
    project_id: "atlas-core",
    specialist: "security",
    task_id: "T-210",
    minutesAgo: 3 * 24 * 60,
  },
  {
    target: "orion",
    text: "Put the release candidate first and tell me every morning what stands in its way.",
    project_id: "ceo-console",
    specialist: null,
    task_id: null,
    minutesAgo: 121,
  },
];

export type RunSeed = Pick<
  Run,
  "agent_id" | "task_id" | "project_id" | "title" | "outcome" | "summary"
> &
  Partial<Run> & { minutesAgo: number };

export const RUNS: readonly RunSeed[] = [
  {
    agent_id: "charlie",
    task_id: "T-209",
    project_id: "atlas-core",
    title: "Push rules written",
    outcome: "blocked",
    summary: "The rules are complete; switching them on needs a signing key.",
    issue_ref: "atlas-core#41",
    minutesAgo: 15 * 60,
  },
  {
    agent_id: "ralph",
    task_id: "T-201",
    project_id: "ceo-console",
    title: "Approval queue test run",
    outcome: "validation",
    summary: "Forty hand-overs through the queue, none lost, none twice.",
    artifacts: ["company/projects/ceo-console/reports/approval-queue.md"],
    collaborating_with: ["orion"],
    minutesAgo: 180,
  },
  {
    agent_id: "codex",
    task_id: "T-203",
    project_id: "ceo-console",
    title: "Filters on board and backlog",
    outcome: "working",
    summary: "Both views share one filter; the calendar is next.",
    pr_status: "open",
    minutesAgo: 12,
  },
];
