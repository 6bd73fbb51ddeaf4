/**
 * What the reads say: the snapshot and its ETag, the schemas that validate, health, contract, next
 * task, recovery. Neighbours: `core/queries.ts`, `transport-http/snapshot-cache.ts`.
 */
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { actions, createMemoryJournal, queries, type View, writes } from "../../core/index.ts";
import { createSnapshotCache, isCurrent, type Kept } from "../../transport-http/snapshot-cache.ts";
import { type HttpServer, START, TOKEN, withHttp } from "../support/http.ts";

const BEARER = { Authorization: `Bearer ${TOKEN}` };

test("HTTP-7: the snapshot has an ETag of journal and sequence number, and 304 while it stands", () =>
  withHttp({ journal: createMemoryJournal("j1") }, async (http) => {
    const first = await http.get("/api/snapshot");
    const tag = first.headers.etag ?? "";
    assert.is(tag, `"j1-${http.engine.view().seq}"`);
    for (const given of [tag, `W/${tag}`, "*", `"other", ${tag}`]) {
      const again = await http.get("/api/snapshot", { "If-None-Match": given });
      assert.equal([again.status, again.text, again.headers.etag], [304, "", tag]);
      assert.is(again.headers["content-type"], undefined);
    }
    const other = await http.get("/api/snapshot", { "If-None-Match": `"j2-1", "j1-0"` });
    assert.is(other.status, 200);

    await http.post("/api/tasks/comment", { task_id: "T-203", text: "Changed" });
    const changed = await http.get("/api/snapshot", { "If-None-Match": tag });
    assert.is(changed.status, 200);
    assert.is(changed.headers.etag, `"j1-${http.engine.view().seq}"`);
    assert.is(changed.at("seq"), http.engine.view().seq);
  }));

test("HTTP-7: the snapshot is not rebuilt while nothing changed", () =>
  withHttp({}, async (http) => {
    const first = await http.get("/api/snapshot");
    http.time.now += 60_000;
    const later = await http.get("/api/snapshot");
    // It names the moment it was built at, so the same text was not built again.
    assert.is(later.text, first.text);
    await http.post("/api/tasks/comment", { task_id: "T-203", text: "Changed" });
    const changed = await http.get("/api/snapshot");
    assert.is(changed.at("timestamp"), "2026-03-21T09:01:00+00:00");

    let builds = 0;
    const cache = createSnapshotCache(http.engine);
    const build = () => [Buffer.from(String(++builds))];
    const one = cache.get("snapshot", build);
    assert.is(cache.get("snapshot", build), one);
    assert.is(builds, 1);
    await http.post("/api/tasks/comment", { task_id: "T-203", text: "Changed again" });
    assert.is.not(cache.get("snapshot", build), one);
    assert.is(builds, 2);
    assert.not.ok(isCurrent(undefined, cache.tag()));
  }));

test("HTTP-24: of a snapshot that takes turns one is made at a time, and nobody gets one older than his question", async () => {
  let seq = 1;
  const view = () => ({ seq }) as View;
  const cache = createSnapshotCache({ view, journalId: () => "j" });
  const ends: (() => void)[] = [];
  let [under, most] = [0, 0];
  const build = () => {
    const made = [Buffer.from(String(seq))];
    most = Math.max(most, ++under);
    return new Promise<typeof made>((resolve) => {
      ends.push(() => {
        under--;
        resolve(made);
      });
    });
  };
  const read = () => Promise.resolve(cache.get("snapshot", build));
  const said = async (...asked: Promise<Kept>[]) =>
    (await Promise.all(asked)).map(({ tag, pieces }) => `${tag} ${pieces.join()}`);
  const first = [read(), read()];
  seq = 2;
  const second = [read(), read()];
  seq = 3;
  const third = [read()];
  ends.shift()?.();
  assert.equal(await said(...first), ['"j-1" 1', '"j-1" 1']);
  await Promise.resolve();
  assert.is(ends.length, 1);
  ends.shift()?.();
  // It was begun after the third question, so those two share it.
  assert.equal(await said(...second, ...third), ['"j-3" 3', '"j-3" 3', '"j-3" 3']);
  assert.equal([most, ends.length, cache.tag()], [1, 0, '"j-3"']);
  assert.is((await read()).tag, '"j-3"');

  seq = 4;
  const failed = cache.get("snapshot", () => Promise.reject(new Error("out of room")));
  const after = cache.get("snapshot", () => Promise.reject(new Error("out of room")));
  const whys = await Promise.allSettled([failed, after]);
  assert.ok(whys.every(({ status }) => status === "rejected"));
  const later = read();
  ends.shift()?.();
  assert.equal(await said(later), ['"j-4" 4']);
});

test("HTTP-7: a refused write leaves the snapshot as it is", () =>
  withHttp({}, async (http) => {
    const { etag } = (await http.get("/api/snapshot")).headers;
    await http.post("/api/tasks/update", { task_id: "T-203", status: "done" });
    assert.is((await http.get("/api/snapshot", { "If-None-Match": etag })).status, 304);
  }));

/** Bodies to hold against a published schema: some right, some wrong in one way each. */
const BODIES: Record<string, { base: object; values: Record<string, unknown[]> }> = {
  task: {
    base: { task_id: "T-203" },
    values: {
      task_id: ["T-203", "", 7, null, "x".repeat(121)],
      title: ["A title", "", "   ", "x".repeat(301)],
      status: ["in_progress", "doing", null, 1],
      progress: [0, 100, -1, 101, "50"],
      blockers: [[], ["x"], "x", [1], Array(201).fill("x")],
      labels: [["a"], "a"],
      due_date: ["2026-03-21", null, "21.3.2026", "2026-02-30", 5],
      story_points: [5, null, 4, "5"],
      owner: ["codex", null, "", 3],
      priority: ["P0", "P9", "p0"],
      blocked: [true, "yes"],
      note: ["Hello", 3, "x".repeat(20_001)],
    },
  },
  "agent-register": {
    base: { agent_id: "codex", name: "Codex", role: "Engineering Manager" },
    values: {
      agent_id: ["codex", "", "a b", "__proto__", "constructor", "x".repeat(65)],
      name: ["Codex", "", "  ", 4],
      role: ["Manager", "", null],
      skills: [["a"], "a", [null]],
      profile_hue: [0, 360, null, -1, 361, "red"],
      org_level: ["one", 1, null, true],
      status: ["idle", "asleep"],
      speaking: [true, "no"],
    },
  },
  "mission-plan": {
    base: { title: "Reach", objective: "Be found" },
    values: {
      title: ["Reach", "", 3],
      objective: ["Be found", " "],
      severity: ["high", "huge"],
      tasks: [[], [{ title: "One" }], [{}], [{ title: "One", priority: "P7" }], "none"],
      milestones: [["One"], [{ title: "One" }], [{ due_date: "2026-03-21" }], [3]],
      required_specialists: [["code"], "code"],
    },
  },
  heartbeat: {
    base: { agent_id: "codex" },
    values: {
      agent_id: ["codex", "", 1],
      status: ["working", "busy"],
      speaking: [false, 0],
      blockers: [["x"], {}],
      current_task_id: ["T-203", null, 203],
    },
  },
  message: {
    base: { sender: "orion", text: "Hello" },
    values: {
      sender: ["orion", "ceo", "", 1],
      text: ["Hello", "", " ", "x".repeat(20_001)],
      category: ["status", "shout"],
      target: ["codex", null, 7],
    },
  },
};

test("HTTP-8: the published schemas accept and refuse what the routes do", () =>
  withHttp({}, async (http) => {
    for (const [name, { base, values }] of Object.entries(BODIES)) {
      const schema = (await http.get(`/api/schema/${name}`)).body;
      const route = String(schema.title).replace("POST ", "");
      const ajv = new Ajv2020({ strict: false });
      addFormats.default(ajv);
      const conforms = ajv.compile(schema);
      const required = Object.keys(base);
      const bodies: object[] = required.map((gone) =>
        Object.fromEntries(Object.entries(base).filter(([field]) => field !== gone)),
      );
      for (const [field, given] of Object.entries(values)) {
        bodies.push(...given.map((value) => ({ ...base, [field]: value })));
      }
      let refused = 0;
      for (const body of bodies) {
        const answer = await http.post(route, body);
        const valid = conforms(body);
        if (!valid) refused++;
        const said = `${route} ${JSON.stringify(body).slice(0, 200)}: ${answer.text.slice(0, 200)}`;
        assert.is(answer.status, valid ? 200 : 400, said);
      }
      assert.ok(refused > required.length, name);
      assert.is(schema.$schema, "https://json-schema.org/draft/2020-12/schema");
    }
  }));

test("HTTP-8: the published schema is the declaration's own, with a heading", () =>
  withHttp({}, async (http) => {
    const published = (await http.get("/api/schema/task")).body;
    const declared = JSON.parse(JSON.stringify(actions.get("tasks/update")?.body)) as object;
    for (const [key, value] of Object.entries(declared)) assert.equal(published[key], value);
  }));

test("HTTP-1: health counts, and says since when and where from", () =>
  withHttp({}, async (http) => {
    http.time.now = START + 90_500;
    const { body } = await http.get("/api/health");
    assert.equal(body, {
      ok: true,
      time: "2026-03-21T09:01:30+00:00",
      version: "1.5.0",
      booted_at: "2026-03-21T09:00:00+00:00",
      role: "visualization-companion",
      visualization_only: true,
      state_source: "demo",
      restart_safe: true,
      agents: 13,
      tasks: 15,
      uptime_seconds: 90,
      seq: 1,
    });
  }));

test("HTTP-1: the contract lists every route that is there", () =>
  withHttp({}, async (http) => {
    const { body } = await http.get("/api/openclaw/contract");
    const endpoints = body.endpoints as { method: string; path: string; summary: string }[];
    assert.is(endpoints.filter(({ method }) => method === "POST").length, writes.size);
    assert.is(endpoints.filter(({ method }) => method === "GET").length, queries.size + 2);
    for (const { method, path, summary } of endpoints) {
      assert.ok(summary.length > 0, path);
      if (path === "/api/events/stream") continue;
      const allowed = await http.send(path, { method: "OPTIONS" });
      assert.is(allowed.status, 204, path);
      assert.ok(allowed.headers.allow?.split(", ").includes(method), path);
    }
    for (const path of Object.values(body.schemas as Record<string, string>)) {
      assert.is((await http.get(path)).status, 200, path);
    }
    assert.equal(body.run_outcomes, ["working", "needs_attention", "blocked", "validation"]);
  }));

test("HTTP-1: the six templates are there, each complete", () =>
  withHttp({}, async (http) => {
    const templates = (await http.get("/api/tasks/templates")).body.templates as object[];
    assert.equal(
      templates.map((template) => Reflect.get(template, "id")),
      [
        ...["compliance-memo", "market-validation", "gtm-plan"],
        ...["founder-decision", "research-brief", "software-feature"],
      ],
    );
    for (const template of templates) {
      const fields = ["id", "name", "specialist", "type", "priority", "description"];
      const lists = ["definition_of_done", "acceptance_criteria", "labels"];
      assert.equal(Object.keys(template).sort(), [...fields, ...lists].sort());
    }
  }));

async function next(http: HttpServer, query: string): Promise<unknown> {
  const answer = await http.get(`/api/tasks/next?${query}`, BEARER);
  assert.is(answer.status, 200, answer.text);
  return answer.at("task.id") ?? answer.body.message;
}

test("HTTP-1: tasks/next gives the most urgent ready task that nothing holds up", () =>
  withHttp({}, async (http) => {
    assert.is(await next(http, "owner=codex"), "T-208");
    assert.is(await next(http, "owner=codex&project=atlas-core"), "no eligible tasks");
    assert.is(await next(http, "owner=codex&unknown=1&unknown=2"), "T-208");
    assert.is(await next(http, "owner=iris"), "no eligible tasks");

    const ready = { status: "ready", owner: "codex", title: "Next" };
    http.time.now += 1_000;
    const slow = (await http.post("/api/tasks/create", { ...ready, priority: "P0" })).at("task.id");
    http.time.now += 1_000;
    const late = (await http.post("/api/tasks/create", { ...ready, priority: "P0" })).at("task.id");
    assert.is(await next(http, "owner=codex"), slow, "P0 before P1, then the oldest update");
    await http.post("/api/tasks/update", { task_id: slow, blocked: true });
    assert.is(await next(http, "owner=codex"), late, "blocked ones are passed over");
    await http.post("/api/tasks/update", { task_id: late, depends_on: ["T-203"] });
    assert.is(await next(http, "owner=codex"), "T-208", "so are those that wait for another");
    const link = { source_id: "T-204", target_id: "T-208", link_type: "blocks" };
    await http.post("/api/tasks/link", link);
    assert.is(await next(http, "owner=codex"), "no eligible tasks", "by a link too");
  }));

test("HTTP-2: parameters are named when they are missing, repeated or unknown", () =>
  withHttp({}, async (http) => {
    for (const [query, error] of [
      ["", "owner is required"],
      ["?owner=", "owner is required"],
      ["?project=ceo-console", "owner is required"],
      ["?owner=codex&owner=orion", "owner must be given once"],
      ["?owner=ghost", "unknown agent: ghost"],
      ["?owner=codex&project=nowhere", "unknown project: nowhere"],
      [`?owner=${"x".repeat(500)}`, "owner must have at most 120 characters"],
    ] as const) {
      const answer = await http.get(`/api/tasks/next${query}`, BEARER);
      assert.equal([answer.status, answer.body.error], [400, error], query);
    }
  }));

test("HTTP-1: recovery says what the start found", () =>
  withHttp({}, async (http) => {
    const answer = await http.get("/api/system/recovery");
    assert.is(answer.at("recovery.source"), "empty");
    assert.is(answer.at("recovery.cut_off"), null);
    assert.equal(answer.body.backups, []);
  }));

test.run();
