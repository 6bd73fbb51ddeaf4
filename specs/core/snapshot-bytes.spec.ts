/** The snapshot in pieces against the document made whole, and how little of it a write makes anew. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type State, table } from "../../core/index.ts";
import { toSnapshot } from "../../core/snapshot.ts";
import { createSnapshotBytes as createSteps } from "../../core/snapshot-bytes.ts";
import { finish } from "../../core/steps.ts";
import { AT, act, DAY_MS, demoState, frozen, MINUTE_MS, run } from "../support/core.ts";
import { createRandom, seedOf } from "../support/random.ts";
import { randomAction, randomPause } from "./random-actions.ts";

const test = suite("snapshot bytes");
frozen(test);

/** All steps in one go. */
function createSnapshotBytes(...given: Parameters<typeof createSteps>) {
  const toSteps = createSteps(...given);
  return (...asked: Parameters<typeof toSteps>) => finish(toSteps(...asked)) as Uint8Array[];
}

const text = (pieces: readonly Uint8Array[]) => Buffer.concat(pieces).toString();

function manyTasks(): State {
  let state = demoState();
  for (let n = 0; n < 300; n++) {
    state = run(state, "tasks/create", { title: `Task ${n}`, owner: "pixel" }).state;
  }
  return state;
}

test("HTTP-12: after every step of a history, at any moment, the pieces are the document", () => {
  const first = seedOf(9_300);
  for (let seed = first; seed < first + 3; seed++) {
    const random = createRandom(seed);
    const toPieces = createSnapshotBytes();
    let state = demoState();
    let at = AT;
    for (let step = 0; step < 120; step++) {
      at += randomPause(random);
      const { name, body } = randomAction(random, state);
      const result = act(state, name, body, at);
      if (result.ok) state = result.state;
      // Also at a clock that jumps: a task is stale by time alone.
      const now = at + (random.whole(3) - 1) * random.whole(3) * DAY_MS;
      const whole = JSON.stringify(toSnapshot(state, step, now, []));
      assert.is(text(toPieces(state, step, now, [])), whole, `seed ${seed}, step ${step}, ${name}`);
    }
  }
});

test("HTTP-12: what a view shows of others is not kept longer than it is so", () => {
  const toPieces = createSnapshotBytes();
  let state = manyTasks();
  const check = (name: Parameters<typeof run>[1], body: object) => {
    state = run(state, name, body).state;
    const now = AT + MINUTE_MS;
    assert.is(
      text(toPieces(state, 1, now, [])),
      JSON.stringify(toSnapshot(state, 1, now, [])),
      name,
    );
  };
  check("tasks/update", { task_id: "T-208", depends_on: ["T-400"] });
  check("tasks/update", { task_id: "T-400", status: "ready" });
  check("tasks/delete", { task_id: "T-400" });
  check("tasks/update", { task_id: "T-401", depends_on: ["T-201"] });
  check("tasks/update", { task_id: "T-201", status: "done" });
  check("tasks/update", { task_id: "T-201", status: "validation" });
  check("agents/update", { agent_id: "pixel", name: "Pixel the Second" });
  check("agents/retire", { agent_id: "codex", successor_id: "pixel" });
  check("projects/configure", { project_id: "atlas-core", name: "Atlas" });
  check("tasks/link", { source_id: "T-210", target_id: "T-211", link_type: "is-blocked-by" });
  check("blank/reset", {});
});

test("HTTP-12: what time alone changes is shown from its very moment on, and no longer", () => {
  const toPieces = createSnapshotBytes();
  let state = manyTasks();
  state = run(state, "tasks/update", { task_id: "T-300", due_date: "2026-03-25" }).state;
  state = run(state, "tasks/update", { task_id: "T-301", due_date: "2026-03-27" }).state;
  state = run(state, "tasks/update", { task_id: "T-302", status: "ready" }).state;
  state = run(state, "tasks/update", { task_id: "T-302", status: "in_progress" }).state;
  const turns = [
    AT + DAY_MS,
    Date.parse("2026-03-26T00:00:00Z"),
    Date.parse("2026-03-28T00:00:00Z"),
  ];
  const moments = turns.flatMap((turn) => [turn - 1, turn, turn + 1]);
  for (const now of [...moments, ...moments.reverse()]) {
    const whole = JSON.stringify(toSnapshot(state, 1, now, []));
    assert.is(text(toPieces(state, 1, now, [])), whole, new Date(now).toISOString());
  }
});

test("HTTP-12: one write makes the views of its page anew, and no others", () => {
  const shown: string[] = [];
  const toPieces = createSnapshotBytes(({ id }) => shown.push(id));
  let state = manyTasks();
  toPieces(state, 1, AT, []);
  assert.is(shown.length, table.size(state.tasks));
  const madeBy = (name: Parameters<typeof run>[1], body: object) => {
    state = run(state, name, body).state;
    shown.length = 0;
    toPieces(state, 2, AT + MINUTE_MS, []);
    return shown.length;
  };
  const update = madeBy("tasks/update", { task_id: "T-400", progress: 5 });
  assert.ok(update > 0 && update <= 16, `${update} views for one task`);
  assert.ok(shown.includes("T-400"));
  assert.is(madeBy("agents/heartbeat", { agent_id: "pixel", status: "working" }), 0);
  assert.is(madeBy("ceo/directive", { text: "Go on" }), 0);
});

test("HTTP-24: a long snapshot is made in many small steps", () => {
  let state = manyTasks();
  for (let n = 0; n < 100; n++) {
    state = run(state, "missions/plan", { title: `Mission ${n}`, objective: "o" }).state;
    state = run(state, "conversations/message", {
      sender: "ceo",
      target: "codex",
      text: "x".repeat(5_000),
    }).state;
  }
  let [made, most, steps] = [0, 0, 0];
  const toSteps = createSteps(
    () => made++,
    () => made++,
  );
  for (const work = toSteps(state, 2, AT, []); !work.next().done; made = 0) {
    steps++;
    most = Math.max(most, made);
  }
  assert.ok(most <= 4, `${most} views in one step`);
  assert.ok(steps > 150, `${steps} steps`);
});

test("HTTP-12: one write makes the views of its missions anew, and no others, though all agents stir", () => {
  const shown: string[] = [];
  const toPieces = createSnapshotBytes(undefined, ({ id }) => shown.push(id));
  let state = manyTasks();
  for (let n = 0; n < 100; n++) {
    const needs = n % 2 ? ["code", "docs"] : ["juggling"];
    const plan = { title: `Mission ${n}`, objective: "o", required_specialists: needs };
    state = run(state, "missions/plan", { ...plan, owner: "pixel" }).state;
  }
  for (const [task_id, n] of [
    ["T-300", 303],
    ["T-515", 304],
  ] as const) {
    state = run(state, "missions/plan", { mission_id: `M-${n}`, task_ids: [task_id] }).state;
  }
  const madeBy = (name: Parameters<typeof run>[1], body: object) => {
    state = run(state, name, body).state;
    shown.length = 0;
    const now = AT + MINUTE_MS;
    const whole = JSON.stringify(toSnapshot(state, 2, now, []));
    assert.is(text(toPieces(state, 2, now, [])), whole, name);
    return [...shown].sort();
  };
  madeBy("agents/heartbeat", { agent_id: "pixel", status: "working" });
  assert.is(shown.length, table.size(state.missions), "all of them once");
  assert.equal(madeBy("agents/heartbeat", { agent_id: "pixel", status: "idle" }), []);
  assert.equal(madeBy("ceo/directive", { text: "Go on" }), []);
  assert.equal(madeBy("missions/plan", { mission_id: "M-350", title: "Another" }), ["M-350"]);
  assert.equal(madeBy("tasks/update", { task_id: "T-515", progress: 5 }), ["M-304"]);
  assert.equal(madeBy("missions/delete", { mission_id: "M-350" }), []);
  // 49 ask for its specialism; four more have tasks, of which all views are made anew.
  const offline = madeBy("agents/heartbeat", { agent_id: "quill", status: "offline" });
  assert.is(offline.length, 53);
  assert.ok(offline.every((id) => id <= "M-303" || Number(id.slice(2)) % 2 === 0));
  assert.is(
    madeBy("agents/update", { agent_id: "pixel", name: "Pixel the Second" }).length >= 99,
    true,
  );
});

test("HTTP-24: however long a task or a thread is, a step makes little more than one task or one message", () => {
  let state = demoState();
  const text = "x".repeat(20_000);
  const long = ["T-204", "T-205", "T-206", "T-207"];
  for (const task_id of long) {
    for (let n = 0; n < 20; n++) {
      state = run(state, "tasks/comment", { task_id, text: `${n}${text.slice(9)}` }).state;
    }
  }
  for (let n = 0; n < 100; n++) {
    state = run(state, "conversations/message", { sender: "ceo", text, target: "orion" }).state;
  }
  const made: string[] = [];
  const steps = createSteps(({ id }) => made.push(id))(state, 1, AT, []);
  for (let step = steps.next(); ; step = steps.next()) {
    const some = made.splice(0).filter((id) => long.includes(id));
    assert.ok(some.length <= 1, `${some} in one step`);
    if (!step.done) continue;
    assert.is(Buffer.concat(step.value).toString(), JSON.stringify(toSnapshot(state, 1, AT, [])));
    for (const piece of step.value) {
      const isTasks = Buffer.from(piece).includes("CM-");
      assert.ok(isTasks || piece.length < 64 * 1024 + 2 * text.length, `${piece.length} at once`);
    }
    return;
  }
});

test.run();
