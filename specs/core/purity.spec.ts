/** The core reads no clock, no chance and no environment: by trying, and by reading its text. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { AT, act, demoState, frozen, root } from "../support/core.ts";
import { createRandom, seedOf } from "../support/random.ts";
import { grouped, sizeFor } from "../support/soak.ts";
import { randomAction, randomPause } from "./random-actions.ts";

const test = suite("purity");
frozen(test);

/** Runs with every source of time and chance throwing, and puts them back. */
function withoutSources(run: () => void): void {
  const { Date: RealDate, performance: realPerformance, fetch: realFetch } = globalThis;
  const { random } = Math;
  const forbid = (what: string) => () => {
    throw new Error(`the core asked for ${what}`);
  };
  class TestDate extends RealDate {
    constructor(...given: [] | [number | string]) {
      if (given.length === 0) forbid("the time")();
      super(given[0] as number);
    }
    static override now = forbid("the time");
  }
  try {
    globalThis.Date = TestDate as unknown as DateConstructor;
    globalThis.performance = { now: forbid("the time") } as unknown as Performance;
    globalThis.fetch = forbid("the network");
    Math.random = forbid("chance");
    run();
  } finally {
    globalThis.Date = RealDate;
    globalThis.performance = realPerformance;
    globalThis.fetch = realFetch;
    Math.random = random;
  }
}

test("CORE-15: random histories ask for no time and no chance", () => {
  const size = sizeFor("impure", 300);
  const seed = seedOf(9_000);
  const random = createRandom(seed);
  let accepted = 0;
  let step = 0;
  withoutSources(() => {
    let state = demoState();
    let at = AT;
    for (; size.more(step); step++) {
      if (step % 1_000 === 0) state = demoState();
      at += randomPause(random);
      const { name, body } = randomAction(random, state);
      const result = act(state, name, body, at);
      if (!result.ok) continue;
      accepted++;
      state = result.state;
    }
  });
  assert.ok(accepted > 50, `seed ${seed}: only ${accepted} accepted`);
  size.reached(
    `${grouped(step)} actions, ${grouped(accepted)} of them accepted: nothing was asked for`,
  );
});

test("CORE-15: the check itself fails for what it forbids", () => {
  for (const ask of [
    () => Date.now(),
    () => new Date(),
    () => Math.random(),
    () => performance.now(),
  ]) {
    assert.throws(() => withoutSources(ask), /the core asked for/);
  }
});

const FORBIDDEN = [
  /\bDate\.now\b/,
  /\bnew Date\(\s*\)/,
  /\bMath\.random\b/,
  /\bperformance\./,
  /\bcrypto\b/,
  /\bprocess\./,
  /\bset(?:Timeout|Interval|Immediate)\b/,
  /\bfetch\(/,
  /\bconsole\./,
  /\blocaleCompare\b|\btoLocale/,
];

const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;

test("CORE-15: the text of the core names none of them", () => {
  const core = join(fileURLToPath(root), "core");
  for (const name of readdirSync(core, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts")) continue;
    const text = readFileSync(join(core, name), "utf8").replaceAll(COMMENT, "");
    for (const pattern of FORBIDDEN) assert.not.match(text, pattern, `core/${name}`);
  }
});

test.run();
