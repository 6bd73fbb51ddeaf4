/**
 * What an action journals is what it changed: the patches of lists, of all that assign one anew. Neighbours:
 * `actions-tasks.spec.ts` for what the actions do, `patch.spec.ts` for how patches are played.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { immer } from "../../core/immer.ts";
import { type ActionName, applyPatches, type Patch, type State } from "../../core/index.ts";
import { inSteps } from "../../core/list-steps.ts";
import { toWire } from "../../core/patch.ts";
import { get } from "../../core/table.ts";
import { createStory, demoState, frozen, record, run } from "../support/core.ts";
import { createRandom, seedOf } from "../support/random.ts";

const test = suite("list steps");
frozen(test);

const task_id = "T-203";
const fields = (state: State) => record(state.tasks, task_id);

/** The demo company with these fields in its records, as an earlier history left them. */
function holding(...fields: [table: "tasks" | "agents" | "missions", id: string, object][]): State {
  const state = structuredClone(demoState());
  for (const [table, id, values] of fields) {
    Object.assign(record<object>(state[table], id), values);
  }
  return state;
}

const sizeOf = (patches: readonly Patch[]) => JSON.stringify(patches).length;

/** What the assignment of one list for another is, in steps; they lead from the one to the other. */
function stepsOf(before: readonly unknown[], after: readonly unknown[]): Patch[] {
  const state = holding(["tasks", task_id, { labels: before }]);
  const [next, patches] = immer.produceWithPatches(state, (draft) => {
    Object.assign(get(draft.tasks, task_id) as object, { labels: [...after] });
  });
  const steps = toWire(inSteps(patches, state));
  const played = structuredClone(state);
  applyPatches(played, structuredClone(steps));
  assert.equal(played, next, `${JSON.stringify(before)} to ${JSON.stringify(after)}`);
  return steps;
}

test("CORE-19: whatever lists are assigned for one another, the steps lead there and say no more than the list", () => {
  const random = createRandom(seedOf(730));
  const records = Array.from({ length: 30 }, (_, n) => ({ n }));
  const words = [..."abcuvwxyz"].map((c, n) => c.repeat(n < 3 ? 1 : 400));
  let smaller = 0;
  for (let round = 0; round < 1_000; round++) {
    const items = round % 2 === 0 ? words : records;
    const draw = (most: number) =>
      Array.from({ length: random.whole(most) }, () => random.pick<unknown>(items));
    const before = draw(40);
    const [from, to] = [random.whole(40), random.whole(40)];
    const after = [...before.slice(0, from), ...draw(4), ...before.slice(Math.min(from, to))];
    const steps = stepsOf(before, after);
    const whole = [{ op: "replace", path: `/tasks/${task_id}/labels`, value: after }] as const;
    // What is no text is weighed by the rule of thumb.
    if (items === words) assert.ok(sizeOf(steps) <= sizeOf(whole), `round ${round}`);
    if (sizeOf(steps) < sizeOf(whole)) smaller++;
  }
  assert.ok(smaller > 100, `only ${smaller} were smaller`);
});

test("CORE-19: of a long list only what comes, goes or takes another place is said", () => {
  const long = Array.from({ length: 200 }, (_, n) => `${n} ${"x".repeat(1_000)}`);
  const at = `/tasks/${task_id}/labels`;
  assert.equal(stepsOf(long, long), []);
  assert.equal(stepsOf(long, [...long, "new"]), [{ op: "add", path: `${at}/200`, value: "new" }]);
  assert.equal(stepsOf(long, [...long.slice(2), "new"]), [
    { op: "remove", path: `${at}/0` },
    { op: "remove", path: `${at}/0` },
    { op: "add", path: `${at}/198`, value: "new" },
  ]);
  const [first, ...rest] = long;
  assert.equal(stepsOf(long, [...rest.slice(0, 50), "new", ...rest.slice(51), first]), [
    { op: "remove", path: `${at}/0` },
    { op: "add", path: `${at}/50`, value: "new" },
    { op: "remove", path: `${at}/51` },
    { op: "add", path: `${at}/199`, value: first },
  ]);
  assert.equal(stepsOf(long, []), [{ op: "replace", path: at, value: [] }]);
  assert.equal(stepsOf(["a", "b"], ["c"]), [{ op: "replace", path: at, value: ["c"] }]);
});

const texts = (count: number, length: number) =>
  Array.from({ length: count }, (_, n) => `${n}-`.padEnd(length, "x"));
const ids = (count: number) => Array.from({ length: count }, (_, n) => `T-9${n}`.padEnd(100, "x"));
const notes = (count: number, length: number) =>
  texts(count, length).map((to, n) => ({
    id: `AC-1-${n}`,
    ...{ author: "codex", action: "note", field: null, from: null, to },
    timestamp: "2026-03-21T09:00:00+00:00",
  }));
const publish = { agent_id: "codex", task_id, title: "A run" };

/** A record with a list that is full, and an action that changes a little of it. */
const LITTLE: [string, State, ActionName, object][] = [
  [
    "an artifact more",
    holding(["tasks", task_id, { artifacts: texts(99, 2_000) }]),
    "openclaw/publish",
    { ...publish, artifacts: ["short"] },
  ],
  [
    "an artifact for the oldest of as many as there may be",
    holding(["tasks", task_id, { artifacts: texts(200, 900) }]),
    "openclaw/publish",
    { ...publish, artifacts: ["short"] },
  ],
  [
    "an artifact that it has",
    holding(["tasks", task_id, { artifacts: texts(99, 2_000) }]),
    "openclaw/publish",
    { ...publish, artifacts: [texts(1, 2_000)[0]] },
  ],
  [
    "a blocker more",
    holding(["tasks", task_id, { blockers: texts(9, 20_000), blocked: true }]),
    "tasks/event",
    { task_id, agent_id: "codex", type: "blocked", note: "and this" },
  ],
  [
    "blocked, with all its blockers",
    holding(["tasks", task_id, { blockers: texts(9, 20_000) }]),
    "openclaw/publish",
    { ...publish, outcome: "blocked", summary: "and this" },
  ],
  [
    "a note more than as many as there may be",
    holding(["tasks", task_id, { activity: notes(100, 1_900) }]),
    "tasks/update",
    { task_id, note: "and this" },
  ],
  [
    "a note for the oldest of those that are as long together as they may be",
    holding(["tasks", task_id, { activity: notes(10, 19_990) }]),
    "tasks/update",
    { task_id, note: "and this".padEnd(300, ".") },
  ],
  [
    "a task less to wait for",
    holding(["tasks", task_id, { depends_on: [...ids(100), "T-210", ...ids(200).slice(100)] }]),
    "tasks/delete",
    { task_id: "T-210" },
  ],
  [
    "an assignee less",
    holding(["tasks", task_id, { assignees: [...ids(100), "iris", ...ids(199).slice(100)] }]),
    "agents/retire",
    { agent_id: "iris" },
  ],
  [
    "a mission that is said again but for an action more",
    holding(["missions", "M-301", { next_actions: texts(75, 2_000) }]),
    "missions/plan",
    { mission_id: "M-301", next_actions: [...texts(75, 2_000), "new"] },
  ],
  [
    "an agent of another in a mission",
    holding(["missions", "M-301", { assigned_agents: [...ids(100), "iris"] }]),
    "agents/retire",
    { agent_id: "iris", successor_id: "scout" },
  ],
  [
    "skills of another",
    holding(["agents", "scout", { skills: texts(99, 2_000) }], ["agents", "iris", { skills: [] }]),
    "agents/merge",
    { source_agent_id: "iris", target_agent_id: "scout" },
  ],
  [
    "a mission that is blocked",
    holding(["missions", "M-301", { risks: [], objective: "x".repeat(20_000), status: "active" }]),
    "missions/plan",
    { mission_id: "M-301", status: "blocked" },
  ],
];

for (const [what, state, name, body] of LITTLE) {
  test(`CORE-19: ${what}: the patches are small however large the record is`, () => {
    const { patches } = run(state, name, body);
    assert.ok(sizeOf(patches) < 8_000, `${sizeOf(patches)} characters`);
  });
}

test("CORE-18: artifacts and blockers are kept up to a size together, the oldest go; one body has room, more is refused with a remedy", () => {
  const story = createStory();
  const large = (n: number) => `${n}-`.padEnd(1_900, "x");
  for (let n = 0; n < 120; n++) {
    story.does("openclaw/publish", { ...publish, title: `run ${n}`, artifacts: [large(n)] });
  }
  const { artifacts } = fields(story.state);
  assert.equal(
    artifacts,
    Array.from({ length: 105 }, (_, n) => large(15 + n)),
  );
  for (let n = 0; n < 12; n++) {
    const note = `${n}-`.padEnd(20_000, "x");
    story.does("tasks/event", { task_id, agent_id: "codex", type: "blocked", note });
  }
  assert.is(fields(story.state).blockers.length, 10);
  assert.is(fields(story.state).blockers.at(-1)?.slice(0, 3), "11-");
  const remedies = {
    artifacts: "say where it is instead of what it says, or leave some out",
    blockers: "say it in fewer words, or leave some out",
  };
  for (const [field, remedy] of Object.entries(remedies)) {
    story.does("tasks/update", { task_id, [field]: texts(100, 2_000) });
    const refusal = `the ${field} of ${task_id} may have 200000 characters together; ${remedy}`;
    story.refused("tasks/update", { task_id, [field]: texts(101, 2_000) }, refusal);
    const created = refusal.replace(task_id, "T-216");
    story.refused("tasks/create", { title: "x", [field]: texts(101, 2_000) }, created);
  }
});

test("CORE-18: the activity of a task is kept up to a size, the oldest go; also where one action says much", () => {
  const story = createStory(holding(["tasks", task_id, { activity: notes(99, 20_000) }]));
  const note = "and this".padEnd(20_000, ".");
  story.does("tasks/update", { task_id, note, priority: "P3", horizon: "Later", owner: "iris" });
  const { activity } = fields(story.state);
  assert.ok(activity.length >= 12 && activity.length <= 13, `${activity.length} entries`);
  assert.is(activity.at(-1)?.to, note);
  assert.equal(
    activity.slice(-4, -1).map(({ field }) => field),
    ["owner", "priority", "horizon"],
  );
  assert.is(new Set(activity.map(({ id }) => id)).size, activity.length, "ids are unique");
});

test("CORE-18: a notification tells the beginning of a long reason", () => {
  const blockers = texts(9, 20_000);
  const story = createStory(holding(["tasks", task_id, { blockers }]));
  const { patches } = story.does("tasks/update", { task_id, blocked: true });
  const raised = patches.find(({ path }) => path.startsWith("/notifications/"));
  const { detail } = (raised as { value: { detail: string } }).value;
  assert.is(detail, `${blockers.join("; ").slice(0, 1_999)}…`);
});

test.run();
