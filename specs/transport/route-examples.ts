/**
 * Every write, as its user would send it: the example bodies of the reference, word for word and with the
 * token where it has it, and the answers it shows; then those of the declarations. Neighbour: `http-routes.spec.ts`.
 */
import * as assert from "uvu/assert";
import { actions } from "../../core/index.ts";
import type { HttpServer } from "../support/http.ts";

interface Example {
  path: string;
  /** What has to exist first, made through the API. */
  given?(http: HttpServer): Promise<unknown>;
  /** A company that never was the demo counts its tasks from 1. */
  company?: "blank";
  /** The reference's own body, as text. */
  body: string;
  /** What the reference shows of the answer, and what routes.md adds. */
  gives: Record<string, unknown>;
  /** For examples that show no token in the body. */
  bearer?: true;
}

const nova = JSON.stringify({ agent_id: "nova", name: "Nova", role: "Distribution Lead" });
const hireNova = (http: HttpServer) => must(http, "agents/register", nova);

/** The bodies of the reference, word for word. */
export const EXAMPLES: Example[] = [
  {
    path: "agents/register",
    company: "blank",
    async given(http) {
      const chief = { agent_id: "orion", name: "Orion", role: "Chief Agent" };
      await must(http, "agents/register", JSON.stringify(chief));
    },
    body: `{
      "agent_id": "codex",
      "name": "Codex",
      "role": "Engineering Manager",
      "home_specialist": "code",
      "skills": ["backend", "testing", "integration"],
      "manager": "orion",
      "project_id": "ceo-console",
      "write_token": "change-me-local"
    }`,
    gives: {
      agent: { id: "codex", name: "Codex", status: "idle", manager: "orion" },
      org_card: { agent_id: "codex", manager: "orion" },
      org_structure: { ceo: { direct_reports: ["orion"] } },
      registration: { operation: "registered", registered_at: "2026-03-21T09:00:00+00:00" },
      contract: { version: "1.5.0" },
    },
  },
  {
    path: "agents/heartbeat",
    body: `{
      "agent_id": "codex",
      "status": "working",
      "current_task_id": "T-203",
      "doing_summary": "Implementing board filter system",
      "done_summary": "Completed state adapter refactor",
      "next_summary": "Hand off to Ralph for validation",
      "blockers": [],
      "speaking": false,
      "write_token": "change-me-local"
    }`,
    gives: {
      agent: {
        id: "codex",
        status: "working",
        last_heartbeat: "2026-03-21T09:00:00+00:00",
        current_task_id: "T-203",
        doing_summary: "Implementing board filter system",
      },
    },
  },
  {
    path: "tasks/update",
    body: `{
      "agent_id": "codex",
      "task_id": "T-203",
      "status": "validation",
      "progress": 95,
      "note": "Filters working across all views. Handing to Ralph.",
      "blockers": [],
      "artifacts": [
        "company/projects/ceo-console/web/app.js"
      ],
      "write_token": "change-me-local"
    }`,
    gives: {
      task: {
        id: "T-203",
        status: "validation",
        progress: 95,
        artifacts: ["company/projects/ceo-console/web/app.js"],
      },
    },
  },
  {
    path: "tasks/create",
    body: `{
      "title": "Implement OAuth login",
      "description": "Add Google OAuth support to the login page",
      "project_id": "atlas-core",
      "owner": "codex",
      "specialist": "code",
      "priority": "P1",
      "status": "backlog",
      "story_points": 5,
      "type": "story",
      "reporter": "alice",
      "acceptance_criteria": ["User can log in with Google", "Session persists across page reloads"],
      "definition_of_done": ["Implementation complete", "Tests passing", "Reviewed"],
      "write_token": "change-me-local"
    }`,
    gives: {
      task: {
        id: "T-216",
        title: "Implement OAuth login",
        status: "backlog",
        owner: "codex",
        story_points: 5,
        type: "story",
        reporter: "alice",
        links: [],
        activity: [],
      },
    },
  },
  {
    path: "tasks/delete",
    given: (http) => createUntil(http, "tasks/create", { title: "One of many" }, "task", "T-216"),
    body: `{
      "task_id": "T-216",
      "write_token": "change-me-local"
    }`,
    gives: { task_id: "T-216" },
  },
  {
    path: "tasks/link",
    company: "blank",
    given: (http) => createUntil(http, "tasks/create", { title: "One of many" }, "task", "T-202"),
    body: `{
      "source_id": "T-101",
      "target_id": "T-202",
      "link_type": "blocks",
      "write_token": "change-me-local"
    }`,
    gives: {
      source_id: "T-101",
      target_id: "T-202",
      link_type: "blocks",
      symmetric_type: "is-blocked-by",
    },
  },
  {
    path: "tasks/comment",
    body: `{
      "task_id": "T-203",
      "text": "Verified on staging — all filter combinations work correctly.",
      "author": "ralph",
      "write_token": "change-me-local"
    }`,
    gives: {
      task_id: "T-203",
      comment: {
        id: /^CM-\d+-\d+$/,
        author: "ralph",
        text: "Verified on staging — all filter combinations work correctly.",
        timestamp: "2026-03-21T09:00:00+00:00",
      },
    },
  },
  {
    path: "missions/plan",
    body: `{
      "agent_id": "orion",
      "title": "Launch v1.2.0 release candidate",
      "objective": "Package, validate, and publish the v1.2.0 release with full documentation.",
      "project_id": "ceo-console",
      "horizon": "This Week",
      "severity": "high",
      "tasks": [
        {
          "title": "Package release zip",
          "specialist": "ops",
          "priority": "P0",
          "description": "Bundle all web assets and server.py into the release archive.",
          "owner": "charlie"
        },
        {
          "title": "Update README and CHANGELOG",
          "specialist": "docs",
          "priority": "P1",
          "description": "Document all v1.2.0 features for GitHub.",
          "owner": "quill"
        }
      ],
      "write_token": "change-me-local"
    }`,
    gives: {
      mission: {
        id: "M-303",
        title: "Launch v1.2.0 release candidate",
        severity: "high",
        task_ids: ["T-216", "T-217"],
      },
      mission_control: { total: 4 },
      operation: "created",
    },
  },
  {
    path: "missions/delete",
    body: `{
      "mission_id": "M-301",
      "write_token": "change-me-local"
    }`,
    gives: { mission_id: "M-301" },
  },
  {
    path: "sprints/delete",
    given: (http) => createUntil(http, "sprints/create", { name: "Next" }, "sprint", "SP-007"),
    body: `{
      "sprint_id": "SPR-007",
      "write_token": "change-me-local"
    }`,
    gives: { sprint_id: "SPR-007" },
  },
  {
    path: "projects/delete",
    body: `{
      "project_id": "atlas-core",
      "write_token": "change-me-local"
    }`,
    gives: { project_id: "atlas-core" },
  },
  {
    path: "conversations/message",
    body: `{
      "sender": "orion",
      "thread_id": "TH-CEO-ORION",
      "text": "CEO priority stack confirmed. Routing filters to Codex, office polish to Pixel.",
      "category": "directive",
      "project_id": "ceo-console",
      "write_token": "change-me-local"
    }`,
    gives: {
      thread: { id: "TH-CEO-ORION" },
      message: {
        id: "M-042",
        sender: "orion",
        text: "CEO priority stack confirmed. Routing filters to Codex, office polish to Pixel.",
      },
    },
  },
  {
    path: "ceo/directive",
    body: `{
      "target": "pixel",
      "project_id": "ceo-console",
      "text": "Polish the office canvas: ensure all zones are clearly labelled and furniture is visible at all zoom levels.",
      "create_task": true,
      "specialist": "design",
      "write_token": "change-me-local"
    }`,
    gives: {
      directive: {
        id: "D-015",
        target: "pixel",
        status: "queued",
        timestamp: "2026-03-21T09:00:00+00:00",
      },
      task: { id: "T-216", owner: "pixel", status: "backlog" },
    },
  },
  {
    path: "agents/decommission",
    body: `{
      "agent_id": "echo",
      "reason": "Project market-radar paused; agent standing down.",
      "write_token": "change-me-local"
    }`,
    gives: {
      message: "Agent Echo (echo) marked offline",
      agent_id: "echo",
      reason: "Project market-radar paused; agent standing down.",
      tasks_unassigned: ["T-212"],
    },
  },
  {
    path: "agents/retire",
    given: hireNova,
    body: `{
      "agent_id": "echo",
      "reason": "Project market-radar complete; agent standing down.",
      "successor_id": "nova",
      "write_token": "change-me-local"
    }`,
    gives: {
      message: "Agent Echo (echo) retired",
      agent_id: "echo",
      reason: "Project market-radar complete; agent standing down.",
      successor_id: "nova",
      tasks_transferred: ["T-212"],
    },
  },
  {
    path: "agents/replace",
    given: hireNova,
    body: `{
      "old_agent_id": "echo",
      "new_agent_id": "nova",
      "reason": "Nova is taking over the market-radar workstream.",
      "write_token": "change-me-local"
    }`,
    gives: {
      message: "Agent Echo (echo) replaced by Nova (nova)",
      old_agent_id: "echo",
      new_agent_id: "nova",
      reason: "Nova is taking over the market-radar workstream.",
      tasks_transferred: ["T-212"],
    },
  },
  {
    path: "agents/merge",
    async given(http) {
      const old = { agent_id: "echo-v1", name: "Echo-v1", role: "Distribution Lead" };
      await must(http, "agents/register", JSON.stringify(old));
      await must(http, "tasks/update", JSON.stringify({ task_id: "T-212", owner: "echo-v1" }));
    },
    body: `{
      "source_agent_id": "echo-v1",
      "target_agent_id": "echo",
      "write_token": "change-me-local"
    }`,
    gives: {
      message: "Agent Echo-v1 (echo-v1) merged into Echo (echo)",
      source_agent_id: "echo-v1",
      target_agent_id: "echo",
      tasks_transferred: ["T-212"],
    },
  },
  {
    path: "agents/update",
    body: `{
      "agent_id": "orion",
      "name": "Orion",
      "role": "Chief of Staff",
      "emoji": "🚀",
      "skills": ["planning", "triage", "routing"],
      "specialists": ["planning"],
      "note": "Running the morning sweep.",
      "write_token": "change-me-local"
    }`,
    gives: { agent: { id: "orion", name: "Orion", role: "Chief of Staff", emoji: "🚀" } },
  },
  {
    path: "agents/delete",
    body: `{
      "agent_id": "iris",
      "write_token": "change-me-local"
    }`,
    gives: { deleted: "iris" },
  },
  {
    path: "org/configure",
    body: `{
      "chief_agent_id": "orion",
      "ceo_name": "Alex",
      "ceo_role": "Chief Executive Officer",
      "company_name": "Acme Corp",
      "write_token": "change-me-local"
    }`,
    gives: {
      company: { name: "Acme Corp", ceo_name: "Alex", ceo_role: "Chief Executive Officer" },
      chief_agent_id: "orion",
    },
  },
  {
    path: "projects/configure",
    body: `{
      "project_id": "atlas-core",
      "name": "Atlas Core",
      "status": "active",
      "write_token": "change-me-local"
    }`,
    gives: { project: { id: "atlas-core", name: "Atlas Core", status: "active" } },
  },
  {
    path: "sprints/create",
    body: `{
      "name": "Sprint 7",
      "project_id": "ceo-console",
      "start_date": "2026-03-24",
      "end_date": "2026-04-06",
      "write_token": "change-me-local"
    }`,
    gives: {
      sprint: { id: "SP-007", name: "Sprint 7", start_date: "2026-03-24", end_date: "2026-04-06" },
    },
  },
  {
    path: "sprints/update",
    given: (http) => createUntil(http, "sprints/create", { name: "Next" }, "sprint", "SP-007"),
    body: `{
      "sprint_id": "SP-007",
      "status": "active",
      "write_token": "change-me-local"
    }`,
    gives: { sprint: { id: "SP-007", status: "active" } },
  },
  {
    path: "notifications/dismiss",
    body: `{
      "notification_ids": ["N-001", "N-002"],
      "write_token": "change-me-local"
    }`,
    gives: { dismissed: 2 },
  },
  {
    path: "openclaw/publish",
    body: `{
      "agent_id": "codex",
      "task_id": "T-203",
      "title": "Filter system pass",
      "outcome": "working",
      "summary": "Added project and agent filters across board, backlog, and calendar views.",
      "artifacts": ["company/projects/ceo-console/web/app.js"],
      "write_token": "change-me-local"
    }`,
    gives: {
      run: { id: "R-2206", agent_id: "codex", title: "Filter system pass", outcome: "working" },
      agent: { id: "codex", last_heartbeat: "2026-03-21T09:00:00+00:00" },
      task: { id: "T-203" },
    },
  },
  {
    path: "openclaw/roster_sync",
    body: `{
      "agents": [
        {"agent_id": "codex", "name": "Codex", "role": "Engineering Manager", "manager": "orion"},
        {"agent_id": "pixel", "name": "Pixel", "role": "Design Lead", "manager": "orion"}
      ],
      "write_token": "change-me-local"
    }`,
    gives: { agents: [{ id: "codex" }, { id: "pixel" }], sync: { updated: ["codex", "pixel"] } },
  },
  {
    path: "demo/reset",
    body: `{ "write_token": "change-me-local" }`,
    gives: { reset: true, mode: "demo" },
  },
  {
    path: "blank/reset",
    body: `{ "write_token": "change-me-local" }`,
    gives: { reset: true, mode: "blank" },
  },
  {
    path: "org/bootstrap",
    body: `{
      "company_name": "Acme Corp",
      "ceo_name": "Alex",
      "projects": [
        {"project_id": "atlas-core", "name": "Atlas Core", "status": "active"}
      ],
      "agents": [
        {
          "agent_id": "orion",
          "name": "Orion",
          "role": "Chief of Staff",
          "home_specialist": "planning",
          "skills": ["coordination", "planning"],
          "manager": "ceo",
          "project_id": "atlas-core"
        }
      ],
      "write_token": "change-me-local"
    }`,
    gives: {
      agents_registered: ["orion"],
      projects: ["ceo-console", "atlas-core"],
      warnings: [],
    },
  },
  {
    path: "tasks/event",
    bearer: true,
    company: "blank",
    async given(http) {
      const codex = { agent_id: "codex", name: "Codex", role: "Engineering Manager" };
      await must(http, "agents/register", JSON.stringify(codex));
      const task = { title: "One of many", owner: "codex", status: "ready" };
      await createUntil(http, "tasks/create", task, "task", "T-042");
    },
    body: `{
      "type": "started",
      "task_id": "T-042",
      "agent_id": "codex",
      "note": "Beginning implementation of auth module"
    }`,
    gives: {
      task: {
        id: "T-042",
        status: "in_progress",
        comments: [{ author: "codex", text: "Beginning implementation of auth module" }],
      },
      event_type: "started",
    },
  },
];

const claimed = (http: HttpServer) =>
  must(http, "tasks/claim", JSON.stringify({ agent_id: "codex", task_id: "T-208" }));

/** Routes beyond the reference, on the demo company. */
const MORE: Example[] = [
  {
    path: "tasks/claim",
    body: `{ "agent_id": "codex", "task_id": "T-208", "ttl_seconds": 60, "write_token": "change-me-local" }`,
    gives: {
      task: { id: "T-208", owner: "codex", status: "in_progress", version: 2 },
      lease: { holder: "codex", token: 2, expires_at: "2026-03-21T09:01:00+00:00" },
    },
  },
  {
    path: "tasks/renew",
    given: claimed,
    body: `{ "task_id": "T-208", "agent_id": "codex", "lease_token": 2, "ttl_seconds": 600, "write_token": "change-me-local" }`,
    gives: {
      task: { id: "T-208", status: "in_progress", version: 2 },
      lease: { holder: "codex", token: 2, expires_at: "2026-03-21T09:10:00+00:00" },
    },
  },
  {
    path: "tasks/reopen",
    body: `{ "task_id": "T-202", "agent_id": "ralph", "note": "One more look." }`,
    bearer: true,
    gives: { task: { id: "T-202", status: "validation", done_at: null } },
  },
  {
    path: "tasks/release",
    given: claimed,
    body: `{ "task_id": "T-208", "agent_id": "codex", "lease_token": 2, "reason": "The design is not there yet." }`,
    bearer: true,
    gives: { task: { id: "T-208", status: "ready", owner: "codex", lease: null } },
  },
];

/** What nobody wrote an example here for: by the declaration's own, as the documentation shows it. */
const REST: Example[] = [...actions.values()]
  .filter(({ name, internal }) => !internal && !isShown(name))
  .map(({ name, examples, given = [] }) => ({
    path: name,
    async given(http) {
      for (const [first, body] of given) await must(http, first, JSON.stringify(body));
    },
    body: JSON.stringify(examples[0]),
    bearer: true,
    gives: {},
  }));

export const ALL = [...EXAMPLES, ...MORE, ...REST];

/** Whether an example shows what the answer holds. */
function isShown(name: string): boolean {
  return [...EXAMPLES, ...MORE].some(({ path }) => path === name);
}

async function must(http: HttpServer, name: string, body: string) {
  const answer = await http.post(`/api/${name}`, body);
  assert.is(answer.status, 200, `${name}: ${answer.text}`);
  return answer;
}

/** Creates records until one has the wanted id. */
async function createUntil(
  http: HttpServer,
  name: string,
  body: object,
  what: string,
  wanted: string,
): Promise<void> {
  const sent = JSON.stringify(body);
  for (let tries = 0; tries < 300; tries++) {
    if ((await must(http, name, sent)).at(`${what}.id`) === wanted) return;
  }
  assert.unreachable(`${name} never gave out ${wanted}`);
}
