/**
 * Seeded worlds: crashes between any two steps, a disk that is slow, full or failing, wires that break,
 * lose and swap, a clock that jumps by days; single actions and batches, an archive, a history that is
 * pruned. One seed is one run; a seed that failed stays here by name.
 */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { seedOf } from "../support/random.ts";
import { grouped, part, sizeFor } from "../support/soak.ts";
import { PLANTS } from "./disk.ts";
import { simulate } from "./world.ts";

/** Seeds that once failed, with what it was. */
const FOUND: readonly [seed: number, what: string][] = [
  [
    10,
    "a reader that caught up from the journal saw an entry before it was published, and was reset",
  ],
  [
    10_868,
    "a holder that claims its own task by id gets a new token (the law knew one claim only)",
  ],
  [
    12_791,
    "of an atomic batch with keys of its own the claim that had found nothing is decided anew when it is sent again (the law did not know)",
  ],
];

for (const [seed, what] of FOUND) {
  test(`SIM-1: seed ${seed}: ${what}`, async () => {
    await simulate(seed);
  });
}

test("SIM-1: whatever fails and when, nothing is shown before it is durable, lost, doubled, or held by two", async () => {
  const size = sizeFor("simulation", 120);
  const first = seedOf(1);
  const sum = { entries: 0, crashes: 0, acknowledged: 0 };
  const moved = { archived: 0, said: 0, reopened: 0, batches: 0, pruned: 0 };
  let runs = 0;
  for (; size.more(runs); runs++) {
    const run = await simulate(first + runs);
    for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += run[name];
    for (const name of Object.keys(moved) as (keyof typeof moved)[]) moved[name] += run[name];
  }
  assert.ok(sum.crashes > runs / 2 && sum.acknowledged > 5 * runs, JSON.stringify(sum));
  // Each must really have happened, or the laws about it say nothing.
  for (const [name, count] of Object.entries(moved))
    assert.ok(count > runs / 4, `${count} ${name}`);
  const { entries, crashes } = sum;
  const { archived, said, reopened, batches, pruned } = moved;
  size.reached(
    `${part(runs, size)} seeds, ${grouped(crashes)} crashes, ${grouped(entries)} entries, ${grouped(batches)} batches, ${grouped(archived)} tasks, ${grouped(said)} messages and directives archived and ${grouped(reopened)} tasks brought back, ${grouped(pruned)} entries pruned: every law held`,
  );
});

test("SIM-2: a seed reproduces its run exactly", async () => {
  for (const seed of [1, 77]) {
    const [once, again] = [await simulate(seed), await simulate(seed)];
    assert.equal(again, once);
  }
  assert.is.not((await simulate(2)).trace, (await simulate(3)).trace);
});

/** What a planted fault must be caught by. */
const CAUGHT = {
  "early answer": /was shown \d+ when \d+ was durable/,
  // The journal takes no key a second time, so its caller is never told.
  "forgotten keys": /never settled/,
  "skipped frame": /observer: a gap or a double/,
  "torn group": /a part of the batch is there/,
  "lost archive": /the archive differs from the entries|is archived/,
  "eager pruning": /reset when only \d+ entries behind|had two effects/,
} as const;

for (const plant of PLANTS) {
  test(`SIM-1: the laws catch a planted fault: ${plant}`, async () => {
    const messages: string[] = [];
    for (let seed = 1; seed <= 80 && messages.length === 0; seed++) {
      await simulate(seed, plant).catch((error: Error) => messages.push(error.message));
    }
    assert.match(messages[0] ?? "nothing was caught", CAUGHT[plant]);
  });
}

test.run();
