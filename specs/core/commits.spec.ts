/**
 * The queue before the journal, by the size of what is in it. Neighbours: `engine.spec.ts` and `batch.spec.ts`
 * have what it means for those who write.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createCommits, MAX_WAITING } from "../../core/commits.ts";
import { createDecisions } from "../../core/decisions.ts";
import { createMemoryJournal, createState, type Entry, type Outcome } from "../../core/index.ts";
import { createQuota } from "../../core/quota.ts";
import { toView } from "../../core/view.ts";
import { AT } from "../support/core.ts";
import { createHeldJournal } from "../support/journals.ts";

const test = suite("commits");

const LARGE = "x".repeat(MAX_WAITING / 8);

/** A queue before a held journal; `add` queues an entry with this text. */
function startCommits(maxGroup: number, maxQueue = 10_000) {
  const journal = createHeldJournal(createMemoryJournal());
  const clock = () => AT;
  const durable = toView({ state: createState(), seq: 0 });
  const { begin } = createDecisions(durable, clock, createQuota({ size: 0, clock }));
  const commits = createCommits({
    journal,
    head: 0,
    maxGroup,
    maxQueue,
    onDurable: () => {},
    onFailed: (error) => {
      throw error;
    },
  });
  let seq = 0;
  const add = (json: string) => {
    seq++;
    const taken = { ...begin(), entries: [{ seq } as Entry] };
    const yes: Outcome = { ok: true, seq, reply: {}, replayed: false };
    return commits.enqueue(taken, yes, [{ seq, json, key: null }]);
  };
  return { journal, commits, add, queued: () => seq };
}

test("DUR-29: what waits to be written has a bound, also in characters; a group is ended by one too, and everything is written", async () => {
  const { journal, commits, add, queued } = startCommits(512);
  journal.hold();
  const answers = [add(LARGE)];
  await journal.held();
  for (let n = 0; n < 8; n++) {
    assert.not.ok(commits.isFull(), `${n} wait`);
    answers.push(add(LARGE));
  }
  assert.ok(commits.isFull());
  for (let n = 0; n < 10; n++) answers.push(add("{}"));
  journal.release();
  const outcomes = await Promise.all(answers);
  assert.ok(outcomes.every(({ ok }) => ok));
  assert.equal(journal.batches, [1, 2, 2, 2, 2, 10]);
  assert.not.ok(commits.isFull());
  assert.is(journal.head(), queued());
});

test("DUR-29: so has the number of what waits, and of what a group writes", async () => {
  const { journal, commits, add } = startCommits(4, 10);
  journal.hold();
  const answers = [add("{}")];
  await journal.held();
  for (let n = 0; n < 10; n++) {
    assert.not.ok(commits.isFull(), `${n} wait`);
    answers.push(add("{}"));
  }
  assert.ok(commits.isFull());
  journal.release();
  await Promise.all(answers);
  assert.equal(journal.batches, [1, 4, 4, 2]);
});

test.run();
