/** Look-ups carried along against look-ups built afresh, over seeded random histories. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createRelations, type Relations, type State } from "../../core/index.ts";
import { causeOf } from "../../core/relations.ts";
import { TASK_STATUSES } from "../../core/state/tasks/task.ts";
import { list } from "../../core/table.ts";
import { AT, act, demoState, frozen, run } from "../support/core.ts";
import { createRandom, seedOf } from "../support/random.ts";
import { randomAction, randomPause } from "./random-actions.ts";

const test = suite("relations");
frozen(test);

const SEED = seedOf(7_000);
const HISTORIES = Number(process.env.SOAK ?? 3);

const BY_PERSON = ["owned", "open", "ready", "involving"] as const;

/** Everything that can be asked, for every key that occurs or once did. */
function answers(relations: Relations, state: State, people: ReadonlySet<string>): unknown {
  const ask = (grouping: Parameters<Relations["tasks"]>[0], keys: Iterable<string>) =>
    [...keys].sort().map((key) => [grouping, key, [...relations.tasks(grouping, key)].sort()]);
  return [
    BY_PERSON.map((grouping) => ask(grouping, people)),
    ask("dependents", numbers("T", 200, state.counters.task)),
    ask("mission", numbers("M", 300, state.counters.mission)),
    ask("sprint", numbers("SP", 1, state.counters.sprint)),
    ask("status", TASK_STATUSES),
    list(state.notifications).map((notice) => relations.activeNotification(causeOf(notice))),
  ];
}

function numbers(prefix: string, from: number, to: number): string[] {
  const count = Math.max(0, to - from + 1);
  return Array.from({ length: count }, (_, n) => `${prefix}-${String(from + n).padStart(3, "0")}`);
}

test("CORE-9: after every step of a history the two agree", () => {
  for (let seed = SEED; seed < SEED + HISTORIES; seed++) {
    const random = createRandom(seed);
    let state = demoState();
    const relations = createRelations(state);
    const people = new Set(["ceo", "ghost"]);
    let at = AT;
    for (let step = 0; step < 120; step++) {
      at += randomPause(random);
      const { name, body } = randomAction(random, state);
      const result = act(state, name, body, at);
      if (!result.ok) continue;
      relations.advance(state, result.state, result.touched);
      state = result.state;
      for (const { id } of list(state.agents)) people.add(id);
      assert.equal(
        answers(relations, state, people),
        answers(createRelations(state), state, people),
        `seed ${seed}, step ${step}, ${name} ${JSON.stringify(body)}`,
      );
    }
  }
});

test("CORE-9: groups follow a task through its life", () => {
  let state = demoState();
  const relations = createRelations(state);
  const step = (
    ...[name, body]: Parameters<typeof run> extends [State, ...infer R] ? R : never
  ) => {
    const result = run(state, name, body);
    relations.advance(state, result.state, result.touched);
    state = result.state;
  };
  const holds = (grouping: Parameters<Relations["tasks"]>[0], key: string) =>
    relations.tasks(grouping, key).has("T-216");
  step("tasks/create", { title: "x", owner: "iris", status: "ready", sprint_id: "SP-006" });
  assert.ok(holds("ready", "iris") && holds("open", "iris") && holds("sprint", "SP-006"));
  step("tasks/update", { task_id: "T-216", owner: "echo", depends_on: ["T-202"], sprint_id: null });
  assert.not.ok(holds("owned", "iris") || holds("sprint", "SP-006"));
  assert.ok(holds("owned", "echo") && holds("dependents", "T-202"));
  step("tasks/delete", { task_id: "T-216" });
  assert.not.ok(holds("owned", "echo") || holds("dependents", "T-202") || holds("status", "ready"));
  step("blank/reset", {});
  assert.is(relations.tasks("status", "ready").size, 0);
});

test.run();
