/**
 * Keys in batches: of the whole or of each action, one effect and one answer. Neighbours: `batch.spec.ts`,
 * `engine.spec.ts` for those of single requests.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createMemoryJournal, type Outcome } from "../../core/index.ts";
import { closeAfterEach, entriesOf, type One, open, resultsOf, send } from "../support/batch.ts";
import { frozen } from "../support/core.ts";
import { failureOf } from "../support/journal.ts";
import { withoutClose } from "../support/journals.ts";

const test = suite("batch keys");
frozen(test);
closeAfterEach(test);

test("DUR-10: the key of a whole batch has one effect and one answer, at once and after a restart", async () => {
  const journal = createMemoryJournal();
  const engine = await open(withoutClose(journal));
  const said = [
    { action: "tasks/create", body: { title: "Once", misspelt: 1 } },
    { action: "tasks/create", body: {} },
    { action: "tasks/comment", body: { task_id: "T-208", author: "ceo", text: "Once" } },
  ];
  const all = await Promise.all(Array.from({ length: 5 }, () => send(engine, said, {}, "all")));
  const first = resultsOf(all[0] as Outcome);
  for (const one of all) assert.equal(resultsOf(one), first);
  assert.is(engine.view().seq, 3);
  const other = await send(engine, said.slice(0, 1), {}, "all");
  assert.is(!other.ok && other.code, "key_reused");
  await engine.close();

  const again = await open(journal, { company: false });
  const late = await send(again, said, {}, "all");
  assert.ok(late.ok && late.replayed && late.seq === 3);
  assert.equal(resultsOf(late), JSON.parse(JSON.stringify(first)));
  for (const different of [said.slice(0, 1), [...said].reverse()]) {
    const refused = await send(again, different, {}, "all");
    assert.is(!refused.ok && refused.code, "key_reused");
  }
  const alone = await again.dispatchUnknown("tasks/create", { title: "Once" }, { key: "all" });
  assert.is(!alone.ok && alone.code, "key_reused");
  const atomic = await send(again, said, { atomic: true }, "all");
  assert.is(!atomic.ok && atomic.code, "key_reused");
  assert.is(again.view().seq, 3);
});

test("DUR-10: the keys of the actions count across batches and single requests, in any order", async () => {
  const engine = await open();
  const create = (key: string) => ({
    action: "tasks/create",
    body: { title: key },
    idempotency_key: key,
  });
  const alone = await engine.dispatch("tasks/create", { title: "a" }, { key: "a" });
  const [one, other] = await Promise.all([
    send(engine, [create("a"), create("b"), create("c")]),
    send(engine, [create("c"), create("b"), create("d")]),
  ]);
  const seqs = (outcome: Outcome) => resultsOf(outcome).map(({ seq, replayed }) => [seq, replayed]);
  assert.is(alone.ok && alone.seq, 2);
  assert.equal(seqs(one), [
    [2, true],
    [3, undefined],
    [4, undefined],
  ]);
  assert.equal(seqs(other), [
    [4, true],
    [3, true],
    [5, undefined],
  ]);
  const after = await engine.dispatch("tasks/create", { title: "d" }, { key: "d" });
  assert.ok(after.ok && after.replayed && after.seq === 5);

  const refused = await send(engine, [create("e"), { action: "tasks/create" }], { atomic: true });
  assert.not.ok(refused.ok);
  const free = await engine.dispatch("tasks/create", { title: "e" }, { key: "e" });
  assert.ok(free.ok && !free.replayed, "the key of what was taken back is free");
});

test("DUR-10: a repetition that a batch with a key recognised stays one", async () => {
  const engine = await open();
  const run = { agent_id: "codex", title: "A run", summary: "Done" };
  const said = [{ action: "openclaw/publish", body: run }];
  await send(engine, said);
  const repeated = await send(engine, said, {}, "key");
  const again = await send(engine, said, {}, "key");
  assert.ok(again.ok && again.replayed);
  assert.equal(again.ok && again.reply, repeated.ok && repeated.reply);
});

const NEWCOMER = { name: "nova-laptop", role: "agent", agent_id: "nova" } as const;
const ARRIVAL: readonly One[] = [
  { action: "agents/register", body: { name: "Nova", role: "Engineer" } },
  { action: "agents/heartbeat", body: { status: "working", write_token: "secret-1" } },
];

test("DUR-10 HTTP-10: a newcomer's batch with a key does what it does without, and is answered again, also once it is refused", async () => {
  const journal = createMemoryJournal();
  const engine = await open(withoutClose(journal));
  const options = { by: NEWCOMER, key: "arrival" };
  const plain = await (await open()).dispatchUnknown(
    "batch",
    { actions: ARRIVAL },
    { by: NEWCOMER },
  );
  const first = await engine.dispatchUnknown("batch", { actions: ARRIVAL }, options);
  assert.equal(resultsOf(first), resultsOf(plain));
  assert.equal(
    resultsOf(first).map(({ status }) => status),
    [200, 200],
  );
  // What would be refused now was done then.
  await engine.dispatch("agents/retire", { agent_id: "nova" });
  await engine.close();
  const again = await open(journal, { company: false });
  const rotated = structuredClone([...ARRIVAL]);
  Object.assign(rotated[1]?.body as object, { write_token: "secret-2" });
  for (const actions of [ARRIVAL, rotated]) {
    const late = await again.dispatchUnknown("batch", { actions }, options);
    assert.ok(late.ok && late.replayed);
    assert.equal(resultsOf(late), JSON.parse(JSON.stringify(resultsOf(first))));
  }
});

test("DUR-10: what makes two batches the same is what is asked, not what becomes of it; nothing of it but a digest is kept", async () => {
  const journal = createMemoryJournal();
  const kept = new Map<string, string>();
  const digest = (text: string) => {
    const known = kept.get(text) ?? `digest-${kept.size}`;
    kept.set(text, known);
    return known;
  };
  const engine = await open(journal, { digest });
  const said: One[] = [
    { action: "tasks/create", body: { title: "Once", other: "kept-by-nobody" } },
    { action: "tasks/create", body: { title: "", description: "one" } },
    { action: "tasks/nothing", body: { a: { write_token: "w" }, b: 2 } },
  ];
  const first = await send(engine, said, {}, "all");
  const change = (index: number, body: unknown) =>
    said.map((one, at) => (at === index ? { ...one, body } : one));
  for (const different of [
    change(0, { title: "Once", other: "another" }),
    change(1, { title: "", description: "two" }),
    change(2, { a: {}, b: 3 }),
    [...said].reverse(),
  ]) {
    const refused = await send(engine, different, {}, "all");
    assert.is(!refused.ok && refused.code, "key_reused");
  }
  const inOtherOrder = change(2, { b: 2, a: {} });
  for (const same of [said, inOtherOrder]) {
    const late = await send(engine, same, { atomic: false }, "all");
    assert.ok(late.ok && late.replayed);
    assert.equal(resultsOf(late), resultsOf(first));
  }
  assert.not.match(JSON.stringify(await entriesOf(journal)), /kept-by-nobody/);
  for (const text of kept.keys()) assert.not.match(text, /write_token/);
});

test("DUR-10: an action's own key in a newcomer's batch has one effect and one answer", async () => {
  const engine = await open();
  const actions = ARRIVAL.map((one, n) => ({ ...one, idempotency_key: `k-${n}` }));
  const first = await engine.dispatchUnknown("batch", { actions }, { by: NEWCOMER });
  const late = await engine.dispatchUnknown("batch", { actions }, { by: NEWCOMER });
  assert.equal(
    resultsOf(first).map(({ status, seq }) => [status, seq]),
    [
      [200, 2],
      [200, 3],
    ],
  );
  assert.equal(
    resultsOf(late).map(({ seq, replayed }) => [seq, replayed]),
    [
      [2, true],
      [3, true],
    ],
  );
  const alone = { by: NEWCOMER, key: "k-1" };
  const single = await engine.dispatchUnknown("agents/heartbeat", ARRIVAL[1]?.body, alone);
  assert.ok(single.ok && single.replayed);
});

test("DUR-10: kept answers are looked up one by one, and held as far as the results have room for them", async () => {
  const journal = withoutClose(createMemoryJournal());
  let underWay = 0;
  let most = 0;
  const engine = await open({
    ...journal,
    head: () => journal.head(),
    floor: () => journal.floor(),
    async findByKey(key) {
      most = Math.max(most, ++underWay);
      const record = await journal.findByKey(key);
      underWay--;
      return record;
    },
  });
  const text = "x".repeat(19_000);
  for (let n = 0; n < 25; n++) {
    await engine.dispatch("tasks/comment", { task_id: "T-208", author: "ceo", text });
  }
  const said = Array.from({ length: 20 }, (_, n) => ({
    action: "tasks/update",
    body: { task_id: "T-208", progress: n },
    idempotency_key: `large-${n}`,
  }));
  for (const { body, idempotency_key: key } of said) {
    assert.ok((await engine.dispatchUnknown("tasks/update", body, { key })).ok);
  }
  const { seq } = engine.view();
  const results = resultsOf(await send(engine, said));
  assert.is(most, 1);
  assert.is(engine.view().seq, seq, "nothing was done again");
  assert.ok(results.every(({ status, replayed }) => status === 200 && replayed === true));
  const whole = results.filter(({ task }) => task !== undefined);
  const left = results.filter(({ left_out }) => left_out === true);
  assert.is(whole.length + left.length, said.length);
  assert.ok(whole.length > 5 && left.length > 5, `${whole.length} whole`);
  assert.equal(results.slice(0, whole.length), whole, "the first have room");
});

test("DUR-10: where one key of a batch cannot be looked up nothing is done, and the others are let go", async () => {
  const journal = withoutClose(createMemoryJournal());
  const engine = await open({
    ...journal,
    head: () => journal.head(),
    floor: () => journal.floor(),
    async findByKey(key) {
      if (key === "lost") throw new Error("it cannot be read");
      return journal.findByKey(key);
    },
  });
  const { seq } = engine.view();
  const create = (idempotency_key: string) => ({
    action: "tasks/create",
    body: { title: "x" },
    idempotency_key,
  });
  const both = send(engine, [create("before"), create("lost"), create("behind")]);
  assert.match((await failureOf(both)).message, "it cannot be read");
  assert.is(engine.view().seq, seq);
  const held = new Promise<null>((resolve) => setTimeout(resolve, 1_000, null).unref());
  for (const key of ["before", "behind"]) {
    const alone = engine.dispatchUnknown("tasks/create", { title: "x" }, { key });
    const outcome = await Promise.race([alone, held]);
    assert.ok(outcome?.ok && !outcome.replayed, `${key} is held for ever`);
  }
});

test("HTTP-10: keys that say two things are refused, naming the field", async () => {
  const engine = await open();
  const one = { action: "tasks/create", body: { title: "x" }, idempotency_key: "k" };
  for (const [said, key, field] of [
    [[one, one], undefined, "actions[1].idempotency_key"],
    [[one], "whole", "actions[0].idempotency_key"],
    [[{ ...one, idempotency_key: "two words" }], undefined, "actions[0].idempotency_key"],
    [[], undefined, "actions"],
    [Array(501).fill({ action: "tasks/create" }), undefined, "actions"],
    [[{ body: {} }], undefined, "actions[0].action"],
    [[{ action: "tasks/create", body: [] }], undefined, "actions[0].body"],
  ] as const) {
    const outcome = await send(engine, said, {}, key);
    assert.is(!outcome.ok && outcome.field, field);
  }
  assert.is(engine.view().seq, 1);
});

test.run();
