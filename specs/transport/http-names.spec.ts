/** What looks like another's name, or is one in other letters, over HTTP. Neighbours: core/names.ts, `http-roles.spec.ts`. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { withHouse } from "../support/house.ts";

const test = suite("names");

/** What is seen as ceo or iris, or as nothing but a blank beside it. */
const LOOKALIKES = [
  ...["Ceo\u200b", "CE\u00adO", "\ufeffCEO", "c\u{e0065}eo", "CEO\ufe0f", "\u202eceo", "C\u200dEO"],
  // A blank as thin as a hair, and what is no character, which fonts draw as nothing.
  ...["C\u200aEO", "Ir\u2009is", "I\u202fris", "Ir\ufb37is", "CEO\ue000", "Iri s"],
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
    for (const name of [
      ...LOOKALIKES,
      "Rene\u034f\u0301",
      "Mary\u00a0 Ann",
      "Mary\nAnn",
      "Mary\u200a\u200aAnn",
      "MaryAnn",
    ]) {
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
        // What is shown nowhere is held against ids alone.
        if (field === "source" && !LOOKALIKES.includes(name)) continue;
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

test("ACC-17: an agent takes no name of which nothing is seen", () =>
  withHouse(false, async ({ tokens, post }) => {
    for (const name of ["\u3164", "\u2800", "\u0001", "\u200d", "\u115f\u034f"]) {
      const answer = await post("agents/update", { name }, tokens["codex-1"] ?? "");
      assert.ok([400, 403].includes(answer.status), `${escape(name)}: ${answer.status}`);
      assert.is(answer.body.field, "name");
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

test("ACC-8: what our own programs say as source is nobody's name: no agent that is called so keeps others from them", () =>
  withHouse(false, async ({ server, tokens, post }) => {
    for (const name of ["MCP", "cli"]) {
      const named = await post("agents/update", { name }, tokens["codex-1"] ?? "");
      assert.is(named.status, 200, named.text);
      const source = name.toLowerCase();
      const answer = await post("tasks/create", { title: "x", source }, tokens["ralph-1"] ?? "");
      assert.is(answer.status, 200, answer.text);
    }
    // Nor any other program's; an id is somebody's in whatever letters.
    await post("agents/update", { name: "Worker-Script" }, tokens["codex-1"] ?? "");
    const said = (source: string) =>
      post("agents/heartbeat", { agent_id: "ralph", source }, tokens["ralph-1"] ?? "");
    assert.is((await said("worker-script")).status, 200);
    const other = await said("CODEX");
    assert.equal([other.status, other.body.field], [403, "source"]);
    const asked = await fetch(`${server.url}/mcp`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${tokens["ralph-1"]}`,
        accept: "application/json, text/event-stream",
        "content-type": "application/json",
      },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method: "tools/call",
        params: { name: "heartbeat", arguments: { agent_id: "ralph" } },
      }),
    });
    assert.not.match(await asked.text(), "refused");
  }));

test.run();
