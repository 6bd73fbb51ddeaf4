/**
 * The demo company, as it stands at one moment: every time and date is relative to the reset.
 * Neighbours: the data files beside, `demo/reset` in the company's actions, which clears the state
 * first; notifications follow by themselves. Invariant: a pure function of `at`; counters only rise.
 */
import type { Agent } from "../state/agents/agent.ts";
import type { State } from "../state/state.ts";
import type { Activity, Comment, Task, TaskStatus } from "../state/tasks/task.ts";
import { put } from "../table.ts";
import { DAY_MS, HOUR_MS, SECOND_MS, toDate, toTime } from "../time.ts";
import { AGENTS, type AgentSeed } from "./agents.ts";
import { DIRECTIVES, MESSAGES, RUNS, THREADS } from "./conversations.ts";
import { MISSIONS, PROJECTS, SPRINTS } from "./missions.ts";
import { COMMENTS, DEFINITION_OF_DONE } from "./task-talk.ts";
import { TASKS, type TaskSeed } from "./tasks.ts";

const MINUTE_MS = 60 * SECOND_MS;

/** The last number of each kind that the demo uses up; `reference.txt` shows the ones after them. */
const LAST = { task: 215, mission: 302, sprint: 6, directive: 14, run: 2205, message: 41 } as const;

/**
 * Fills a cleared state with the demo company.
 * @param at the moment of the reset, milliseconds since the epoch
 * @param seq the number of its entry
 */
export function fillDemo(draft: State, at: number, seq: number): void {
  Object.assign(draft.company, { name: "ClawTasker Labs", chief_agent_id: "orion" });
  for (const seed of AGENTS) put(draft.agents, seed.id, toAgent(seed, at, seq));
  for (const seed of TASKS) put(draft.tasks, seed.id, toTask(seed, at, seq));
  fillPlans(draft, at, seq);
  fillConversations(draft, at);
  const { counters } = draft;
  for (const kind of Object.keys(LAST) as (keyof typeof LAST)[]) {
    counters[kind] = Math.max(counters[kind], LAST[kind]);
  }
}

function toAgent({ heartbeatSecondsAgo, ...seed }: AgentSeed, at: number, seq: number): Agent {
  const last_heartbeat = toTime(at - heartbeatSecondsAgo * SECOND_MS);
  const team = seed.department?.toLowerCase().replaceAll(/[^a-z]+/g, "-") ?? null;
  return {
    standing: "active",
    specialists: seed.home_specialist ? [seed.home_specialist] : [],
    allowed_tools: ["clawtasker"],
    team_id: team,
    team_name: seed.department,
    coordination_scope: null,
    manager_title: null,
    avatar_ref: null,
    note: "",
    blockers: [],
    collaborating_with: [],
    current_task_id: null,
    speaking: false,
    silent: false,
    version: seq,
    last_heartbeat,
    registered_at: toTime(at - 30 * DAY_MS),
    updated_at: last_heartbeat,
    // The data are shared by every reset: a state must own what it holds.
    ...structuredClone(seed),
  };
}

function toTask(seed: TaskSeed, at: number, seq: number): Task {
  const { createdDaysAgo, sinceHoursAgo, updatedMinutesAgo, dueInDays, ...rest } = seed;
  const since = at - sinceHoursAgo * HOUR_MS;
  return {
    type: "task",
    routed: false,
    assignees: [],
    collaborators: [],
    reporter: "ceo",
    horizon: null,
    due_date: dueInDays === undefined ? null : toDate(at + dueInDays * DAY_MS),
    depends_on: [],
    definition_of_done: [...DEFINITION_OF_DONE],
    artifacts: [],
    blocked: false,
    blockers: [],
    lease: null,
    lease_expiries: 0,
    needs_human: false,
    version: seq,
    links: [],
    comments: commentsOn(seed.id, at),
    activity: lastMove(seed, since),
    created_at: toTime(at - createdDaysAgo * DAY_MS),
    updated_at: toTime(at - updatedMinutesAgo * MINUTE_MS),
    status_since: toTime(since),
    done_at: seed.status === "done" ? toTime(since) : null,
    ...structuredClone(rest),
  };
}

function commentsOn(taskId: string, at: number): Comment[] {
  return COMMENTS.filter(({ task_id }) => task_id === taskId).map(
    ({ author, text, minutesAgo }, n) => {
      const ms = at - minutesAgo * MINUTE_MS;
      return { id: `CM-${ms}-${n}`, author, text, timestamp: toTime(ms) };
    },
  );
}

const CAME_FROM: Record<TaskStatus, TaskStatus | null> = {
  backlog: null,
  ready: "backlog",
  in_progress: "ready",
  validation: "in_progress",
  done: "validation",
};

function lastMove({ status, owner, validation_owner }: TaskSeed, since: number): Activity[] {
  const from = CAME_FROM[status];
  if (from === null) return [];
  const author = (status === "done" ? validation_owner : owner) ?? "ceo";
  const change = { author, action: "changed", field: "status", from, to: status } as const;
  return [{ id: `AC-${since}-0`, ...change, timestamp: toTime(since) }];
}

function fillPlans(draft: State, at: number, seq: number): void {
  const daysFromNow = (days: number) => toDate(at + days * DAY_MS);
  for (const project of PROJECTS) {
    const created_at = toTime(at - 30 * DAY_MS);
    put(draft.projects, project.id, {
      ...project,
      status: "active",
      created_at,
      updated_at: created_at,
    });
  }
  for (const { startsInDays, endsInDays, ...sprint } of SPRINTS) {
    const created_at = toTime(at + (startsInDays - 1) * DAY_MS);
    put(draft.sprints, sprint.id, {
      ...sprint,
      start_date: daysFromNow(startsInDays),
      end_date: daysFromNow(endsInDays),
      created_at,
      updated_at: created_at,
    });
  }
  for (const { milestones, createdDaysAgo, updatedMinutesAgo, ...mission } of MISSIONS) {
    put(draft.missions, mission.id, {
      ...structuredClone(mission),
      version: seq,
      milestones: milestones.map(({ dueInDays, ...milestone }) => ({
        ...milestone,
        due_date: daysFromNow(dueInDays),
      })),
      created_at: toTime(at - createdDaysAgo * DAY_MS),
      updated_at: toTime(at - updatedMinutesAgo * MINUTE_MS),
    });
  }
}

function fillConversations(draft: State, at: number): void {
  const minutesBefore = (minutes: number) => toTime(at - minutes * MINUTE_MS);
  for (const { participants, ...thread } of THREADS) {
    const said = MESSAGES.filter(({ thread_id }) => thread_id === thread.id);
    put(draft.threads, thread.id, {
      ...thread,
      participants: [...participants],
      created_at: toTime(at - 30 * DAY_MS),
      updated_at: minutesBefore(Math.min(...said.map(({ minutesAgo }) => minutesAgo))),
    });
  }
  numbered("M", LAST.message, MESSAGES, (id, { minutesAgo, ...message }) =>
    put(draft.messages, id, {
      id,
      ...message,
      target: null,
      timestamp: minutesBefore(minutesAgo),
    }),
  );
  numbered("D", LAST.directive, DIRECTIVES, (id, { minutesAgo, ...directive }) =>
    put(draft.directives, id, {
      id,
      ...directive,
      status: "queued",
      timestamp: minutesBefore(minutesAgo),
    }),
  );
  numbered("R", LAST.run, RUNS, (id, { minutesAgo, ...run }) =>
    put(draft.runs, id, {
      id,
      artifacts: [],
      session_key: null,
      run_id: null,
      collaborating_with: [],
      pr_status: null,
      issue_ref: null,
      note: "",
      done_summary: "",
      doing_summary: "",
      next_summary: "",
      ...structuredClone(run),
      timestamp: minutesBefore(minutesAgo),
    }),
  );
}

/** Gives the items ids that end with `last`. */
function numbered<T>(
  prefix: string,
  last: number,
  items: readonly T[],
  each: (id: string, item: T) => void,
): void {
  for (const [index, item] of items.entries()) {
    const number = last - items.length + 1 + index;
    each(`${prefix}-${String(number).padStart(3, "0")}`, item);
  }
}
