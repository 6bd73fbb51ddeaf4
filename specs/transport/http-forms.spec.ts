/**
 * The forms in which helper scripts in the field send the same data (routes.md, Existing clients), and
 * what becomes of fields that nobody knows. Neighbour: `core/forms.ts`, which makes them flat.
 */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type HttpServer, withHttp } from "../support/http.ts";

/** Sends both bodies, each to a demo company of its own, and holds that the answers are the same. */
async function same(name: string, flat: object, other: object): Promise<void> {
  const answers: string[] = [];
  for (const body of [flat, other]) {
    await withHttp({}, async (http) => {
      const answer = await http.post(`/api/${name}`, body);
      assert.is(answer.status, 200, `${name} ${JSON.stringify(body)}: ${answer.text}`);
      answers.push(answer.text);
    });
  }
  assert.is(answers[1], answers[0], name);
}

test("HTTP-6: an envelope with an outer source stands for the flat body", async () => {
  const agent = { name: "Nova", role: "Scout", skills: ["reach"] };
  const id = "nova";
  const source = "helper";
  await same(
    "agents/register",
    { agent_id: id, ...agent, source },
    { agent: { id, ...agent }, source },
  );
  await same("agents/register", { agent_id: id, ...agent }, { agent: { agent_id: id, ...agent } });
  const beat = { status: "working", current_task_id: "T-203" };
  await same(
    "agents/heartbeat",
    { agent_id: "codex", ...beat, source },
    { agent: { id: "codex", ...beat }, source },
  );
  await same(
    "agents/update",
    { agent_id: "codex", role: "Head of Code" },
    { agent: { id: "codex", role: "Head of Code" } },
  );
  await same("agents/delete", { agent_id: "iris" }, { agent: { id: "iris" } });
  const task = { title: "Enveloped", priority: "P1" };
  await same("tasks/create", task, { task });
  const change = { status: "validation", progress: 90 };
  await same(
    "tasks/update",
    { task_id: "T-203", ...change, note: "Ready to check" },
    { task: { id: "T-203", ...change }, note: "Ready to check" },
  );
  await same("tasks/delete", { task_id: "T-214" }, { task: { task_id: "T-214" } });
  await same(
    "tasks/comment",
    { task_id: "T-203", text: "Seen" },
    { task: { id: "T-203", text: "Seen" } },
  );
  const plan = { title: "Reach", objective: "Be found", tasks: [{ title: "First step" }] };
  await same("missions/plan", plan, { mission: plan });
  await same(
    "missions/plan",
    { mission_id: "M-301", summary: "Shorter" },
    { mission: { id: "M-301", summary: "Shorter" } },
  );
  await same("missions/delete", { mission_id: "M-301" }, { mission: { id: "M-301" } });
});

test("HTTP-6: id stands for the documented name in a flat body too", async () => {
  await same("tasks/update", { task_id: "T-203", progress: 70 }, { id: "T-203", progress: 70 });
  await same("agents/heartbeat", { agent_id: "codex" }, { id: "codex" });
  await same("missions/delete", { mission_id: "M-301" }, { id: "M-301" });
});

test("HTTP-6: summaries may stand under metadata", async () => {
  const said = {
    done_summary: "Refactored",
    doing_summary: "Filtering",
    next_summary: "Handing over",
  };
  await same(
    "agents/heartbeat",
    { agent_id: "codex", ...said },
    { agent: { id: "codex", metadata: said } },
  );
  const nova = { name: "Nova", role: "Scout" };
  await same(
    "agents/register",
    { agent_id: "nova", ...nova, ...said },
    { agent: { id: "nova", ...nova, metadata: said } },
  );
});

test("HTTP-6: a roster may be wrapped, as an object or as a list", async () => {
  const agents = [
    { agent_id: "codex", name: "Codex", role: "Engineering Manager" },
    { agent_id: "nova", name: "Nova", role: "Scout" },
  ];
  const byId = agents.map(({ agent_id: id, ...rest }) => ({ id, ...rest }));
  const source = "helper";
  await same("openclaw/roster_sync", { agents, source }, { roster: { agents: byId }, source });
  await same("openclaw/roster_sync", { agents, source }, { roster: byId, source });
});

test("HTTP-6: a publish in camelCase says what the flat one says", () =>
  same(
    "openclaw/publish",
    {
      agent_id: "codex",
      task_id: "T-203",
      project_id: "ceo-console",
      title: "Filter pass",
      session_key: "s-1",
      run_id: "r-9",
      collaborating_with: ["ralph"],
      pr_status: "open",
      issue_ref: "#12",
    },
    {
      run: {
        agentId: "codex",
        taskId: "T-203",
        projectId: "ceo-console",
        title: "Filter pass",
        sessionKey: "s-1",
        runId: "r-9",
        collaboratingWith: ["ralph"],
        prStatus: "open",
        issueRef: "#12",
      },
    },
  ));

async function warningsOf(http: HttpServer, name: string, body: object): Promise<unknown> {
  const answer = await http.post(`/api/${name}`, body);
  assert.is(answer.status, 200, answer.text);
  return answer.body.warnings;
}

test("HTTP-5: unknown fields are ignored and named, however deep they stand", () =>
  withHttp({}, async (http) => {
    const spelt = { task_id: "T-203", priorty: "P0", note: "Hello" };
    assert.equal(await warningsOf(http, "tasks/update", spelt), ["unknown field: priorty"]);
    assert.equal(
      await warningsOf(http, "missions/plan", {
        title: "Reach",
        objective: "Be found",
        tasks: [{ title: "One" }, { title: "Two", prio: "P0" }],
      }),
      ["unknown field: tasks[1].prio"],
    );
    assert.equal(
      await warningsOf(http, "agents/heartbeat", {
        agent_id: "codex",
        metadata: { mood: "good", done_summary: "Everything" },
      }),
      ["unknown field: metadata"],
    );
    assert.is(await warningsOf(http, "tasks/update", { task_id: "T-203" }), undefined);
    assert.is(await warningsOf(http, "tasks/update", { id: "T-203", source: "x" }), undefined);
  }));

test("HTTP-5: the token is no unknown field, and names of prototypes are only names", () =>
  withHttp({}, async (http) => {
    const body = `{"task_id":"T-203","write_token":"change-me-local","__proto__":{"status":"done"},"constructor":{"prototype":{"polluted":true}}}`;
    const answer = await http.post("/api/tasks/update", body, { Authorization: "" });
    assert.is(answer.status, 200, answer.text);
    assert.equal([...(answer.body.warnings as string[])].sort(), [
      "unknown field: __proto__",
      "unknown field: constructor",
    ]);
    assert.is(answer.at("task.status"), "in_progress");
    assert.is(Reflect.get({}, "polluted"), undefined);
  }));

test("HTTP-5: a manifest skips agents that are not valid and says which", () =>
  withHttp({}, async (http) => {
    const answer = await http.post("/api/org/bootstrap", {
      agents: [{ name: "Orion", role: "Chief", manager: "ceo" }, { name: "Nobody" }],
    });
    assert.is(answer.status, 200, answer.text);
    assert.equal(answer.body.agents_registered, ["orion"]);
    assert.equal(answer.body.warnings, ["agents[1] skipped: role is required"]);
  }));

test.run();
