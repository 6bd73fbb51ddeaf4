/**
 * Every documented route, called as documented: the example bodies of the reference, word for word
 * and with the token where it has it, and the answers it shows. Neighbour: `specs/support/http.ts`.
 */
import { type OutgoingHttpHeaders, request } from "node:http";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { actions, queries } from "../../core/index.ts";
import type { StreamHandler } from "../../transport-http/index.ts";
import { type HttpServer, TOKEN, withHttp } from "../support/http.ts";

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

const EXAMPLES: Example[] = [
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

const ALL = [...EXAMPLES, ...MORE, ...REST];

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

/** Holds that `actual` says all that `expected` says. */
function includes(actual: unknown, expected: unknown, at: string): void {
  if (expected instanceof RegExp) assert.match(String(actual), expected, at);
  else if (typeof expected !== "object" || expected === null) assert.is(actual, expected, at);
  else {
    assert.type(actual, "object", at);
    assert.is(Array.isArray(actual), Array.isArray(expected), at);
    if (Array.isArray(expected)) assert.is((actual as unknown[]).length, expected.length, at);
    for (const [key, value] of Object.entries(expected)) {
      includes(Reflect.get(actual as object, key), value, `${at}.${key}`);
    }
  }
}

test("HTTP-1: the examples cover every write, the 30 of the reference and what came after", () => {
  const declared = [...actions.values()].filter(({ internal }) => !internal).map((a) => a.name);
  const covered = ALL.map(({ path }) => path);
  assert.equal(covered.sort(), declared.sort());
  assert.is(EXAMPLES.length, 30);
});

for (const { path, company = "demo", given, body, gives, bearer } of ALL) {
  test(`HTTP-1: POST /api/${path} takes the documented body and gives the documented answer`, () =>
    withHttp({ company }, async (http) => {
      await given?.(http);
      const before = http.engine.view().seq;
      const answer = await http.post(`/api/${path}`, body, {
        Authorization: bearer ? `Bearer ${TOKEN}` : "",
      });
      assert.is(answer.status, 200, answer.text);
      includes(answer.body, { ok: true, ...gives }, path);
      assert.is(answer.headers["content-type"], "application/json; charset=utf-8");
      assert.is(answer.headers["clawtasker-seq"], String(before + 1));
      assert.is(http.engine.view().seq, before + 1);
      assert.not.ok(answer.text.includes(TOKEN), "the token came back");
    }));
}

const READS: Record<string, string[]> = {
  health: [
    ...["ok", "time", "version", "booted_at", "role", "visualization_only", "state_source"],
    ...["restart_safe", "agents", "tasks", "uptime_seconds"],
  ],
  snapshot: [
    ...["agents", "tasks", "projects", "events", "missions", "conversations", "ui_settings"],
    ...["version", "timestamp", "company", "sprints", "directives", "notifications"],
    ...["recent_runs", "org_structure", "mission_control", "exception_dashboard"],
    "agent_workload",
  ],
  "openclaw/contract": ["ok", "version", "system_prompt", "endpoints", "schemas"],
  "schema/task": ["$schema", "$id", "type", "properties", "required"],
  "schema/agent-register": ["$schema", "$id", "type", "properties", "required"],
  "schema/mission-plan": ["$schema", "$id", "type", "properties"],
  "schema/heartbeat": ["$schema", "$id", "type", "properties", "required"],
  "schema/message": ["$schema", "$id", "type", "properties", "required"],
  "system/recovery": ["ok", "recovery", "backups"],
  "tasks/next": ["ok", "task"],
  "tasks/templates": ["ok", "templates"],
};
/** Reads beyond the reference. */
const MORE_READS: typeof READS = {
  "tasks/archive": ["ok", "tasks", "next", "total"],
  "tasks/get": ["ok", "task", "archived_seq"],
  "tasks/explain": [
    ...["ok", "task_id", "eligible", "summary", "reasons", "eligible_agents", "candidates"],
  ],
};

/** A stream as the server would mount one: a frame, and then it stays open. */
const stream: StreamHandler = (req, res) => {
  res.writeHead(200, { "Content-Type": "text/event-stream" });
  if (req.method === "HEAD") res.end();
  else res.write(": hello\n\n");
};

test("HTTP-1: every read answers with the documented fields; with the stream the reference has 12", () =>
  withHttp({}, async (http) => {
    const shown: typeof READS = { ...READS, ...MORE_READS };
    for (const path of Object.keys(shown)) assert.ok(queries.has(path), path);
    assert.is(Object.keys(READS).length + 1, 12);
    for (const [path, { auth, bare, examples }] of queries) {
      const fields = shown[path] ?? (bare ? [] : ["ok"]);
      const params = new URLSearchParams(examples[0] as Record<string, string>).toString();
      const query = params && `?${params}`;
      const headers: OutgoingHttpHeaders = auth ? { Authorization: `Bearer ${TOKEN}` } : {};
      const answer = await http.get(`/api/${path}${query}`, headers);
      assert.is(answer.status, 200, path);
      for (const field of fields) assert.ok(field in answer.body, `${path} lacks ${field}`);
      assert.is("ok" in answer.body, fields.includes("ok"), `${path}: ok`);
      assert.is(answer.headers["cache-control"], "no-cache");

      const head = await http.send(`/api/${path}${query}`, { method: "HEAD", headers });
      assert.is(head.status, 200);
      assert.is(head.text, "");
      assert.is(head.headers["content-length"], String(Buffer.byteLength(answer.text)));
    }
  }));

test("HTTP-1: the stream's handler gets the request; a HEAD of it ends at once", () =>
  withHttp({ streams: { "/api/events/stream": stream } }, async (http) => {
    const first = await new Promise<string>((resolve, reject) => {
      const req = request({
        host: "127.0.0.1",
        port: http.port,
        path: "/api/events/stream?since=4",
      });
      req.on("error", reject).on("response", (res) => {
        res.once("data", (chunk: Buffer) => {
          resolve(`${res.headers["content-type"]} ${chunk}`);
          res.on("error", () => {});
          req.destroy();
        });
      });
      req.end();
    });
    assert.is(first, "text/event-stream : hello\n\n");
    const head = await http.send("/api/events/stream", { method: "HEAD" });
    assert.is(head.status, 200);
    assert.match(head.headers["content-type"] ?? "", "text/event-stream");
  }));

test("HTTP-1: an empty body counts as {}, with and without a content type", () =>
  withHttp({}, async (http) => {
    const authorized = { Authorization: `Bearer ${TOKEN}` };
    const bare = await http.send("/api/blank/reset", { method: "POST", headers: authorized });
    assert.is(bare.status, 200, bare.text);
    const chunked = { ...authorized, "Transfer-Encoding": "chunked" };
    const empty = await http.send("/api/blank/reset", { method: "POST", headers: chunked });
    assert.is(empty.status, 200, empty.text);
    const typed = await http.send("/api/tasks/delete", {
      method: "POST",
      headers: { ...authorized, "Content-Type": "application/json", "Content-Length": 0 },
    });
    assert.equal([typed.status, typed.body.error], [400, "task_id is required"]);
  }));

test("DUR-10: an Idempotency-Key gives one effect, and the same answer marked as replayed", () =>
  withHttp({}, async (http) => {
    const body = { title: "Only once" };
    const key = { "Idempotency-Key": "once-1" };
    const first = await http.post("/api/tasks/create", body, key);
    const again = await http.post("/api/tasks/create", body, key);
    assert.is(first.status, 200);
    assert.is(first.headers["idempotency-replayed"], undefined);
    assert.is(again.text, first.text);
    assert.is(again.headers["idempotency-replayed"], "true");
    assert.is(again.headers["clawtasker-seq"], first.headers["clawtasker-seq"]);
    const other = await http.post("/api/tasks/create", { title: "Another" }, key);
    assert.equal([other.status, other.body.code], [422, "key_reused"]);
  }));

test.run();
