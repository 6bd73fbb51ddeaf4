/**
 * The snapshot of the reference: the whole company with everything derived, for clients that do not
 * follow patches. Neighbours: `queries.ts`; the selectors of the slices do the work.
 */
import type { StreamEvent } from "./entry.ts";
import { AGENT_STATUSES, CEO } from "./state/agents/agent.ts";
import { orgStructure, toAgentView, type Workload, workloads } from "./state/agents/views.ts";
import { scaffold } from "./state/company/scaffold.ts";
import type { Message } from "./state/conversations/thread.ts";
import { missionControl, missionViews, type TasksOf, tasksIn } from "./state/missions/views.ts";
import type { Run } from "./state/runs/run.ts";
import type { State } from "./state/state.ts";
import { exceptionDashboard, toMoment, toTaskView } from "./state/tasks/views.ts";
import { atOnce } from "./steps.ts";
import { compareIds, list, values } from "./table.ts";
import { type Tally, toTally } from "./tally.ts";
import { toTime } from "./time.ts";
import { VERSION } from "./version.ts";

/** How much of what grows for ever the snapshot shows. */
const MAX_MESSAGES = 200;
/** Of those, if need be from before the others. */
const MAX_OF_CEO = 20;
const MAX_RUNS = 100;
/** Of those, of one agent as long as others have some. */
const MAX_OF_AGENT = 50;
const MAX_DIRECTIVES = 200;
/** Records after which a long pass may pause. */
const MANY = 2_000;

export function toSnapshot(state: State, seq: number, now: number, events: readonly StreamEvent[]) {
  const tasks = list(state.tasks);
  const tally = toTally(state, tasks, now, toMoment(state, now));
  const tasksOf = tasksIn([tally.missions]);
  const loads = loadsOf(state, [tally]);
  return {
    agents: agentsIn(state, loads),
    tasks: tasks.map((task) => toTaskView(state, task, now)),
    ...beforeMissions(state, events),
    missions: missionViews(state, now, tasksOf),
    ...atOnce(afterMissions(state, seq, now, { tallies: [tally], tasksOf, loads })),
  };
}

/** The workload of every agent. */
export function loadsOf(state: State, tallies: readonly Tally[]): Map<string, Workload> {
  return workloads(
    state,
    tallies.map((tally) => tally.loads),
  );
}

/** What stands before `tasks`. */
export function agentsIn(state: State, loads: ReadonlyMap<string, Workload>) {
  return list(state.agents).map((agent) =>
    Object.assign(toAgentView(state, agent), { workload: loads.get(agent.id) }),
  );
}

/** What stands between `tasks` and `missions`. */
export function beforeMissions(state: State, events: readonly StreamEvent[]) {
  return { projects: list(state.projects), events };
}

/** What of all tasks is put together already. */
interface Counted {
  tallies: readonly Tally[];
  tasksOf: TasksOf;
  loads: ReadonlyMap<string, Workload>;
}

/** What stands after `missions`. */
export function* afterMissions(
  state: State,
  seq: number,
  now: number,
  { tallies, tasksOf, loads }: Counted,
) {
  const notifications = newest(
    list(state.notifications).filter(({ dismissed }) => !dismissed),
    Number.POSITIVE_INFINITY,
  );
  const said = yield* conversations(state);
  return {
    conversations: said,
    ui_settings: { agent_statuses: AGENT_STATUSES, ...scaffold },
    version: VERSION,
    timestamp: toTime(now),
    seq,
    company: state.company,
    sprints: list(state.sprints),
    directives: newest(list(state.directives), MAX_DIRECTIVES),
    notifications,
    notification_count: notifications.length,
    recent_runs: recentRuns(list(state.runs)),
    org_structure: orgStructure(state),
    mission_control: missionControl(state, now, tasksOf),
    exception_dashboard: exceptionDashboard(
      state,
      now,
      tallies.map((tally) => tally.exceptions),
    ),
    agent_workload: [...loads.values()],
  };
}

function newest<T extends { id: string }>(records: T[], limit: number): T[] {
  return records.sort((a, b) => compareIds(b.id, a.id)).slice(0, limit);
}

/** The newest, but of one agent no more than its part while there are others'. */
function recentRuns(runs: Run[]): Run[] {
  const all = newest(runs, Number.POSITIVE_INFINITY);
  const counts = new Map<string, number>();
  const beyond = new Set<Run>();
  for (const run of all) {
    const count = (counts.get(run.agent_id) ?? 0) + 1;
    counts.set(run.agent_id, count);
    if (count > MAX_OF_AGENT) beyond.add(run);
  }
  const within = all.filter((run) => !beyond.has(run)).slice(0, MAX_RUNS);
  const more = [...beyond].slice(0, MAX_RUNS - within.length);
  return more.length === 0 ? within : newest([...within, ...more], MAX_RUNS);
}

/** The newest messages, and of those before them the CEO's last ones: nobody talks them out of sight. */
function latestOf(messages: readonly Message[]): Message[] {
  const isCeos = ({ sender }: Message) => sender === CEO;
  const newest = messages.slice(-MAX_MESSAGES);
  const room = MAX_OF_CEO - newest.filter(isCeos).length;
  if (newest.length === messages.length || room <= 0) return newest;
  const kept = messages.slice(0, -MAX_MESSAGES).filter(isCeos).slice(-room);
  return [...kept, ...newest.slice(kept.length)];
}

/** Every thread with its latest messages, oldest first. */
function* conversations(state: State) {
  const byThread = new Map<string, Message[]>();
  for (const [index, message] of values(state.messages).entries()) {
    const messages = byThread.get(message.thread_id);
    if (messages) messages.push(message);
    else byThread.set(message.thread_id, [message]);
    if (index % MANY === 0) yield;
  }
  const threads = [];
  for (const thread of list(state.threads)) {
    const messages = (byThread.get(thread.id) ?? []).sort((a, b) => compareIds(a.id, b.id));
    const message_count = messages.length + (thread.archived_messages ?? 0);
    threads.push({ ...thread, message_count, messages: latestOf(messages) });
    yield;
  }
  return threads;
}
