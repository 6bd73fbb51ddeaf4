/** Clocks that jump: no lease ends early, no agent is silenced, and nothing is held for the length of the jump. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { createMemoryJournal, expiredTasks, openEngine } from "../../core/index.ts";
import { atOnce } from "../../core/steps.ts";
import { createHearing } from "../../server/hearing.ts";

const DAY_MS = 86_400_000;

/** A claim of 10 s, and clocks in the spec's hands. */
async function claimed() {
  let wall = Date.parse("2026-03-21T09:30:00Z");
  let steady = 0;
  const engine = await openEngine({
    journal: createMemoryJournal(),
    clock: () => wall,
    newId: () => `${steady}`,
  });
  await engine.dispatch("demo/reset", {});
  const hearing = createHearing(engine.clock, () => steady);
  await engine.dispatch("tasks/claim", { agent_id: "codex", ttl_seconds: 10 });
  return {
    engine,
    /** Lets time pass, half a second at a time, as the timer looks. */
    pass(ms: number) {
      for (let left = ms; left > 0; left -= 500) {
        wall += 500;
        steady += 500;
        hearing.since();
      }
    },
    jump(ms: number) {
      wall += ms;
    },
    expired() {
      const { state, relations } = engine.view();
      return atOnce(expiredTasks(state, relations, wall, hearing.since())).map(({ id }) => id);
    },
  };
}

for (const jumpMs of [DAY_MS, -DAY_MS]) {
  test(`AGT-2: a clock that jumps by ${jumpMs} ms ends no lease early, and a dead one in its own time`, async () => {
    const { engine, pass, jump, expired } = await claimed();
    pass(4_000);
    jump(jumpMs);
    assert.equal(expired(), [], "early");
    pass(9_000);
    assert.equal(expired(), [], "early, by the time that is given again");
    pass(2_000);
    assert.equal(expired(), ["T-208"]);
    await engine.close();
  });
}

test("AGT-2: without a jump a lease ends when it said, and a slow timer is no jump", async () => {
  const { engine, pass, expired } = await claimed();
  pass(9_500);
  assert.equal(expired(), []);
  pass(1_500);
  assert.equal(expired(), ["T-208"]);
  await engine.close();
});

test.run();
