/** The timer that sends to the archive what was done and said long ago. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { KEPT_OF_EACH, MAX_CHARACTERS_AT_ONCE, MAX_SAID_AT_ONCE, table } from "../../core/index.ts";
import { startArchiving } from "../../server/timers.ts";
import { DAY_MS, record } from "../support/core.ts";
import { withTimedHouse } from "../support/timed.ts";

test("ARC-7: the timer moves all that is due, group after group, and leaves the newest of each thread", () =>
  withTimedHouse(async ({ engine, clock, onError, until, entriesAfter }) => {
    const body = { sender: "orion", thread_id: "TH-CEO-ORION", text: "x" };
    const one = { action: "conversations/message" as const, body };
    await engine.dispatch("batch", { actions: Array.from({ length: 300 }, () => one) });
    const { state, seq } = engine.view();
    const threads = table.list(state.messages).map(({ thread_id }) => thread_id);
    const count = threads.filter((id) => id === "TH-CEO-ORION").length;
    clock.now += 31 * DAY_MS;
    await engine.dispatch("conversations/message", body);
    const stop = startArchiving({ engine, onError }, 30, 1);
    const due = count + 1 - KEPT_OF_EACH;
    await until(({ archive }) => (archive.messages ?? 0) >= due && archive.tasks >= 1);
    stop();
    const after = engine.view().state;
    assert.is(record(after.threads, "TH-CEO-ORION").archived_messages, due);
    assert.is(after.archive.messages, due, "of the other threads, which are short, all stay");
    assert.is(after.archive.directives, undefined);
    const entries = await entriesAfter(seq);
    const groups = entries.flatMap(({ archive }) => archive?.messages?.length ?? []);
    assert.equal(groups.slice(0, -1), [MAX_SAID_AT_ONCE, MAX_SAID_AT_ONCE]);
  }));

test("ARC-11: what one entry moves has a bound in characters, but for a single larger record", () =>
  withTimedHouse(async ({ engine, clock, onError, until, entriesAfter }) => {
    const text = "x".repeat(20_000);
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
    clock.now += 31 * DAY_MS;
    const stop = startArchiving({ engine, onError }, 30, 1);
    await until(
      ({ archive, tasks: open }) =>
        (archive.messages ?? 0) >= 80 && tasks.every((id) => !table.has(open, id)),
    );
    stop();
    const moved = await entriesAfter(seq);
    const groups = moved.map(({ archive }) => [
      ...(archive?.put ?? []),
      ...(archive?.messages ?? []),
    ]);
    assert.ok(groups.length > 4);
    for (const group of groups) {
      const characters = JSON.stringify(group).length;
      assert.ok(group.length === 1 || characters < 1.1 * MAX_CHARACTERS_AT_ONCE, `${characters}`);
    }
  }));

test.run();
