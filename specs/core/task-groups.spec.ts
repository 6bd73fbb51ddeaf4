/**
 * What hangs on one task, mission or sprint has a bound, and so has the look for a circle. Neighbour:
 * `actions-tasks.spec.ts`.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { State } from "../../core/index.ts";
import type { Task } from "../../core/state/tasks/task.ts";
import type { TaskView } from "../../core/state/tasks/views.ts";
import { list, put } from "../../core/table.ts";
import { demoState, frozen, record, refuses, run } from "../support/core.ts";

const test = suite("task groups");
frozen(test);

const taskOf = (state: State, id: string): Task => record(state.tasks, id);
const viewOf = ({ reply }: { reply: object }): TaskView => (reply as { task: TaskView }).task;

/** Layers of tasks, each of which depends on all of the layer before; the ids by layer. */
function layered(layers: number, width: number): { state: State; ids: string[][] } {
  const ids: string[][] = [];
  let state = demoState();
  for (let layer = 0; layer < layers; layer++) {
    const depends_on = ids.at(-1) ?? [];
    const some = Array.from({ length: width }, () => {
      const made = run(state, "tasks/create", { title: "layer", depends_on });
      state = made.state;
      return viewOf(made).id;
    });
    ids.push(some);
  }
  return { state, ids };
}

test("CORE-17: what hangs together without end is looked at up to a bound, from its shorter side", () => {
  const { state, ids } = layered(14, 60);
  const end = ids.at(-1)?.[0] as string;
  const lone = run(state, "tasks/create", { title: "lone" });
  const on = run(lone.state, "tasks/create", { title: "on", depends_on: [viewOf(lone).id] });
  // Behind it one task, ahead of it 46,800 dependencies.
  const [task_id, depends_on] = [viewOf(lone).id, [end]];
  assert.ok(run(on.state, "tasks/update", { task_id, depends_on }).ok);
  // In the middle both sides are long, and there is no circle.
  const { state: both, ids: above } = layered(7, 60);
  let joined = both;
  const below: string[][] = [];
  for (let layer = 0; layer < 7; layer++) {
    const depends_on = below.at(-1) ?? [];
    below.push(
      Array.from({ length: 60 }, () => {
        const made = run(joined, "tasks/create", { title: "below", depends_on });
        joined = made.state;
        return viewOf(made).id;
      }),
    );
  }
  const [first, last] = [below[0]?.[0] as string, above.at(-1)?.[0] as string];
  refuses(
    joined,
    "tasks/update",
    { task_id: first, depends_on: [last] },
    `too much depends on ${first}, and on too much, to look for a circle; leave some out`,
  );
});

test("CORE-17: dependencies that a task has already are said again without a look, however much hangs on them", () => {
  const { state, ids } = layered(14, 60);
  const task_id = ids[7]?.[0] as string;
  const { depends_on } = taskOf(state, task_id);
  const { reply } = run(state, "tasks/update", { task_id, depends_on, title: "another" });
  assert.is(viewOf({ reply }).title, "another");
});

test("CORE-23: a task is waited for by 200 others at most, a mission and a sprint have 1,000 tasks", () => {
  const joining: [string, object, string][] = [
    [
      "depends_on",
      { depends_on: ["T-203"] },
      "200 tasks depend on T-203 already; let this one depend on a task that depends on it",
    ],
    [
      "mission_id",
      { mission_id: "M-300" },
      "M-300 has 1000 tasks; make another mission for what comes next",
    ],
    [
      "sprint_id",
      { sprint_id: "SP-006" },
      "SP-006 has 1000 tasks; make another sprint for what comes next",
    ],
  ];
  for (const [field, fields, sentence] of joining) {
    const most = field === "depends_on" ? 200 : 1_000;
    const state = structuredClone(demoState());
    const one = taskOf(state, "T-214");
    const had = list(state.tasks).filter((task) => joins(task, fields)).length;
    for (let n = had; n < most - 1; n++) {
      put(state.tasks, `T-${9_000 + n}`, { ...one, id: `T-${9_000 + n}`, ...fields });
    }
    const last = run(state, "tasks/create", { title: "the last", ...fields });
    const body = { title: "one more", ...fields };
    refuses(last.state, "tasks/create", body, sentence);
    // Who is in it may say so again.
    run(last.state, "tasks/update", { task_id: viewOf(last).id, ...fields });
  }
});

test("CORE-27: of what waits for a task, is in a mission or is linked to one agents have four fifths, the rest is the CEO's", () => {
  const rest = (most: number) => `(the CEO may add up to ${most})`;
  const joining: [object, number, string][] = [
    [
      { depends_on: ["T-203"] },
      200,
      `160 tasks depend on T-203 already ${rest(200)}; let this one depend on a task that depends on it`,
    ],
    [
      { mission_id: "M-300" },
      1_000,
      `M-300 has 800 tasks ${rest(1_000)}; make another mission for what comes next`,
    ],
  ];
  for (const [fields, most, sentence] of joining) {
    const state = structuredClone(demoState());
    const one = taskOf(state, "T-214");
    const had = list(state.tasks).filter((task) => joins(task, fields)).length;
    for (let n = had; n < most * 0.8; n++) {
      put(state.tasks, `T-${9_000 + n}`, { ...one, id: `T-${9_000 + n}`, ...fields });
    }
    const body = { title: "one more", owner: "codex", ...fields };
    refuses(state, "tasks/create", { ...body, agent_id: "codex" }, sentence);
    run(state, "tasks/create", body);
    // Half of it is for those who have nothing to do with it.
    const half = structuredClone(demoState());
    for (let n = had; n < most / 2; n++) {
      put(half.tasks, `T-${9_000 + n}`, { ...one, id: `T-${9_000 + n}`, ...fields });
    }
    const others = `(who works on it may add more, the CEO up to ${most})`;
    const less = sentence
      .replace(rest(most), others)
      .replace(`${most * 0.8} tasks`, `${most / 2} tasks`);
    refuses(half, "tasks/create", { ...body, agent_id: "echo" }, less);
    run(half, "tasks/create", { ...body, agent_id: "codex" });
  }
  const linked = structuredClone(demoState());
  const links = Array.from({ length: 160 }, (_, n) => ({
    link_type: "relates-to" as const,
    target_id: `T-${9_000 + n}`,
  }));
  Object.assign(taskOf(linked, "T-203"), { links });
  const link = { source_id: "T-208", target_id: "T-203", link_type: "relates-to" };
  refuses(
    linked,
    "tasks/link",
    { ...link, agent_id: "codex" },
    `T-203 has 160 links ${rest(200)}; group what it is linked to`,
  );
  run(linked, "tasks/link", link);
  Object.assign(taskOf(linked, "T-203"), { links: links.slice(0, 100) });
  refuses(
    linked,
    "tasks/link",
    { ...link, agent_id: "echo" },
    "T-203 has 100 links (who works on it may add more, the CEO up to 200); group what it is linked to",
  );
  run(linked, "tasks/link", { ...link, agent_id: "codex" });
});

test("CORE-23: what a plan makes and moves counts at once, and what it takes out makes room", () => {
  const state = structuredClone(demoState());
  const one = taskOf(state, "T-214");
  const had = list(state.tasks).filter((task) => joins(task, { mission_id: "M-300" })).length;
  for (let n = had; n < 999; n++) {
    put(state.tasks, `T-${9_000 + n}`, { ...one, id: `T-${9_000 + n}`, mission_id: "M-300" });
  }
  const tasks = [{ title: "a" }, { title: "b" }];
  const full = "M-300 has 1000 tasks; make another mission for what comes next";
  refuses(state, "missions/plan", { mission_id: "M-300", tasks }, full);
  const fewer = run(state, "missions/plan", { mission_id: "M-300", task_ids: ["T-9500"], tasks });
  const left = list(fewer.state.tasks).filter((task) => joins(task, { mission_id: "M-300" }));
  assert.is(left.length, 3);

  const waits = { title: "waits", depends_on: ["T-203"] };
  const plan = (count: number) => ({
    title: "p",
    objective: "o",
    tasks: Array.from({ length: count }, () => waits),
  });
  const first = run(demoState(), "tasks/create", waits);
  const { state: half } = run(first.state, "missions/plan", plan(100));
  const many =
    "200 tasks depend on T-203 already; let this one depend on a task that depends on it";
  refuses(half, "missions/plan", plan(100), many);
  assert.ok(run(half, "missions/plan", plan(99)).ok);
});

const joins = (
  task: Task,
  fields: { depends_on?: string[]; mission_id?: string; sprint_id?: string },
) =>
  fields.depends_on
    ? task.depends_on.includes(fields.depends_on[0] as string)
    : fields.mission_id
      ? task.mission_id === fields.mission_id
      : task.sprint_id === fields.sprint_id;

test.run();
