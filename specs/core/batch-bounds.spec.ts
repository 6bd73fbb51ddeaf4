/** How much a batch may answer and write. Neighbour: `batch.spec.ts`. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createReplayRoom } from "../../core/batch-room.ts";
import {
  createMemoryJournal,
  type Journal,
  MAX_DECIDING_MS,
  MAX_JOURNALED,
  MAX_RESULTS,
  type Outcome,
} from "../../core/index.ts";
import { closeAfterEach, open, type Result, resultsOf, send } from "../support/batch.ts";
import { frozen } from "../support/core.ts";
import { readAll } from "../support/journal.ts";

const test = suite("batch bounds");
frozen(test);
closeAfterEach(test);

const answerOf = async (said: readonly unknown[]) => {
  const outcome = await send(await open(), said);
  for (const { status, error } of resultsOf(outcome)) assert.is(status, 200, String(error));
  return JSON.stringify(resultsOf(outcome)).length;
};

test("HTTP-22: no result of a batch shows the whole company: ten times as many actions answer no more each", async () => {
  for (const [action, bodyOf] of [
    ["missions/plan", (n: number) => ({ title: `Plan ${n}`, objective: "Much" })],
    ["agents/register", (n: number) => ({ agent_id: `a-${n}`, name: `A ${n}`, role: "Tester" })],
    ["openclaw/roster_sync", (n: number) => ({ agents: [{ name: `A ${n}`, role: "Tester" }] })],
    ["tasks/create", (n: number) => ({ title: `Task ${n}` })],
    ["sprints/create", (n: number) => ({ name: `Sprint ${n}` })],
    ["projects/configure", (n: number) => ({ project_id: `p-${n}`, name: `Project ${n}` })],
    ["ceo/directive", (n: number) => ({ text: `Do ${n}`, create_task: true })],
    ["conversations/message", (n: number) => ({ sender: "ceo", text: `Hello ${n}` })],
    ["notifications/dismiss", () => ({ all: true })],
  ] as const) {
    const said = Array.from({ length: 100 }, (_, n) => ({ action, body: bodyOf(n) }));
    const [few, many] = [await answerOf(said.slice(0, 10)), await answerOf(said)];
    assert.ok(many < few * 11, `${action}: 10 answer ${few} bytes, 100 answer ${many}`);
  }
});

const TALKATIVE = "x".repeat(10_000);

test("HTTP-22: however large the records, a batch answers within a bound, and says what it left out", async () => {
  const engine = await open();
  const fill = Array.from({ length: 90 }, (_, n) => ({
    action: "tasks/comment",
    body: { task_id: "T-208", author: "ceo", text: `${n} ${TALKATIVE}`.slice(0, 4_000) },
  }));
  await send(engine, fill);
  const note = (n: number) => ({
    action: "tasks/update",
    body: { task_id: "T-208", note: `${n}` },
    idempotency_key: `note-${n}`,
  });
  const said = Array.from({ length: 100 }, (_, n) => note(n));
  const before = engine.view().seq;
  const outcome = await send(engine, said);
  const results = resultsOf(outcome);
  assert.ok(JSON.stringify(results).length < MAX_RESULTS + 100 * 100);
  const first = results.findIndex(({ left_out }) => left_out);
  assert.ok(first > 1 && "task" in (results[first - 1] as Result));
  for (const [index, result] of results.entries()) {
    const seq = before + 1 + index;
    if (index < first) assert.is(result.seq, seq);
    else assert.equal(result, { status: 200, ok: true, left_out: true, seq });
  }
  const again = await engine.dispatchUnknown("tasks/update", note(99).body, { key: "note-99" });
  assert.equal(again.ok && [again.replayed, again.reply], [true, { left_out: true }]);

  const late = {
    action: "tasks/update",
    body: { task_id: "T-208", expected_version: 1, note: "x" },
  };
  const refused = resultsOf(await send(engine, Array(100).fill(late)));
  assert.ok(JSON.stringify(refused).length < MAX_RESULTS + 100 * 300);
  assert.ok(refused.every(({ status, code }) => status === 409 && code === "stale"));
  assert.not.ok(refused.at(-1)?.current);
});

test("HTTP-22: of kept answers no more is held than the result of their batch has room for", () => {
  const fitting = createReplayRoom();
  const kept = { ok: true, seq: 1, warnings: [], reply: { text: "x".repeat(MAX_RESULTS / 4) } };
  const made = (fields: object) => ({ ...kept, ...fields }) as unknown as Outcome;
  const replies = Array.from({ length: 6 }, () => fitting(made({ replayed: true })));
  const isLeftOut = (outcome: Outcome) =>
    outcome.ok && (outcome.reply as { left_out?: boolean }).left_out === true;
  assert.equal(replies.map(isLeftOut), [false, false, false, false, true, true]);
  assert.not.ok(isLeftOut(fitting(made({ replayed: false }))), "what is done now has another room");
});

/** Each is journaled with some 240,000 characters, those that have room for their reply with 360,000. */
const described = (n: number, more: object = {}) => ({
  action: "tasks/update",
  body: { task_id: "T-208", description: `${n}`.padEnd(20_000, "\u0001") },
  ...more,
});
/** How many characters each entry has; a reading has a bound. */
async function sizesAfter(journal: Journal, seq: number): Promise<number[]> {
  return (await readAll(journal, seq)).map(({ json }) => json.length);
}

const LARGE = Array.from({ length: 80 }, (_, n) => described(n, { idempotency_key: `d-${n}` }));

test("HTTP-23: what a batch writes to the journal has a bound; from there on each action is refused, whole and with what to do", async () => {
  const journal = createMemoryJournal();
  const engine = await open(journal);
  const earlier = await engine.dispatchUnknown("tasks/create", { title: "x" }, { key: "earlier" });
  assert.ok(earlier.ok);
  const replay = { action: "tasks/create", body: { title: "x" }, idempotency_key: "earlier" };
  const { seq } = engine.view();
  const results = resultsOf(await send(engine, [...LARGE, replay]));
  const done = results.findIndex(({ status }) => status !== 200);
  const written = await sizesAfter(journal, seq);
  const sum = (sizes: readonly number[]) => sizes.reduce((all, size) => all + size, 0);
  assert.is(written.length, done);
  assert.ok(sum(written) >= MAX_JOURNALED && sum(written.slice(0, -1)) < MAX_JOURNALED);
  assert.is(engine.view().seq, seq + done);
  for (const result of results.slice(done, -1)) {
    assert.equal(result, {
      status: 503,
      error:
        "a batch may write 16000000 characters to the journal, and the actions before have; send it in another batch",
      code: "unavailable",
    });
  }
  assert.equal([results.at(-1)?.status, results.at(-1)?.replayed], [200, true]);
  const rest = resultsOf(await send(engine, LARGE));
  const replayed = rest.filter((result) => result.replayed).length;
  assert.is(replayed, done, "what was refused was not done, and its key is free");
  assert.ok(rest.every(({ status }) => status === 200));
});

test("HTTP-26: a batch that has taken half a second to decide does no more, says so of each that is left, and those may come again", async () => {
  let now = 0;
  let step = 5;
  const engine = await open(createMemoryJournal(), {
    elapsed() {
      now += step;
      return now;
    },
    // What passes between two actions is not the batch's.
    turn() {
      now += 1_000;
      return null;
    },
  });
  const said = Array.from({ length: 150 }, (_, n) => ({
    action: "tasks/create",
    body: { title: `Task ${n}` },
    idempotency_key: `t-${n}`,
  }));
  const { seq } = engine.view();
  const results = resultsOf(await send(engine, said));
  const done = MAX_DECIDING_MS / 5;
  assert.is(engine.view().seq, seq + done);
  assert.ok(results.slice(0, done).every(({ status }) => status === 200));
  for (const result of results.slice(done)) {
    assert.equal(result, {
      status: 503,
      error:
        "a batch may take 500 ms to decide, and the actions before have; send it in another batch",
      code: "unavailable",
    });
  }
  step = 1;
  const again = resultsOf(await send(engine, said));
  assert.is(again.filter(({ replayed }) => replayed).length, done);
  assert.ok(again.every(({ status }) => status === 200));
});

test("HTTP-26 HTTP-11: where all or none is to be done, one that takes longer leaves nothing", async () => {
  let now = 0;
  const journal = createMemoryJournal();
  const engine = await open(journal, { elapsed: () => now++ * 5 });
  const before = engine.view();
  const said = Array.from({ length: 150 }, () => ({
    action: "tasks/create",
    body: { title: "All or none" },
  }));
  const refused = await send(engine, said, { atomic: true });
  assert.is(!refused.ok && refused.code, "conflict");
  assert.match(refused.ok ? "" : refused.message, /may take 500 ms to decide.*send fewer at once$/);
  assert.is(engine.view().state, before.state);
  assert.is(journal.head(), before.seq);
});

test("HTTP-23 HTTP-11: where all or none is to be done, a batch that would write more leaves nothing", async () => {
  const journal = createMemoryJournal();
  const engine = await open(journal);
  const before = engine.view();
  const refused = await send(engine, LARGE, { atomic: true });
  assert.is(!refused.ok && refused.code, "conflict");
  const index = refused.ok ? undefined : refused.index;
  assert.is(
    !refused.ok && refused.message,
    `actions[${index}]: a batch may write 16000000 characters to the journal, and the actions before have; send fewer at once`,
  );
  assert.is(engine.view().state, before.state);
  assert.is(journal.head(), before.seq);
  const fewer = await send(engine, LARGE.slice(0, index), { atomic: true });
  assert.ok(fewer.ok && resultsOf(fewer).every(({ status }) => status === 200));
});

test("ACC-27: who writes is told how many characters the journal is given, alone, in a batch, with a key; not where nothing is written", async () => {
  const journal = createMemoryJournal();
  const engine = await open(journal);
  const task = { task_id: "T-208", note: "x" };
  const actions = [
    { action: "tasks/update", body: task },
    { action: "tasks/update", body: {} },
    { action: "tasks/update", body: task, idempotency_key: "own" },
  ];
  for (const [name, body, key] of [
    ["tasks/update", task, undefined],
    ["tasks/update", task, "one"],
    ["batch", { actions }, undefined],
    ["batch", { actions: actions.slice(0, 2) }, "all"],
  ] as const) {
    const { seq } = engine.view();
    const told: number[] = [];
    const options = { key, wrote: (characters: number) => void told.push(characters) };
    await engine.dispatchUnknown(name, body, options);
    const written = await sizesAfter(journal, seq);
    assert.ok(written.length > 0);
    assert.equal(told, [written.reduce((sum, size) => sum + size)], `${name} ${key}`);
    if (key) await engine.dispatchUnknown(name, body, options);
    await engine.dispatchUnknown("batch", { actions: [actions[0], {}], atomic: true }, options);
    await engine.dispatchUnknown("tasks/update", {}, options);
    assert.is(told.length, 1);
  }
});

test.run();
