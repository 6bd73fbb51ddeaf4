/** What the journal's worker answers first. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { createCallsInOrder } from "../../journal/calls-in-order.ts";
import type { Call, CallName } from "../../journal/messages.ts";
import { makeRecords, withFolder, withJournal } from "../support/journal.ts";

const call = (id: number, name: CallName): Call => ({ id, name, takes: null });

function drain(calls: ReturnType<typeof createCallsInOrder>): number[] {
  const ids: number[] = [];
  for (let next = calls.next(); next; next = calls.next()) ids.push(next.id);
  return ids;
}

test("DUR-28: an append goes before what waits to be read, each kind in its order", () => {
  const calls = createCallsInOrder();
  for (const id of [1, 2, 3]) calls.add(call(id, id === 2 ? "listArchived" : "read"));
  assert.is(calls.next()?.id, 1);
  calls.add(call(4, "append"));
  calls.add(call(5, "close"));
  assert.equal(drain(calls), [4, 2, 3, 5]);
  assert.is(calls.next(), undefined);
});

test("DUR-28: between two appends one other call has its turn: none waits for ever", () => {
  const calls = createCallsInOrder();
  for (const id of [1, 2, 3]) calls.add(call(id, "append"));
  for (const id of [11, 12]) calls.add(call(id, "findByKey"));
  assert.equal(drain(calls), [1, 11, 2, 12, 3]);
  calls.add(call(21, "read"));
  let reads = 0;
  for (let id = 30; id < 40; id++) {
    calls.add(call(id, "append"));
    if (calls.next()?.name === "read") reads++;
  }
  assert.is(reads, 1);
});

test("DUR-9: who is told to end does nothing more", () => {
  const calls = createCallsInOrder();
  calls.add(call(1, "append"));
  calls.add(call(2, "read"));
  calls.add(call(3, "abandon"));
  assert.is(calls.next()?.id, 3);
});

test("DUR-28: an append does not wait for the reads that came before it", () =>
  withFolder((dir) =>
    withJournal(dir, async (journal) => {
      await journal.append(0, makeRecords(1, 1_000, 1_000));
      let read = 0;
      const reads = Array.from({ length: 200 }, () =>
        journal.read(0, 1_000).then(({ length }) => {
          read++;
          return length;
        }),
      );
      await journal.append(1_000, makeRecords(1_001, 1));
      assert.ok(read < 100, `${read} of 200 reads came first`);
      // Asked before it, answered after it: they see it, or not yet.
      for (const length of await Promise.all(reads)) assert.is(length, 1_000);
      assert.is(journal.head(), 1_001);
    }),
  ));

test.run();
