/** The route of the batch: statuses, limits, the token, and its key over a restart of the server. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { createMemoryJournal } from "../../core/index.ts";
import { TOKEN, withHttp } from "../support/http.ts";
import { withoutClose } from "../support/journals.ts";

const PATH = "/api/batch";
const comment = (text: string) => ({
  action: "tasks/comment",
  body: { task_id: "T-208", author: "ceo", text },
});

test("HTTP-10: each action has the status and the answer of its own route, in their order", () =>
  withHttp({}, async (http) => {
    await http.post("/api/tasks/claim", { agent_id: "codex", task_id: "T-208" });
    const sent = [
      { action: "tasks/update", body: { task: { id: "T-203", progress: 60 }, note: "enveloped" } },
      { action: "tasks/update", body: { task_id: "T-208", agent_id: "pixel", progress: 1 } },
      { action: "tasks/update", body: { task_id: "T-203", expected_version: 1, progress: 61 } },
      { action: "tasks/create", body: { misspelt: 1 } },
      comment("Done"),
    ];
    const answer = await http.post(PATH, { actions: sent });
    assert.is(answer.status, 200, answer.text);
    const results = answer.body.results as Record<string, unknown>[];
    assert.equal(
      results.map(({ status, ok, seq, code }) => [status, ok, seq, code]),
      [
        [200, true, 3, undefined],
        [409, undefined, undefined, "held"],
        [409, undefined, undefined, "stale"],
        [400, undefined, undefined, "required"],
        [200, true, 4, undefined],
      ],
    );
    assert.is(answer.at("results.0.task.progress"), 60);
    assert.is(answer.at("results.1.holder"), "codex");
    assert.is(answer.at("results.2.current.id"), "T-203");
    assert.equal(answer.at("results.3.warnings"), ["unknown field: misspelt"]);
    assert.is(answer.headers["clawtasker-seq"], "4");
    const events = http.engine.recentEvents(2).map(({ meta }) => meta.action);
    assert.equal(events, ["tasks/update", "tasks/comment"]);
  }));

test("HTTP-11: what refuses an atomic batch is its answer, with the index, and nothing has changed", () =>
  withHttp({}, async (http) => {
    const before = http.engine.view();
    const held = { action: "tasks/update", body: { task_id: "T-208", expected_version: 9 } };
    const answer = await http.post(PATH, { atomic: true, actions: [comment("In vain"), held] });
    assert.equal(
      [answer.status, answer.body.code, answer.body.index, answer.body.field],
      [409, "stale", 1, "actions[1].body.expected_version"],
    );
    assert.match(String(answer.body.error), /^actions\[1\]: T-208 is at version/);
    assert.is(http.engine.view().state, before.state);
    assert.is(http.engine.view().seq, before.seq);
  }));

test("ACC-4 HTTP-4: a batch counts as one write, and its body has the bound of every body", () =>
  withHttp({ writesPerMinute: 2 }, async (http) => {
    const actions = Array.from({ length: 500 }, (_, n) => comment(`${n}`));
    const answer = await http.post(PATH, { actions });
    assert.is((answer.body.results as unknown[]).length, 500);
    const large = await http.post(PATH, { actions: [comment("x".repeat(163_841))] });
    assert.is(large.status, 413);
    assert.is((await http.post(PATH, { actions: [comment("third")] })).status, 429);
  }));

test("ACC-2: a token that somebody put beside an action's fields goes no further", async () => {
  const journal = createMemoryJournal();
  await withHttp({ journal: withoutClose(journal) }, async (http) => {
    const { body, ...rest } = comment("Hello");
    const actions = [{ ...rest, body: { ...body, write_token: TOKEN } }];
    const answer = await http.post(PATH, { actions }, { "Idempotency-Key": "one" });
    assert.equal(answer.at("results.0.warnings"), ["unknown field: write_token"]);
    const kept = await journal.read(0, 100);
    assert.not.ok(JSON.stringify(kept).includes(TOKEN), "the token is in the journal");
  });
});

test("DUR-10: the key of a batch gets the same answer from the next server", async () => {
  const journal = createMemoryJournal();
  const key = { "Idempotency-Key": "one" };
  const sent = {
    actions: [comment("Once"), { action: "tasks/create", body: {} }, comment("Twice")],
  };
  let first = "";
  await withHttp({ journal: withoutClose(journal) }, async (http) => {
    first = (await http.post(PATH, sent, key)).text;
  });
  await withHttp({ journal, company: "none" }, async (http) => {
    const again = await http.post(PATH, sent, key);
    assert.is(again.text, first);
    assert.is(again.headers["idempotency-replayed"], "true");
    assert.is(http.engine.view().seq, 3);
    const other = await http.post(PATH, { actions: [comment("Other")] }, key);
    assert.is(other.status, 422);
  });
});

test.run();
