/**
 * Every route for every kind of caller: the table of rights as it is documented, written here a second
 * time, held against a real server with named tokens. Neighbours: core/permissions.ts, docs/access.md,
 * `http-names.spec.ts`, `http-walls.spec.ts`.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type AnyAction, actions, queries, type Role } from "../../core/index.ts";
import { type House, withHouse } from "../support/house.ts";
import { TOKEN } from "../support/process.ts";

const test = suite("roles");

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
      ["tasks/update", { task_id: "T-206", needs_human: true }, "needs_human"],
    ] as const) {
      const answer = await post(name, body, token);
      assert.equal([answer.status, answer.body.field], [403, field], `${name}: ${answer.text}`);
    }
    assert.is(server.engine.view().seq, seq);
    // The script that calls, and a person outside, are nobody's names here.
    const body = { title: "X", source: "nightly.sh", reporter: "alice" };
    assert.is((await post("tasks/create", body, token)).status, 200);
    // Whose it is it may have wait, once it holds it.
    const own = { task_id: "T-208", needs_human: true };
    assert.is((await post("tasks/update", own, token)).status, 403);
    assert.is((await post("tasks/claim", { task_id: "T-208" }, token)).status, 200);
    const waiting = await post("tasks/update", own, token);
    assert.is(waiting.status, 200);
    const [last] = (
      waiting.at("task.activity") as unknown as { field: string; author: string }[]
    ).slice(-1);
    assert.equal([last?.field, last?.author], ["needs_human", "codex"]);
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

test.run();
