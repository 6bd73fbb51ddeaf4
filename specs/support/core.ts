/**
 * What the specs of the core share: a fixed moment, the demo state, a dispatch without an engine, and
 * the laws that every reduction obeys. Neighbours: `specs/core/`, `journals.ts` beside.
 * Invariant: nothing here keeps state from one test to the next.
 */
import * as assert from "uvu/assert";
import { RULES } from "../../core/action.ts";
import {
  type ActionName,
  actions,
  applyPatches,
  createState,
  createValidator,
  freezeStates,
  type Patch,
  type Reduction,
  type Rejection,
  reduce,
  type State,
  table,
  toWireState,
} from "../../core/index.ts";

/** The moment at which the demo company is made. */
export const AT = Date.parse("2026-03-21T09:30:00Z");
/** The number of an entry that a spec makes without an engine, after the one of the demo company. */
export const SEQ = 2;
export const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;

/** The checkout: the specs run from `dist/specs/<folder>/`. */
export const root = new URL("../../../", import.meta.url);

interface Suite {
  before(hook: () => void): void;
  after(hook: () => void): void;
}

/** Deep-freezes every state while the suite runs: who writes past a draft throws. */
export function frozen(suite: Suite): void {
  suite.before(() => freezeStates(true));
  suite.after(() => freezeStates(false));
}

/** Ids that count: `id-1`, `id-2`, … */
export function createIds(): () => string {
  let last = 0;
  return () => `id-${++last}`;
}

const validator = createValidator();

/** Validates and reduces, as the engine does, at a moment of one's own. */
export function act(
  state: State,
  name: ActionName,
  body: unknown,
  at = AT + MINUTE_MS,
  seq = SEQ,
): Reduction | Rejection {
  const declaration = actions.get(name);
  if (!declaration) throw new Error(`no action ${name}`);
  const validated = validator.validate(declaration, body);
  if (!validated.ok) return validated;
  const { payload } = validated;
  const actor = declaration.actor?.(payload) || "ceo";
  const { most } = declaration;
  const stamp = {
    at,
    seq,
    actor,
    actionId: "id",
    rules: RULES,
    ...(most !== undefined && { most }),
  };
  const result = reduce(state, declaration, { name, payload, stamp });
  return result.ok ? { ...result, reply: { ...result.reply, ...result.overview() } } : result;
}

/** As an entry is decided again that a release left which had no generations of rules. */
export function asBefore(
  state: State,
  name: ActionName,
  payload: object,
  at = AT + MINUTE_MS,
  seq = SEQ,
  rules?: number,
): Reduction {
  const declaration = actions.get(name);
  if (!declaration) throw new Error(`no action ${name}`);
  const actor = declaration.actor?.(payload) || "ceo";
  const { most } = declaration;
  const stamp = {
    ...{ at, seq, actor, actionId: "id" },
    ...(most !== undefined && { most }),
    ...(rules !== undefined && { rules }),
  };
  const result = reduce(state, declaration, { name, payload, stamp });
  if (!result.ok) throw new Error(`${name} refused: ${result.message}`);
  return result;
}

/** The demo company, a fresh copy that shares nothing. */
export function demoState(): State {
  return run(createState(), "demo/reset", {}, AT).state;
}

/** A deep copy of true JSON; unlike a structured clone it leaves those objects without a prototype that have none. */
export function copyOf<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf) as T;
  const copy = Object.create(Object.getPrototypeOf(value)) as Record<string, unknown>;
  for (const [key, inner] of Object.entries(value)) copy[key] = copyOf(inner);
  return copy as T;
}

/** One action that must be accepted. */
export function run(state: State, name: ActionName, body: unknown, at?: number): Reduction {
  const result = act(state, name, body, at);
  if (!result.ok) throw new Error(`${name} refused: ${result.message}`);
  return result;
}

/** Several actions that must be accepted, a second after each other. */
export function runAll(state: State, steps: readonly [ActionName, unknown][]): State {
  return steps.reduce(
    (now, [name, body], index) => run(now, name, body, AT + index * 1_000).state,
    state,
  );
}

/** `add /tasks/T-216`, in the order of the paths; versions apart, which `checkVersions` looks at. */
export function pathsOf(patches: readonly Patch[]): string[] {
  return patches
    .filter(({ path }) => !VERSION_PATH.test(path))
    .map(({ op, path }) => `${op} ${path}`)
    .sort();
}

const VERSION_PATH = /^\/(?:tasks|agents|missions)\/[^/]+\/version$/;

/** A version is the number of the entry that made it. */
function checkVersions(patches: readonly Patch[], seq: number): void {
  for (const patch of patches) {
    if (VERSION_PATH.test(patch.path)) assert.is(patch.op === "replace" && patch.value, seq);
  }
}

/** Acts, checks the laws, and expects these patches and no other. */
export function accepts(
  state: State,
  name: ActionName,
  body: unknown,
  patches: readonly string[],
  at?: number,
  seq?: number,
): Reduction {
  const result = checkLaws(state, name, body, at, seq);
  if (!result.ok) throw new Error(`${name} refused: ${result.message}`);
  assert.equal(pathsOf(result.patches), [...patches].sort(), name);
  return result;
}

/** Acts, checks the laws, and expects this sentence. */
export function refuses(
  state: State,
  name: ActionName,
  body: unknown,
  sentence: string,
  at?: number,
  seq?: number,
): Rejection {
  const result = checkLaws(state, name, body, at, seq);
  if (result.ok) throw new Error(`${name} was accepted: ${JSON.stringify(body)}`);
  assert.is(result.message, sentence);
  return result;
}

/** CORE-1 to CORE-4, for one action on one state. */
export function checkLaws(
  state: State,
  name: ActionName,
  body: unknown,
  at?: number,
  seq = SEQ,
): Reduction | Rejection {
  const before = copyOf(state);
  const result = act(state, name, body, at, seq);
  assert.equal(state, before, `${name} changed the state it was given`);
  const again = act(state, name, body, at, seq);
  assert.is(JSON.stringify(again), JSON.stringify(result), `${name} twice differs`);
  if (!result.ok) return result;
  assert.ok(Object.isFrozen(result.state), "the new state is frozen");
  checkPatches(before, result);
  checkVersions(result.patches, seq);
  checkJson(toWireState(result.state), "state");
  checkJson(result.patches, "patches");
  checkJson(result.event, "event");
  checkJson(result.reply, "reply");
  return result;
}

/** A history: each accepted step a second and an entry after the last one, every law checked. */
export interface Story {
  state: State;
  /** Of the last step. */
  seq: number;
  /** Milliseconds since the epoch, of the last step. */
  at: number;
  wait(ms: number): void;
  /** Must be accepted, with these patches and no other where they are given. */
  does(name: ActionName, body: unknown, patches?: readonly string[]): Reduction;
  /** Must be refused, with this sentence; takes no entry. */
  refused(name: ActionName, body: unknown, sentence: string): Rejection;
}

export function createStory(state: State = demoState()): Story {
  const story: Story = {
    state,
    seq: 1,
    at: AT,
    wait(ms) {
      story.at += ms;
    },
    does(name, body, patches) {
      const [at, seq] = [story.at + 1_000, story.seq + 1];
      const result = patches
        ? accepts(story.state, name, body, patches, at, seq)
        : checkLaws(story.state, name, body, at, seq);
      if (!result.ok) throw new Error(`${name} refused: ${result.message}`);
      Object.assign(story, { state: result.state, at, seq });
      return result;
    },
    refused: (name, body, sentence) =>
      refuses(story.state, name, body, sentence, story.at + 1_000, story.seq + 1),
  };
  return story;
}

function checkPatches(before: State, { state: after, patches, inverse }: Reduction): void {
  const paged = copyOf(before);
  applyPatches(paged, structuredClone(patches));
  assert.equal(paged, after, "patches on the paged form");
  const wire = structuredClone(toWireState(before));
  applyPatches(wire, structuredClone(patches));
  assert.equal(wire, toWireState(after), "patches on the wire form");
  applyPatches(wire, structuredClone(inverse()));
  assert.equal(wire, toWireState(before), "inverse patches on the wire form");
  applyPatches(paged, structuredClone(inverse()));
  assert.equal(toWireState(paged), toWireState(before), "inverse patches on the paged form");
}

/** Survives a round trip through text unchanged, and holds no undefined. */
export function checkJson(value: unknown, what: string): void {
  assert.equal(JSON.parse(JSON.stringify(value)), value, `${what} is true JSON`);
}

/** A record that must be there. */
export function record<T>(rows: table.Table<T>, id: string): T {
  const found = table.get(rows, id);
  if (found === undefined) throw new Error(`no record ${id}`);
  return found;
}
