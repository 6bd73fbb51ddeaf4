/**
 * The batch against the same actions sent one by one: state, events, results, keys, and that a refused
 * or failed one leaves nothing. Neighbours: `http-batch.spec.ts` for its route, `engine.spec.ts`.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  actions,
  createMemoryJournal,
  type Engine,
  type Entry,
  type Journal,
  JournalRefusal,
  MAX_JOURNALED,
  MAX_RESULTS,
  type Outcome,
  openEngine,
  toJson,
  toWireState,
} from "../../core/index.ts";
import { AT, createIds, frozen } from "../support/core.ts";
import { createHeldJournal, withoutClose } from "../support/journals.ts";
import { createRandom, seedOf } from "../support/random.ts";
import { randomAction } from "./random-actions.ts";

const test = suite("batch");
frozen(test);

const opened: Engine[] = [];

async function open(journal: Journal = createMemoryJournal(), company = true): Promise<Engine> {
  const engine = await openEngine({ journal, clock: () => AT, newId: createIds() });
  opened.push(engine);
  if (company) await engine.dispatch("demo/reset", {});
  return engine;
}

test.after.each(async () => {
  for (const engine of opened.splice(0)) await engine.close();
});

interface One {
  action: string;
  body: unknown;
  idempotency_key?: string;
}

const send = (engine: Engine, actions: readonly unknown[], more: object = {}, key?: string) =>
  engine.dispatchUnknown("batch", { actions, ...more }, { key });

type Result = { status: number } & Record<string, unknown>;

function resultsOf(outcome: Outcome): Result[] {
  if (!outcome.ok) throw new Error(outcome.message);
  return (outcome.reply as { results: Result[] }).results;
}

async function entriesOf(journal: Journal): Promise<Entry[]> {
  return (await journal.read(0, 10_000)).map(({ json }) => JSON.parse(json) as Entry);
}

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

/** Each is journaled with some 240,000 characters, those that have room for their reply with 360,000. */
const described = (n: number, more: object = {}) => ({
  action: "tasks/update",
  body: { task_id: "T-208", description: `${n}`.padEnd(20_000, "\u0001") },
  ...more,
});
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
  const written: number[] = [];
  // A reading has a bound in characters.
  while (seq + written.length < journal.head()) {
    const records = await journal.read(seq + written.length, 1_000);
    written.push(...records.map(({ json }) => json.length));
  }
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
    const written = (await journal.read(seq, 10)).map(({ json }) => json.length);
    assert.ok(written.length > 0);
    assert.equal(told, [written.reduce((sum, size) => sum + size)], `${name} ${key}`);
    if (key) await engine.dispatchUnknown(name, body, options);
    await engine.dispatchUnknown("batch", { actions: [actions[0], {}], atomic: true }, options);
    await engine.dispatchUnknown("tasks/update", {}, options);
    assert.is(told.length, 1);
  }
});

const unknownField = (field: string) => `unknown field: ${field}`;

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

  const again = await open(journal, false);
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
  const again = await open(journal, false);
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
  const engine = await openEngine({ journal, clock: () => AT, newId: createIds(), digest });
  opened.push(engine);
  await engine.dispatch("demo/reset", {});
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
