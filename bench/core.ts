/**
 * What one `tasks/update` costs in the core as the company grows, on flat and on paged tables. Prints
 * ratios within one run: the machines are shared, so only ratios count. Neighbour: `core/table.ts`,
 * whose pages this measurement decided. Run with `npm run bench`.
 */
import { performance } from "node:perf_hooks";
import { fromWireState, reduce, type State, toWireState } from "../core/index.ts";
import { actions } from "../core/registry.ts";
import { createRelations } from "../core/relations.ts";
import { AT, companyOf, median, taskId } from "./company.ts";

const SIZES = [15, 10_000, 100_000] as const;
const ROUNDS = 5;

/** Microseconds for each `tasks/update`, over tasks spread through the whole table. */
function measure(start: State, tasks: number, times: number): number {
  const declaration = actions.get("tasks/update");
  if (!declaration) throw new Error("no action tasks/update");
  let state = start;
  const relations = createRelations(state);
  const from = performance.now();
  for (let n = 0; n < times; n++) {
    const payload = {
      task_id: taskId(1 + ((n * 7_919) % tasks)),
      progress: n % 100,
      agent_id: "agent-1",
    };
    const stamp = { at: AT + n * 1_000, seq: n, actor: "agent-1", actionId: "bench" };
    const result = reduce(state, declaration, { name: "tasks/update", payload, stamp }, relations);
    if (!result.ok) throw new Error(result.message);
    relations.advance(state, result.state, result.touched);
    state = result.state;
  }
  return ((performance.now() - from) * 1_000) / times;
}

const shapes = SIZES.flatMap((tasks) => {
  const wire = toWireState(companyOf(tasks));
  return [
    { shape: "paged", tasks, state: fromWireState(wire), times: 3_000, costs: [] as number[] },
    // A flat table of 100,000 takes tens of milliseconds for each write: a few will do.
    {
      shape: "flat",
      tasks,
      state: wire as State,
      times: tasks > 100 ? 20 : 3_000,
      costs: [] as number[],
    },
  ];
});

for (const { state, tasks, times } of shapes) measure(state, tasks, Math.min(times, 1_000));
for (let round = 0; round < ROUNDS; round++) {
  for (const one of shapes) one.costs.push(measure(one.state, one.tasks, one.times));
}

const floor = median(shapes.find(({ shape }) => shape === "paged")?.costs ?? []);
process.stdout.write(
  "One tasks/update in the core (reduce, notices, look-ups), median of 5 rounds\n\n",
);
process.stdout.write("| table | tasks | µs | against 15 paged |\n|---|---:|---:|---:|\n");
for (const { shape, tasks, costs } of shapes) {
  const cost = median(costs);
  process.stdout.write(
    `| ${shape} | ${tasks} | ${cost.toFixed(1)} | ${(cost / floor).toFixed(2)} × |\n`,
  );
}
