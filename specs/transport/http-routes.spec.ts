/**
 * Every documented route, called as documented, and every read with the fields it is documented to have.
 * Neighbours: `route-examples.ts`, `specs/support/http.ts`.
 */
import { type OutgoingHttpHeaders, request } from "node:http";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { actions, queries } from "../../core/index.ts";
import type { StreamHandler } from "../../transport-http/index.ts";
import { TOKEN, withHttp } from "../support/http.ts";
import { ALL, EXAMPLES } from "./route-examples.ts";

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
  "conversations/archive": ["ok", "messages", "next", "total"],
  "directives/archive": ["ok", "directives", "next", "total"],
  "tasks/explain": [
    ...["ok", "task_id", "eligible", "summary", "reasons", "eligible_agents", "candidates"],
    "candidates_left_out",
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
