/** The timers that tell of what time did to many at once. Neighbour: `archiving.spec.ts` for theirs. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  MAX_EXPIRED_AT_ONCE,
  MAX_SWEPT_AT_ONCE,
  type Steps,
  table,
  toTime,
} from "../../core/index.ts";
import { inTurns, startExpiring, startSweeping } from "../../server/timers.ts";
import { DAY_MS } from "../support/core.ts";
import { withTimedHouse } from "../support/timed.ts";

const TASKS = 500;

test("CORE-22: the timers go on until all is told, so many in an entry", () =>
  withTimedHouse(async ({ engine, clock, onError, until, entriesAfter }) => {
    const timed = { engine, hearing: { since: () => 0 }, onError };
    const first = engine.view().state.counters.task + 1;
    const all = Array.from({ length: TASKS }, (_, n) => `T-${first + n}`);
    const fields = { owner: "codex", status: "ready", due_date: "2026-03-22" };
    const actions = [
      all.map((title) => ({ action: "tasks/create", body: { title, ...fields } })),
      all.map((task_id) => ({ action: "tasks/claim", body: { agent_id: "codex", task_id } })),
    ];
    for (const some of actions) {
      const outcome = await engine.dispatchUnknown("batch", { actions: some, atomic: true });
      assert.is(outcome.ok ? "" : outcome.message, "");
    }
    const { seq } = engine.view();
    clock.now += 2 * DAY_MS;
    const stopExpiring = startExpiring(timed, 3, 1);
    await until(({ tasks }) => all.every((id) => table.get(tasks, id)?.lease === null));
    stopExpiring();
    const stopSweeping = startSweeping(timed, 180, 1);
    await until(({ swept_at }) => swept_at === toTime(clock.now));
    stopSweeping();
    const entries = await entriesAfter(seq);
    const counts = (name: string) =>
      entries
        .filter(({ action }) => action.name === name)
        .map(({ event: { meta } }) => [meta.task_ids, meta.agent_ids].flatMap((ids) => ids ?? []));
    const expired = counts("system/expire");
    assert.equal(expired.flat(), all);
    assert.ok(expired.every(({ length }) => length <= MAX_EXPIRED_AT_ONCE));
    const swept = counts("system/sweep");
    assert.ok(expired.length > 1 && swept.length > 1, "told in more than one entry");
    assert.ok(all.every((id) => swept.flat().includes(id)));
    const told = table.list(engine.view().state.notifications);
    assert.is(told.filter(({ kind }) => kind === "task_overdue").length >= TASKS, true);
    assert.ok(swept.every(({ length }) => length <= MAX_SWEPT_AT_ONCE));
  }));

test("CORE-22: the loop turns while a look passes many, also where it finds none of them", async () => {
  let turned = 0;
  let looking = true;
  const turn = () => {
    turned++;
    if (looking) setImmediate(turn);
  };
  setImmediate(turn);
  function* look(passed: number): Steps<string> {
    for (let n = 0; n < passed; n++) yield;
    return "none";
  }
  assert.is(inTurns(look(500)), "none", "a few are passed at once");
  assert.is(await inTurns(look(20_000)), "none");
  looking = false;
  assert.ok(turned >= 9, `${turned} turns`);
});

test.run();
