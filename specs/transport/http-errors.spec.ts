/**
 * Every documented refusal of a write: its status, its sentence, its shape, and that nothing changed.
 * Neighbours: `http-access.spec.ts` (who may speak), `http-bodies.spec.ts` (what a body may be),
 * `http-methods.spec.ts` (routes, methods, and what nobody expected).
 */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { writes } from "../../core/index.ts";
import { type HttpServer, isRefusal, withHttp } from "../support/http.ts";

const POSTS = [...writes.values()];

async function refused(
  http: HttpServer,
  name: string,
  body: unknown,
  error: string | RegExp,
): Promise<void> {
  const before = http.engine.view();
  const answer = await http.post(`/api/${name}`, body);
  const at = `${name} ${JSON.stringify(body).slice(0, 200)}`;
  isRefusal(answer, 400, at);
  if (typeof error === "string") assert.is(answer.body.error, error, at);
  else assert.match(String(answer.body.error), error, at);
  assert.is(answer.headers["clawtasker-seq"], undefined, at);
  assert.is(http.engine.view().seq, before.seq, `${at} moved the sequence number`);
  assert.is(http.engine.view().state, before.state, `${at} changed the state`);
}

interface Schema {
  properties?: Record<string, { type?: string | string[]; enum?: unknown[] }>;
  required?: string[];
}

test("HTTP-2, CORE-2: each required field of each route is named when it is missing", () =>
  withHttp({}, async (http) => {
    let fields = 0;
    for (const { name, body, examples } of POSTS) {
      for (const field of (body as Schema).required ?? []) {
        fields++;
        const { [field]: _gone, ...rest } = examples[0] as Record<string, unknown>;
        await refused(http, name, rest, `${field} is required`);
        if ((body as Schema).properties?.[field]?.type !== "string") continue;
        await refused(http, name, { ...rest, [field]: "" }, `${field} is required`);
      }
    }
    assert.ok(fields > 25, `only ${fields} required fields`);
    await refused(http, "missions/plan", {}, "title is required");
    await refused(http, "missions/plan", { title: "Reach" }, "objective is required");
    await refused(http, "notifications/dismiss", {}, "notification_ids is required");
    await refused(http, "projects/configure", { project_id: "new" }, "name is required");
    await refused(http, "agents/register", { name: "日本", role: "R" }, "agent_id is required");
    const child = { title: "Reach", objective: "Be found", tasks: [{ title: "One" }, {}] };
    await refused(http, "missions/plan", child, "tasks[1].title is required");
  }));

test("HTTP-2, CORE-2: each field of each route refuses values of another type, by its name", () =>
  withHttp({}, async (http) => {
    let values = 0;
    for (const { name, body, examples } of POSTS) {
      for (const [field, schema] of Object.entries((body as Schema).properties ?? {})) {
        const types = [schema.type ?? (schema.enum ? "string" : [])].flat();
        for (const [type, value] of [
          ["number", 7],
          ["string", "seven"],
          ["boolean", true],
          ["array", [{}]],
          ["object", { a: 1 }],
          ["null", null],
        ] as const) {
          const known = types.includes(type) || (type === "number" && types.includes("integer"));
          // A list of what it is not, a text that is no number: a value of the type may be wrong too.
          if (known || schema.enum?.includes(value)) continue;
          values++;
          await refused(
            http,
            name,
            { ...(examples[0] as object), [field]: value },
            new RegExp(`^(invalid )?${field}\\b`),
          );
        }
      }
    }
    assert.ok(values > 500, `only ${values} values`);
  }));

test("HTTP-2: the errors of a link are the reference's, word for word", () =>
  withHttp({}, async (http) => {
    const link = { source_id: "T-203", target_id: "T-208", link_type: "blocks" };
    const path = "tasks/link";
    await refused(http, path, { ...link, source_id: undefined }, "source_id is required");
    await refused(http, path, { ...link, target_id: undefined }, "target_id is required");
    await refused(http, path, { ...link, link_type: "likes" }, "invalid link_type: likes");
    await refused(http, path, { ...link, target_id: "T-203" }, "cannot link a task to itself");
    await refused(http, path, { ...link, source_id: "T-9" }, "unknown source task: T-9");
    await refused(http, path, { ...link, target_id: "T-9" }, "unknown target task: T-9");
    assert.is((await http.post("/api/tasks/link", link)).status, 200);
    await refused(http, path, link, "link already exists: T-203 blocks T-208");
  }));

const UNKNOWN: [name: string, body: object, error: string][] = [
  ["agents/heartbeat", { agent_id: "ghost" }, "unknown agent: ghost"],
  ["agents/heartbeat", { agent_id: "codex", current_task_id: "T-9" }, "unknown task: T-9"],
  ["agents/update", { agent_id: "ghost" }, "unknown agent: ghost"],
  ["agents/update", { agent_id: "codex", manager: "ghost" }, "unknown manager: ghost"],
  ["agents/register", { name: "N", role: "R", project_id: "nope" }, "unknown project: nope"],
  ["agents/delete", { agent_id: "ghost" }, "unknown agent: ghost"],
  ["agents/decommission", { agent_id: "ghost" }, "unknown agent: ghost"],
  ["agents/retire", { agent_id: "echo", successor_id: "ghost" }, "unknown agent: ghost"],
  ["agents/replace", { old_agent_id: "echo", new_agent_id: "ghost" }, "unknown agent: ghost"],
  ["agents/merge", { source_agent_id: "ghost", target_agent_id: "echo" }, "unknown agent: ghost"],
  ["tasks/update", { task_id: "T-9" }, "unknown task: T-9"],
  ["tasks/update", { task_id: "T-203", owner: "ghost" }, "unknown agent: ghost"],
  ["tasks/update", { task_id: "T-203", sprint_id: "SP-99" }, "unknown sprint: SP-99"],
  ["tasks/update", { task_id: "T-203", mission_id: "M-9" }, "unknown mission: M-9"],
  ["tasks/update", { task_id: "T-203", depends_on: ["T-9"] }, "unknown task: T-9"],
  ["tasks/create", { title: "X", project_id: "nope" }, "unknown project: nope"],
  ["tasks/create", { title: "X", assignees: ["ghost"] }, "unknown agent: ghost"],
  ["tasks/delete", { task_id: "T-9" }, "unknown task: T-9"],
  ["tasks/comment", { task_id: "T-9", text: "X" }, "unknown task: T-9"],
  ["tasks/event", { type: "done", task_id: "T-9", agent_id: "codex" }, "unknown task: T-9"],
  ["tasks/event", { type: "done", task_id: "T-203", agent_id: "ghost" }, "unknown agent: ghost"],
  ["missions/plan", { mission_id: "M-9" }, "unknown mission: M-9"],
  ["missions/delete", { mission_id: "M-9" }, "unknown mission: M-9"],
  ["sprints/update", { sprint_id: "SP-99" }, "unknown sprint: SP-99"],
  ["sprints/delete", { sprint_id: "SPR-99" }, "unknown sprint: SPR-99"],
  ["sprints/create", { name: "X", project_id: "nope" }, "unknown project: nope"],
  ["projects/delete", { project_id: "nope" }, "unknown project: nope"],
  ["conversations/message", { sender: "ghost", text: "X" }, "unknown agent: ghost"],
  [
    "conversations/message",
    { sender: "ceo", text: "X", thread_id: "TH-NOBODY" },
    "unknown thread: TH-NOBODY",
  ],
  ["ceo/directive", { text: "X", target: "ghost" }, "unknown agent: ghost"],
  ["org/configure", { chief_agent_id: "ghost" }, "unknown agent: ghost"],
  ["openclaw/publish", { agent_id: "ghost" }, "unknown agent: ghost"],
  ["openclaw/publish", { agent_id: "codex", task_id: "T-9" }, "unknown task: T-9"],
];

test("HTTP-2, CORE-2: unknown ids are named, and nothing is written", () =>
  withHttp({}, async (http) => {
    for (const [name, body, error] of UNKNOWN) await refused(http, name, body, error);
    const none = await http.post("/api/notifications/dismiss", { notification_ids: ["N-999"] });
    assert.equal([none.status, none.body.dismissed], [200, 0]);
  }));

const FORBIDDEN_MOVES: [task: string, from: string, to: string[]][] = [
  ["T-211", "backlog", ["in_progress", "validation", "done"]],
  ["T-208", "ready", ["validation", "done"]],
  ["T-203", "in_progress", ["backlog", "done"]],
  ["T-201", "validation", ["backlog", "ready"]],
  ["T-202", "done", ["backlog", "ready", "in_progress"]],
];

test("HTTP-2, CORE-6: a move outside the table is refused with both ends", () =>
  withHttp({}, async (http) => {
    for (const [task_id, from, to] of FORBIDDEN_MOVES) {
      for (const status of to) {
        const error = `invalid task transition: ${from} -> ${status}`;
        await refused(http, "tasks/update", { task_id, status, note: "In vain" }, error);
      }
    }
    const event = { type: "done", task_id: "T-203", agent_id: "codex" };
    await refused(http, "tasks/event", event, "invalid task transition: in_progress -> done");
    assert.is(
      (await http.post("/api/tasks/update", { task_id: "T-203", status: "in_progress" })).status,
      200,
    );
  }));

test("HTTP-2, CORE-2: what is protected, circular or out of range is refused, all of it or nothing", () =>
  withHttp({}, async (http) => {
    for (const [name, body, error] of [
      ["agents/register", { name: "CEO", role: "R" }, "agent_id ceo is reserved for the CEO"],
      ["agents/decommission", { agent_id: "ceo" }, "cannot decommission the CEO"],
      ["agents/merge", { source_agent_id: "ceo", target_agent_id: "echo" }, "cannot merge the CEO"],
      ["agents/merge", { source_agent_id: "echo", target_agent_id: "echo" }, /itself: echo/],
      ["agents/delete", { agent_id: "orion" }, /^cannot delete the chief agent: orion/],
      ["projects/delete", { project_id: "ceo-console" }, /ceo-console$/],
      [
        "tasks/update",
        { task_id: "T-204", depends_on: ["T-211"] },
        /^circular dependency: T-204 -> T-211 -> T-204$/,
      ],
      ["agents/update", { agent_id: "orion", manager: "codex" }, /^circular management/],
      [
        "sprints/create",
        { name: "X", start_date: "2026-04-02", end_date: "2026-04-01" },
        /must not be after/,
      ],
      ["tasks/create", { title: "X", due_date: "tomorrow" }, /^due_date must be a date/],
      ["tasks/create", { title: "X", progress: 101 }, "progress must be <= 100"],
      ["tasks/create", { title: "x".repeat(301) }, "title must have at most 300 characters"],
      [
        "tasks/create",
        { title: "X", labels: Array(201).fill("l") },
        "labels must have at most 200 items",
      ],
      [
        "tasks/event",
        { type: "lost", task_id: "T-203", agent_id: "codex" },
        /^invalid type: lost; use one of started/,
      ],
      [
        "missions/plan",
        { title: "A", objective: "B", tasks: [{ title: "C" }, { title: "D", owner: "ghost" }] },
        "unknown agent: ghost",
      ],
      [
        "openclaw/roster_sync",
        {
          agents: [
            { name: "A", role: "R" },
            { name: "B", role: "R", manager: "ghost" },
          ],
        },
        "unknown manager: ghost",
      ],
    ] as [string, object, string | RegExp][]) {
      await refused(http, name, body, error);
    }
  }));

test("HTTP-2: a refusal names its field and what is allowed", () =>
  withHttp({}, async (http) => {
    const answer = await http.post("/api/tasks/update", { task_id: "T-203", priority: "P9" });
    assert.equal(answer.body, {
      error: "invalid priority: P9; use one of P0, P1, P2, P3",
      code: "unknown_field_value",
      field: "priority",
      allowed: ["P0", "P1", "P2", "P3"],
    });
  }));

test("HTTP-2, DUR-10: a key that is no key is 400, one that was used for something else 422", () =>
  withHttp({}, async (http) => {
    for (const key of ["", "two words", "x".repeat(201), "schlüssel", "a\tb"]) {
      const answer = await http.post(
        "/api/tasks/create",
        { title: "X" },
        { "Idempotency-Key": key },
      );
      isRefusal(answer, 400, JSON.stringify(key));
      assert.match(String(answer.body.error), /^Idempotency-Key /);
    }
    const key = { "Idempotency-Key": "x".repeat(200) };
    assert.is((await http.post("/api/tasks/create", { title: "X" }, key)).status, 200);
    const seq = http.engine.view().seq;
    isRefusal(await http.post("/api/tasks/create", { title: "Y" }, key), 422, "another body");
    isRefusal(
      await http.post("/api/tasks/delete", { task_id: "T-203" }, key),
      422,
      "another route",
    );
    assert.is(http.engine.view().seq, seq);
  }));

test.run();
