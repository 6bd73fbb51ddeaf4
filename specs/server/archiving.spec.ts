/** The timer that sends to the archive what was done and said long ago. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  createMemoryJournal,
  type Entry,
  KEPT_OF_EACH,
  MAX_CHARACTERS_AT_ONCE,
  MAX_SAID_AT_ONCE,
  openEngine,
  table,
} from "../../core/index.ts";
import { startArchiving } from "../../server/timers.ts";
import { AT, createIds, DAY_MS, record } from "../support/core.ts";

test("ARC-7: the timer moves all that is due, group after group, and leaves the newest of each thread", async () => {
  let now = AT;
  const journal = createMemoryJournal();
  const engine = await openEngine({ journal, clock: () => now, newId: createIds() });
  const errors: Error[] = [];
  const onError = (error: Error) => errors.push(error);
  const ending = new AbortController();
  // The timer lets a process end.
  const alive = setTimeout(() => ending.abort(), 60_000);
  try {
    await engine.dispatch("demo/reset", {});
    const body = { sender: "orion", thread_id: "TH-CEO-ORION", text: "x" };
    const one = { action: "conversations/message" as const, body };
    await engine.dispatch("batch", { actions: Array.from({ length: 300 }, () => one) });
    const { state, seq } = engine.view();
    const threads = table.list(state.messages).map(({ thread_id }) => thread_id);
    const count = threads.filter((id) => id === "TH-CEO-ORION").length;
    now += 31 * DAY_MS;
    await engine.dispatch("conversations/message", body);
    const stop = startArchiving({ engine, onError }, 30, 1);
    const due = count + 1 - KEPT_OF_EACH;
    for await (const _ of engine.feed.subscribe({ since: seq, signal: ending.signal })) {
      const { archive } = engine.view().state;
      if ((archive.messages ?? 0) >= due && archive.tasks >= 1) break;
    }
    stop();
    const after = engine.view().state;
    assert.is(record(after.threads, "TH-CEO-ORION").archived_messages, due);
    assert.is(after.archive.messages, due, "of the other threads, which are short, all stay");
    assert.is(after.archive.directives, undefined);
    const entries = (await journal.read(seq, 1_000)).map(({ json }) => JSON.parse(json) as Entry);
    const groups = entries.flatMap(({ archive }) => archive?.messages?.length ?? []);
    assert.equal(groups.slice(0, -1), [MAX_SAID_AT_ONCE, MAX_SAID_AT_ONCE]);
    assert.equal(errors, []);
  } finally {
    clearTimeout(alive);
    ending.abort();
    await engine.close();
  }
});

test("ARC-11: what one entry moves has a bound in characters, but for a single larger record", async () => {
  let now = AT;
  const journal = createMemoryJournal();
  const engine = await openEngine({ journal, clock: () => now, newId: createIds() });
  const errors: Error[] = [];
  const onError = (error: Error) => errors.push(error);
  const ending = new AbortController();
  const alive = setTimeout(() => ending.abort(), 60_000);
  const text = "x".repeat(20_000);
  try {
    await engine.dispatch("demo/reset", {});
    const said = { sender: "orion", thread_id: "TH-CEO-ORION", text };
    for (let n = 0; n < 130; n++) await engine.dispatch("conversations/message", said);
    const tasks: string[] = [];
    for (let n = 0; n < 6; n++) {
      const made = await engine.dispatch("tasks/create", { title: "long", status: "done" });
      assert.ok(made.ok);
      const { id: task_id } = made.reply.task;
      tasks.push(task_id);
      for (let k = 0; k < 20; k++) await engine.dispatch("tasks/comment", { task_id, text });
    }
    const { seq } = engine.view();
    now += 31 * DAY_MS;
    const stop = startArchiving({ engine, onError }, 30, 1);
    for await (const _ of engine.feed.subscribe({ since: seq - 1, signal: ending.signal })) {
      const { archive, tasks: open } = engine.view().state;
      if ((archive.messages ?? 0) >= 80 && tasks.every((id) => !table.has(open, id))) break;
    }
    stop();
    const moved: Entry[] = [];
    for (let after = seq; ; after = moved.at(-1)?.seq ?? after) {
      const some = await journal.read(after, 1_000);
      if (some.length === 0) break;
      moved.push(...some.map(({ json }) => JSON.parse(json) as Entry));
    }
    const groups = moved.map(({ archive }) => [
      ...(archive?.put ?? []),
      ...(archive?.messages ?? []),
    ]);
    assert.ok(groups.length > 4);
    for (const group of groups) {
      const characters = JSON.stringify(group).length;
      assert.ok(group.length === 1 || characters < 1.1 * MAX_CHARACTERS_AT_ONCE, `${characters}`);
    }
    assert.equal(errors, []);
  } finally {
    clearTimeout(alive);
    ending.abort();
    await engine.close();
  }
});

test.run();
