/**
 * A batch that is decided over many turns of the loop: others wait for the whole of it, readers do not,
 * and whatever ends it in the middle leaves nothing. Neighbour: `batch.spec.ts`, where it takes one.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  createMemoryJournal,
  type Engine,
  type Entry,
  type Journal,
  JournalRefusal,
  type Outcome,
  openEngine,
} from "../../core/index.ts";
import { get } from "../../core/table.ts";
import { AT, createIds, frozen } from "../support/core.ts";
import { createHeldJournal } from "../support/journals.ts";

const test = suite("turns");
frozen(test);

/** An engine whose batches go on by one action for each `next`. */
async function open(journal: Journal = createMemoryJournal()) {
  const turning: (() => void)[] = [];
  const engine = await openEngine({
    journal,
    clock: () => AT,
    newId: createIds(),
    timeout: () => new AbortController().signal,
    turn: () => new Promise((resolve) => turning.push(resolve)),
  });
  await engine.dispatch("demo/reset", {});
  /** @returns how many turns were taken, at most as many as asked for */
  const next = async (count = 10_000) => {
    for (let taken = 0; taken < count; taken++) {
      await settled();
      const turn = turning.shift();
      if (!turn) return taken;
      turn();
    }
    await settled();
    return count;
  };
  return { engine, next };
}

/** All that can go on without another turn has gone on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

const create = (title: string) => ({ action: "tasks/create", body: { title } });
const many = (name: string, count: number) =>
  Array.from({ length: count }, (_, n) => create(`${name} ${n}`));
const send = (engine: Engine, actions: readonly object[], more: object = {}) =>
  engine.dispatchUnknown("batch", { actions, ...more });

async function titlesIn(journal: Journal): Promise<string[]> {
  const entries = (await journal.read(1, 1_000)).map(({ json }) => JSON.parse(json) as Entry);
  return entries.map(({ action }) => (action.payload as { title: string }).title);
}

const code = (outcome: Outcome) => (outcome.ok ? "done" : outcome.code);

test("HTTP-10 HTTP-21: the loop turns between the actions of a batch; who writes meanwhile comes after all of it, in order, and readers see nothing of it", async () => {
  const journal = createMemoryJournal();
  const { engine, next } = await open(journal);
  const before = engine.view().state;
  const first = send(engine, many("a", 5));
  assert.is(await next(2), 2);
  const single = engine.dispatch("tasks/create", { title: "single" });
  const second = send(engine, many("b", 3));
  await settled();
  const late = engine.dispatch("tasks/create", { title: "late" });
  assert.is(engine.view().state, before);
  assert.is(await next(), 2 + 2, "one turn between each two actions");
  assert.equal((await Promise.all([first, single, second, late])).map(code), Array(4).fill("done"));
  const [a, b] = [many("a", 5), many("b", 3)].map((all) => all.map(({ body }) => body.title));
  assert.equal(await titlesIn(journal), [...(a ?? []), "single", ...(b ?? []), "late"]);
  await engine.close();
});

test("HTTP-25: however many batches of one caller wait, others come after one of them, and what each sends keeps its order", async () => {
  const journal = createMemoryJournal();
  const { engine, next } = await open(journal);
  const agent = (name: string) => ({ by: { name, role: "agent", agent_id: name } as const });
  const [greedy, other, third] = [agent("codex"), agent("iris"), agent("scout")];
  const batch = (name: string, who: object) =>
    engine.dispatchUnknown("batch", { actions: many(name, 2) }, who);
  const single = (title: string, who: object) => engine.dispatch("tasks/create", { title }, who);
  const sent = [batch("a", greedy)];
  await settled();
  for (const name of ["b", "c", "d"]) sent.push(batch(name, greedy));
  sent.push(single("behind", greedy));
  sent.push(single("one", other), batch("e", other), single("two", other), single("three", third));
  await next();
  assert.equal((await Promise.all(sent)).map(code), Array(sent.length).fill("done"));
  const titles = await titlesIn(journal);
  const ofBatch = (name: string) => [`${name} 0`, `${name} 1`];
  assert.equal(titles, [
    ...ofBatch("a"),
    ...["one", "three"],
    ...ofBatch("b"),
    ...ofBatch("e"),
    "two",
    ...ofBatch("c"),
    ...ofBatch("d"),
    "behind",
  ]);
  await engine.close();
});

test("HTTP-25: batches of however many callers wait, single writes of others come between any two of them", async () => {
  const journal = createMemoryJournal();
  const { engine, next } = await open(journal);
  const agent = (name: string) => ({ by: { name, role: "agent", agent_id: name } as const });
  const callers = ["codex", "iris", "scout", "quill", "orion"];
  const sent = callers.map((name) =>
    engine.dispatchUnknown("batch", { actions: many(name, 2) }, agent(name)),
  );
  await settled();
  sent.push(engine.dispatch("tasks/create", { title: "first" }));
  assert.is(await next(1), 1, "codex is done, iris under way");
  sent.push(engine.dispatch("tasks/create", { title: "second" }, agent("codex")));
  await next();
  assert.equal((await Promise.all(sent)).map(code), Array(sent.length).fill("done"));
  const [a = [], b = [], ...rest] = callers.map((name) => [`${name} 0`, `${name} 1`]);
  assert.equal(await titlesIn(journal), [...a, "first", ...b, "second", ...rest.flat()]);
  await engine.close();
});

test("HTTP-23: the journal's text of each action is made in its turn, not those of all when they are queued", async () => {
  const { engine, next } = await open();
  const { stringify } = JSON;
  const made: unknown[] = [];
  JSON.stringify = (value: unknown) => {
    const { patches, seq } = Object(value) as Partial<Entry>;
    if (patches) made.push(seq);
    return stringify(value);
  };
  try {
    const sent = send(engine, many("a", 3));
    for (const expected of [[2], [2, 3], [2, 3, 4]]) {
      await settled();
      assert.equal(made, expected);
      if (expected.length < 3) assert.is(await next(1), 1);
    }
    assert.is(code(await sent), "done");
    assert.equal(made, [2, 3, 4]);
  } finally {
    JSON.stringify = stringify;
    await engine.close();
  }
});

test("ACC-15: the actions of a batch are authorised one by one, with a turn of the loop between them, also where it has keys", async () => {
  const { engine, next } = await open();
  const by = { name: "c", role: "agent", agent_id: "codex" } as const;
  const { normalize } = String.prototype;
  const looks: string[] = [];
  String.prototype.normalize = function (this: string, form?: string) {
    if (this.startsWith("who-")) looks.push(String(this));
    return normalize.call(this, form);
  };
  try {
    for (const [own, whole] of [[false], [true], [false, "whole"]] as const) {
      const actions = ["who-0", "who-1", "who-2"].map((reporter, n) => ({
        action: "tasks/create",
        body: { title: "x", reporter },
        ...(own && { idempotency_key: `k${n}` }),
      }));
      const sent = engine.dispatchUnknown("batch", { actions }, { by, key: whole });
      await settled();
      const turns: string[][] = [];
      do turns.push([...new Set(looks.splice(0))]);
      while ((await next(1)) === 1);
      assert.equal(
        turns.filter((looked) => looked.length > 0),
        [["who-0"], ["who-1"], ["who-2"]],
      );
      assert.is(code(await sent), "done");
    }
  } finally {
    String.prototype.normalize = normalize;
    await engine.close();
  }
});

test("HTTP-11: what an atomic batch did before it is refused, nobody was judged by, and nothing is left of it", async () => {
  const journal = createMemoryJournal();
  const { engine, next } = await open(journal);
  const by = { name: "c", role: "agent", agent_id: "codex" } as const;
  const leave = { action: "agents/retire", body: { agent_id: "codex", reason: "x" } };
  const refused = send(engine, [leave, create("in vain"), create("")], { atomic: true });
  assert.is(await next(1), 1);
  const said = engine.dispatchUnknown("tasks/create", { title: "said" }, { by });
  await next();
  assert.equal([await refused, await said].map(code), ["required", "done"]);
  assert.equal(await titlesIn(journal), ["said"]);
  assert.is(engine.view().seq, 2);
  await engine.close();
});

test("ACC-8: who had to wait is judged by what is decided then: an agent that was retired meanwhile says nothing more", async () => {
  const { engine, next } = await open();
  const by = { name: "c", role: "agent", agent_id: "codex" } as const;
  const first = send(engine, many("a", 3));
  assert.is(await next(1), 1);
  const reason = "Its work is done.";
  const retired = engine.dispatch("agents/retire", { agent_id: "codex", reason });
  const body = { agent_id: "codex", name: "Codex", role: "Engineer" };
  const back = engine.dispatchUnknown("agents/register", body, { by });
  const own = engine.dispatchUnknown("batch", { actions: many("own", 2) }, { by });
  await next();
  assert.equal((await Promise.all([first, retired, back])).map(code), [
    "done",
    "done",
    "forbidden",
  ]);
  const outcome = await own;
  const results = outcome.ok ? (outcome.reply as { results: { code: string }[] }).results : [];
  assert.equal(
    results.map((result) => result.code),
    ["forbidden", "forbidden"],
  );
  assert.is(get(engine.view().state.agents, "codex")?.standing, "retired");
  await engine.close();
});

test("DUR-10: where the look-up of one key fails, the other keys of the batch are free again", async () => {
  const journal = createMemoryJournal();
  let broken = true;
  const { engine, next } = await open({
    ...journal,
    findByKey: (key) =>
      broken && key === "bad" ? Promise.reject(new Error("unreadable")) : journal.findByKey(key),
  });
  const keyed = ["good", "bad"].map((key) => ({ ...create(key), idempotency_key: key }));
  const failed = send(engine, keyed).then(code, () => "thrown");
  await next();
  assert.is.not(await failed, "done");
  broken = false;
  const again = send(engine, keyed);
  await next();
  assert.is(code(await again), "done");
  assert.is(engine.view().seq, 3);
  await engine.close();
});

test("DUR-7 HTTP-11: a journal that fails, and a server that stops, in the middle of a batch leave nothing of it", async () => {
  const journal = createHeldJournal();
  const { engine, next } = await open(journal);
  journal.hold();
  const lost = engine.dispatch("tasks/create", { title: "lost" });
  await journal.held();
  const cut = send(engine, many("cut", 4));
  await next(2);
  const waits = engine.dispatch("tasks/create", { title: "waits" });
  journal.failNext(new JournalRefusal("full", "the disk is full"));
  journal.release();
  await next();
  assert.equal((await Promise.all([lost, cut, waits])).map(code), [
    "unavailable",
    "unavailable",
    "done",
  ]);
  assert.equal(await titlesIn(journal), ["waits"]);

  const stopped = send(engine, many("stopped", 4));
  await next(2);
  const behind = engine.dispatch("tasks/create", { title: "behind" });
  const closed = engine.close();
  await next();
  await closed;
  assert.equal((await Promise.all([stopped, behind])).map(code), ["stopping", "stopping"]);
  assert.equal(await titlesIn(journal), ["waits"]);
});

test("AGT-8: who waits for a task is given what a batch made, once all of it is done", async () => {
  const { engine, next } = await open();
  const task = {
    title: "For lingo",
    specialist: "translation",
    owner: "lingo",
    status: "ready",
  };
  const register = {
    agent_id: "lingo",
    name: "Lingo",
    role: "Translator",
    specialists: ["translation"],
  };
  await engine.dispatch("agents/register", register as never);
  const claim = engine.dispatchUnknown("tasks/claim", { agent_id: "lingo", wait_seconds: 60 });
  await settled();
  assert.is(engine.waiting(), 1);
  const batch = send(engine, [{ action: "tasks/create", body: task }, create("b"), create("c")]);
  await next(1);
  assert.is(engine.waiting(), 1);
  await next();
  assert.is(code(await batch), "done");
  const claimed = await claim;
  assert.is(
    claimed.ok && (claimed.reply as { task: { title: string } | null }).task?.title,
    "For lingo",
  );
  await engine.close();
});

test("AGT-8: who waits for a task is given what came while batches of others follow one another without a pause", async () => {
  const { engine, next } = await open();
  await engine.dispatch("blank/reset", {});
  await engine.dispatch("agents/register", { agent_id: "nova", name: "Nova", role: "Worker" });
  const by = (name: string) => ({ by: { name, role: "operator", agent_id: null } as const });
  const endless = (name: string) =>
    engine.dispatchUnknown("batch", { actions: many(name, 3) }, by(name));
  const under = [endless("a"), endless("b")];
  await next(1);
  const claim = engine.dispatch("tasks/claim", { agent_id: "nova", wait_seconds: 60 });
  const made = engine.dispatch("tasks/create", { title: "for nova", status: "ready" }, by("c"));
  let found: string | undefined;
  void claim.then(({ ok }) => {
    found = ok ? "found" : "refused";
  });
  for (let n = 0; n < 6 && !found; n++) {
    // Always one that waits behind the one under way.
    under.push(endless(n % 2 === 0 ? "a" : "b"));
    await next(2);
  }
  assert.is(code(await made), "done");
  assert.is(found, "found");
  await next();
  assert.equal(
    (await Promise.all(under)).map(code),
    under.map(() => "done"),
  );
  await engine.close();
});

test("DUR-10: what waited for an earlier try with its key, of which nothing came, is tried itself: in its place of the batch, and alone", async () => {
  const journal = createMemoryJournal();
  const { engine, next } = await open(journal);
  const first = send(engine, many("a", 10));
  await next(1);
  const gone = new AbortController();
  const keyed = (title: string) => ({ ...create(title), idempotency_key: title });
  const { body } = create("one");
  const lost = engine.dispatch("tasks/create", body, { key: "one", signal: gone.signal });
  await settled();
  gone.abort();
  const batch = send(engine, [keyed("one"), keyed("two")]);
  const crossed = send(engine, [keyed("two"), keyed("one")]);
  // All of their keys are looked at.
  await next(6);
  const alone = engine.dispatch("tasks/create", body, { key: "one" });
  await next();
  assert.equal(code(await lost), "unavailable");
  assert.equal(
    (await Promise.all([first, batch, crossed, alone])).map(code),
    Array(4).fill("done"),
  );
  assert.equal((await titlesIn(journal)).slice(10), ["one", "two"]);
  const again = await alone;
  assert.ok(again.ok && again.replayed);
  const results = [batch, crossed].map(async (whole) => {
    const outcome = await whole;
    const { results } = (outcome.ok ? outcome.reply : {}) as { results: Record<string, unknown>[] };
    return results.map(({ status, replayed }) => [status, replayed === true]);
  });
  assert.equal(await Promise.all(results), [
    Array(2).fill([200, false]),
    Array(2).fill([200, true]),
  ]);
  await engine.close();
});

test.run();
