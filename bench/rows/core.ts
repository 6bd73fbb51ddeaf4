/**
 * One `tasks/update` in the core, and the smallest message that says it. Neighbours: `company.ts`
 * makes the companies; `core.ts` of the bench compares forms of tables.
 */
import { applyPatches, createRelations, type Entry, reduce, type State } from "../../core/index.ts";
import { actions } from "../../core/registry.ts";
import { commitFrame } from "../../transport-ws/codec.ts";
import { AT, companyOf, taskId } from "../company.ts";
import { figureOf, inTurns, type Row } from "../row.ts";

const TIMES = 3_000;

function updater(start: State, tasks: number) {
  const declaration = actions.get("tasks/update");
  if (!declaration) throw new Error("no action tasks/update");
  let state = start;
  let seq = 1;
  const relations = createRelations(state);
  return () => {
    const n = seq++;
    const payload = {
      task_id: taskId(1 + ((n * 7_919) % tasks)),
      progress: n % 101,
      agent_id: "agent-1",
    };
    const stamp = { at: AT + n * 1_000, seq, actor: "agent-1", actionId: "bench" };
    const action = { name: "tasks/update", payload, stamp };
    const result = reduce(state, declaration, action, relations);
    if (!result.ok) throw new Error(result.message);
    relations.advance(state, result.state, result.touched);
    state = result.state;
    return { action, seq, ...result };
  };
}

export const core: Row = {
  name: "core",
  title: "One `tasks/update` in the core, as the company grows",
  async run({ quick, rounds }) {
    const sizes = quick ? [15, 10_000] : [15, 10_000, 100_000];
    const subjects = await inTurns(
      // Short ones: more of them, the first of which warms up.
      rounds + 2,
      sizes.map((tasks) => {
        const update = updater(companyOf(tasks), tasks);
        return {
          name: `${tasks} tasks`,
          async measure() {
            const from = performance.now();
            for (let n = 0; n < TIMES; n++) update();
            return { "µs/update": ((performance.now() - from) * 1_000) / TIMES };
          },
        };
      }),
    );
    const at = (tasks: number | undefined) => figureOf(subjects, `${tasks} tasks`, "µs/update");
    const most = sizes.at(-1);
    const what = `${most} tasks against 15`;
    return { subjects, goals: [{ what, value: at(most) / at(15), atMost: 2 }] };
  },
};

export const bytes: Row = {
  name: "bytes",
  title: "What one task update is on the wire of a watcher",
  async run() {
    const update = updater(companyOf(15), 15);
    const { action, seq, patches, event } = update();
    const entry: Entry = { seq, action, patches, event: { id: seq, ...event } };
    const smallest = Buffer.byteLength(JSON.stringify(patches));
    const state = { tasks: {} };
    // The patches are true JSON Patch: they apply to a wire state that has the task.
    for (const { path } of patches) {
      const [, , id = ""] = path.split("/");
      Object.assign(state.tasks, { [id]: { progress: 0, updated_at: "", version: 0 } });
    }
    applyPatches(state, patches);
    const whole = commitFrame(entry).length;
    const eventBytes = Buffer.byteLength(JSON.stringify(entry.event));
    return {
      subjects: [
        { name: "commit message", samples: [{ bytes: whole }] },
        { name: "its patches", samples: [{ bytes: smallest }] },
        { name: "its event", samples: [{ bytes: eventBytes }] },
      ],
      goals: [
        { what: "the message against its patches alone", value: whole / smallest, atMost: 1.3 },
        {
          what: "the message against its patches and its event, which pages and agents show",
          value: whole / (smallest + eventBytes),
          atMost: 1.3,
        },
      ],
    };
  },
};
