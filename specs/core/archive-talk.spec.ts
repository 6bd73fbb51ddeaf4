/**
 * The archive of what was said: what goes and what stays of each thread, how it is read, and that the
 * entries alone tell it.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  type AnswerOf,
  archivableTalk,
  createMemoryJournal,
  createRelations,
  createState,
  type Engine,
  type Entry,
  type Journal,
  openEngine,
  type ParamsOf,
  queries,
  Refusal,
  type State,
  toArchiveChange,
  toWireState,
} from "../../core/index.ts";
import { toSnapshot } from "../../core/snapshot.ts";
import { compareIds, list, put } from "../../core/table.ts";
import { AT, createIds, createStory, DAY_MS, frozen, record } from "../support/core.ts";
import { createRandom, seedOf } from "../support/random.ts";

const test = suite("archive talk");
frozen(test);

const THREAD = "TH-CEO-ORION";
const say = (text: string, thread_id = THREAD) => ({ sender: "orion", thread_id, text });
const idsOf = (state: State, thread_id = THREAD) =>
  list(state.messages)
    .filter((message) => message.thread_id === thread_id)
    .map(({ id }) => id)
    .sort(compareIds);
const directivesOf = (state: State) =>
  list(state.directives)
    .map(({ id }) => id)
    .sort(compareIds);

test("ARC-7: only what was said that long ago goes, the oldest first, and the newest of each thread stay", () => {
  const story = createStory();
  for (let n = 0; n < 6; n++) story.does("conversations/message", say(`old ${n}`));
  for (let n = 0; n < 3; n++) story.does("ceo/directive", { text: `old ${n}` });
  story.wait(30 * DAY_MS);
  for (let n = 0; n < 2; n++) story.does("conversations/message", say(`new ${n}`));
  const [messages, directives] = [idsOf(story.state), directivesOf(story.state)];
  const counted = (state: State) =>
    toSnapshot(state, 1, story.at, []).conversations.map(({ id, message_count }) => [
      id,
      message_count,
    ]);
  const before = counted(story.state);

  // Of the thread the last five stay, of the others all: they have fewer.
  const asked = { days: 30, keep: 5, most: 2 };
  const first = story.does("system/archive_talk", asked);
  assert.equal(first.reply, { message_ids: messages.slice(0, 2), directive_ids: [] });
  assert.is(first.event.title, "2 messages and 0 directives archived");
  const left = messages.slice(0, -5);
  const { reply } = story.does("system/archive_talk", { ...asked, most: 200 });
  assert.equal(reply, { message_ids: left.slice(2), directive_ids: [] });
  assert.ok(story.does("system/archive_talk", { ...asked, most: 200 }).idle);
  assert.equal(idsOf(story.state), messages.slice(-5));
  assert.is(record(story.state.threads, THREAD).archived_messages, left.length);
  assert.equal(counted(story.state), before);

  // What is not old stays, however few are to be kept.
  const rest = story.does("system/archive_talk", { days: 30, keep: 1, most: 200 });
  assert.equal((rest.reply as { directive_ids: string[] }).directive_ids, directives.slice(0, -1));
  assert.equal(idsOf(story.state), messages.slice(-2));
  assert.equal(directivesOf(story.state), directives.slice(-1));
  const { messages: gone = 0 } = story.state.archive;
  const sum = list(story.state.threads).reduce((n, one) => n + (one.archived_messages ?? 0), 0);
  assert.is(gone, sum);
  assert.is(story.state.archive.directives, directives.length - 1);
  story.does("blank/reset", {});
  assert.equal(story.state.archive, { tasks: 0, since: story.seq });
});

test("ARC-7: what is due is found by a step for each thread, not by a look at all that was said", () => {
  const state = createState();
  let looks = 0;
  const add = (thread_id: string, from: number, count: number, timestamp: string) => {
    for (let n = from; n < from + count; n++) {
      const own = { id: `M-${n}`, thread_id, sender: "ceo", target: null, text: "x" };
      const message = { ...own, category: "discussion", project_id: null } as const;
      const counting = {
        ...message,
        get timestamp() {
          looks++;
          return timestamp;
        },
      };
      put(state.messages, own.id, counting);
    }
  };
  const [old, fresh] = ["2020-01-01T00:00:00+00:00", "2026-03-21T09:30:00+00:00"];
  for (let n = 0; n < 100; n++) add(`TH-${n}`, 10_000 + n * 50, 50, old);
  add("TH-LONG", 1_000, 5_000, fresh);
  add("TH-OLD", 20_000, 60, old);
  const relations = createRelations(state);
  relations.talk();
  looks = 0;
  const due = [...archivableTalk(state, relations, { days: 30, keep: 50 }, AT)];
  assert.equal(
    due.map(({ id }) => id),
    Array.from({ length: 10 }, (_, n) => `M-${20_000 + n}`),
  );
  assert.ok(looks <= 12, `${looks} messages were looked at`);
});

async function ask<N extends "conversations/archive" | "directives/archive" | "tasks/get">(
  engine: Engine,
  name: N,
  params: ParamsOf<N>,
): Promise<AnswerOf<N>> {
  const context = { view: engine.view(), now: AT, events: [], bootedAt: AT };
  const { archive } = engine;
  const query = queries.get(name);
  return (await query?.answer(
    { ...context, recovery: engine.recovery(), archive },
    params,
  )) as AnswerOf<N>;
}

async function allOf(engine: Engine, thread_id?: string): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page: AnswerOf<"conversations/archive"> = await ask(engine, "conversations/archive", {
      limit: "3",
      ...(thread_id && { thread_id }),
      ...(cursor && { cursor }),
    });
    ids.push(...page.messages.map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== null);
  return ids;
}

async function refusalOf(asking: Promise<unknown>): Promise<string> {
  try {
    await asking;
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.rejection.message;
    throw thrown;
  }
  return "answered";
}

async function withCompany(
  run: (
    engine: Engine,
    does: (name: string, body: object) => Promise<object>,
    journal: Journal,
  ) => Promise<void>,
): Promise<void> {
  let now = AT;
  const journal = createMemoryJournal();
  const engine = await openEngine({ journal, clock: () => now, newId: createIds() });
  const does = async (name: string, body: object) => {
    if (name !== "conversations/message") now += DAY_MS;
    const outcome = await engine.dispatchUnknown(name, body);
    assert.ok(outcome.ok, outcome.ok ? "" : `${name}: ${outcome.message}`);
    return outcome.reply;
  };
  try {
    await does("demo/reset", {});
    await run(engine, does, journal);
  } finally {
    await engine.close();
  }
}

test("ARC-8: what is archived of a thread is read page by page, the newest first, all in the order they were said", () =>
  withCompany(async (engine, does) => {
    const { message: last } = engine.view().state.counters;
    // All in one second, over the place where an id gets longer.
    for (let n = last; n < 1_004; n++) await does("conversations/message", say(`note ${n}`));
    const said = idsOf(engine.view().state);
    const others = idsOf(engine.view().state, "TH-CHARLIE-ORION");
    for (let n = 0; n < 6; n++) await does("system/archive_talk", { days: 0, keep: 1, most: 200 });
    const left = idsOf(engine.view().state);
    assert.equal(await allOf(engine, THREAD), said.slice(0, -1).reverse());
    assert.equal(left, said.slice(-1));
    assert.equal((await allOf(engine, "TH-CHARLIE-ORION")).reverse(), others.slice(0, -1));
    const everything = await allOf(engine);
    assert.is(everything.length, engine.view().state.archive.messages);
    assert.is(new Set(everything).size, everything.length);

    const found = await ask(engine, "conversations/archive", { query: "ORION note m-1002" });
    assert.equal(
      found.messages.map(({ id, text, thread_id, archived_seq }) => [
        id,
        text,
        thread_id,
        archived_seq > 0,
      ]),
      [["M-1002", "note 1001", THREAD, true]],
    );
    const page = await ask(engine, "conversations/archive", { thread_id: THREAD, limit: "1" });
    assert.is(page.total, said.length - 1);
    const early = await ask(engine, "conversations/archive", { before: "2026-01-01" });
    assert.equal([early.messages, early.next], [[], null]);
    const unknown = ask(engine, "conversations/archive", { thread_id: "TH-NONE" });
    assert.is(await refusalOf(unknown), "unknown thread: TH-NONE");
    const limit = ask(engine, "conversations/archive", { limit: "201" });
    assert.is(await refusalOf(limit), "limit must be from 1 to 200");
  }));

test("ARC-8: archived directives are read by whom they were for, and nothing archived passes for a task", () =>
  withCompany(async (engine, does) => {
    await does("ceo/directive", { text: "Paint it", target: "pixel" });
    await does("ceo/directive", { text: "Write it", target: "quill", create_task: true });
    await does("system/archive_talk", { days: 0, keep: 0, most: 200 });
    const { directives, total } = await ask(engine, "directives/archive", { target: "pixel" });
    assert.is(directives[0]?.text, "Paint it");
    assert.ok(directives.every(({ target }) => target === "pixel"));
    const { directives: all } = await ask(engine, "directives/archive", {});
    assert.equal([all[0]?.text, all[0]?.task_id, all.length], ["Write it", "T-216", total]);
    const [message] = await allOf(engine);
    for (const id of [all[0]?.id ?? "", message ?? ""]) {
      assert.is(await refusalOf(ask(engine, "tasks/get", { task_id: id })), `unknown task: ${id}`);
      const outcome = await engine.dispatchUnknown("tasks/reopen", { task_id: id });
      assert.is(outcome.ok ? "" : outcome.message, `unknown task: ${id}`);
    }
  }));

const SEED = seedOf(20_261_128);

test("ARC-7 ARC-5: after any history state and archive share no word and lack none; entries tell both", () =>
  withCompany(async (engine, does, journal) => {
    const random = createRandom(SEED);
    const known = new Set(allIn(engine.view().state));
    for (let step = 0; step < 150; step++) {
      const threads = list(engine.view().state.threads).map(({ id }) => id);
      const fate = random.whole(8);
      if (fate < 5 && threads.length > 0) {
        for (let n = random.whole(6); n >= 0; n--) {
          await does("conversations/message", { ...say("x", random.pick(threads)), sender: "ceo" });
        }
      } else if (fate === 5 && threads.length > 0) await does("ceo/directive", { text: "x" });
      else if (fate < 8) {
        const [days, keep, most] = [random.whole(4), random.whole(5), 1 + random.whole(9)];
        await does("system/archive_talk", { days, keep, most });
      }
      if (random.whole(70) === 0) {
        await does("demo/reset", {});
        known.clear();
      }
      const { state } = engine.view();
      for (const id of allIn(state)) known.add(id);
      const archived = await archivedIn(engine);
      const where = `SEED=${SEED} step ${step}`;
      const { messages = 0, directives = 0 } = state.archive;
      assert.is(messages + directives, archived.length, where);
      const all = [...allIn(state), ...archived];
      assert.is(new Set(all).size, all.length, `${where}: in both`);
      assert.equal(all.sort(), [...known].sort(), where);
      for (const id of threads) {
        const [newest] = await allOf(engine, id);
        const [oldest] = idsOf(state, id);
        const inOrder = !newest || !oldest || compareIds(newest, oldest) < 0;
        assert.ok(inOrder, `${where}: ${newest} went before ${oldest}`);
      }
    }
    // The entries as text, played into another journal.
    const replayed = createMemoryJournal("again");
    for (const { seq, json } of await journal.read(0, 10_000)) {
      const { archive } = JSON.parse(json) as Entry;
      const change = archive && { archive: toArchiveChange(archive) };
      await replayed.append(seq - 1, [{ seq, json, key: null, ...change }]);
    }
    const again = await openEngine({ journal: replayed, clock: () => AT, newId: createIds() });
    assert.equal(await archivedIn(again), await archivedIn(engine));
    assert.equal(toWireState(again.view().state), toWireState(engine.view().state));
    await again.close();
  }));

const allIn = (state: State) => [
  ...list(state.messages).map(({ id }) => id),
  ...list(state.directives).map(({ id }) => id),
];

async function archivedIn({ archive }: Engine): Promise<string[]> {
  const pages = await Promise.all(
    (["message", "directive"] as const).map((kind) =>
      archive.listArchived({ kind, words: [], limit: 10_000 }),
    ),
  );
  return pages.flatMap(({ rows }) => rows.map(({ id }) => id));
}

test.run();
