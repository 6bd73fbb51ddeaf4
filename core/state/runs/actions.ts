/** The action of runs: an agent publishes a result, which is also a sign of its life. */
import { dequal } from "dequal/lite";
import { Type } from "typebox";
import { type Context, defineAction, isSince } from "../../action.ts";
import {
  ids,
  lines,
  nullableLine,
  nullableName,
  oneOf,
  ref,
  requiredText,
  source,
  text,
} from "../../schema.ts";
import { compareIds, get, list, put, remove } from "../../table.ts";
import { fromTime, SECOND_MS } from "../../time.ts";
import { agentId, summaries } from "../agents/fields.ts";
import { applyAgentFields, markAlive } from "../agents/rules.ts";
import { viewAgent } from "../agents/views.ts";
import { checkRef, find, findActiveAgent, touch, unique } from "../lookup.ts";
import { type State, takeId } from "../state.ts";
import { checkApproved } from "../tasks/approved.ts";
import { applyTaskEvent } from "../tasks/event-action.ts";
import { leaseToken } from "../tasks/fields.ts";
import { gather } from "../tasks/gathered.ts";
import { checkLease, renewLease } from "../tasks/leases.ts";
import { viewTask } from "../tasks/views.ts";
import { MAX_RUNS, OUTCOMES, type Outcome, type Run } from "./run.ts";

/** The same publish again within this time is a retry (routes.md). */
const REPEAT_MS = 45 * SECOND_MS;
/** How many of the latest runs may hold the one that is being repeated. */
const REPEAT_WINDOW = 50;

const AGENT_STATUS = {
  working: "working",
  needs_attention: "working",
  blocked: "blocked",
  validation: "validation",
} as const satisfies Record<Outcome, string>;

const publish = defineAction({
  name: "openclaw/publish",
  summary: "Publish the result of an agent's run; counts as a heartbeat.",
  body: Type.Object({
    agent_id: agentId,
    title: Type.Optional(requiredText("What the run was.")),
    task_id: ref("The task it worked on."),
    project_id: ref("The project it worked on."),
    outcome: Type.Optional(oneOf(OUTCOMES, "How it went; working when absent.")),
    summary: text("What came of it."),
    artifacts: lines("Paths or links of what was made."),
    session_key: nullableName("The caller's session."),
    run_id: nullableName("The caller's id of the run."),
    collaborating_with: ids("The agents it worked with."),
    pr_status: nullableLine("Where its pull request stands."),
    issue_ref: nullableLine("The issue it belongs to."),
    lease_token: leaseToken,
    ...summaries,
    note: text("A remark, for the record."),
    source,
  }),
  kind: "task_updated",
  forms: {
    envelope: "run",
    metadata: ["done_summary", "doing_summary", "next_summary"],
    aliases: {
      agentId: "agent_id",
      taskId: "task_id",
      projectId: "project_id",
      sessionKey: "session_key",
      runId: "run_id",
      collaboratingWith: "collaborating_with",
      prStatus: "pr_status",
      issueRef: "issue_ref",
      doneSummary: "done_summary",
      doingSummary: "doing_summary",
      nextSummary: "next_summary",
    },
  },
  examples: [
    {
      agent_id: "codex",
      task_id: "T-203",
      title: "Filter system pass",
      outcome: "working",
      summary: "Added project and agent filters across board, backlog, and calendar views.",
      artifacts: ["company/projects/ceo-console/web/app.js"],
    },
  ],
  actor: ({ agent_id }) => agent_id,
  reduce(draft, payload, context) {
    const agent = findActiveAgent(draft, payload.agent_id);
    checkRef(draft, "tasks", payload.task_id);
    const task_id = payload.task_id || null;
    const task = task_id ? find(draft, "tasks", task_id) : null;
    if (payload.project_id && payload.project_id !== task?.project_id) {
      checkRef(draft, "projects", payload.project_id);
    }
    for (const other of payload.collaborating_with ?? []) checkRef(draft, "agents", other);
    const outcome = payload.outcome ?? "working";
    const said: Omit<Run, "id" | "timestamp"> = {
      agent_id: agent.id,
      task_id,
      project_id: payload.project_id || task?.project_id || null,
      title: payload.title ?? task?.title ?? "Run",
      outcome,
      summary: payload.summary ?? "",
      artifacts: unique(payload.artifacts ?? []),
      session_key: payload.session_key || null,
      run_id: payload.run_id || null,
      collaborating_with: unique(payload.collaborating_with ?? []),
      pr_status: payload.pr_status || null,
      issue_ref: payload.issue_ref || null,
      note: payload.note ?? "",
      done_summary: payload.done_summary ?? "",
      doing_summary: payload.doing_summary ?? "",
      next_summary: payload.next_summary ?? "",
    };
    const earlier = findRepeated(context.before, said, context);
    const run_id = earlier?.id ?? addRun(draft, said, context);

    const { agent_id } = payload;
    const changes = outcome === "blocked" || outcome === "validation" || said.artifacts.length > 0;
    if (!earlier) {
      const { done_summary, doing_summary, next_summary, collaborating_with } = payload;
      applyAgentFields(agent, { done_summary, doing_summary, next_summary, collaborating_with });
      if (task_id) agent.current_task_id = task_id;
      markAlive(agent, AGENT_STATUS[outcome], context);
      if (task) {
        // A token is always looked at: whoever quotes one says that it works as its holder.
        if (changes || payload.lease_token !== undefined) checkLease(task, payload);
        if (task.lease?.holder === agent_id) renewLease(task, context);
        const known = find(context.before, "tasks", task.id);
        const news = said.artifacts.filter((artifact) => !known.artifacts.includes(artifact));
        const artifacts = [...known.artifacts, ...news];
        checkApproved(
          known,
          { artifacts },
          outcome === "validation" ? outcome : known.status,
          context,
        );
        if (outcome === "blocked") {
          applyTaskEvent(task, "blocked", agent_id, payload.summary, context);
        } else if (outcome === "validation") {
          applyTaskEvent(task, "needs-validation", agent_id, payload.summary, context);
        }
        if (said.artifacts.length > 0) {
          gather(task, "artifacts", said.artifacts, context);
        }
        // Nobody but its holder works on it, and what looks at its version would take that for work.
        const isOthers = task.lease !== null && task.lease.holder !== agent_id;
        if (!isOthers || !isSince(context, 2)) touch(task, context);
      }
    }
    return {
      title: `${agent.name} published ${said.title}`,
      details: outcome,
      kind: task ? "task_updated" : "state_saved",
      ids: { run_id, agent_id, ...(task_id && { task_id }) },
      ...(earlier && { repeated: true as const }),
      reply: (after, at) => ({
        run: find(after, "runs", run_id),
        agent: viewAgent(after, agent_id),
        task: task_id ? viewTask(after, task_id, at) : null,
        ...(earlier && { duplicate: true as const }),
      }),
    };
  },
});

function addRun(state: State, said: Omit<Run, "id" | "timestamp">, context: Context): string {
  const id = takeId(state, "run", context);
  const run = { id, ...said, timestamp: context.time };
  put(state.runs, id, run);
  if (context.rules === undefined) remove(state.runs, runIdAt(state.counters.run - MAX_RUNS));
  else {
    const surplus = surplusOf([...list(context.before.runs), run]);
    if (surplus) remove(state.runs, surplus);
  }
  return id;
}

/** Beyond the bound, the oldest one of the agent that has the most: nobody's runs push out those of others. */
function surplusOf(runs: readonly Run[]): string | undefined {
  if (runs.length <= MAX_RUNS) return undefined;
  const byAgent = new Map<string, Run[]>();
  for (const run of runs) {
    const own = byAgent.get(run.agent_id);
    if (own) own.push(run);
    else byAgent.set(run.agent_id, [run]);
  }
  const [most = []] = [...byAgent.values()].sort((a, b) => b.length - a.length);
  return most.map(({ id }) => id).sort(compareIds)[0];
}

function runIdAt(number: number): string {
  return `R-${String(number).padStart(3, "0")}`;
}

/** The run that says the same and is young enough for this to be its retry. */
function findRepeated(
  state: State,
  said: Omit<Run, "id" | "timestamp">,
  context: Context,
): Run | undefined {
  const { at } = context;
  const { run: last } = state.counters;
  // Of its own: whatever others publish, it is known again.
  const ofItself = isSince(context, 2);
  let left = REPEAT_WINDOW;
  for (let number = last; number > last - MAX_RUNS && left > 0; number--) {
    const run = get(state.runs, runIdAt(number));
    if (!ofItself || run?.agent_id === said.agent_id) left--;
    if (!run || run.agent_id !== said.agent_id) continue;
    const { id: _id, timestamp, ...earlier } = run;
    if (Math.abs(at - fromTime(timestamp)) <= REPEAT_MS && dequal(earlier, said)) return run;
  }
  return undefined;
}

export const runActions = [publish] as const;
