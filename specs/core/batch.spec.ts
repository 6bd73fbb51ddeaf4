/**
 * The batch against the same actions sent one by one: state, events, results, and that a refused or failed
 * one leaves nothing. Neighbours: `batch-keys.spec.ts`, `batch-bounds.spec.ts`, `http-batch.spec.ts` for its route.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  actions,
  createMemoryJournal,
  type Engine,
  JournalRefusal,
  type Outcome,
  toJson,
  toWireState,
} from "../../core/index.ts";
import {
  closeAfterEach,
  entriesOf,
  type One,
  open,
  type Result,
  resultsOf,
  send,
  unknownField,
} from "../support/batch.ts";
import { frozen } from "../support/core.ts";
import { createHeldJournal } from "../support/journals.ts";
import { createRandom, seedOf } from "../support/random.ts";
import { randomAction } from "./random-actions.ts";

const test = suite("batch");
frozen(test);
closeAfterEach(test);

/** Actions that a batch takes, of all kinds, good and bad. */
function randomActions(seed: number, engine: Engine, count: number): One[] {
  const random = createRandom(seed);
  const drawn: One[] = [];
  while (drawn.length < count) {
    const { name, body } = randomAction(random, engine.view().state);
    const declaration = actions.get(name);
    const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
    if (!declaration || declaration.internal || declaration.alone || !isObject) continue;
    const { wait_seconds: _waits, ...rest } = body as Record<string, unknown>;
    drawn.push({ action: name, body: rest });
  }
  return drawn;
}

/** What only an action that is sent by itself is told of the whole company. */
function withoutOverview(reply: object): object {
  const {
    mission_control: _missions,
    org_structure: _chart,
    contract: _contract,
    ...own
  } = reply as Record<string, unknown>;
  return own;
}

test("HTTP-10: a batch does what its actions do one by one: state, entries, results", async () => {
  const from = seedOf(510);
  let refused = 0;
  for (let seed = from; seed < from + 4; seed++) {
    const [whole, single] = [createMemoryJournal(), createMemoryJournal()];
    const [together, apart] = [await open(whole), await open(single)];
    for (let round = 0; round < 2; round++) {
      const said = randomActions(seed * 10 + round, apart, 40);
      const results = resultsOf(await send(together, said));
      for (const [index, { action, body }] of said.entries()) {
        const at = `seed ${seed}, action ${index} of round ${round}: ${action}`;
        const outcome = await apart.dispatchUnknown(action, body);
        const result = results[index] as Result;
        if (outcome.ok) {
          const reply = withoutOverview(outcome.reply);
          assert.equal(result, { status: 200, ok: true, ...reply, seq: outcome.seq }, at);
        } else {
          refused++;
          assert.is(result.error, outcome.message, at);
          assert.is(result.code, outcome.code, at);
          assert.ok(result.status >= 400, at);
        }
      }
      assert.equal(
        toWireState(together.view().state),
        toWireState(apart.view().state),
        `seed ${seed}`,
      );
      assert.equal(together.recentEvents(200), apart.recentEvents(200), `seed ${seed}`);
    }
    assert.equal(await entriesOf(whole), await entriesOf(single), `seed ${seed}`);
  }
  assert.ok(refused > 50, `only ${refused} were refused`);
});

test("HTTP-11: an atomic batch that is refused leaves nothing, also nothing that later actions would see", async () => {
  const from = seedOf(620);
  let steps = 0;
  for (let seed = from; seed < from + 4; seed++) {
    const [tried, spared] = [await open(), await open()];
    const before = tried.view();
    const said = randomActions(seed, tried, 40);
    const bad = { action: "tasks/update", body: { task_id: "T-9", owner: "codex" } };
    // What would be done, up to the first refusal, is done and taken back.
    const good: One[] = [];
    const dry = await open();
    for (const one of said)
      if ((await dry.dispatchUnknown(one.action, one.body)).ok) good.push(one);
    const outcome = await send(tried, [...good, bad], { atomic: true });
    assert.not.ok(outcome.ok);
    assert.is(!outcome.ok && outcome.index, good.length, `seed ${seed}`);
    assert.is(!outcome.ok && outcome.message, `actions[${good.length}]: unknown task: T-9`);
    steps += good.length;
    assert.is(tried.view().state, before.state);
    assert.is(tried.view().seq, 1);
    for (const { action, body } of randomActions(seed + 1, spared, 40)) {
      const [one, other] = [
        await tried.dispatchUnknown(action, body),
        await spared.dispatchUnknown(action, body),
      ];
      assert.equal(one, other, `seed ${seed}: ${action}`);
    }
    assert.equal(toWireState(tried.view().state), toWireState(spared.view().state));
  }
  assert.ok(steps > 30, `only ${steps} steps were taken back`);
});

test("HTTP-11: an atomic batch without a refusal is done whole; the field of a refusal has its place", async () => {
  const engine = await open();
  const done = await send(
    engine,
    [
      { action: "tasks/update", body: { task_id: "T-211", status: "ready" } },
      { action: "tasks/update", body: { task_id: "T-211", status: "in_progress" } },
    ],
    { atomic: true },
  );
  assert.equal(
    resultsOf(done).map(({ status, seq }) => [status, seq]),
    [
      [200, 2],
      [200, 3],
    ],
  );
  assert.equal(await send(engine, [{ action: "tasks/create", body: {} }], { atomic: true }), {
    ok: false,
    code: "required",
    message: "actions[0]: title is required",
    field: "actions[0].body.title",
    index: 0,
  });
});

test("DUR-7 HTTP-11: a batch is one group of the journal, whatever waits before it; a full disk leaves nothing of it", async () => {
  const journal = createHeldJournal();
  const engine = await open(journal);
  const note = (n: number) => ({
    action: "tasks/update",
    body: { task_id: "T-208", note: `${n}` },
  });
  journal.hold();
  const first = engine.dispatch("tasks/create", { title: "x" });
  await journal.held();
  const before = Array.from({ length: 300 }, () => engine.dispatch("tasks/create", { title: "x" }));
  const batch = send(
    engine,
    Array.from({ length: 500 }, (_, n) => note(n)),
  );
  // The batch, too, is queued by now.
  await new Promise((resolve) => setImmediate(resolve));
  journal.release();
  await Promise.all([first, ...before]);
  assert.is(resultsOf(await batch).length, 500);
  assert.equal(journal.batches.slice(-2), [1, 800]);

  const { state, seq } = engine.view();
  journal.failNext(new JournalRefusal("full", "the disk is full"));
  const key = [{ ...note(1), idempotency_key: "k" }, note(2)];
  const lost = await send(engine, key);
  assert.is(!lost.ok && lost.code, "unavailable");
  assert.is(engine.view().state, state);
  assert.is(engine.view().seq, seq);
  assert.equal(
    resultsOf(await send(engine, key)).map((result) => result.replayed),
    [undefined, undefined],
    "the keys of what was lost are free",
  );
});

test("HTTP-10: what no batch takes is refused by itself, and the others are done", async () => {
  const engine = await open();
  const results = resultsOf(
    await send(engine, [
      { action: "system/sweep", body: {} },
      { action: "demo/reset", body: {} },
      { action: "org/bootstrap", body: {} },
      { action: "webhooks/configure", body: { url: "https://example.org/" } },
      { action: "tokens/create", body: { name: "t", role: "operator" } },
      { action: "tasks/claim", body: { agent_id: "codex", wait_seconds: 5 } },
      { action: "tasks/reopen", body: { task_id: "T-202" } },
      { action: "batch", body: { actions: [] } },
      { action: "no/such", body: {} },
      { action: "tasks/create" },
      { action: "tasks/claim", body: { agent_id: "codex", wait_seconds: 0 } },
    ]),
  );
  assert.equal(
    results.map((result) => ("error" in result ? result.error : "done")),
    [
      "unknown action: system/sweep",
      "demo/reset is never part of a batch: it replaces the whole company; send it by itself",
      "org/bootstrap is never part of a batch: it replaces the whole company; send it by itself",
      "webhooks/configure is never part of a batch: its address and secret are kept apart from the journal; send it by itself",
      "tokens/create is never part of a batch: the token is kept apart from the journal; send it by itself",
      "a batch does not wait: leave out wait_seconds, or send tasks/claim by itself",
      "tasks/reopen is never part of a batch: the task is first looked up in the archive; send it by itself",
      "unknown action: batch",
      "unknown action: no/such",
      "title is required",
      "done",
    ],
  );
  assert.is(engine.view().seq, 2);
});

test("ACC-1 HTTP-10: in a batch, too, each action is refused to who may not do it, and an agent is itself", async () => {
  const engine = await open();
  const by = { name: "c", role: "agent", agent_id: "codex" } as const;
  const update = { task_id: "T-203", progress: 50 };
  const given = [
    { action: "tasks/update", body: update },
    { action: "tasks/update", body: { ...update, agent_id: "pixel" } },
    { action: "projects/delete", body: { project_id: "atlas-core" } },
  ];
  const outcome = await engine.dispatchUnknown("batch", { actions: given }, { by });
  assert.equal(
    resultsOf(outcome).map(({ status, code, field }) => [status, code, field]),
    [
      [200, undefined, undefined],
      [403, "forbidden", "agent_id"],
      [403, "forbidden", undefined],
    ],
  );
  const event = engine.recentEvents(1)[0];
  assert.match(event?.title ?? "", /^Codex updated/);
});

test("HTTP-10: the text of an answer, made with each result, says the same as its values, in the journal too", async () => {
  const journal = createMemoryJournal();
  const engine = await open(journal);
  const note = { action: "tasks/update", body: { task_id: "T-208", note: '"ö\u2028', colour: 1 } };
  const unknown = { action: "tasks/update", body: { task_id: "T-999" } };
  for (const [more, key] of [[{}], [{ colour: 2 }], [{ colour: 2 }, "all"]] as const) {
    const outcome = await send(engine, [note, unknown, note], more, key);
    const { reply } = outcome as Outcome & { ok: true };
    assert.is(toJson(reply), JSON.stringify(reply));
    const results = resultsOf(outcome);
    assert.equal(
      results.map(({ status }) => status),
      [200, 400, 200],
    );
    assert.equal(
      (reply as { warnings?: string[] }).warnings ?? [],
      Object.keys(more).map(unknownField),
    );
    if (!key) continue;
    const entry = (await entriesOf(journal)).at(-1);
    assert.equal(entry?.reply, { results, warnings: ["unknown field: colour"] });
    assert.equal(Object.keys(entry ?? {}).slice(-4), ["key", "reply", "batch", "warnings"]);
  }
});

test.run();
