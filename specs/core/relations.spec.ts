/** Look-ups carried along against look-ups built afresh, over seeded random histories. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type ActionName, createRelations, type Relations, type State } from "../../core/index.ts";
import { merge, type Touched } from "../../core/patch.ts";
import { causeOf } from "../../core/relations.ts";
import { POOL_OF_ALL } from "../../core/startable.ts";
import { cameDue } from "../../core/state/tasks/due.ts";
import { expiredTasks } from "../../core/state/tasks/lease-ends.ts";
import { PRIORITIES, TASK_STATUSES, type Task, TRANSITIONS } from "../../core/state/tasks/task.ts";
import { atOnce } from "../../core/steps.ts";
import { get, list } from "../../core/table.ts";
import { AT, act, demoState, frozen, run } from "../support/core.ts";
import { createRandom, type Random, seedOf } from "../support/random.ts";
import { randomAction, randomPause } from "./random-actions.ts";

const test = suite("relations");
frozen(test);

const SEED = seedOf(7_000);
const HISTORIES = Number(process.env.SOAK ?? 3);

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BY_PERSON = ["owned", "open", "routed", "involving", "held"] as const;

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
    [...relations.keys("due")].sort(),
    ask("leases", relations.keys("leases")),
    ask("due", relations.keys("due")),
    startable(relations, state, people),
    [...relations.talk()].sort(([a], [b]) => (a < b ? -1 : 1)),
    list(state.notifications).map((notice) => relations.activeNotification(causeOf(notice))),
  ];
}

/** The first of every order, for every owner, specialism and project. */
function startable(relations: Relations, state: State, people: ReadonlySet<string>): Answers {
  const projects = [undefined, ...list(state.projects).map(({ id }) => id)];
  return projects.flatMap((project) => [
    ...[...people].map((owner) => [
      `${project} ${owner}`,
      relations.startable("owner", owner, project)?.id,
    ]),
    ...poolsOf(state).map((pool) => [
      `${project} pool ${pool}`,
      relations.startable("pool", pool, project)?.id,
    ]),
  ]) as Answers;
}

type Answers = [place: string, id: string | undefined][];

function poolsOf(state: State): string[] {
  const asked = list(state.tasks).flatMap(({ specialist }) => specialist ?? []);
  return [POOL_OF_ALL, ...new Set(asked)].sort();
}

/** The same by looking at every task. */
function scanned(state: State, people: ReadonlySet<string>): Answers {
  const ready = list(state.tasks)
    .filter(({ status, needs_human, blocked }) => status === "ready" && !needs_human && !blocked)
    .filter((task) => waitsFor(state, task).length === 0)
    .sort(byUrgency);
  const projects = [undefined, ...list(state.projects).map(({ id }) => id)];
  return projects.flatMap((project) => {
    const here = ready.filter((task) => project === undefined || task.project_id === project);
    const pooled = here.filter(({ owner }) => !owner);
    return [
      ...[...people].map((owner) => [
        `${project} ${owner}`,
        here.find((task) => task.owner === owner)?.id,
      ]),
      ...poolsOf(state).map((pool) => [
        `${project} pool ${pool}`,
        pooled.find(({ specialist }) => (specialist || POOL_OF_ALL) === pool)?.id,
      ]),
    ];
  }) as Answers;
}

function waitsFor(state: State, { depends_on, links }: Task): string[] {
  const linked = links.filter(({ link_type }) => link_type === "is-blocked-by");
  return [...depends_on, ...linked.map(({ target_id }) => target_id)].filter((id) => {
    const status = get(state.tasks, id)?.status;
    return status !== undefined && status !== "done";
  });
}

function byUrgency(a: Task, b: Task): number {
  const key = ({ priority, updated_at }: Task) => `${priority} ${updated_at}`;
  if (key(a) !== key(b)) return key(a) < key(b) ? -1 : 1;
  return Number(a.id.slice(2)) - Number(b.id.slice(2));
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

test("CORE-9: the same where many steps are taken on, or back, at once, as those of a batch are", () => {
  for (let seed = SEED; seed < SEED + HISTORIES; seed++) {
    const random = createRandom(seed + 500);
    let state = demoState();
    const relations = createRelations(state);
    const people = new Set(["ceo", "ghost"]);
    // Each look-up is made when it is first asked for.
    answers(relations, state, people);
    for (let round = 0; round < 12; round++) {
      const before = state;
      let touched: Touched = new Map();
      for (let step = 0; step < 12 && list(state.tasks).length > 0; step++) {
        const { name, body } = steered(random, state);
        const result = act(state, name, body, AT + round);
        if (!result.ok) continue;
        state = result.state;
        touched = merge(touched, result.touched);
        for (const { id } of list(state.agents)) people.add(id);
      }
      const agree = (now: State, said: string) =>
        assert.equal(
          answers(relations, now, people),
          answers(createRelations(now), now, people),
          `seed ${seed}, round ${round}: ${said}`,
        );
      relations.advance(before, state, touched);
      agree(state, "on");
      relations.advance(state, before, touched);
      agree(before, "back");
      relations.advance(before, state, touched);
      if (list(state.tasks).length === 0) break;
    }
  }
});

/** What went stale or overdue in between, by looking at every task. */
function cameDueAll(state: State, from: number, now: number): string[] {
  const within = (moment: number) => from < moment && moment <= now;
  return list(state.tasks)
    .filter(({ status, updated_at, due_date }) => {
      if (status === "in_progress" && within(Date.parse(updated_at) + DAY_MS)) return true;
      const midnight = due_date && Date.parse(`${due_date}T00:00:00Z`) + DAY_MS;
      return midnight && status !== "done" && within(midnight);
    })
    .map(({ id }) => id)
    .sort();
}

const idsOf = (due: Iterable<string>) => [...new Set(due)].sort();

test("CORE-9: what comes due is what a look at every task finds, however long the time", () => {
  let found = 0;
  for (let seed = SEED; seed < SEED + HISTORIES; seed++) {
    const random = createRandom(seed);
    let state = demoState();
    const relations = createRelations(state);
    // Asked for once, so that it is carried along from here.
    assert.ok(relations.keys("due").size > 0);
    let at = AT;
    for (let step = 0; step < 150; step++) {
      at += randomPause(random) + random.whole(HOUR_MS);
      const date = new Date(at + random.whole(5) * DAY_MS).toISOString().slice(0, 10);
      const { id: task_id } = random.pick(list(state.tasks));
      const { name, body } = random.pick<{ name: ActionName; body: object }>([
        { name: "tasks/update", body: { task_id, due_date: random.pick([date, null]) } },
        steered(random, state),
      ]);
      const result = act(state, name, body, at);
      if (!result.ok || list(result.state.tasks).length === 0) continue;
      relations.advance(state, result.state, result.touched);
      state = result.state;
      const lengths = [0, 5_000, HOUR_MS, 3 * DAY_MS, 400 * DAY_MS, -DAY_MS];
      for (const length of lengths) {
        const from = at + random.whole(4 * DAY_MS) - 2 * DAY_MS;
        const due = idsOf(atOnce(cameDue(state, relations, from, from + length)));
        found += due.length;
        assert.equal(
          due,
          cameDueAll(state, from, from + length),
          `seed ${seed}, step ${step}, from ${from} for ${length}`,
        );
      }
      // To the millisecond: the moment itself is in, and counts once.
      const one = list(state.tasks).find(({ status }) => status === "in_progress");
      const moment = one ? Date.parse(one.updated_at) + DAY_MS : 0;
      for (const [from, now] of [
        [moment - 1, moment],
        [moment, moment + 1],
        [moment - 1, moment - 1],
        [moment - 1, moment + 400 * DAY_MS],
        [moment - 400 * DAY_MS, moment],
      ] as const) {
        const due = idsOf(atOnce(cameDue(state, relations, from, now)));
        assert.equal(due, cameDueAll(state, from, now), `seed ${seed}, step ${step}, ${from}`);
      }
    }
  }
  assert.ok(found > 100 * HISTORIES, `only ${found} tasks came due`);
});

/** Whose lease is over, by looking at every task. */
function expiredAll(state: State, now: number, heardFrom: number): string[] {
  return list(state.tasks)
    .filter(({ lease }) => {
      if (!lease) return false;
      const ends = Date.parse(lease.expires_at);
      const ttlMs = lease.ttl_seconds * 1_000;
      // A lease given now would end before: the clock was set back.
      const setBack = ends > now + ttlMs + 1_000;
      return (setBack ? heardFrom + ttlMs : Math.max(ends, heardFrom + ttlMs)) <= now;
    })
    .map(({ id }) => id)
    .sort();
}

test("CORE-9: the leases that ran out are what a look at every task finds, whatever the clock did", () => {
  const found = { ended: 0, setBack: 0, held: 0 };
  for (let seed = SEED; seed < SEED + HISTORIES; seed++) {
    const random = createRandom(seed);
    let state = demoState();
    const relations = createRelations(state);
    assert.is(relations.keys("leases").size, 0, "asked for once, and carried along from here");
    let at = AT;
    for (let step = 0; step < 200; step++) {
      at += randomPause(random) + (random.whole(10) === 0 ? random.whole(HOUR_MS) : 0);
      if (random.whole(15) === 0) at -= random.whole(2 * HOUR_MS);
      const agent_id = random.pick(list(state.agents)).id;
      const ttl_seconds = random.pick([2, 30, 300, 4_000, 86_400]);
      const some = list(state.tasks).find(({ lease }) => lease && random.whole(3) === 0);
      const renewed = { agent_id: some?.lease?.holder, task_id: some?.id, ttl_seconds };
      const { name, body } = random.pick<{ name: ActionName; body: object }>([
        { name: "tasks/create", body: { title: "x", status: "ready", owner: "" } },
        { name: "tasks/claim", body: { agent_id, ttl_seconds } },
        { name: "tasks/claim", body: { agent_id, ttl_seconds } },
        { name: "tasks/renew", body: renewed },
        { name: "system/expire", body: { max_expiries: 3 } },
        steered(random, state),
      ]);
      const result = act(state, name, body, at);
      if (!result.ok || list(result.state.tasks).length === 0) continue;
      relations.advance(state, result.state, result.touched);
      state = result.state;
      const ends = list(state.tasks).flatMap(({ lease }) =>
        lease ? [[Date.parse(lease.expires_at), lease.ttl_seconds * 1_000] as const] : [],
      );
      const [end, ttlMs] = ends.length > 0 ? random.pick(ends) : ([at, 0] as const);
      const given = end - ttlMs - 1_000;
      const moments = [at, at - DAY_MS, at + DAY_MS, end - 1, end, end + 1, given - 1, given];
      for (const now of moments) {
        for (const heardFrom of [0, now - 60_000, now - ttlMs, now - ttlMs + 1]) {
          const expired = atOnce(expiredTasks(state, relations, now, heardFrom));
          const ids = expired.map(({ id }) => id).sort();
          assert.equal(
            ids,
            expiredAll(state, now, heardFrom),
            `seed ${seed}, step ${step}, ${now} from ${heardFrom}`,
          );
          const isSetBack = ({ lease }: Task) => Date.parse(lease?.expires_at ?? "") > now;
          const setBack = expired.filter(isSetBack).length;
          found.setBack += setBack;
          found.ended += ids.length - setBack;
          found.held += expiredAll(state, now, 0).length - ids.length;
        }
      }
    }
  }
  const least = Math.min(...Object.values(found));
  assert.ok(least > 100 * HISTORIES, JSON.stringify(found));
});

/** Actions among which tasks become ready, blocked, done and linked far more often than by chance. */
function steered(random: Random, state: State): { name: ActionName; body: object } {
  const tasks = list(state.tasks);
  const [one, other] = [random.pick(tasks), random.pick(tasks)];
  const agent = random.pick(list(state.agents)).id;
  const owner = random.whole(2) === 0 ? null : agent;
  const link_type = random.pick(["is-blocked-by", "blocks", "relates-to"]);
  const specialist = random.pick(["", "code", "docs"]);
  const status = random.pick(TRANSITIONS[one.status]);
  // One that is nearly done, or just done: what waits for it opens and closes with it.
  const late = tasks.filter((task) => task.status === "validation" || task.status === "done");
  const last = random.pick(late.length > 0 ? late : tasks);
  const turned = last.status === "done" ? "validation" : "done";
  const ready = random.pick([...tasks.filter((task) => task.status === "ready"), one]);
  return random.pick<{ name: ActionName; body: object }>([
    { name: "tasks/create", body: { title: "x", status: "ready", owner, specialist } },
    { name: "tasks/update", body: { task_id: one.id, status } },
    { name: "tasks/update", body: { task_id: one.id, status: "ready", owner, specialist } },
    { name: "tasks/update", body: { task_id: ready.id, depends_on: [last.id] } },
    { name: "tasks/update", body: { task_id: last.id, status: turned } },
    { name: "tasks/update", body: { task_id: one.id, depends_on: [other.id] } },
    { name: "tasks/update", body: { task_id: one.id, blocked: random.whole(2) === 0 } },
    { name: "tasks/update", body: { task_id: one.id, priority: random.pick(PRIORITIES) } },
    { name: "tasks/link", body: { source_id: one.id, target_id: other.id, link_type } },
    { name: "tasks/delete", body: { task_id: one.id } },
    { name: "tasks/claim", body: { agent_id: agent } },
    randomAction(random, state) as { name: ActionName; body: object },
  ]);
}

test("CORE-9: the first task that can be started is what a scan of all of them finds", () => {
  let opened = 0;
  for (let seed = SEED; seed < SEED + HISTORIES; seed++) {
    const random = createRandom(seed);
    let state = demoState();
    let relations = createRelations(state);
    const people = new Set(["ceo", "ghost"]);
    let at = AT;
    for (let step = 0; step < 250; step++) {
      at += randomPause(random);
      if (list(state.tasks).length === 0) {
        state = demoState();
        relations = createRelations(state);
      }
      const { name, body } = steered(random, state);
      const result = act(state, name, body, at);
      if (!result.ok) continue;
      for (const { id } of list(state.agents)) people.add(id);
      const before = scanned(state, people);
      const seen = relations.openings();
      relations.advance(state, result.state, result.touched);
      // Taken back and done again, as an atomic batch does with what it had begun.
      relations.advance(result.state, state, result.touched);
      assert.equal(startable(relations, state, people), before, `seed ${seed}, step ${step} back`);
      relations.advance(state, result.state, result.touched);
      state = result.state;
      const after = scanned(state, people);
      const said = `seed ${seed}, step ${step}, ${name} ${JSON.stringify(body)}`;
      assert.equal(startable(relations, state, people), after, said);
      const gained = [...found(after)].some((place) => !found(before).has(place));
      if (!gained) continue;
      opened++;
      assert.ok(relations.openings() > seen, `${said}: nobody would have been woken`);
    }
  }
  assert.ok(opened > 20 * HISTORIES, `only ${opened} times something could be started`);
});

/** Where something can be started. */
function found(answer: Answers): ReadonlySet<string> {
  return new Set(answer.flatMap(([place, id]) => (id === undefined ? [] : [place])));
}

test("AGT-8: whoever looked before all was begun anew is woken behind it, however much had opened until then", () => {
  const state = demoState();
  const relations = createRelations(state);
  relations.startable("owner", "iris");
  let before = state;
  for (let n = 0; n < 10; n++) {
    const made = run(before, "tasks/create", { title: "x", status: "ready", owner: "iris" });
    relations.advance(before, made.state, made.touched);
    before = made.state;
  }
  const seen = relations.openings();
  assert.ok(seen >= 10);
  const anew = run(before, "demo/reset", {});
  assert.is(anew.touched.get("tasks"), "all");
  relations.advance(before, anew.state, anew.touched);
  assert.ok(relations.openings() > seen, `${relations.openings()} of ${seen}`);
});

test("AGT-8: who waits is not woken by what brings nothing to start", () => {
  let state = demoState();
  const relations = createRelations(state);
  relations.startable("owner", "codex");
  const opens = (name: ActionName, body: object) => {
    const seen = relations.openings();
    const result = run(state, name, body);
    relations.advance(state, result.state, result.touched);
    state = result.state;
    return relations.openings() > seen;
  };
  assert.not.ok(opens("tasks/update", { task_id: "T-203", progress: 1 }));
  assert.not.ok(opens("tasks/update", { task_id: "T-208", note: "still ready" }));
  assert.not.ok(opens("agents/heartbeat", { agent_id: "codex", status: "working" }));
  assert.not.ok(opens("tasks/create", { title: "x", status: "ready", depends_on: ["T-203"] }));
  assert.ok(opens("tasks/delete", { task_id: "T-203" }), "what waited for it can be started");
  assert.ok(opens("tasks/update", { task_id: "T-208", owner: "pixel" }), "now for another");
  assert.ok(opens("agents/update", { agent_id: "iris", specialists: ["hr", "docs"] }));
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
  step("tasks/create", { title: "x", specialist: "hr", status: "ready", sprint_id: "SP-006" });
  assert.ok(holds("routed", "iris") && holds("open", "iris") && holds("sprint", "SP-006"));
  step("tasks/update", { task_id: "T-216", owner: "iris" });
  assert.ok(!holds("routed", "iris") && holds("owned", "iris") && holds("status", "ready"));
  step("tasks/update", { task_id: "T-216", owner: "echo", depends_on: ["T-202"], sprint_id: null });
  assert.not.ok(holds("owned", "iris") || holds("sprint", "SP-006"));
  assert.ok(holds("owned", "echo") && holds("dependents", "T-202"));
  step("tasks/delete", { task_id: "T-216" });
  assert.not.ok(holds("owned", "echo") || holds("dependents", "T-202") || holds("status", "ready"));
  step("blank/reset", {});
  assert.is(relations.tasks("status", "ready").size, 0);
});

test.run();
