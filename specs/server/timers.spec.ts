/** The timers that tell of what time did to many at once. Neighbour: `archiving.spec.ts` for theirs. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  type Engine,
  type Entry,
  MAX_EXPIRED_AT_ONCE,
  MAX_HANDED_AT_ONCE,
  MAX_SWEPT_AT_ONCE,
  type Steps,
  table,
  toTime,
} from "../../core/index.ts";
import { MAX_LEASES } from "../../core/state/tasks/leases.ts";
import { inTurns, startExpiring, startHandingOver, startSweeping } from "../../server/timers.ts";
import { DAY_MS } from "../support/core.ts";
import { withTimedHouse } from "../support/timed.ts";

const TASKS = 500;

test("CORE-22: the timers go on until all is told, so many in an entry", () =>
  withTimedHouse(async ({ engine, clock, onError, until, entriesAfter }) => {
    const timed = { engine, hearing: { since: () => 0 }, onError };
    const first = engine.view().state.counters.task + 1;
    const all = Array.from({ length: TASKS }, (_, n) => `T-${first + n}`);
    const fields = { status: "ready", due_date: "2026-03-22" };
    // Each holds as many leases as one may.
    const holder = (n: number) => `hand-${Math.floor(n / MAX_LEASES)}`;
    const holders = [...new Set(all.map((_, n) => holder(n)))];
    const actions = [
      holders.map((agent_id) => ({
        action: "agents/register",
        body: { agent_id, name: agent_id, role: "Hand" },
      })),
      all.map((title, n) => ({
        action: "tasks/create",
        body: { title, ...fields, owner: holder(n) },
      })),
      all.map((task_id, n) => ({ action: "tasks/claim", body: { agent_id: holder(n), task_id } })),
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

/** The timer's own engine: something is done by others right before what it dispatches, or right behind. */
function between(engine: Engine, before: () => Promise<void>, behind?: () => Promise<void>) {
  const dispatch = async (...args: Parameters<Engine["dispatch"]>) => {
    await before();
    const outcome = await engine.dispatch(...args);
    await behind?.();
    return outcome;
  };
  return { ...engine, dispatch } as Engine;
}

const sweptIds = (entries: readonly Entry[]) =>
  entries
    .filter(({ action }) => action.name === "system/sweep")
    .map(({ event: { meta } }) => meta.task_ids as string[]);

test("CORE-22: what comes due behind a look, more than its last entry may tell, is told in entries of so many", () =>
  withTimedHouse(async ({ engine, clock, onError, until, entriesAfter }) => {
    const made: string[] = [];
    const plan = async () => {
      const tasks = Array.from({ length: 100 }, () => ({ title: "x", due_date: "2026-03-22" }));
      const first = engine.view().state.counters.task + 1;
      const outcome = await engine.dispatch("missions/plan", { title: "m", objective: "o", tasks });
      assert.ok(outcome.ok);
      made.push(...tasks.map((_, n) => `T-${first + n}`));
    };
    await plan();
    const { seq } = engine.view();
    clock.now += 2 * DAY_MS;
    let rounds = 4;
    const busy = between(engine, async () => {
      if (rounds-- > 0) for (let n = 0; n < 3; n++) await plan();
    });
    const stop = startSweeping({ engine: busy, hearing: { since: () => 0 }, onError }, 180, 1);
    await until(({ swept_at }) => swept_at === toTime(clock.now));
    stop();
    assert.is(made.length, 1_300);
    assert.ok(sweptIds(await entriesAfter(seq)).every(({ length }) => length <= MAX_SWEPT_AT_ONCE));
    const overdue = table
      .list(engine.view().state.notifications)
      .flatMap(({ kind, task_id }) => (kind === "task_overdue" && task_id ? [task_id] : []));
    assert.equal(
      made.filter((id) => !overdue.includes(id)),
      [],
    );
    assert.is(new Set(overdue).size, overdue.length);
  }));

test("CORE-22 AGT-10: what an agent that ends was chosen for is given back in entries of so many, and once", () =>
  withTimedHouse(async ({ engine, onError, until, entriesAfter }) => {
    const tasks = Array.from({ length: 100 }, () => ({ title: "x", specialist: "hr" }));
    const first = engine.view().state.counters.task + 1;
    for (let n = 0; n < TASKS; n += tasks.length) {
      const outcome = await engine.dispatch("missions/plan", { title: "m", objective: "o", tasks });
      assert.ok(outcome.ok);
    }
    const all = Array.from({ length: TASKS }, (_, n) => `T-${first + n}`);
    const ownersIn = () =>
      new Set(all.map((id) => table.get(engine.view().state.tasks, id)?.owner));
    assert.equal([...ownersIn()], ["iris"]);
    await engine.dispatch("agents/heartbeat", { agent_id: "iris", status: "offline" });
    const { seq } = engine.view();
    const stop = startSweeping({ engine, hearing: { since: () => 0 }, onError }, 9e6, 1);
    await until(({ tasks }) => all.every((id) => table.get(tasks, id)?.owner === null));
    stop();
    const given = (await entriesAfter(seq)).map(
      ({ action }) => (action.payload as { given?: string[] }).given ?? [],
    );
    assert.ok(given.every(({ length }) => length <= MAX_SWEPT_AT_ONCE));
    assert.equal(given.flat().sort(), [...all].sort());
  }));

test("CORE-22: where all that was left is no more due, the look ends all the same, and nothing is told again", () =>
  withTimedHouse(async ({ engine, clock, onError, until, entriesAfter }) => {
    clock.now += 2 * DAY_MS;
    const first = engine.view().state.counters.task + 1;
    const all = Array.from({ length: MAX_SWEPT_AT_ONCE + 1 }, (_, n) => `T-${first + n}`);
    let rounds = 0;
    const act = async (actions: object[]) => {
      const outcome = await engine.dispatchUnknown("batch", { actions, atomic: true });
      assert.is(outcome.ok ? "" : outcome.message, "");
    };
    const busy = between(
      engine,
      async () => {
        const body = { title: "x", due_date: "2026-03-22" };
        if (rounds === 0) await act(all.map(() => ({ action: "tasks/create", body })));
      },
      async () => {
        if (rounds++ > 0) return;
        await act(all.map((task_id) => ({ action: "tasks/delete", body: { task_id } })));
      },
    );
    const stop = startSweeping({ engine: busy, hearing: { since: () => 0 }, onError }, 9e6, 1);
    await until(({ swept_at }) => swept_at === toTime(clock.now));
    stop();
    const [told = [], ...rest] = sweptIds(await entriesAfter(0));
    assert.ok(told.length > 0, "some of the demo company are due");
    assert.equal(rest, [[]]);
  }));

test("CORE-25: an agent that leaves with more than changes at once is left by all of it behind that, in bounded entries", () =>
  withTimedHouse(async ({ engine, onError, until, entriesAfter }) => {
    for (let n = 0; n < 13; n++) {
      const tasks = Array.from({ length: 100 }, () => ({ title: "x", owner: "iris" }));
      const plan = { title: "m", objective: "o", owner: "iris", tasks };
      assert.ok((await engine.dispatch("missions/plan", plan)).ok);
    }
    const { seq } = engine.view();
    const left = await engine.dispatch("agents/retire", { agent_id: "iris", successor_id: "echo" });
    assert.ok(left.ok);
    assert.is(left.reply.left, 1_313);
    const stop = startHandingOver({ engine, onError }, 1);
    await until(({ agents }) => table.get(agents, "iris")?.handing_over_to === undefined);
    stop();
    const { state, relations } = engine.view();
    assert.is(relations.tasks("involving", "iris").size, 0);
    assert.ok(relations.tasks("owned", "echo").size >= 1_300);
    assert.ok(table.list(state.missions).every(({ owner }) => owner !== "iris"));
    const entries = await entriesAfter(seq + 1);
    const handed = entries.filter(({ action }) => action.name === "system/hand_over");
    assert.is(handed.length, Math.ceil(1_313 / MAX_HANDED_AT_ONCE));
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
