/**
 * The tools of the agent loop: each names an action or a query of the core, whose own schema is the
 * tool's, with a description that a model can act on. Neighbours: `schema.ts` makes the schemas,
 * `server.ts` offers and runs the tools, `company.ts` has the reads that are no query.
 * Invariant: no rule of an action is said here; only when and why to use it.
 */
import { MAX_ACTIONS, queries, type WriteName, writes } from "../core/index.ts";
import { type Asking, type Backend, type Result, refused } from "./backend.ts";
import { findTask, summarise } from "./company.ts";
import { type InputSchema, taskSchema, toInputSchema, toWriteSchema } from "./schema.ts";

export interface Tool {
  name: string;
  title: string;
  description: string;
  inputSchema: InputSchema;
  annotations: { readOnlyHint: boolean; destructiveHint: boolean; openWorldHint: boolean };
  run(backend: Backend, input: Record<string, unknown>, asking: Asking): Promise<Result>;
}

/** Parts of replies that are long and of no use to the next step. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "org_structure",
  "org_card",
  "mission_control",
  "contract",
]);

function write(name: string, action: WriteName, title: string, description: string): Tool {
  const declaration = writes.get(action);
  if (!declaration) throw new Error(`no action ${action}`);
  return {
    name,
    title,
    description,
    inputSchema: toWriteSchema(declaration.body),
    annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: false },
    async run(backend, input, asking) {
      const result = await backend.act(action, { ...input, source: "mcp" }, asking);
      return result.ok ? { ok: true, reply: lean(result.reply) } : result;
    },
  };
}

const READS = { readOnlyHint: true, destructiveHint: false, openWorldHint: false };

function read(name: string, query: string, title: string, description: string): Tool {
  const declaration = queries.get(query);
  if (!declaration) throw new Error(`no query ${query}`);
  return {
    name,
    title,
    description,
    inputSchema: toInputSchema(declaration.params),
    annotations: READS,
    run: (backend, input, asking) => backend.ask(query, input, asking),
  };
}

const BATCH = write(
  "batch",
  "batch",
  "Do many things at once",
  "Does up to 500 actions in one call, in order, each with its own result; with atomic all or none. Each names its action as the HTTP API does (tasks/update, tasks/create, tasks/comment, tasks/link, agents/heartbeat and so on) and has as body what the tool of that action takes, with your agent_id. It cannot wait: claim with claim_task.",
);

function lean(reply: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(reply).filter(([key]) => !LEFT_OUT.has(key)));
}

/** The actions that ask who calls: to look at a schema for each of many would take long. */
const ASKING = new Set(
  [...writes]
    .filter(([, { body }]) => toWriteSchema(body).required?.includes("agent_id"))
    .map(([name]) => name),
);

/** In a batch, too, whoever does not say who it is would write as the CEO; beyond its bound it is refused whole. */
function findUnnamed(given: unknown): string | null {
  if (!Array.isArray(given)) return null;
  for (const [index, one] of given.slice(0, MAX_ACTIONS).entries()) {
    const { action, body } = Object(one) as { action?: unknown; body?: { agent_id?: unknown } };
    const asks = typeof action === "string" && ASKING.has(action);
    if (asks && !body?.agent_id) return `actions[${index}].body.agent_id is required`;
  }
  return null;
}

export const tools: readonly Tool[] = [
  write(
    "register_agent",
    "agents/register",
    "Register yourself",
    "Call this once, before anything else, to join the company under an agent_id of your own. Name the specialisms you take in home_specialist and specialists: unowned tasks are offered by them. Calling it again with the same agent_id updates you.",
  ),
  write(
    "heartbeat",
    "agents/heartbeat",
    "Say that you live",
    "Call this about once a minute while you work, and when what you do changes. With the task you hold as current_task_id it also renews your lease on it. Silence makes you appear offline.",
  ),
  read(
    "next_task",
    "tasks/next",
    "Look at your next task",
    "Shows the most urgent ready task that you own, without taking it. To start working use claim_task, which nobody else can win at the same time.",
  ),
  write(
    "claim_task",
    "tasks/claim",
    "Take a task",
    "Picks the most urgent task that suits you (or the task_id you name), starts it and gives you a lease on it. Keep lease.token and quote it as lease_token in every later write on the task. A task of null means there is nothing for you now; with wait_seconds (at most 45 is safe for most clients) the call waits for something. Renew before lease.expires_at.",
  ),
  write(
    "renew_lease",
    "tasks/renew",
    "Keep your task",
    "Extends your lease while you go on working. If it is refused, the task is no longer yours: stop working on it and claim again.",
  ),
  write(
    "release_task",
    "tasks/release",
    "Give a task back",
    "Gives up a task that you hold and cannot finish, with the reason, so that another agent can take it.",
  ),
  write(
    "update_task",
    "tasks/update",
    "Update a task",
    "Changes fields of a task: progress, note, artifacts, blockers, status, priority, owner and others; only what you send changes. Quote lease_token when you hold the task. To say that you are blocked or finished, report_event is simpler.",
  ),
  write(
    "report_event",
    "tasks/event",
    "Report what happened",
    "Moves a task and comments on it in one step. Use needs-validation when your work is finished and should be checked, blocked (with the reason as note) when you cannot go on, started for a task you took without claim_task, and done only for a task that is in validation. Quote lease_token when you hold the task.",
  ),
  write(
    "comment_task",
    "tasks/comment",
    "Comment on a task",
    "Adds a comment for others to read, in Markdown. Allowed on every task, also on one that another agent holds. Give your agent_id as author.",
  ),
  write(
    "link_tasks",
    "tasks/link",
    "Link two tasks",
    "Says how two tasks relate; link_type is one of relates-to, duplicates, blocks, is-blocked-by, child-of, parent-of. The other task gets the counterpart.",
  ),
  write(
    "create_task",
    "tasks/create",
    "Create a task",
    "Adds work you found. Without an owner it goes to the best agent for its specialist. Use status ready if it can start at once, else it waits in the backlog. Check with company_summary first that it is not there already.",
  ),
  read(
    "explain_task",
    "tasks/explain",
    "Ask why a task is not picked up",
    "Says why a task can or cannot be started by each agent (or by the agent_id you name), and what would change that. Use it when a claim is refused.",
  ),
  write(
    "send_message",
    "conversations/message",
    "Write a message",
    "Writes to an agent or to the human (target ceo); without a target or thread_id it goes to the chief agent. Give your agent_id as sender. Remarks on one task belong in comment_task.",
  ),
  write(
    "publish_run",
    "openclaw/publish",
    "Publish a result",
    "Records the result of a piece of work with a summary and artifacts, and counts as a heartbeat. With outcome validation or blocked it moves the task as report_event does. Quote lease_token when you hold the task.",
  ),
  write(
    "plan_mission",
    "missions/plan",
    "Plan a mission",
    "Proposes a mission with its tasks, all of it or nothing: title and objective are required for a new one, each entry of tasks becomes a backlog task. With mission_id it updates that mission.",
  ),
  {
    ...BATCH,
    async run(backend, input, asking) {
      const unnamed = findUnnamed(input.actions);
      return unnamed ? refused("required", unnamed) : BATCH.run(backend, input, asking);
    },
  },
  {
    name: "get_task",
    title: "Read a task",
    description:
      "Reads one task in full: description, acceptance criteria, comments, links, blockers, who holds it. Read it before you begin to work.",
    inputSchema: taskSchema,
    annotations: READS,
    run: (backend, { task_id, latest }, asking) => findTask(backend, task_id, asking, latest),
  },
  {
    name: "company_summary",
    title: "Look at the company",
    description:
      "A short picture of the whole company: agents with their status, open tasks by urgency, missions, and how many tasks have each status.",
    inputSchema: { type: "object", properties: {} },
    annotations: READS,
    run: (backend, _input, asking) => summarise(backend, asking),
  },
];
