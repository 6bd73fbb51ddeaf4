/** How much the state may hold, and who may add to it. Neighbour: `random.spec.ts` holds what is counted against what is there. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  createMemoryJournal,
  type Engine,
  type EngineOptions,
  type Journal,
  JournalRefusal,
  type Outcome,
  openEngine,
  type Principal,
  sizeOf,
} from "../../core/index.ts";
import { AT, createIds, DAY_MS, frozen } from "../support/core.ts";
import { withoutClose } from "../support/journals.ts";

const test = suite("quota");
frozen(test);

const KB = 1_000;
const agent = (name: string): Principal => ({ name, role: "agent", agent_id: name });

interface House {
  engine: Engine;
  /** A task of so many characters, beside what every task has. */
  create(length: number, by?: Principal): Promise<Outcome>;
  wait(ms: number): void;
}

async function withHouse(
  run: (house: House) => Promise<void>,
  { journal = createMemoryJournal(), ...options }: Partial<EngineOptions> = {},
): Promise<void> {
  let now = AT;
  const clock = () => now;
  const engine = await openEngine({ journal, clock, newId: createIds(), ...options });
  try {
    if (engine.view().seq === 0) await engine.dispatch("demo/reset", {});
    await run({
      engine,
      create: (length, by) => {
        const body = { title: "x", owner: "", description: "d".repeat(length) };
        return engine.dispatch("tasks/create", body, by ? { by } : {});
      },
      wait: (ms) => {
        now += ms;
      },
    });
  } finally {
    await engine.close();
  }
}

const idOf = (outcome: Outcome): string => {
  if (!outcome.ok) throw new Error(outcome.message);
  return (outcome.reply as { task: { id: string } }).task.id;
};

const isRefused = (outcome: Outcome, words: RegExp) => {
  if (outcome.ok) throw new Error("it was accepted");
  assert.is(outcome.code, "conflict");
  assert.match(outcome.message, words);
};

const FULL =
  /^the company holds 0\.\d+ MB of at most 0\.30 MB; delete .*CLAWTASKER_MAX_STATE_MB\)$/;

test("CORE-24: what would make the state larger than it may be is refused, and changes nothing; deleting makes room", () =>
  withHouse(
    async ({ engine, create }) => {
      const made: string[] = [];
      let last: Outcome;
      for (;;) {
        last = await create(19 * KB);
        if (!last.ok) break;
        made.push(idOf(last));
      }
      isRefused(last, FULL);
      assert.ok(made.length > 5);
      const { state, seq } = engine.view();
      assert.ok(Math.abs(engine.size() - sizeOf(state)) < 1, "it is counted as it is");
      isRefused(await create(19 * KB), FULL);
      assert.is(engine.view().seq, seq);
      const [task_id = ""] = made;
      assert.ok((await engine.dispatch("tasks/delete", { task_id })).ok);
      assert.ok((await create(18 * KB)).ok);
    },
    { maxState: 300 * KB },
  ));

test("CORE-24: the last part of the room is kept for small steps, and what makes the state smaller passes where none is left", () =>
  withHouse(
    async ({ engine, create }) => {
      const task_id = idOf(await create(10 * KB));
      while ((await create(19 * KB)).ok);
      assert.ok(engine.size() + 20 * KB < 300 * KB, "there is room left");
      const note = { task_id, note: "n".repeat(500) };
      assert.ok((await engine.dispatch("tasks/update", note)).ok, "what was begun goes on");
      let small: Outcome;
      do small = await create(500);
      while (small.ok);
      isRefused(small, FULL);
      assert.ok(engine.size() > 297 * KB && engine.size() < 300 * KB);
    },
    { maxState: 300 * KB },
  ));

test("CORE-24: a state that is larger than it may be by now can be made smaller", async () => {
  const memory = createMemoryJournal();
  let task_id = "";
  await withHouse(
    async ({ create }) => {
      task_id = idOf(await create(10 * KB));
    },
    { journal: withoutClose(memory) },
  );
  await withHouse(
    async ({ engine, create }) => {
      isRefused(await create(1), /^the company holds/);
      const shorter = { task_id, description: "d" };
      const outcome = await engine.dispatch("tasks/update", shorter);
      assert.ok(outcome.ok);
    },
    { journal: withoutClose(memory), maxState: 10 * KB },
  );
});

test("CORE-24: a batch that is taken back leaves its room, as does what could not be written", async () => {
  const memory = createMemoryJournal();
  let isBroken = false;
  const journal: Journal = {
    ...withoutClose(memory),
    head: memory.head,
    floor: memory.floor,
    append: (seq, records) =>
      isBroken
        ? Promise.reject(new JournalRefusal("full", "no space"))
        : memory.append(seq, records),
  };
  await withHouse(
    async ({ engine, create }) => {
      const before = engine.size();
      const description = "d".repeat(19 * KB);
      const actions = [
        { action: "tasks/create", body: { title: "x", owner: "", description } },
        { action: "tasks/update", body: { task_id: "T-999999", note: "x" } },
      ];
      const refused = await engine.dispatchUnknown("batch", { actions, atomic: true });
      assert.not.ok(refused.ok);
      assert.is(engine.size(), before);
      isBroken = true;
      assert.not.ok((await create(19 * KB)).ok);
      assert.is(engine.size(), before);
      isBroken = false;
      assert.ok((await create(19 * KB)).ok);
      assert.ok(Math.abs(engine.size() - sizeOf(engine.view().state)) < 1);
    },
    { journal },
  );
});

test("CORE-24: what the state holds is known after a start, with a snapshot and without", async () => {
  for (const snapshotEvery of [1, 1_000]) {
    const memory = createMemoryJournal();
    const open = () => ({ journal: withoutClose(memory), snapshotEvery });
    let size = 0;
    await withHouse(async ({ engine, create }) => {
      for (let n = 0; n < 100; n++) await create(10 * KB);
      size = engine.size();
      // As after a kill.
      await withHouse(async ({ engine }) => {
        assert.ok(Math.abs(engine.size() - size) < size / 15, `${engine.size()}, of ${size}`);
      }, open());
    }, open());
    await withHouse(async ({ engine }) => {
      assert.ok(Math.abs(engine.size() - size) < size / 15, `${engine.size()}, before it ${size}`);
    }, open());
  }
});

test("CORE-24: one agent's token fills no company: it adds its share, others go on, and a day gives it back", () =>
  withHouse(
    async ({ engine, create, wait }) => {
      const [greedy, other] = [agent("codex"), agent("iris")];
      const before = engine.size();
      const made: string[] = [];
      let last: Outcome;
      for (;;) {
        last = await create(9 * KB, greedy);
        if (!last.ok) break;
        made.push(idOf(last));
      }
      isRefused(last, /^the token codex has added 0\.\d+ MB .*an agent's may add 0\.13 MB; delete/);
      const added = engine.size() - before;
      assert.ok(added > 100 * KB && added <= 125 * KB, `${added}`);
      assert.ok((await create(9 * KB, other)).ok);
      for (let n = 0; n < 15; n++) assert.ok((await create(9 * KB)).ok, "the owner as well");
      const [first = "", ...rest] = made;
      const shorter = { task_id: first, description: "" };
      assert.ok((await engine.dispatch("tasks/update", shorter, { by: greedy })).ok);
      isRefused(await create(19 * KB, greedy), /^the token codex/);
      assert.ok((await create(8 * KB, greedy)).ok, "as much as it gave back");
      wait(DAY_MS / 4);
      assert.ok((await create(19 * KB, greedy)).ok, "a part of a day, a part of its share");
      wait(DAY_MS);
      for (let n = 0; n < rest.length; n++) assert.ok((await create(9 * KB, greedy)).ok, `${n}`);
    },
    { maxState: KB * KB },
  ));

test("CORE-24: however many agents' tokens fill the company, people go on: the last part is theirs", () =>
  withHouse(
    async ({ engine, create }) => {
      const agents = Array.from({ length: 12 }, (_, n) => ({ ...agent("codex"), name: `a${n}` }));
      for (const length of [19 * KB, 5 * KB, 500]) {
        const part = length > 2 * KB ? 75 : 90;
        for (const one of agents) {
          let last: Outcome;
          do last = await create(length, one);
          while (last.ok);
          if (one === agents.at(-1)) {
            isRefused(last, new RegExp(`of at most 1\\.00 MB, and agents fill ${part} % of that`));
          }
        }
        const size = engine.size() / KB;
        assert.ok(size <= 10 * part && size > 10 * part - 20, `${size} KB`);
      }
      assert.ok((await create(8 * KB)).ok, "people go on");
      const said = { sender: "ceo", target: "codex", text: "x".repeat(1_000) };
      assert.ok((await engine.dispatchUnknown("conversations/message", said)).ok);
      const shorter = { task_id: "T-203", description: "" };
      const [by] = agents;
      assert.ok((await engine.dispatch("tasks/update", shorter, by ? { by } : {})).ok);
    },
    { maxState: KB * KB },
  ));

test("CORE-24: what time brings about is said, however full it is", async () => {
  const memory = createMemoryJournal();
  await withHouse(async () => {}, { journal: withoutClose(memory) });
  await withHouse(
    async ({ engine, create, wait }) => {
      isRefused(await create(1), /^the company holds/);
      wait(DAY_MS);
      const said = { stale_seconds: 60, heard_from: 0 };
      const size = engine.size();
      assert.ok((await engine.dispatchUnknown("system/sweep", said, { actor: "system" })).ok);
      assert.ok(engine.size() > size, "that an agent fell silent");
    },
    { journal: withoutClose(memory), maxState: 10 },
  );
});

test.run();
