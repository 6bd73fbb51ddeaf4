/**
 * What an agent's token does not reach though the route is open to it: another's approval, directives, tasks that
 * somebody holds. Neighbours: core/permissions.ts, `http-roles.spec.ts`.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { get } from "../../core/table.ts";
import { withHouse } from "../support/house.ts";
import { TOKEN } from "../support/process.ts";

const test = suite("walls");

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

test("ACC-28: what the CEO approved is the CEO's to approve again, also where the task names nobody", () =>
  withHouse(false, async ({ tokens, post }) => {
    const [codex = "", operator = ""] = ["codex-1", "operator"].map((name) => tokens[name]);
    const made = await post("tasks/create", { title: "X", status: "validation" }, codex);
    const task_id = made.at("task.id");
    const say = (token: string, more: object) => post("tasks/update", { task_id, ...more }, token);
    assert.is((await say(operator, { status: "done" })).status, 200);
    assert.is((await say(codex, { status: "validation" })).status, 200, "it may be brought back");
    for (const more of [{ status: "done" }, { status: "done", validation_owner: "codex" }]) {
      const refused = await say(codex, more);
      assert.is(refused.status, 403);
      assert.match(refused.text, /ceo (or another person approved it before and )?approves/);
    }
    const event = { type: "done", task_id, agent_id: "codex", note: "Over" };
    assert.is((await post("tasks/event", event, codex)).status, 403);
    assert.is((await say(operator, { status: "done" })).status, 200);
    for (let n = 0; n < 30; n++) await say(operator, { note: `${n}` });
    assert.is((await say(codex, { status: "validation" })).status, 200);
    assert.is((await say(codex, { status: "done" })).status, 403, "however much was said since");
  }));

test("ACC-28: nor does the one whom it names, in one step or after it named nobody; in whosever name the person approved it", () =>
  withHouse(false, async ({ tokens, post }) => {
    const [ralph = "", codex = "", operator = ""] = ["ralph-1", "codex-1", "operator"].map(
      (name) => tokens[name],
    );
    const fields = { title: "X", status: "validation", validation_owner: "ralph" };
    for (const author of ["ceo", "alice"]) {
      const made = await post("tasks/create", fields, codex);
      const task_id = made.at("task.id");
      const approve = { task_id, status: "done", author };
      assert.is((await post("tasks/update", approve, operator)).status, 200);
      const back = { task_id, status: "validation", artifacts: ["other.pdf"] };
      const again = { task_id, status: "done" };
      const exchange = [back, again].map((body) => ({ action: "tasks/update", body }));
      const { status } = await post("batch", { actions: exchange, atomic: true }, ralph);
      assert.is(status, 403, author);
      const same = { ...back, validation_owner: "ralph" };
      assert.is((await post("tasks/update", same, ralph)).status, 200, "what it names already");
      const nobody = { task_id, validation_owner: null };
      assert.is((await post("tasks/update", nobody, ralph)).status, 403);
      for (const token of [ralph, codex])
        assert.is((await post("tasks/update", again, token)).status, 403);
      assert.is((await post("tasks/update", again, operator)).status, 200);
    }
  }));

test("ACC-28: what the CEO made as done is the CEO's to bring there again", () =>
  withHouse(false, async ({ tokens, post }) => {
    const [codex = "", operator = ""] = ["codex-1", "operator"].map((name) => tokens[name]);
    const made = await post("tasks/create", { title: "X", status: "done" }, operator);
    const task_id = made.at("task.id");
    const say = (status: string) => post("tasks/update", { task_id, status }, codex);
    assert.is((await say("validation")).status, 200);
    assert.is((await say("done")).status, 403);
  }));

test("ACC-32: what a human approved is not exchanged by an agent's token, in an envelope, in a batch or by MCP", () =>
  withHouse(false, async ({ server, tokens, post }) => {
    const [ralph = "", operator = ""] = [tokens["ralph-1"], tokens.operator];
    const task_id = "T-203";
    const hand = { task_id, status: "validation", validation_owner: "ceo", artifacts: ["a.pdf"] };
    assert.is((await post("tasks/update", hand, operator)).status, 200);
    assert.is((await post("tasks/update", { task_id, status: "done" }, operator)).status, 200);
    const { seq } = server.engine.view();
    const exchange = { task_id, artifacts: ["evil.pdf"] };
    const tries = [
      ["tasks/update", exchange],
      ["tasks/update", { task: { id: task_id, artifacts: ["evil.pdf"] } }],
      ["openclaw/publish", { ...exchange, title: "Late" }],
      ["openclaw/publish", { taskId: task_id, title: "Late", artifacts: ["evil.pdf"] }],
    ] as const;
    for (const [name, body] of tries) {
      const answer = await post(name, body, ralph);
      assert.equal([answer.status, answer.body.code], [400, "conflict"], answer.text);
      assert.is(answer.body.field, "artifacts", answer.text);
      assert.match(answer.text, "leave out");
    }
    const actions = tries.map(([action, body]) => ({ action, body }));
    const batch = await post("batch", { actions }, ralph);
    const results = batch.body.results as { status: number }[];
    assert.equal(
      results.map(({ status }) => status),
      [400, 400, 400, 400],
    );
    const call = { name: "update_task", arguments: { ...exchange, agent_id: "ralph" } };
    const mcp = await fetch(`${server.url}/mcp`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${ralph}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: call }),
    });
    const said = await mcp.text();
    assert.match(said, "leave out", said);
    assert.is(server.engine.view().seq, seq);
    assert.is((await post("tasks/update", exchange, operator)).status, 200, "a human may");
  }));

test("DUR-10: what was done with a key is answered again, though its caller may not do it any more", () =>
  withHouse(false, async ({ server, tokens, post }) => {
    const [codex = "", operator = ""] = [tokens["codex-1"], tokens.operator];
    const free = { title: "X", owner: "codex", status: "validation", validation_owner: null };
    const task_id = (await post("tasks/create", free, codex)).at("task.id");
    const done = { task_id, status: "done" };
    const first = await post("tasks/update", done, codex, "done-1");
    assert.is(first.status, 200);
    const back = { task_id, status: "validation", validation_owner: "ralph" };
    assert.is((await post("tasks/update", back, operator)).status, 200);
    const { seq } = server.engine.view();
    const again = await post("tasks/update", done, codex, "done-1");
    assert.is(again.status, 200, again.text);
    assert.equal(again.body.task, first.body.task);
    assert.is((await post("tasks/update", done, codex, "done-2")).status, 403);
    assert.is(server.engine.view().seq, seq);
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

test.run();
