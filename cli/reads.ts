/**
 * Commands that only look: agents, tasks, the next task, why a task waits, the snapshot. Neighbours:
 * `program.ts` declares them. Invariant: `--json` prints what the server answered, unchanged.
 */
import type { Common } from "./connection.ts";
import { withServer } from "./connection.ts";
import { printJson, printLines, printTable } from "./output.ts";
import { taskLine } from "./writes.ts";

export async function showAgents(args: Common): Promise<void> {
  const { agents } = await withServer(args, (client) => client.get("snapshot"));
  if (args.json) return printJson(agents);
  printTable(
    ["id", "name", "role", "status", "task", "open", "last seen"],
    agents.map((agent) => [
      agent.id,
      agent.name,
      agent.role,
      agent.standing === "active" ? agent.derived_status : agent.standing,
      agent.current_task_id,
      agent.workload?.open,
      agent.last_seen,
    ]),
  );
}

export interface TaskFilter {
  status?: string | undefined;
  owner?: string | undefined;
  project?: string | undefined;
  all?: boolean | undefined;
}

export async function listTasks(args: Common & TaskFilter): Promise<void> {
  const { status, owner, project, all } = args;
  const snapshot = await withServer(args, (client) => client.get("snapshot"));
  const tasks = snapshot.tasks
    .filter((task) => (status ? task.status === status : all || task.status !== "done"))
    .filter((task) => owner === undefined || (task.owner ?? "") === owner)
    .filter((task) => !project || task.project_id === project)
    .sort((a, b) => (a.priority < b.priority ? -1 : a.priority > b.priority ? 1 : 0));
  if (args.json) return printJson(tasks);
  printTable(
    ["id", "p", "status", "owner", "blocked", "held until", "title"],
    tasks.map((task) => [
      task.id,
      task.priority,
      task.status,
      task.owner,
      task.has_unresolved_blockers ? "yes" : "",
      task.lease?.expires_at,
      task.title,
    ]),
  );
}

export async function showNext(
  args: Common & { agent: string; project?: string | undefined },
): Promise<void> {
  const { agent: owner, project } = args;
  const params = { owner, ...(project && { project }) };
  const answer = await withServer(args, (client) => client.get("tasks/next", params));
  if (args.json) printJson(answer);
  else printLines(answer.task ? taskLine({ ...answer.task }) : "no eligible tasks");
}

export async function explain(
  args: Common & { "task-id": string; agent?: string | undefined },
): Promise<void> {
  const { "task-id": task_id, agent: agent_id } = args;
  const params = { task_id, ...(agent_id && { agent_id }) };
  const answer = await withServer(args, (client) => client.get("tasks/explain", params));
  if (args.json) return printJson(answer);
  printLines(answer.summary, ...answer.reasons.map(({ remedy }) => `  ${remedy}`), "");
  printTable(
    ["agent", "may start it", "why"],
    answer.candidates.map(({ agent_id, eligible, reasons }) => [
      agent_id,
      eligible ? "yes" : "no",
      reasons.map(({ text }) => text).join("; "),
    ]),
  );
}

export async function showSnapshot(args: Common): Promise<void> {
  const snapshot = await withServer(args, (client) => client.get("snapshot"));
  if (args.json) return printJson(snapshot);
  const { company, tasks, agents, missions, notifications } = snapshot;
  const counts = (words: readonly string[]) =>
    [...new Set(words)].map((word) => `${words.filter((one) => one === word).length} ${word}`);
  printLines(
    `${company.name} (${company.mode}), seq ${snapshot.seq}, ${snapshot.timestamp}`,
    `agents: ${agents.length} (${counts(agents.map((agent) => agent.derived_status)).join(", ")})`,
    `tasks: ${tasks.length} (${counts(tasks.map((task) => task.status)).join(", ")})`,
    `missions: ${missions.length} (${counts(missions.map((mission) => mission.status)).join(", ")})`,
    `notifications: ${notifications.length}`,
    ...notifications.slice(0, 10).map(({ kind, title }) => `  ${kind}: ${title}`),
  );
}

export async function listTokens(args: Common): Promise<void> {
  const { tokens } = await withServer(args, (client) => client.get("tokens"));
  if (args.json) return printJson(tokens);
  printTable(
    ["name", "role", "agent", "created", "last used", "revoked"],
    tokens.map(({ name, role, agent_id, created_at, last_used_at, revoked_at }) => [
      name,
      role,
      agent_id,
      created_at,
      last_used_at,
      revoked_at,
    ]),
  );
}
