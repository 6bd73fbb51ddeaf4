/** The predefined task templates (reference.txt, "Available templates"). */
import type { Priority, TaskType } from "./task.ts";

export interface TaskTemplate {
  id: string;
  name: string;
  specialist: string;
  type: TaskType;
  priority: Priority;
  description: string;
  definition_of_done: readonly string[];
  acceptance_criteria: readonly string[];
  labels: readonly string[];
}

export const TASK_TEMPLATES: readonly TaskTemplate[] = [
  {
    id: "compliance-memo",
    name: "Compliance Memo",
    specialist: "security",
    type: "task",
    priority: "P1",
    description: "Write down which rules apply to a plan, where it stands, and what has to change.",
    definition_of_done: ["Rules listed with sources", "Gaps rated", "Memo reviewed", "Memo filed"],
    acceptance_criteria: ["Each gap names an owner and a date", "A decision can be taken from it"],
    labels: ["compliance", "legal"],
  },
  {
    id: "market-validation",
    name: "Market Validation",
    specialist: "research",
    type: "spike",
    priority: "P1",
    description: "Find out whether the people we have in mind want this, with evidence either way.",
    definition_of_done: ["Hypotheses written", "Evidence collected", "Verdict stated"],
    acceptance_criteria: ["At least three independent sources", "The verdict follows from them"],
    labels: ["market", "research"],
  },
  {
    id: "gtm-plan",
    name: "Go-to-Market Plan",
    specialist: "distribution",
    type: "story",
    priority: "P1",
    description:
      "Plan how the product reaches its first users: audience, message, channels, dates.",
    definition_of_done: ["Audience defined", "Channels chosen", "Calendar agreed", "Budget known"],
    acceptance_criteria: ["Each step has an owner and a date", "Success can be measured"],
    labels: ["launch", "marketing"],
  },
  {
    id: "founder-decision",
    name: "Founder Decision",
    specialist: "planning",
    type: "task",
    priority: "P0",
    description: "Prepare a decision for the CEO: the question, the options, what each one costs.",
    definition_of_done: ["Options compared", "Recommendation given", "Decision recorded"],
    acceptance_criteria: ["Fits on one page", "Says what happens if nothing is decided"],
    labels: ["decision", "ceo"],
  },
  {
    id: "research-brief",
    name: "Research Brief",
    specialist: "research",
    type: "task",
    priority: "P2",
    description: "Answer one question in a page, with sources and what remains unknown.",
    definition_of_done: ["Question stated", "Sources linked", "Brief reviewed"],
    acceptance_criteria: ["The answer stands in the first paragraph", "Every claim has a source"],
    labels: ["research", "brief"],
  },
  {
    id: "software-feature",
    name: "Software Feature",
    specialist: "code",
    type: "story",
    priority: "P1",
    description: "Implement a new software feature, from the agreed behaviour to merged code.",
    definition_of_done: [
      "Implementation complete",
      "Unit tests passing",
      "Docs updated",
      "PR merged",
    ],
    acceptance_criteria: ["Feature works as described", "No regressions", "Reviewed and approved"],
    labels: ["feature", "engineering"],
  },
];
