/** The timers that tell of what time did to many at once. Neighbour: `archiving.spec.ts` for theirs. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  createMemoryJournal,
  type Entry,
  MAX_EXPIRED_AT_ONCE,
  MAX_SWEPT_AT_ONCE,
  openEngine,
  type State,
  table,
  toTime,
} from "../../core/index.ts";
import { startExpiring, startSweeping } from "../../server/timers.ts";
import { AT, createIds, DAY_MS } from "../support/core.ts";

const TASKS = 500;

test("CORE-22: the timers go on until all is told, so many in an entry", async () => {
  let now = AT;
  const journal = createMemoryJournal();
  const engine = await openEngine({ journal, clock: () => now, newId: createIds() });
  const errors: Error[] = [];
  const timed = {
    engine,
    hearing: { since: () => 0 },
    onError: (error: Error) => errors.push(error),
  };
  const ending = new AbortController();
  // The timers let a process end.
  const alive = setTimeout(() => ending.abort(), 60_000);
  const until = async (isDone: (state: State) => boolean) => {
    for await (const _ of engine.feed.subscribe({ since: 0, signal: ending.signal })) {
      if (isDone(engine.view().state)) return;
    }
    assert.unreachable("it was never told");
  };
  try {
    await engine.dispatch("demo/reset", {});
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
    now += 2 * DAY_MS;
    const stopExpiring = startExpiring(timed, 3, 1);
    await until(({ tasks }) => all.every((id) => table.get(tasks, id)?.lease === null));
    stopExpiring();
    const stopSweeping = startSweeping(timed, 180, 1);
    await until(({ swept_at }) => swept_at === toTime(now));
    stopSweeping();
    const entries = (await journal.read(seq, 1_000)).map(({ json }) => JSON.parse(json) as Entry);
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
    assert.equal(errors, []);
  } finally {
    clearTimeout(alive);
    ending.abort();
    await engine.close();
  }
});

test.run();
