/** The few lines of an embedder, through the name under which the package is imported. */
import { createMemoryJournal, openEngine, type Patch, table } from "clawtasker/core";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("embed");

test("CORE-15: a company in memory, with a clock and ids of one's own", async () => {
  let at = Date.parse("2026-03-21T09:30:00Z");
  let last = 0;
  const engine = await openEngine({
    journal: createMemoryJournal("embedded"),
    clock: () => at,
    newId: () => `action-${++last}`,
  });
  const stop = new AbortController();
  const feed = engine.feed.subscribe({ since: 0, signal: stop.signal });
  try {
    await engine.dispatch("demo/reset", {});
    at += 60_000;
    const moved = await engine.dispatch("tasks/update", { task_id: "T-203", status: "validation" });
    assert.ok(moved.ok);
    assert.is(moved.reply.task.updated_at, "2026-03-21T09:31:00+00:00");
    assert.is(table.get(engine.view().state.tasks, "T-203")?.status, "validation");
    const patches: Patch[] = [];
    while (patches.length === 0) {
      const { value } = await feed.next();
      const entries = value?.type === "entries" ? value.entries : [];
      patches.push(...entries.flatMap(({ seq, patches }) => (seq === 2 ? patches : [])));
    }
    assert.ok(patches.some(({ path }) => path === "/tasks/T-203/status"));
    const refused = await engine.dispatch("tasks/update", { task_id: "T-203", status: "backlog" });
    assert.is(
      refused.ok === false && refused.message,
      "invalid task transition: validation -> backlog",
    );
  } finally {
    stop.abort();
    await feed.return();
    await engine.close();
  }
});

test.run();
