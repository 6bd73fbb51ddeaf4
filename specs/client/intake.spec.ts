/** How a burst of entries is taken: in order, in slices, and not past one that does not fit. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { createIntake } from "../../client-solid/src/sync/intake.ts";
import type { Commit, Hello } from "../../client-solid/src/sync/wire.ts";

/** An intake whose clock moves by `costMs` with each entry, and whose turns the spec gives. */
function steer(costMs: number, misfit = -1) {
  let now = 1_000;
  let turns: (() => void)[] = [];
  const taken: number[] = [];
  const log: string[] = [];
  const intake = createIntake({
    apply(commits) {
      for (const { seq } of commits) {
        if (seq === misfit) throw new Error("does not fit");
        taken.push(seq);
        now += costMs;
      }
    },
    replace: ({ seq }) => log.push(`hello ${seq}`),
    onMisfit: () => log.push("misfit"),
    schedule: (run) => turns.push(run),
    elapsed: () => now,
  });
  return {
    intake,
    taken,
    log,
    turns: () => turns.length,
    turn() {
      const due = turns;
      turns = [];
      for (const run of due) run();
    },
    rest() {
      now += 100;
    },
    commit: (...seqs: number[]) => intake.commits(seqs.map((seq) => ({ seq }) as Commit)),
    hello: (seq: number, state?: object) =>
      intake.hello({ type: "hello", seq, ...(state && { state }) } as Hello),
  };
}

test("PAGE-8: an entry that comes alone is shown at once, without a turn of the loop", () => {
  const { commit, taken, turns, rest, intake } = steer(1);
  commit(1);
  rest();
  commit(2);
  assert.equal(taken, [1, 2]);
  assert.is(turns(), 0);
  assert.not(intake.behind());
});

test("PAGE-8: a burst is taken in order and in slices, and the page says that it catches up", () => {
  const { commit, taken, turn, turns, intake } = steer(0.1);
  for (let seq = 1; seq <= 1_000; seq++) commit(seq);
  assert.equal(taken, [1]);
  let slices = 0;
  while (turns() > 0) {
    turn();
    slices++;
    assert.is(intake.behind(), taken.length < 1_000);
  }
  assert.is(slices, 11, "8 ms each, in steps of 16 entries");
  assert.equal(
    taken,
    Array.from({ length: 1_000 }, (_, n) => n + 1),
  );
});

test("PAGE-8: what came together is shown together, within the same slices", () => {
  const numbers = (count: number) => Array.from({ length: count }, (_, n) => n + 1);
  for (const [count, slices] of [
    [60, 0],
    [1_000, 10],
  ] as const) {
    const { commit, taken, turn, turns, intake } = steer(0.1);
    commit(...numbers(count));
    let turned = 0;
    for (; turns() > 0; turned++) {
      assert.ok(intake.behind());
      turn();
    }
    assert.is(turned, slices);
    assert.equal(taken, numbers(count));
    assert.not(intake.behind());
  }
});

test("PAGE-3: after an entry that does not fit none is taken until a state has come", () => {
  const { commit, hello, taken, turn, turns, rest, log } = steer(1, 20);
  for (let seq = 1; seq <= 40; seq++) commit(seq);
  while (turns() > 0) turn();
  assert.equal(log, ["misfit"]);
  assert.is(taken.at(-1), 19);
  rest();
  hello(40, {});
  commit(41);
  assert.is(taken.at(-1), 41);
  assert.equal(log, ["misfit", "hello 40"]);
});

test("PAGE-3: a state takes the place of what still waited; a resumption does not", () => {
  for (const state of [undefined, {}]) {
    const { commit, hello, taken, turn, turns } = steer(1);
    for (let seq = 1; seq <= 8; seq++) commit(seq);
    hello(8, state);
    while (turns() > 0) turn();
    assert.is(taken.length, state ? 1 : 8);
  }
});

test("PAGE-9: a resumption goes on with what waits, and tells nothing of what is not shown yet", () => {
  const { commit, hello, taken, turn, turns, log } = steer(1);
  for (let seq = 1; seq <= 40; seq++) commit(seq);
  hello(40);
  assert.equal([taken.length, log], [1, []]);
  commit(41);
  while (turns() > 0) turn();
  assert.is(taken.length, 41);
  assert.equal(log, []);
});

test.run();
