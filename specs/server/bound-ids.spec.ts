/**
 * Ids that tokens were made for, whether their agents are there yet or not: they are kept for them.
 * Neighbours: core/permissions.ts, server/tokens, `specs/transport/http-names.spec.ts` for agents that are there.
 */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type House, withHouse } from "../support/house.ts";

/** What an agent's token may try with somebody's name, and the field that is refused. */
const BORROWED = (name: string) =>
  [
    ["agents/update", { name }, "name"],
    ["agents/register", { name, role: "Tester" }, "name"],
    ["agents/register", { agent_id: name, name: "X", role: "Tester" }, "agent_id"],
    ["tasks/create", { title: "x", reporter: name }, "reporter"],
    ["tasks/create", { title: "x", source: name }, "source"],
    ["tasks/comment", { task_id: "T-203", text: "x", author: name }, "author"],
    ["conversations/message", { target: "iris", text: "x", sender: name }, "sender"],
    [
      "missions/plan",
      { title: "x", objective: "y", tasks: [{ title: "y", reporter: name }] },
      "tasks[0].reporter",
    ],
  ] as const;

const NAMES = ["ghost", "Ghost", " GHOST ", "ｇｈｏｓｔ"];

async function borrow({ post, tokens }: House, names: readonly string[], isRefused: boolean) {
  for (const name of names) {
    for (const [action, body, field] of BORROWED(name)) {
      if (!isRefused && ["author", "sender", "agent_id"].includes(field)) continue;
      const answer = await post(action, body, tokens["codex-1"] ?? "");
      const said = [answer.status, answer.body.field];
      const isNoId = field === "agent_id" && !/^[\x21-\x7e]+$/.test(name);
      const expected = isRefused ? [isNoId ? 400 : 403, field] : [200, undefined];
      assert.equal(said, expected, `${action} ${JSON.stringify(body)}: ${answer.text}`);
    }
  }
}

test("ACC-31: the id that a token was made for is its agent's before it registers: no other agent's token takes it, is called so, or credits it", () =>
  withHouse(false, async (house) => {
    const { server, tokens, post } = house;
    const { seq } = server.engine.view();
    await borrow(house, NAMES, true);
    assert.is(server.engine.view().seq, seq);
    const came = await post(
      "agents/register",
      { name: "Ghost", role: "X" },
      tokens["ghost-1"] ?? "",
    );
    assert.is(came.status, 200, came.text);
    await borrow(house, NAMES, true);
  }));

test("ACC-31: so is that of an agent who was deleted, as long as its token counts", () =>
  withHouse(false, async (house) => {
    const { tokens, post } = house;
    const ghost = { agent_id: "ghost", name: "Ghost", role: "X" };
    assert.is((await post("agents/register", ghost, tokens["ghost-1"] ?? "")).status, 200);
    const gone = await post("agents/delete", { agent_id: "ghost" }, tokens.owner ?? "");
    assert.is(gone.status, 200, gone.text);
    await borrow(house, NAMES, true);
    assert.is((await post("tokens/revoke", { name: "ghost-1" }, tokens.owner ?? "")).status, 200);
    await borrow(house, ["Ghost"], false);
  }));

test("ACC-31: in batches and by MCP too, and what the token says of itself it may say", () =>
  withHouse(false, async ({ server, tokens, post }) => {
    const { seq } = server.engine.view();
    const codex = tokens["codex-1"] ?? "";
    const actions = [{ action: "agents/update", body: { name: "Ghost" } }];
    for (const atomic of [true, false]) {
      const { text } = await post("batch", { actions, atomic }, codex);
      assert.match(text, "name is refused for the token codex-1");
    }
    const call = {
      name: "create_task",
      arguments: { agent_id: "codex", title: "x", reporter: "ghost" },
    };
    const asked = await fetch(`${server.url}/mcp`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${codex}`,
        accept: "application/json, text/event-stream",
        "content-type": "application/json",
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: call }),
    });
    const said = await asked.text();
    assert.match(said, "reporter is refused for the token codex-1");
    assert.is(server.engine.view().seq, seq);
    for (const reporter of ["codex", "Codex", "a cron job"]) {
      assert.is((await post("tasks/create", { title: "x", reporter }, codex)).status, 200);
    }
  }));

test("ACC-31: owner and operator register and name whom they will, as with the one token of a small company", () =>
  withHouse(false, async ({ tokens, post }) => {
    for (const [role, agent_id] of [
      ["owner", "ghost"],
      ["operator", "ghost"],
    ] as const) {
      const body = { agent_id, name: "Ghost", role: "X", source: "ghost" };
      const answer = await post("agents/register", body, tokens[role] ?? "");
      assert.is(answer.status, 200, answer.text);
    }
  }));

test("ACC-31: no token is made for the id of another one in other letters; for the same id it is", () =>
  withHouse(false, async ({ tokens, post }) => {
    const owner = tokens.owner ?? "";
    const make = (name: string, agent_id: string) =>
      post("tokens/create", { name, role: "agent", agent_id }, owner);
    const other = await make("ghost-2", "Ghost");
    assert.equal([other.status, other.body.code, other.body.field], [400, "conflict", "agent_id"]);
    assert.match(
      String(other.body.error),
      "Ghost is ghost in other letters, whose token is ghost-1",
    );
    assert.is((await make("ghost-2", "ghost")).status, 200);
    for (const name of ["ghost-1", "ghost-2"]) await post("tokens/revoke", { name }, owner);
    assert.is((await make("ghost-3", "Ghost")).status, 200, "revoked ones keep nothing");
  }));

test.run();
