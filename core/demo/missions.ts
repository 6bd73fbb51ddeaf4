/**
 * The projects, sprints and missions of the demo company. Pure data; neighbour: `demo.ts`. Which
 * tasks belong to which is said by the tasks.
 */
import type { Mission } from "../state/missions/mission.ts";
import type { Project } from "../state/projects/project.ts";
import type { Sprint } from "../state/sprints/sprint.ts";

export const PROJECTS: readonly Pick<Project, "id" | "name" | "description">[] = [
  {
    id: "ceo-console",
    name: "CEO Console",
    description: "The console through which one person leads the company.",
  },
  {
    id: "atlas-core",
    name: "Atlas Core",
    description: "The workspace, the release path and the guard rails all agents share.",
  },
  {
    id: "market-radar",
    name: "Market Radar",
    description: "What moves outside, in time to act on it.",
  },
];

/** Days are counted from the day of the reset. */
export type SprintSeed = Pick<Sprint, "id" | "name" | "goal" | "project_id" | "status"> & {
  startsInDays: number;
  endsInDays: number;
};

export const SPRINTS: readonly SprintSeed[] = [
  {
    id: "SP-005",
    name: "Sprint 5",
    goal: "Every agent works in the shared workspace.",
    project_id: "ceo-console",
    status: "completed",
    startsInDays: -20,
    endsInDays: -7,
  },
  {
    id: "SP-006",
    name: "Sprint 6",
    goal: "A release candidate that a newcomer can run alone.",
    project_id: "ceo-console",
    status: "active",
    startsInDays: -6,
    endsInDays: 7,
  },
];

export type MissionSeed = Omit<Mission, "milestones" | "version" | "created_at" | "updated_at"> & {
  milestones: { title: string; dueInDays: number; done: boolean }[];
  createdDaysAgo: number;
  updatedMinutesAgo: number;
};

export const MISSIONS: readonly MissionSeed[] = [
  {
    id: "M-300",
    title: "Ship the release candidate",
    objective: "Put a release candidate of the console into the hands of five pilot companies.",
    summary: "Filters, office and docs are under way; the approval queue waits for a verdict.",
    project_id: "ceo-console",
    owner: "orion",
    status: "active",
    severity: "high",
    priority: "P0",
    horizon: "This Week",
    required_specialists: ["planning", "code", "design", "qa", "docs"],
    assigned_agents: ["orion", "codex", "pixel", "ralph", "quill"],
    next_actions: ["Decide on the approval queue", "Validate the board filters"],
    success_criteria: ["Five pilots run it without our help", "No open P0"],
    dependencies: ["The push workflow of Atlas Core"],
    risks: ["Ralph validates almost everything; a second validator would halve the wait."],
    milestones: [
      { title: "Routing prompt pack published", dueInDays: -1, done: true },
      { title: "All P0 tasks in validation", dueInDays: 2, done: false },
      { title: "Candidate handed to the pilots", dueInDays: 5, done: false },
    ],
    createdDaysAgo: 9,
    updatedMinutesAgo: 25,
  },
  {
    id: "M-301",
    title: "Deliver the morning briefing",
    objective: "Give the CEO the three stories that matter before nine, every working day.",
    summary: "Today's briefing is nearly written; publishing is still done by hand.",
    project_id: "market-radar",
    owner: "violet",
    status: "active",
    severity: "medium",
    priority: "P1",
    horizon: "Today",
    required_specialists: ["research", "media", "distribution"],
    assigned_agents: ["violet", "scout", "mercury", "echo"],
    next_actions: ["Approve today's briefing", "Start the publishing workflow"],
    success_criteria: ["Ten briefings in a row before nine", "Each story led to a decision"],
    dependencies: [],
    risks: ["One media analyst: no briefing when Mercury is away."],
    milestones: [
      { title: "First briefing before nine", dueInDays: -2, done: true },
      { title: "Publishing without hands", dueInDays: 6, done: false },
    ],
    createdDaysAgo: 6,
    updatedMinutesAgo: 8,
  },
  {
    id: "M-302",
    title: "Harden the workflow",
    objective: "Make it impossible to release anything that nobody reviewed.",
    summary: "The scaffold is done and the rules are written; a signing key is missing.",
    project_id: "atlas-core",
    owner: "charlie",
    status: "blocked",
    severity: "critical",
    priority: "P0",
    horizon: "This Week",
    required_specialists: ["ops", "security"],
    assigned_agents: ["charlie", "shield", "ledger"],
    next_actions: ["CEO: approve the signing key", "Shield: start the checklist"],
    success_criteria: ["An unsigned push is refused", "Every agent works by the checklist"],
    dependencies: ["A signing key approved by the CEO"],
    risks: ["Without a signing key the release branch stays open to unreviewed pushes."],
    milestones: [
      { title: "Shared workspace in service", dueInDays: -8, done: true },
      { title: "Rules switched on", dueInDays: 2, done: false },
    ],
    createdDaysAgo: 15,
    updatedMinutesAgo: 15 * 60,
  },
];
