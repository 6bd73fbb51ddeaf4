/**
 * What an agent needs to know to join: the prompt fragment of the reference, the values it may send,
 * where the schemas are. Neighbours: the reply of agents/register, and the query that adds the list
 * of endpoints to it.
 */
import { AGENT_STATUSES } from "./state/agents/agent.ts";
import { CATEGORIES } from "./state/conversations/thread.ts";
import { OUTCOMES } from "./state/runs/run.ts";
import { PRIORITIES, TASK_STATUSES, TRANSITIONS } from "./state/tasks/task.ts";
import { VERSION } from "./version.ts";

const PROMPT = `You are connected to ClawTasker CEO Console v${VERSION}.
On startup:
1. POST /api/agents/register — send your agent_id, name, role, home_specialist, skills, and manager.
Every ~60 seconds:
2. POST /api/agents/heartbeat — send your status (working/idle/blocked/validation), current_task_id, doing_summary, done_summary, next_summary, and any blockers.
When task status changes:
3. POST /api/tasks/update — send task_id, new status, progress %, note, and artifacts list.
When you propose work:
4. POST /api/missions/plan — describe the mission objective and list proposed tasks with specialist labels.
Subscribe to live events:
5. GET /api/events/stream — EventSource for real-time state updates.
To take work without two agents starting the same task:
6. POST /api/tasks/claim — send your agent_id and wait_seconds (at most 60); you get a task with lease.token, or null: claim again.
7. POST /api/tasks/renew — send task_id, agent_id and lease_token well before lease.expires_at; a heartbeat with the task as current_task_id does the same.
8. Quote lease_token in every write on the task. An answer of 409 means that the task is not yours any more: stop, write nothing more on it, claim again.
9. POST /api/tasks/event — type needs-validation when your work is done, blocked with a note when you cannot go on. POST /api/tasks/release with a reason gives the task back.
Full contract: GET /api/openclaw/contract
All schemas: GET /api/schema/task | /api/schema/agent-register | /api/schema/mission-plan | /api/schema/heartbeat | /api/schema/message`;

/** The published schemas: the name in the route → the action whose body it describes. */
export const SCHEMA_ROUTES = {
  task: "tasks/update",
  "agent-register": "agents/register",
  "mission-plan": "missions/plan",
  heartbeat: "agents/heartbeat",
  message: "conversations/message",
} as const;

/** The part of the contract that does not list the endpoints. */
export function agentContract() {
  return {
    version: VERSION,
    system_prompt: PROMPT,
    auth: {
      header: "Authorization: Bearer <token>",
      body_field: "write_token",
      applies_to: "every POST, and GET /api/tasks/next",
    },
    heartbeat_seconds: 60,
    agent_statuses: AGENT_STATUSES,
    task_statuses: TASK_STATUSES,
    task_transitions: TRANSITIONS,
    priorities: PRIORITIES,
    run_outcomes: OUTCOMES,
    message_categories: CATEGORIES,
    schemas: Object.fromEntries(
      Object.keys(SCHEMA_ROUTES).map((name) => [name, `/api/schema/${name}`]),
    ),
    stream: "/api/events/stream",
    socket: "/api/ws",
    contract: "/api/openclaw/contract",
  };
}
