/**
 * Whose name a text bears, and what it costs to know. Neighbours: `core/names.ts`; `http-roles.spec.ts`
 * has the routes by which a name could be borrowed.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  createMemoryJournal,
  type Engine,
  type Outcome,
  openEngine,
  type Principal,
} from "../../core/index.ts";
import { AT, createIds, frozen } from "../support/core.ts";

const test = suite("names");
frozen(test);

const CODEX: Principal = { name: "codex-1", role: "agent", agent_id: "codex" };
const MANY = 1_000;

async function withCompany(run: (engine: Engine) => Promise<void>): Promise<void> {
  const journal = createMemoryJournal();
  const engine = await openEngine({ journal, clock: () => AT, newId: createIds() });
  try {
    await engine.dispatch("demo/reset", {});
    const agents = Array.from({ length: MANY }, (_, n) => ({
      agent_id: `a${n}x`,
      name: `Agent ${n}x`,
      role: "Tester",
    }));
    okay(await engine.dispatch("openclaw/roster_sync", { agents }));
    await run(engine);
  } finally {
    await engine.close();
  }
}

function okay(outcome: Outcome): void {
  if (!outcome.ok) throw new Error(outcome.message);
}

/** How often a text is brought into its plain form meanwhile: the dear step, once for each name looked at. */
async function looksDuring(run: () => Promise<unknown>): Promise<number> {
  const { normalize } = String.prototype;
  let looks = 0;
  String.prototype.normalize = function (this: string, form?: string) {
    looks++;
    return normalize.call(this, form);
  };
  try {
    await run();
  } finally {
    String.prototype.normalize = normalize;
  }
  return looks;
}

test("ACC-14: whose name a text bears is known without a look at all agents, each text is looked at once, and a change of one agent costs its row", () =>
  withCompany(async (engine) => {
    const child = { title: "a", reporter: "b" };
    const plan = { title: "m", objective: "o", tasks: Array.from({ length: 100 }, () => child) };
    const actions = Array.from({ length: 5 }, () => ({ action: "missions/plan", body: plan }));
    const send = () => engine.dispatchUnknown("batch", { actions }, { by: CODEX });
    okay(await send());
    const looks = await looksDuring(send);
    assert.ok(looks <= 5 * 2 * 3, `${looks} looks for 500 texts that say the same`);
    const moved = await looksDuring(async () => {
      okay(await engine.dispatch("agents/heartbeat", { agent_id: "a7x" }));
      okay(await engine.dispatchUnknown("tasks/create", child, { by: CODEX }));
    });
    assert.ok(moved < MANY / 10, `${moved} looks after one agent of ${MANY} changed`);
  }));

test("ACC-14: what is known of names follows every change of an agent", () =>
  withCompany(async (engine) => {
    const taken = async (reporter: string) => {
      const body = { title: "x", reporter };
      return !(await engine.dispatchUnknown("tasks/create", body, { by: CODEX })).ok;
    };
    assert.equal([await taken("agent 7X"), await taken("Vega")], [true, false]);
    okay(await engine.dispatch("agents/update", { agent_id: "a7x", name: "Vega" }));
    assert.equal(
      [await taken("agent 7x"), await taken("VEGA"), await taken("A7X")],
      [false, true, true],
    );
    okay(await engine.dispatch("agents/delete", { agent_id: "a7x" }));
    assert.equal([await taken("vega"), await taken("a7x")], [false, false]);
    okay(await engine.dispatch("org/configure", { ceo_name: "Alexandra" }));
    assert.is(await taken("alexandra"), true);
    okay(await engine.dispatch("blank/reset", {}));
    okay(await engine.dispatch("agents/register", { agent_id: "codex", name: "C", role: "r" }));
    assert.is(await taken("Agent 8x"), false);
  }));

test.run();
