/**
 * Seeded random histories of all actions. A failing seed is printed; keep it as a case of its own.
 * One again: `SEED=<seed>`; more of them: `npm run soak -- replay`.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { REJECTION_CODES } from "../../core/errors.ts";
import {
  actions,
  applyPatches,
  createRelations,
  createState,
  createValidator,
  type Patch,
  type Reduction,
  type Rejection,
  reduce,
  type State,
  sizeOf,
  toParts,
  toWireState,
} from "../../core/index.ts";
import { fromParts } from "../../core/snapshot-parts.ts";
import type { Agent } from "../../core/state/agents/agent.ts";
import type { Mission } from "../../core/state/missions/mission.ts";
import type { Task } from "../../core/state/tasks/task.ts";
import { get, list, type Table, values } from "../../core/table.ts";
import { AT, checkJson, copyOf, demoState, frozen } from "../support/core.ts";
import { createRandom, seedOf } from "../support/random.ts";
import { part, type Size, sizeFor } from "../support/soak.ts";
import { randomAction, randomPause } from "./random-actions.ts";

const test = suite("random");
frozen(test);

const STEPS = 150;

const validator = createValidator();

interface Played {
  /** Sees every accepted step. */
  each?(before: State, reduction: Reduction, stamp: { seq: number }): void;
  /** Whether each step is done twice and the whole old state compared, which is most of the time. */
  twice?: boolean;
}

function play(seed: number, { each, twice = false }: Played = {}) {
  const random = createRandom(seed);
  let state = demoState();
  let text = twice ? JSON.stringify(state) : "";
  const relations = createRelations(state);
  let at = AT;
  const journal: string[] = [];
  const counts = { accepted: 0, refused: 0 };
  for (let step = 0; step < STEPS; step++) {
    at += randomPause(random);
    const { name, body } = randomAction(random, state);
    const told = () => `seed ${seed}, step ${step}, ${name} ${JSON.stringify(body)}`;
    try {
      const declaration = actions.get(name);
      assert.ok(declaration);
      const validated = validator.validate(declaration, body);
      const stamp = { at, seq: step + 1, actor: "ceo", actionId: `id-${step}` };
      const result = validated.ok
        ? reduce(state, declaration, { name, payload: validated.payload, stamp }, relations)
        : validated;
      if (twice) assert.is(JSON.stringify(state), text, "the old state changed");
      if (!result.ok) {
        counts.refused++;
        assert.ok(REJECTION_CODES.includes(result.code) && result.message.length > 0);
        continue;
      }
      counts.accepted++;
      if (twice) {
        // Look-ups built afresh and from the journal's own text: nothing may hang on how they grew.
        const payload = validated.ok && JSON.parse(JSON.stringify(validated.payload));
        const again = reduce(state, declaration, { name, payload, stamp });
        assert.is(outcome(again), outcome(result), "the same action twice differs");
        checkJson([result.patches, result.event, result.reply], "patches, event and reply");
      }
      each?.(state, result, stamp);
      relations.advance(state, result.state, result.touched);
      state = result.state;
      if (twice) text = JSON.stringify(state);
      journal.push(JSON.stringify(result.patches));
    } catch (error) {
      console.error(told());
      throw error;
    }
  }
  return { state, journal, counts };
}

/** What the state after follows from, and what is told; the patches stand for the state. */
function outcome(result: Reduction | Rejection): string {
  return JSON.stringify(result.ok ? [result.patches, result.event, result.reply] : result);
}

/** The laws share the time of a soak. */
const LAWS = 7;

/** Every history from `first` on; the failing seed is told. */
function forSeeds(
  first: number,
  check: (seed: number) => void,
  size: Size = sizeFor("laws", 3, 1 / LAWS),
): void {
  const start = seedOf(first);
  let seed = start;
  for (; process.env.SEED ? seed === start : size.more(seed - start); seed++) {
    try {
      check(seed);
    } catch (error) {
      console.error(`failing seed: ${seed}`);
      throw error;
    }
  }
  size.reached(`${part(seed - start, size)} × ${STEPS} actions`);
}

test("CORE-1 CORE-2 CORE-4: whatever is sent, the core answers with a reduction or a refusal", () => {
  let accepted = 0;
  let refused = 0;
  forSeeds(1_000, (seed) => {
    const { counts } = play(seed, { twice: true });
    accepted += counts.accepted;
    refused += counts.refused;
  });
  assert.ok(accepted > refused / 4, `only ${accepted} of ${accepted + refused} were accepted`);
});

test("CORE-24: what each step adds to the state is what it is larger by", () => {
  forSeeds(9_000, (seed) => {
    play(seed, {
      each(before, reduction) {
        assert.is(reduction.growth(), sizeOf(reduction.state) - sizeOf(before));
      },
    });
  });
});

test("DUR-5: live state = patches replayed from the start, on both forms, and from a snapshot on", () => {
  const check = (seed: number) => {
    const parts: string[] = [];
    let tail = 0;
    const { state, journal } = play(seed, {
      each(before, _reduction, { seq }) {
        if (seq < STEPS / 2) return;
        if (tail++ === 0) parts.push(...toParts(before));
      },
    });
    const start = demoState();
    const paged = copyOf(start);
    const wire = structuredClone(toWireState(start));
    for (const json of journal) {
      applyPatches(paged, JSON.parse(json) as Patch[]);
      applyPatches(wire, JSON.parse(json) as Patch[]);
    }
    assert.equal(paged, state);
    assert.equal(wire, toWireState(state));
    assert.is.not(JSON.stringify(state), JSON.stringify(createState()));
    const resumed = fromParts(parts);
    for (const json of tail > 0 ? journal.slice(-tail) : []) {
      applyPatches(resumed, JSON.parse(json) as Patch[]);
    }
    assert.equal(toWireState(resumed), toWireState(state), "snapshot and tail");
  };
  forSeeds(2_000, check, sizeFor("replay", 3));
});

test("CORE-8: nothing refers to what was deleted", () => {
  forSeeds(3_000, (seed) => {
    // What is archived is not deleted: what refers to it keeps its id (ARC-3).
    const archived = new Set<string>();
    play(seed, {
      each(_before, { state, archive: step }) {
        if (step?.clear) archived.clear();
        for (const id of step?.take ?? []) archived.delete(id);
        for (const { id } of step?.put ?? []) archived.add(id);
        assert.equal(danglingIn(state, archived), []);
      },
    });
  });
});

/** References to work, owners and places; what was said and done keeps its names, for history. */
function danglingIn(state: State, archived: ReadonlySet<string>): string[] {
  const found: string[] = [];
  const ids = (table: "tasks" | "agents" | "missions" | "sprints") =>
    new Set(list<{ id: string }>(state[table]).map(({ id }) => id));
  const [tasks, agents, missions, sprints] = [
    ids("tasks"),
    ids("agents"),
    ids("missions"),
    ids("sprints"),
  ];
  const live = new Set(tasks);
  for (const id of archived) tasks.add(id);
  const look = (place: string, known: Set<string>, ...refs: (string | null)[]) => {
    for (const ref of refs)
      if (ref !== null && ref !== "ceo" && !known.has(ref)) found.push(`${place}: ${ref}`);
  };
  for (const task of values(state.tasks)) {
    const { id, owner, validation_owner, assignees, collaborators } = task;
    look(`${id} people`, agents, owner, validation_owner, ...assignees, ...collaborators);
    look(`${id} depends_on`, tasks, ...task.depends_on);
    look(`${id} links`, tasks, ...task.links.map(({ target_id }) => target_id));
    look(`${id} mission`, missions, task.mission_id);
    look(`${id} sprint`, sprints, task.sprint_id);
  }
  for (const { id, owner, assigned_agents } of values(state.missions)) {
    look(`${id} people`, agents, owner, ...assigned_agents);
  }
  for (const { id, manager, current_task_id } of values(state.agents)) {
    look(`${id} manager`, agents, manager);
    look(`${id} task`, live, current_task_id);
  }
  look("chief", agents, state.company.chief_agent_id);
  return found;
}

test("CORE-5: no counted id comes back", () => {
  forSeeds(4_000, (seed) => {
    const known = { tasks: 0, missions: 0, sprints: 0, notifications: 0, runs: 0, directives: 0 };
    const highest = (state: State, name: keyof typeof known) =>
      list<{ id: string }>(state[name]).map(({ id }) => Number(id.slice(id.indexOf("-") + 1)));
    play(seed, {
      each(before, { state, event }) {
        for (const name of Object.keys(known) as (keyof typeof known)[]) {
          known[name] = Math.max(known[name], ...highest(before, name));
          const old = new Set(highest(before, name));
          const added = highest(state, name).filter((number) => !old.has(number));
          // The demo's own ids are names that documents use; they stand again after a reset.
          if (event.meta.action === "demo/reset" && name !== "notifications") continue;
          for (const number of added) assert.ok(number > known[name], `${name} ${number} again`);
        }
      },
    });
  });
});

test("CORE-7: one active notification for each cause, and none without its cause", () => {
  forSeeds(5_000, (seed) => {
    play(seed, {
      each(_before, { state }) {
        const active = list(state.notifications).filter((notice) => notice.active);
        const causes = active.map(({ kind, task_id, agent_id, mission_id }) =>
          [kind, kind.startsWith("agent_") ? agent_id : (task_id ?? mission_id)].join(),
        );
        assert.is(new Set(causes).size, causes.length, "a cause has two notifications");
        const blocked = list(state.tasks)
          .filter((task) => task.blocked && task.status !== "done")
          .map(({ id }) => `task_blocked,${id}`);
        const waiting = list(state.tasks)
          .filter(({ status }) => status === "validation")
          .map(({ id }) => `approval_needed,${id}`);
        const silent = list(state.agents)
          .filter(({ silent, standing }) => silent && standing === "active")
          .map(({ id }) => `agent_silent,${id}`);
        const missions = list(state.missions)
          .filter(({ status }) => status === "blocked")
          .map(({ id }) => `mission_blocked,${id}`);
        const overloaded = list(state.agents)
          .filter(({ id, standing }) => {
            const open = list(state.tasks).filter((t) => t.owner === id && t.status !== "done");
            return standing === "active" && open.length > 4;
          })
          .map(({ id }) => `agent_overloaded,${id}`);
        const human = list(state.tasks)
          .filter((task) => task.needs_human && task.status !== "done")
          .map(({ id }) => `needs_human,${id}`);
        const lost = list(state.tasks)
          .filter((task) => !task.needs_human && task.lease_expiries > 0 && task.status === "ready")
          .map(({ id }) => `lease_lost,${id}`);
        const ofTasks = [...blocked, ...waiting, ...human, ...lost];
        const due = [...ofTasks, ...silent, ...missions, ...overloaded].sort();
        assert.equal(causes.filter((cause) => !cause.startsWith("task_overdue")).sort(), due);
      },
    });
  });
});

test("AGT-7: the version of what changed is the entry that changed it, and of nothing else", () => {
  forSeeds(6_000, (seed) => {
    play(seed, {
      each(before, { state, touched }, { seq }) {
        for (const name of ["tasks", "agents", "missions"] as const) {
          const ids = touched.get(name) ?? [];
          if (ids === "all") continue;
          for (const id of ids) {
            const old = get<Versioned>(before[name] as Table<Versioned>, id);
            const now = get<Versioned>(state[name] as Table<Versioned>, id);
            if (!now) continue;
            assert.ok(
              now.version === seq || now.version === old?.version,
              `${id} at ${now.version}`,
            );
            if (now.version !== seq) assert.equal(settled(now), settled(old), id);
          }
        }
      },
    });
  });
});

type Versioned = Task | Agent | Mission;

/** What a heartbeat says of an agent, and when. */
const PRESENCE = new Set([
  ...["updated_at", "last_heartbeat", "silent", "status", "current_task_id", "speaking", "note"],
  ...["done_summary", "doing_summary", "next_summary", "blockers", "collaborating_with"],
]);

/** The record without what changes and leaves its version: presence, comments, a lease that goes on. */
function settled(one: Versioned | undefined): unknown {
  if (!one || "milestones" in one) return one;
  if ("standing" in one) {
    return Object.fromEntries(Object.entries(one).filter(([field]) => !PRESENCE.has(field)));
  }
  return { ...one, comments: [], lease: one.lease?.token };
}

test("AGT-1: whoever holds a task owns it and works on it", () => {
  forSeeds(7_000, (seed) => {
    play(seed, {
      each(_before, { state }) {
        for (const { id, lease, owner, status, needs_human } of values(state.tasks)) {
          if (lease) assert.equal([owner, status], [lease.holder, "in_progress"], id);
          if (status === "done" || status === "validation") assert.not.ok(lease, id);
          if (needs_human) assert.is.not(status, "done", id);
        }
      },
    });
  });
});

test.run();
