/**
 * The engine: validate, decide, make durable, then show. The journal's appends are held back and
 * failed by hand, so that every moment between can be looked at.
 */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RULES } from "../../core/action.ts";
import {
  applyPatches,
  createMemoryJournal,
  createRelations,
  createState,
  type Engine,
  type EngineOptions,
  type Entry,
  type Journal,
  JournalRefusal,
  type Outcome,
  openEngine,
  toWireState,
} from "../../core/index.ts";
import { get, size } from "../../core/table.ts";
import { AT, createIds, frozen, MINUTE_MS } from "../support/core.ts";
import { createHeldJournal, withoutClose } from "../support/journals.ts";

const test = suite("engine");
frozen(test);

const opened: Engine[] = [];

async function open(journal: Journal, options: Partial<EngineOptions> = {}): Promise<Engine> {
  let at = AT;
  const clock = () => {
    at += 1_000;
    return at;
  };
  const engine = await openEngine({ journal, clock, newId: createIds(), ...options });
  opened.push(engine);
  return engine;
}

test.after.each(async () => {
  for (const engine of opened.splice(0)) await engine.close();
});

const create = (engine: Engine, title = "x") => engine.dispatch("tasks/create", { title });

/** Whether the promise has an answer by now, without waiting for it. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const open = Symbol();
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  return (await Promise.race([promise, Promise.resolve(open)])) !== open;
}

function seqOf(outcome: Outcome): number {
  if (!outcome.ok) throw new Error(outcome.message);
  return outcome.seq;
}

test("DUR-1 DUR-2: nothing is seen and nobody is told before the entry is durable", async () => {
  const journal = createHeldJournal();
  const engine = await open(journal);
  const stop = new AbortController();
  const feed = engine.feed.subscribe({ signal: stop.signal });
  const first = feed.next();
  journal.hold();
  const told = create(engine);
  await journal.held();
  assert.is(engine.view().seq, 0);
  assert.is(size(engine.view().state.tasks), 0);
  assert.equal(engine.recentEvents(10), []);
  assert.not.ok(await isSettled(told), "told before it was durable");
  assert.not.ok(await isSettled(first), "shown before it was durable");
  journal.release();
  assert.is(seqOf(await told), 1);
  assert.is(engine.view().seq, 1);
  assert.is(size(engine.view().state.tasks), 1);
  const { value } = await first;
  assert.is(value?.type === "entries" && value.entries[0]?.seq, 1);
  assert.is(journal.head(), 1);
  stop.abort();
  await feed.return();
});

test("DUR-2: a no that rests on something not yet durable waits for it", async () => {
  const journal = createHeldJournal();
  const engine = await open(journal);
  seqOf(await create(engine));
  journal.hold();
  const gone = engine.dispatch("tasks/delete", { task_id: "T-001" });
  await journal.held();
  const refused = engine.dispatch("tasks/delete", { task_id: "T-001" });
  assert.not.ok(await isSettled(refused), "the delete could still be lost");
  journal.release();
  assert.ok((await gone).ok);
  const answer = await refused;
  assert.is(answer.ok === false && answer.message, "unknown task: T-001");
});

test("DUR-2: when what it rests on fails, such a no is no no", async () => {
  const journal = createHeldJournal();
  const engine = await open(journal);
  await create(engine);
  journal.hold();
  const gone = engine.dispatch("tasks/delete", { task_id: "T-001" });
  await journal.held();
  const refused = engine.dispatch("tasks/delete", { task_id: "T-001" });
  journal.failNext(new JournalRefusal("full", "no space"));
  journal.release();
  for (const answer of [await gone, await refused]) {
    assert.is(answer.ok === false && answer.code, "unavailable");
  }
  assert.ok((await engine.dispatch("tasks/delete", { task_id: "T-001" })).ok);
});

test("DUR-2: a body that is not valid is refused at once, whatever is under way", async () => {
  const journal = createHeldJournal();
  const engine = await open(journal);
  journal.hold();
  const told = create(engine);
  await journal.held();
  const answer = await engine.dispatchUnknown("tasks/create", {});
  assert.is(answer.ok === false && answer.message, "title is required");
  const unknown = await engine.dispatchUnknown("tasks/fly", {});
  assert.is(unknown.ok === false && unknown.message, "unknown action: tasks/fly");
  journal.release();
  await told;
});

test("DUR-1 DUR-7: a full journal refuses everything queued, changes nothing, and recovers", async () => {
  const journal = createHeldJournal();
  const warnings: Error[] = [];
  const engine = await open(journal, { onWarning: (error) => warnings.push(error), maxBatch: 2 });
  await create(engine, "kept");
  const before = engine.view();
  journal.hold();
  const told = [create(engine), create(engine), create(engine), create(engine)];
  await journal.held();
  journal.failNext(new JournalRefusal("full", "no space"));
  journal.release();
  for (const answer of await Promise.all(told)) {
    assert.is(answer.ok === false && answer.code, "unavailable");
    assert.match(answer.ok === false ? answer.message : "", "the disk is full");
  }
  assert.is(engine.view(), before);
  assert.is(journal.head(), 1);
  assert.is(warnings.length, 1);
  assert.not.ok(engine.stopped());
  assert.is(seqOf(await create(engine, "next")), 2);
  assert.is(get(engine.view().state.tasks, "T-002")?.title, "next");
});

test("DUR-9: after a failure of unknown outcome nothing more is accepted", async () => {
  const journal = createHeldJournal();
  const failures: Error[] = [];
  const engine = await open(journal, { onFatal: (error) => failures.push(error) });
  await create(engine);
  journal.hold();
  const told = [create(engine), create(engine)];
  await journal.held();
  journal.failNext(new Error("I/O error"));
  journal.release();
  for (const answer of await Promise.all(told)) {
    assert.is(answer.ok === false && answer.code, "unavailable");
  }
  assert.equal(
    failures.map(({ message }) => message),
    ["I/O error"],
  );
  assert.ok(engine.stopped());
  const later = await create(engine);
  assert.is(later.ok === false && later.code, "stopping");
  assert.is(journal.head(), 1);
  assert.is(engine.view().seq, 1);
});

test("DUR-7: what arrives while a commit is under way is committed together, in order", async () => {
  const journal = createHeldJournal();
  const engine = await open(journal);
  journal.hold();
  const first = create(engine, "t1");
  await journal.held();
  const others = ["t2", "t3", "t4", "t5"].map((title) => create(engine, title));
  journal.release();
  const seqs = (await Promise.all([first, ...others])).map(seqOf);
  assert.equal(seqs, [1, 2, 3, 4, 5]);
  assert.equal(journal.batches, [1, 4]);
  const records = await journal.read(0, 10);
  assert.equal(
    records.map(
      ({ json }) => ((JSON.parse(json) as Entry).action.payload as { title: string }).title,
    ),
    ["t1", "t2", "t3", "t4", "t5"],
  );
});

test("DUR-3: sequence numbers rise by one, across engines, and are the ids of the events", async () => {
  const journal = createMemoryJournal();
  for (let round = 0; round < 3; round++) {
    const engine = await open(withoutClose(journal), { snapshotEvery: 2 });
    for (let n = 0; n < 3; n++) assert.is(seqOf(await create(engine)), round * 3 + n + 1);
    await engine.close();
  }
  const records = await journal.read(0, 20);
  assert.equal(
    records.map(({ seq }) => seq),
    [1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  for (const { seq, json } of records) {
    const entry = JSON.parse(json) as Entry;
    assert.equal([entry.seq, entry.event.id], [seq, seq]);
  }
});

test("DUR-3: a refusal takes no number", async () => {
  const engine = await open(createMemoryJournal());
  await create(engine);
  await engine.dispatchUnknown("tasks/delete", { task_id: "T-9" });
  assert.is(seqOf(await create(engine)), 2);
});

const KEY = { key: "once" };

test("DUR-10: a hundred at once with one key have one effect and one answer", async () => {
  const journal = createMemoryJournal();
  const engine = await open(withoutClose(journal));
  const send = () => engine.dispatch("tasks/create", { title: "x" }, KEY);
  const answers = await Promise.all(Array.from({ length: 100 }, send));
  assert.is(journal.head(), 1);
  const [first] = answers;
  assert.ok(first?.ok);
  assert.is(answers.filter((answer) => answer.ok && !answer.replayed).length, 1);
  for (const answer of [...answers, await send()]) {
    assert.ok(answer.ok);
    assert.equal([answer.seq, answer.reply], [1, first.reply]);
  }
  await engine.close();
  const reopened = await open(withoutClose(journal));
  const later = await reopened.dispatch("tasks/create", { title: "x" }, KEY);
  assert.ok(later.ok);
  assert.equal([later.seq, later.replayed, later.reply], [1, true, first.reply]);
  assert.is(size(reopened.view().state.tasks), 1);
});

test("DUR-10: a key with another request is refused, at once, later and after a restart", async () => {
  const journal = createMemoryJournal();
  const engine = await open(withoutClose(journal));
  const reused = async (answer: Promise<Outcome>) => {
    const outcome = await answer;
    assert.is(outcome.ok === false && outcome.code, "key_reused");
  };
  const first = engine.dispatch("tasks/create", { title: "x" }, KEY);
  await reused(engine.dispatch("tasks/create", { title: "y" }, KEY));
  await reused(engine.dispatch("sprints/create", { name: "x" }, KEY));
  await first;
  await reused(engine.dispatch("tasks/create", { title: "y" }, KEY));
  await engine.close();
  const reopened = await open(withoutClose(journal));
  await reused(reopened.dispatch("tasks/create", { title: "y" }, KEY));
  assert.is(size(reopened.view().state.tasks), 1);
});

test("DUR-10: a retry has its answer also while another request with its key is under way", async () => {
  const engine = await open(createMemoryJournal());
  const send = (title: string) => engine.dispatch("tasks/create", { title }, KEY);
  const first = await send("x");
  assert.ok(first.ok);
  const answers = await Promise.all(["y", "x", "z", "y", "x"].map(send));
  const told = answers.map((answer) => (answer.ok ? answer.reply.task.title : answer.code));
  assert.equal(told, ["key_reused", "x", "key_reused", "key_reused", "x"]);
  assert.ok(answers.every((answer) => !answer.ok || (answer.replayed && answer.seq === first.seq)));
  assert.is(size(engine.view().state.tasks), 1);
  const keyed = (title: string) => ({
    actions: [{ action: "tasks/create" as const, body: { title }, idempotency_key: KEY.key }],
  });
  const batches = await Promise.all(
    ["y", "x"].map((title) => engine.dispatch("batch", keyed(title))),
  );
  const results = batches.map((answer) => answer.ok && answer.reply.results[0]?.status);
  assert.equal(results, [422, 200], "with keys of its actions, too");
});

test("DUR-10: a request that differs in a misspelt field only is another request", async () => {
  const engine = await open(createMemoryJournal());
  const send = (body: object) => engine.dispatchUnknown("tasks/create", body, { key: "k" });
  assert.ok((await send({ title: "A", owner_: "x" })).ok);
  assert.ok((await send({ title: "A", owner_: "x" })).ok, "the same is answered again");
  const other = await send({ title: "A" });
  assert.is(other.ok === false && other.code, "key_reused");
});

test("DUR-10: a refusal does not use up its key", async () => {
  const engine = await open(createMemoryJournal());
  const body = { task_id: "T-001", text: "x" };
  const early = await engine.dispatch("tasks/comment", body, KEY);
  assert.is(early.ok === false && early.message, "unknown task: T-001");
  await create(engine);
  const later = await engine.dispatch("tasks/comment", body, KEY);
  assert.ok(later.ok && !later.replayed);
});

test("DUR-10: the key of a repeated publish answers the same when it is no repetition any more", async () => {
  let at = AT;
  const engine = await open(createMemoryJournal(), { clock: () => at });
  await engine.dispatch("demo/reset", {});
  const publish = (key: string) =>
    engine.dispatch("openclaw/publish", { agent_id: "codex", title: "pass" }, { key });
  const first = await publish("a");
  const repeated = await publish("b");
  at += MINUTE_MS;
  const again = await publish("b");
  assert.ok(first.ok && repeated.ok && again.ok);
  assert.equal(again.ok && again.reply, repeated.ok && repeated.reply);
  assert.is(size(engine.view().state.runs), 4, "the demo's three, and one");
});

test("DUR-2: beyond what may wait for the journal, dispatches are refused and change nothing", async () => {
  const journal = createHeldJournal();
  const engine = await open(journal, { maxQueue: 2 });
  journal.hold();
  const under = create(engine, "under way");
  await journal.held();
  const queued = [create(engine, "first"), create(engine, "second")];
  const refused = await create(engine, "too many");
  assert.is(refused.ok, false);
  assert.match(refused.ok ? "" : refused.message, /too much is waiting/);
  journal.release();
  const told = await Promise.all([under, ...queued]);
  assert.equal(told.map(seqOf), [1, 2, 3]);
  assert.is(size(engine.view().state.tasks), 3);
});

test("DUR-10: a publish that is recognised as repeated is answered, but not written again", async () => {
  const journal = createMemoryJournal();
  const engine = await open(journal, { clock: () => AT });
  await engine.dispatch("demo/reset", {});
  const body = { agent_id: "codex", title: "Pass" };
  const first = await engine.dispatch("openclaw/publish", body);
  const again = await engine.dispatch("openclaw/publish", body);
  assert.ok(first.ok && again.ok);
  assert.equal([again.seq, journal.head()], [2, 2]);
  assert.equal(again.reply.run, first.reply.run);
});

test("DUR-15: a clean stop finishes what was queued, and loses nothing", async () => {
  const journal = createMemoryJournal();
  const held = createHeldJournal(withoutClose(journal));
  const engine = await open(held);
  held.hold();
  const told = [create(engine), create(engine)];
  await held.held();
  const closed = engine.close();
  const late = await create(engine);
  assert.is(late.ok === false && late.code, "stopping");
  assert.not.ok(await isSettled(closed), "closed before the queue was empty");
  held.release();
  await closed;
  assert.equal((await Promise.all(told)).map(seqOf), [1, 2]);
  const snapshot = await journal.loadSnapshot();
  assert.is(snapshot?.seq, 2, "the next start has nothing to replay");
  const reopened = await open(withoutClose(journal));
  assert.is(size(reopened.view().state.tasks), 2);
  assert.is(reopened.recovery().entries_replayed, 0);
});

test("DUR-15: closing twice is closing once", async () => {
  const engine = await open(createMemoryJournal());
  await create(engine);
  await engine.close();
  await engine.close();
  assert.ok(engine.stopped());
});

test("DUR-5: live, replayed, snapshot and tail, and a client's patches are one state", async () => {
  const journal = createMemoryJournal();
  const engine = await open(withoutClose(journal), { snapshotEvery: 3 });
  const client = structuredClone(toWireState(createState()));
  const stop = new AbortController();
  const feed = engine.feed.subscribe({ since: 0, signal: stop.signal });
  const steps: [string, unknown][] = [
    ["demo/reset", {}],
    ["tasks/create", { title: "x", specialist: "research" }],
    ["agents/register", { name: "Nova", role: "Analyst", manager: "violet" }],
    ["agents/delete", { agent_id: "iris" }],
    ["tasks/delete", { task_id: "T-203" }],
    ["openclaw/publish", { agent_id: "nova", title: "First" }],
    ["conversations/message", { sender: "nova", text: "Hello", target: "ceo" }],
    ["notifications/dismiss", { all: true }],
  ];
  for (const [name, body] of steps) seqOf(await engine.dispatchUnknown(name, body));
  for (let seen = 0; seen < steps.length; ) {
    const { value } = await feed.next();
    assert.is(value?.type, "entries");
    for (const entry of value?.type === "entries" ? value.entries : []) {
      assert.is(entry.seq, ++seen);
      applyPatches(client, structuredClone(entry.patches));
    }
  }
  stop.abort();
  await feed.return();
  const { state } = engine.view();
  const replayed = createState();
  for (const { json } of await journal.read(0, 100)) {
    applyPatches(replayed, (JSON.parse(json) as Entry).patches);
  }
  assert.equal(replayed, state, "the patches of the journal");
  assert.equal(client, toWireState(state), "a client on the feed");
  await engine.close();
  const reopened = await open(withoutClose(journal));
  assert.ok(reopened.recovery().entries_replayed < 3, "a snapshot was used");
  assert.equal(toWireState(reopened.view().state), toWireState(state), "snapshot and tail");
  const { relations } = reopened.view();
  const fresh = createRelations(state);
  assert.equal(relations.tasks("owned", "codex"), fresh.tasks("owned", "codex"));
  assert.equal(reopened.recentEvents(50), engine.recentEvents(50));
});

test("DUR-5: the copy that a caller is given is its own", async () => {
  const engine = await open(createMemoryJournal());
  await create(engine);
  const copy = engine.copyState();
  copy.company.name = "mine";
  applyPatches(copy, [{ op: "remove", path: "/tasks/T-001" }]);
  assert.is(size(engine.view().state.tasks), 1);
  assert.is(engine.view().state.company.name, "");
});

test("CORE-16: what a start recovered, and every state after it, is let go once it was replaced", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const journal = withoutClose(createMemoryJournal());
  await create(await open(journal));
  const engine = await open(journal);
  const seen: WeakRef<object>[] = [];
  const look = () => {
    const { state } = engine.view();
    seen.push(new WeakRef(state), new WeakRef(get(state.tasks, "T-001") ?? {}));
  };
  const update = (progress: number) => ({
    action: "tasks/update",
    body: { task_id: "T-001", progress },
  });
  for (let n = 1; n < 4; n++) {
    look();
    const actions = [update(10 * n), update(10 * n + 1)];
    seqOf(await engine.dispatchUnknown("batch", { actions }));
    seqOf(await engine.dispatchUnknown("tasks/update", update(10 * n + 2).body));
  }
  look();
  // What a turn of the loop has looked at lives until the next one.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  assert.equal(
    seen.map((one) => one.deref() !== undefined),
    [...Array(6).fill(false), true, true],
  );
});

test("CORE-15: the stamp is the injected clock's and ids'", async () => {
  const journal = createMemoryJournal();
  const engine = await open(journal, { clock: () => AT + MINUTE_MS, newId: () => "given" });
  await engine.dispatch("tasks/create", { title: "x", agent_id: "" }, { actor: "somebody" });
  const [record] = await journal.read(0, 1);
  const { stamp } = (JSON.parse(record?.json ?? "") as Entry).action;
  assert.equal(stamp, {
    at: AT + MINUTE_MS,
    seq: 1,
    actor: "somebody",
    by: "owner",
    actionId: "given",
    rules: RULES,
  });
});

test("WS-7: what is shown soon is durable, and comes before the answer to its writer", async () => {
  const journal = createHeldJournal();
  const engine = await open(journal);
  const heard: string[] = [];
  const fanOut = engine.feed.fanOut<null>({
    *encode(entries) {
      yield { first: entries[0]?.seq ?? 0, last: entries.at(-1)?.seq ?? 0, value: null };
    },
    now: () => 0,
    soon: queueMicrotask,
    later: () => assert.unreachable("nothing is costly"),
  });
  const reader = {
    seq: engine.view().seq,
    take({ last }: { last: number }) {
      assert.ok(journal.head() >= last);
      assert.is(engine.view().seq, last);
      heard.push(`shown ${last}`);
      reader.seq = last;
      return true;
    },
    dropped() {},
  };
  assert.ok(fanOut.join(reader));
  journal.hold();
  const answer = create(engine).then(() => heard.push("answered"));
  await journal.held();
  assert.not.ok(await isSettled(answer));
  assert.equal(heard, []);
  journal.release();
  await answer;
  assert.equal(heard, [`shown ${engine.view().seq}`, "answered"]);
});

test.run();
