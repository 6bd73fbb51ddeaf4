/**
 * Every route for every kind of caller: the table of rights as it is documented, written here a second
 * time, held against a real server with named tokens. Neighbours: core/permissions.ts, docs/access.md.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type AnyAction, actions, queries, type Role } from "../../core/index.ts";
import { get } from "../../core/table.ts";
import { type RunningServer, startServer } from "../../server/compose.ts";
import { type Answer, toAnswer } from "../support/http.ts";
import { makeDataDir, quietConfig, SILENT, TOKEN } from "../support/process.ts";

const OWNER_ONLY = [
  "tokens",
  "tokens/create",
  "tokens/revoke",
  "webhooks/list",
  "webhooks/deliveries",
  "webhooks/configure",
  "webhooks/delete",
  "webhooks/redeliver",
  "demo/reset",
  "blank/reset",
  "org/bootstrap",
];
const AGENTS_TOO = [
  "agents/register",
  "agents/heartbeat",
  "agents/update",
  "tasks/create",
  "tasks/update",
  "tasks/comment",
  "tasks/link",
  "tasks/event",
  "tasks/claim",
  "tasks/renew",
  "tasks/release",
  "tasks/reopen",
  "missions/plan",
  "conversations/message",
  "openclaw/publish",
];
/** All by which a body can say who acts. */
const WHO = ["agent_id", "sender", "author", "reporter", "source"];

const POSTS = [...actions.values()].filter(({ internal }) => !internal);
const GETS = [...queries.values()];

interface House {
  server: RunningServer;
  tokens: Record<string, string>;
  post(name: string, body: object, token: string | null): Promise<Answer>;
  get(path: string, token: string | null): Promise<Answer>;
}

async function withHouse(readAuth: boolean, run: (house: House) => Promise<void>): Promise<void> {
  const data = makeDataDir();
  const config = { ...quietConfig(data.dir), readAuth };
  const server = await startServer({ config, log: SILENT });
  const send = async (path: string, token: string | null, init: RequestInit): Promise<Answer> => {
    const headers = {
      "content-type": "application/json",
      ...(token && { authorization: `Bearer ${token}` }),
    };
    const response = await fetch(server.url + path, { ...init, headers });
    const text = await response.text();
    return toAnswer(response.status, Object.fromEntries(response.headers), text);
  };
  const post: House["post"] = (name, body, token) =>
    send(`/api/${name}`, token, { method: "POST", body: JSON.stringify(body) });
  const tokens: Record<string, string> = { owner: TOKEN };
  try {
    for (const [name, role, agent_id] of [
      ["operator", "operator"],
      ["observer", "observer"],
      ["codex-1", "agent", "codex"],
      ["ralph-1", "agent", "ralph"],
      ["ghost-1", "agent", "ghost"],
      ["spare", "observer"],
    ]) {
      const made = await post("tokens/create", { name, role, agent_id }, TOKEN);
      assert.is(made.status, 200, made.text);
      tokens[name as string] = String(made.body.token);
    }
    await run({ server, tokens, post, get: (path, token) => send(path, token, {}) });
  } finally {
    await server.close();
    data.remove();
  }
}

function fieldsOf({ body }: AnyAction): string[] {
  return Object.keys((body as { properties?: object }).properties ?? {});
}

/** The documented example, said by codex. */
function saidByCodex(action: AnyAction): Record<string, unknown> {
  const body: Record<string, unknown> = { ...(action.examples[0] as object) };
  for (const field of ["agent_id", "sender", "author"]) {
    if (fieldsOf(action).includes(field)) body[field] = "codex";
  }
  // An order is the CEO's or the chief's.
  if (action.name === "conversations/message") body.category = "status";
  // Under its own name: another's is refused.
  if (action.name.startsWith("agents/") && body.name) body.name = "Codex";
  return body;
}

/** The demo company as the example needs it; its body, with the ids that were given out for it. */
async function prepare({ post }: House, action: AnyAction): Promise<Record<string, unknown>> {
  const body = saidByCodex(action);
  assert.is((await post("demo/reset", {}, TOKEN)).status, 200);
  for (const [name, first] of action.given ?? []) {
    const made = await post(name, first, TOKEN);
    assert.is(made.status, 200);
    if (body.webhook_id) body.webhook_id = made.at("webhook.id");
  }
  return body;
}

function mayWrite(role: Role, name: string): boolean {
  if (role === "owner") return true;
  if (role === "operator") return !OWNER_ONLY.includes(name);
  return role === "agent" && AGENTS_TOO.includes(name);
}

const test = suite("roles");

test("ACC-7: every write for every caller, as the table says; a refusal changes nothing", () =>
  withHouse(false, async (house) => {
    const { server, tokens, post } = house;
    assert.ok(POSTS.length > 35);
    for (const action of POSTS) {
      const { name } = action;
      const body = await prepare(house, action);
      const { seq } = server.engine.view();
      for (const token of [null, "wrong", `${tokens["codex-1"]}x`]) {
        const answer = await post(name, body, token);
        assert.equal([answer.status, answer.body.code], [401, "unauthorised"], name);
      }
      for (const [token, role] of [
        ["observer", "observer"],
        ["operator", "operator"],
        ["codex-1", "agent"],
      ] as const) {
        if (mayWrite(role, name)) continue;
        const answer = await post(name, body, tokens[token] ?? "");
        assert.equal([answer.status, answer.body.code], [403, "forbidden"], `${token} ${name}`);
        assert.match(String(answer.body.error), token);
        assert.match(String(answer.body.error), "use one of the role owner");
      }
      if (AGENTS_TOO.includes(name)) {
        const answer = await post(name, body, tokens["ralph-1"] ?? "");
        assert.equal([answer.status, answer.body.code], [403, "forbidden"], `ralph ${name}`);
        assert.ok(WHO.includes(String(answer.body.field)), `${name} names ${answer.body.field}`);
        assert.match(String(answer.body.error), String(answer.body.field));
      }
      assert.is(server.engine.view().seq, seq, `${name} changed something`);
      for (const [token, role] of [
        ["owner", "owner"],
        ["operator", "operator"],
        ["codex-1", "agent"],
      ] as const) {
        if (!mayWrite(role, name)) continue;
        const own = await prepare(house, action);
        if (name === "tokens/revoke") own.name = "spare";
        const answer = await post(name, own, tokens[token] ?? "");
        assert.is(answer.status, 200, `${token} ${name}: ${answer.text}`);
      }
    }
  }));

test("ACC-8: an agent's token speaks for that agent alone, in every field of every route", () =>
  withHouse(false, async (house) => {
    const { server, tokens, post } = house;
    const token = tokens["codex-1"] ?? "";
    let tried = 0;
    for (const action of POSTS.filter(({ name }) => AGENTS_TOO.includes(name))) {
      await prepare(house, action);
      const { seq } = server.engine.view();
      for (const field of WHO.filter((one) => fieldsOf(action).includes(one))) {
        for (const other of ["ralph", "ceo"]) {
          // An agent's id may not be the CEO's in the first place.
          const body = { ...saidByCodex(action), [field]: other };
          const answer = await post(action.name, body, token);
          assert.equal([answer.status, answer.body.field], [403, field], `${action.name} ${field}`);
          assert.match(String(answer.body.error), field);
          tried++;
        }
      }
      assert.is(server.engine.view().seq, seq, `${action.name} changed something`);
    }
    assert.ok(tried > 60, `${tried} tried`);
  }));

test("ACC-8: in an envelope, by another spelling and inside a plan as well", () =>
  withHouse(false, async ({ server, tokens, post }) => {
    const token = tokens["codex-1"] ?? "";
    const { seq } = server.engine.view();
    for (const [name, body, field] of [
      ["tasks/update", { task: { id: "T-203", author: "ceo", progress: 1 } }, "author"],
      ["tasks/update", { task_id: "T-203", agent_id: "", author: "ralph" }, "author"],
      ["agents/heartbeat", { agent: { id: "ralph" } }, "agent_id"],
      ["openclaw/publish", { run: { agentId: "ralph", title: "X" } }, "agent_id"],
      ["openclaw/publish", { agentId: "ralph", title: "X" }, "agent_id"],
      ["agents/register", { name: "Ralph", role: "QA", agent_id: "ralph" }, "agent_id"],
      [
        "missions/plan",
        { title: "X", objective: "Y", tasks: [{ title: "Z" }, { title: "Z", reporter: "ceo" }] },
        "tasks[1].reporter",
      ],
      ["tasks/update", { task_id: "T-203", needs_human: false }, "needs_human"],
    ] as const) {
      const answer = await post(name, body, token);
      assert.equal([answer.status, answer.body.field], [403, field], `${name}: ${answer.text}`);
    }
    assert.is(server.engine.view().seq, seq);
    // The script that calls, and a person outside, are nobody's names here.
    const body = { title: "X", source: "nightly.sh", reporter: "alice" };
    assert.is((await post("tasks/create", body, token)).status, 200);
  }));

test("ACC-28: a task that names who approves it is done by that agent's token or a human's, by whatever way, and no other agent takes the word from them", () =>
  withHouse(false, async ({ server, tokens, post }) => {
    const [codex = "", ralph = "", operator = ""] = ["codex-1", "ralph-1", "operator"].map(
      (name) => tokens[name],
    );
    const taskOf = () => get(server.engine.view().state.tasks, "T-203");
    const update = (more: object) => ({ task_id: "T-203", ...more });
    const say = async (token: string, more: object) =>
      (await post("tasks/update", update(more), token)).status;
    // What honest work needs goes on: the owner reports and asks for the word.
    const report = { type: "needs-validation", task_id: "T-203", agent_id: "codex", note: "Look" };
    assert.is((await post("tasks/event", report, codex)).status, 200);
    for (const approver of ["ralph", "ceo"]) {
      assert.is(await say(operator, { validation_owner: approver }), 200);
      const { seq } = server.engine.view();
      const event = { type: "done", task_id: "T-203", agent_id: "codex" };
      const refused = [
        ["tasks/update", update({ status: "done" }), "status"],
        ["tasks/update", { task: { id: "T-203", status: "done" } }, "status"],
        ["tasks/event", event, "type"],
        ["tasks/event", { task: { id: "T-203", type: "done" }, agent_id: "codex" }, "type"],
        ["tasks/update", update({ validation_owner: null }), "validation_owner"],
        ["tasks/update", update({ validation_owner: "" }), "validation_owner"],
        ["tasks/update", update({ validation_owner: "codex", status: "done" }), "validation_owner"],
        ["tasks/create", { title: "X", validation_owner: approver, status: "done" }, "status"],
      ] as const;
      for (const [name, body, field] of refused) {
        const answer = await post(name, body, codex);
        const at = `${name} ${JSON.stringify(body)}: ${answer.text}`;
        assert.equal([answer.status, answer.body.field], [403, field], at);
        assert.match(String(answer.body.error), approver, at);
        if (field !== "validation_owner")
          assert.match(answer.text, "needs-validation and wait", at);
      }
      const actions = refused.map(([action, body]) => ({ action, body }));
      const batch = await post("batch", { actions }, codex);
      const results = batch.body.results as { status: number }[];
      assert.ok(
        results.every(({ status }) => status === 403),
        batch.text,
      );
      const call = { name: "report_event", arguments: event };
      const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params: call };
      const mcp = await fetch(`${server.url}/mcp`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${codex}`,
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
        },
        body: JSON.stringify(message),
      });
      assert.match(await mcp.text(), "needs-validation and wait");
      const published = {
        title: `For ${approver}`,
        summary: "Done",
        task_id: "T-203",
        outcome: "validation",
      };
      assert.is((await post("openclaw/publish", published, codex)).status, 200);
      assert.equal(
        [taskOf()?.status, taskOf()?.validation_owner, server.engine.view().seq],
        ["validation", approver, seq + 1],
      );
      // What is said again as it is changes nothing, and its other fields are everybody's.
      assert.is(await say(codex, { validation_owner: approver, note: "Mine" }), 200);
    }
    assert.is(await say(operator, { validation_owner: "ralph" }), 200);
    assert.is(await say(ralph, { status: "done" }), 200, "whose word it is");
    assert.is(await say(codex, { status: "done", note: "Thanks" }), 200, "it is done already");
    assert.is(await say(codex, { status: "validation" }), 200, "anybody may ask again");
    assert.is(await say(ralph, { validation_owner: "codex" }), 200, "and hands it on");
    assert.is(await say(codex, { status: "done" }), 200, "to the owner itself");
    assert.is(await say(operator, { status: "validation", validation_owner: "ceo" }), 200);
    assert.is(await say(operator, { status: "done" }), 200, "a human may");
    // Where nobody is named whoever works may say it, and with the server's own token anybody.
    const free = { title: "X", status: "validation", validation_owner: null };
    const made = await post("tasks/create", free, codex);
    const task_id = made.at("task.id");
    assert.is((await post("tasks/update", { task_id, status: "done" }, codex)).status, 200);
    assert.is(await say(TOKEN, { status: "validation", validation_owner: "ralph" }), 200);
    assert.is(await say(TOKEN, { status: "done", agent_id: "codex" }), 200);
  }));

test("ACC-8: who does not name itself is named; who is not there, or has left, says nothing", () =>
  withHouse(false, async ({ tokens, post }) => {
    const made = await post("tasks/create", { title: "X" }, tokens["codex-1"] ?? "");
    assert.is(made.at("task.reporter"), "codex");
    const said = await post(
      "tasks/comment",
      { task_id: "T-203", text: "Y" },
      tokens["codex-1"] ?? "",
    );
    assert.is(said.at("comment.author"), "codex");
    // Where a body must say who acts as well.
    for (const [name, body, at] of [
      ["agents/heartbeat", { doing_summary: "Z" }, "agent.id"],
      ["agents/heartbeat", { agent: { doing_summary: "Z" } }, "agent.id"],
      ["agents/update", { emoji: "x" }, "agent.id"],
      ["agents/register", { name: "Codex", role: "QA" }, "agent.id"],
      ["conversations/message", { text: "Z" }, "message.sender"],
      ["openclaw/publish", { title: "Z" }, "run.agent_id"],
      ["tasks/claim", { task_id: "T-208" }, "task.lease.holder"],
      ["tasks/event", { type: "started", task_id: "T-208" }, "task.owner"],
    ] as const) {
      const answer = await post(name, body, tokens["codex-1"] ?? "");
      assert.equal([answer.status, answer.at(at)], [200, "codex"], `${name}: ${answer.text}`);
    }
    // Nobody stands in for those who speak for anybody.
    const nameless = await post("agents/heartbeat", {}, tokens.operator ?? "");
    assert.equal([nameless.status, nameless.body.error], [400, "agent_id is required"]);
    const held = await post(
      "tasks/claim",
      { agent_id: "shield", task_id: "T-210" },
      tokens.owner ?? "",
    );
    assert.is(held.status, 200, held.text);
    // Without a name it would be the CEO, whom no lease holds back.
    const fenced = await post(
      "tasks/update",
      { task_id: "T-210", progress: 1 },
      tokens["codex-1"] ?? "",
    );
    assert.equal([fenced.status, fenced.body.holder], [409, "shield"]);

    const ghost = tokens["ghost-1"] ?? "";
    const early = await post(
      "tasks/link",
      { source_id: "T-208", target_id: "T-203", link_type: "blocks" },
      ghost,
    );
    assert.is(early.status, 403);
    assert.match(String(early.body.error), "register first");
    assert.is(
      (await post("agents/register", { name: "Some Name", role: "QA" }, ghost)).at("agent.id"),
      "ghost",
    );
    assert.is((await post("tasks/comment", { task_id: "T-203", text: "Y" }, ghost)).status, 200);
    await post("agents/retire", { agent_id: "ghost" }, tokens.owner ?? "");
    for (const [name, body] of [
      ["agents/register", { name: "Some Name", role: "QA" }],
      ["agents/heartbeat", { agent_id: "ghost" }],
      ["tasks/comment", { task_id: "T-203", text: "Y" }],
    ] as const) {
      const late = await post(name, body, ghost);
      assert.equal([late.status, late.body.code], [403, "forbidden"], late.text);
      assert.match(String(late.body.error), "retired");
    }
  }));

test("ACC-7, ACC-8: each action of a batch is held against the same table; tokens are never part of one", () =>
  withHouse(false, async ({ server, tokens, post }) => {
    const theirs = [
      { action: "tasks/comment", body: { task_id: "T-203", text: "Mine" } },
      { action: "tasks/comment", body: { task_id: "T-203", text: "Forged", author: "ralph" } },
      { action: "ceo/directive", body: { text: "Mine" } },
      { action: "tokens/create", body: { name: "door", role: "owner" } },
    ];
    const { seq } = server.engine.view();
    const atomic = await post("batch", { atomic: true, actions: theirs }, tokens["codex-1"] ?? "");
    assert.equal([atomic.status, server.engine.view().seq], [403, seq], atomic.text);
    const each = await post("batch", { actions: theirs }, tokens["codex-1"] ?? "");
    assert.equal(
      (each.body.results as { status: number }[]).map(({ status }) => status),
      [200, 403, 403, 400],
    );
    const observer = await post("batch", { actions: theirs }, tokens.observer ?? "");
    assert.not.match(observer.text, '"status":200');
    const owner = await post(
      "batch",
      {
        actions: [
          { action: "tokens/create", body: { name: "door", role: "owner" } },
          { action: "tokens/revoke", body: { name: "codex-1" } },
        ],
      },
      tokens.owner ?? "",
    );
    assert.not.match(owner.text, '"status":200');
    assert.is(server.engine.view().seq, seq + 1);
  }));

test("ACC-7: every read for every caller; the owner's reads are the owner's", () =>
  withHouse(false, async ({ tokens, get }) => {
    for (const { name, auth, examples } of GETS) {
      const path = `/api/${name}?${new URLSearchParams(examples[0] as Record<string, string>)}`;
      for (const token of [null, "wrong"]) {
        assert.is((await get(path, token)).status, auth ? 401 : 200, `${token} ${name}`);
      }
      for (const token of ["observer", "codex-1", "operator", "owner"]) {
        const refused = OWNER_ONLY.includes(name) && token !== "owner";
        const answer = await get(path, tokens[token] ?? "");
        assert.is(answer.status, refused ? 403 : 200, `${token} ${name}: ${answer.text}`);
      }
    }
  }));

test("ACC-10: where reading asks for a token, every read does, but for whose token it is", () =>
  withHouse(true, async ({ tokens, get }) => {
    for (const { name, examples } of GETS) {
      const path = `/api/${name}?${new URLSearchParams(examples[0] as Record<string, string>)}`;
      for (const token of [null, "wrong"]) {
        const answer = await get(path, token);
        assert.is(answer.status, name === "session" ? 200 : 401, `${token} ${name}`);
        if (answer.status === 401) assert.is(answer.headers["www-authenticate"], "Bearer");
      }
      const answer = await get(path, tokens.observer ?? "");
      assert.is(answer.status, OWNER_ONLY.includes(name) ? 403 : 200, name);
    }
    assert.equal((await get("/api/session", null)).body, {
      ok: true,
      name: null,
      role: null,
      agent_id: null,
      read_auth: true,
    });
    assert.equal((await get("/api/session", tokens["codex-1"] ?? "")).body, {
      ok: true,
      name: "codex-1",
      role: "agent",
      agent_id: "codex",
      read_auth: true,
    });
    for (const path of ["/", "/docs", "/docs/start.js"]) {
      assert.is.not((await get(path, null)).status, 401, path);
    }
  }));

test("ACC-8: an agent gives no directive, unless it is the chief; nor by an envelope or in a batch", () =>
  withHouse(false, async ({ server, tokens, post }) => {
    const token = tokens["codex-1"] ?? "";
    const { seq } = server.engine.view();
    const order = { text: "Stop all work.", category: "directive" };
    for (const body of [order, { message: order }, { ...order, target: "ralph" }]) {
      const answer = await post("conversations/message", body, token);
      assert.equal([answer.status, answer.body.field], [403, "category"], answer.text);
      assert.match(String(answer.body.error), "directives come from the CEO and the chief");
    }
    const one = { action: "conversations/message", body: order };
    const all = await post("batch", { actions: [one] }, token);
    assert.is(all.at("results.0.status"), 403);
    assert.is(server.engine.view().seq, seq);
    for (const category of ["discussion", "summary", "status", "ack"]) {
      assert.is((await post("conversations/message", { ...order, category }, token)).status, 200);
    }
    const said = { ...order, sender: "codex" };
    for (const who of ["owner", "operator"]) {
      assert.is((await post("conversations/message", said, tokens[who] ?? "")).status, 200, who);
    }
    await post("org/configure", { chief_agent_id: "codex" }, tokens.owner ?? "");
    assert.is((await post("conversations/message", order, token)).status, 200, "the chief");
  }));

test("AGT-3: a plan moves no task that another agent holds, neither in nor out; its holder and the CEO do", () =>
  withHouse(false, async ({ server, tokens, post }) => {
    const [codex, ralph] = [tokens["codex-1"] ?? "", tokens["ralph-1"] ?? ""];
    const held = await post("tasks/claim", { task_id: "T-208" }, codex);
    assert.equal([held.status, held.at("task.mission_id")], [200, "M-300"], held.text);
    const { seq } = server.engine.view();
    for (const body of [
      { title: "Mine", objective: "Y", task_ids: ["T-208"] },
      { mission_id: "M-301", task_ids: ["T-206", "T-208"] },
      { mission_id: "M-300", task_ids: ["T-200"] },
    ]) {
      const answer = await post("missions/plan", body, ralph);
      assert.equal([answer.status, answer.body.holder], [409, "codex"], answer.text);
    }
    assert.is(server.engine.view().seq, seq);
    // What leaves it where it is disturbs nobody.
    const kept = { mission_id: "M-300", task_ids: ["T-208", "T-200"] };
    assert.is((await post("missions/plan", kept, ralph)).status, 200);
    const body = { mission_id: "M-301", task_ids: ["T-208"] };
    assert.is((await post("missions/plan", body, codex)).status, 200, "its holder");
    const back = { ...body, mission_id: "M-300" };
    assert.is((await post("missions/plan", back, tokens.operator ?? "")).status, 200, "the CEO");
  }));

/** What is seen as ceo or iris, or as nothing but a blank beside it. */
const LOOKALIKES = [
  ...["Ceo\u200b", "CE\u00adO", "\ufeffCEO", "c\u{e0065}eo", "CEO\ufe0f", "\u202eceo", "C\u200dEO"],
  ...["Iris\u200b", "Ir\u2060is", "Iris\u3164", "Iris\u2800", "Iris\u0000", "Iris\ufff9"],
];

/** Refused for its characters by whatever token it comes, or for whose name it is. */
const statusFor = (name: string, field: string) =>
  field !== "sender" && /[^\P{Cf}\u200d]/u.test(name) ? 400 : 403;

test("ACC-8: nobody is credited by what looks like another's name, and marks are put together unseen too", () =>
  withHouse(false, async ({ server, tokens, post }) => {
    const codex = tokens["codex-1"] ?? "";
    for (const [agent_id, name] of [
      ["rene", "Ren\u00e9"],
      ["mary", "Mary Ann"],
    ]) {
      await post("agents/register", { agent_id, name, role: "Tester" }, tokens.owner ?? "");
    }
    const { seq } = server.engine.view();
    for (const name of [...LOOKALIKES, "Rene\u034f\u0301", "Mary\u00a0 Ann", "Mary\nAnn"]) {
      for (const [action, body, field] of [
        ["agents/update", { name }, "name"],
        ["agents/register", { name, role: "Tester" }, "name"],
        ["tasks/create", { title: "x", reporter: name }, "reporter"],
        ["tasks/create", { title: "x", source: name }, "source"],
        ["tasks/create", { title: "x", author: name }, "author"],
        ["tasks/comment", { task_id: "T-203", text: "x", author: name }, "author"],
        ["missions/plan", { title: "x", objective: "x", source: name }, "source"],
        ["conversations/message", { target: "iris", text: "x", sender: name }, "sender"],
      ] as const) {
        const answer = await post(action, body, codex);
        const refused = [statusFor(name, field), field];
        assert.equal([answer.status, answer.body.field], refused, `${action} ${escape(name)}`);
      }
    }
    assert.is(server.engine.view().seq, seq);
  }));

test("ACC-8: no agent is called like the CEO or another agent, however it is written", () =>
  withHouse(false, async ({ tokens, post }) => {
    for (const name of [
      "CEO",
      " ceo",
      "ＣＥＯ",
      "Iris",
      "iris ",
      "c\u200beo",
      "I\u00adris",
      ...LOOKALIKES,
    ]) {
      const body = { agent_id: "codex", name };
      const answer = await post("agents/update", body, tokens["codex-1"] ?? "");
      assert.equal([answer.status, answer.body.field], [statusFor(name, "name"), "name"], name);
    }
  }));

test("ACC-16: an agent's token takes no id that is another's name or id in other letters, nor the server's name; its own name it keeps", () =>
  withHouse(false, async ({ server, tokens, post }) => {
    const owner = tokens.owner ?? "";
    const tokenOf = async (agent_id: string) =>
      post("tokens/create", { name: `t-${agent_id}`, role: "agent", agent_id }, owner);
    for (const [agent_id, error] of [
      ["Codex", /codex in other letters/],
      ["System", /reserved for the server/],
      ["owner", /reserved for the server/],
      ["CEO", /may not be ceo/],
    ] as const) {
      const refused = await tokenOf(agent_id);
      assert.equal([refused.status, refused.body.field], [400, "agent_id"], refused.text);
      assert.match(String(refused.body.error), error);
    }
    const named = { agent_id: "a7", name: "Nova", role: "Tester" };
    assert.is((await post("agents/register", named, owner)).status, 200);
    const nova = String((await tokenOf("nova")).body.token);
    const { seq } = server.engine.view();
    const body = { agent_id: "nova", name: "Somebody", role: "Tester" };
    const taken = await post("agents/register", body, nova);
    assert.equal([taken.status, taken.body.field], [403, "agent_id"], taken.text);
    assert.match(String(taken.body.error), /somebody else is called nova/);
    const codex = tokens["codex-1"] ?? "";
    for (const name of ["System", " owner", "a7", "A7", "NOVA"]) {
      const answer = await post("agents/update", { agent_id: "codex", name }, codex);
      assert.equal([answer.status, answer.body.field], [403, "name"], name);
    }
    assert.is(server.engine.view().seq, seq);
    // The owner may call two alike; each of them goes on under its name.
    await post("agents/update", { agent_id: "codex", name: "Nova" }, owner);
    for (const name of ["Nova", "Codex"]) {
      const again = { agent_id: "codex", name, role: "Engineer" };
      assert.is((await post("agents/register", again, codex)).status, 200, name);
    }
  }));

test.run();
