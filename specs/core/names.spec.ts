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
import { nameOf } from "../../core/state/lookup.ts";
import { get } from "../../core/table.ts";
import { AT, copyOf, createIds, demoState, frozen, record, run } from "../support/core.ts";

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

const HIDDEN = ["\u202a", "\u202e", "\u2066", "\u2069", "\u200e", "\u200f", "\u061c", "\u200b"];
const MORE_HIDDEN = ["\u00ad", "\u2060", "\ufeff", "\ufff9", "\ufffc", "\u2028", "\u{e0043}"];
/** Drawn as nothing, though no category of Unicode says so. */
const DRAWN_AS_NOTHING = ["\ufffc", "\u{1d159}", "\u{16fe4}"];

/** Each field by which somebody or something is called, with what its action asks for beside. */
const CALLED: readonly (readonly [action: string, field: string, body: object])[] = [
  ...["name", "role", "source", "manager", "manager_title", "department", "team_name"].map(
    (field) => ["agents/update", field, { agent_id: "codex" }] as const,
  ),
  ["agents/register", "name", { role: "Tester" }],
  ["agents/register", "role", { name: "Nova" }],
  ["tasks/create", "reporter", { title: "x" }],
  ["tasks/create", "author", { title: "x" }],
  ["tasks/create", "specialist", { title: "x" }],
  ["tasks/comment", "author", { task_id: "T-203", text: "x" }],
  ["tasks/comment", "agent_id", { task_id: "T-203", text: "x" }],
  ["openclaw/publish", "run_id", { agent_id: "codex" }],
  ["org/configure", "ceo_name", {}],
  ["org/configure", "ceo_role", {}],
  ["org/configure", "company_name", {}],
  ["projects/configure", "name", { project_id: "ceo-console" }],
  ["sprints/create", "name", {}],
];

test("ACC-17: no name, no role and nothing that says who acts holds what is not seen or turns the direction; the refusal names it", async () => {
  const journal = createMemoryJournal();
  const engine = await openEngine({ journal, clock: () => AT, newId: createIds() });
  await engine.dispatch("demo/reset", {});
  for (const [action, field, body] of CALLED) {
    for (const hidden of [...HIDDEN, ...MORE_HIDDEN]) {
      const said = { ...body, [field]: `O${hidden}EC` };
      const outcome = await engine.dispatchUnknown(action, said);
      const point = hidden.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
      const why = "it is not seen, and makes a name look like another";
      assert.is(outcome.ok, false, `${action} ${field} U+${point}`);
      if (!outcome.ok) assert.is(outcome.message, `${field} may not hold U+${point}: ${why}`);
    }
  }
  const plan = { title: "m", objective: "o", tasks: [{ title: "x", reporter: "\u202eOEC" }] };
  const nested = await engine.dispatchUnknown("missions/plan", plan);
  assert.match(nested.ok ? "" : nested.message, /^tasks\[0\]\.reporter may not hold U\+202E/);
  assert.is(engine.view().seq, 1);
  // Persian, Hindi, Hebrew and a family.
  for (const name of ["می\u200cخواهم", "क\u094d\u200dष", "דנה", "Nova 👩\u200d💻"]) {
    okay(await engine.dispatch("agents/update", { agent_id: "codex", name }));
  }
  // In a text they belong to the writing.
  okay(await engine.dispatch("tasks/create", { title: "C\u200e#", description: "\u202eOEC" }));
  await engine.close();
});

test("ACC-17: with what is drawn as nothing in it a name is seen as the same", () =>
  withCompany(async (engine) => {
    for (const nothing of DRAWN_AS_NOTHING) {
      for (const [name, reporter] of [
        ["Vega", `V${nothing}ega`],
        [`Ve${nothing}ga`, "Vega"],
      ] as const) {
        const named = await engine.dispatch("agents/update", { agent_id: "a7x", name });
        if (!named.ok) assert.is(nothing, "\ufffc", "it is let in");
        const said = await engine.dispatchUnknown(
          "tasks/create",
          { title: "x", reporter },
          { by: CODEX },
        );
        assert.not.ok(said.ok, `${escape(name)} ${escape(reporter)}`);
      }
    }
  }));

test("ACC-17: who is called as the CEO is shown with its id, however the name is written", () => {
  const called = (name: string, ceo_name = "Alex") => {
    const state = copyOf(demoState());
    state.company.ceo_name = ceo_name;
    record(state.agents, "codex").name = name;
    return state;
  };
  for (const name of ["CEO", "ceo", "\uff23\uff25\uff2f", "C\u200bEO", " CEO ", "Alex", "ALEX"]) {
    const state = called(name);
    assert.is(nameOf(state, "codex"), `${name} (codex)`);
    const { reply } = run(state, "tasks/update", { task_id: "T-203", owner: "codex" });
    assert.is((reply as { task: { owner_name: string } }).task.owner_name, `${name} (codex)`);
  }
  for (const name of ["Codex", "CEO of code", "Alexa"]) {
    assert.is(nameOf(called(name), "codex"), name);
  }
  assert.is(nameOf(called("CEO"), "ceo"), "Alex");
  assert.is(nameOf(called("Codex"), "nobody"), "nobody");
});

test("ACC-17: who was called so before is read as ever, and may change everything else", async () => {
  const journal = createMemoryJournal();
  const first = await openEngine({ journal, clock: () => AT, newId: createIds() });
  await first.dispatch("demo/reset", {});
  const [entry] = await journal.read(0, 1);
  const older = (entry as { json: string }).json.replaceAll('"Codex"', '"\u202eOEC"');
  const read = async (after: number) => (after === 0 ? [{ ...entry, json: older }] : []);
  const kept = { ...journal, read } as typeof journal;
  const engine = await openEngine({ journal: kept, clock: () => AT, newId: createIds() });
  const nameOf = () => get(engine.view().state.agents, "codex")?.name;
  assert.is(nameOf(), "\u202eOEC");
  okay(await engine.dispatch("agents/update", { agent_id: "codex", role: "Engineer" }));
  okay(await engine.dispatch("agents/heartbeat", { agent_id: "codex" }));
  assert.is(nameOf(), "\u202eOEC");
  await engine.close();
});

test.run();
