/**
 * Bodies made to hold the server: everything that can be in one has a bound, and the dearest bodies that
 * fit are answered. How long they hold the loop is measured in a soak, where a figure is a promise.
 */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type AnyWrite, actions, MAX_ACTIONS, MAX_RESULTS, writes } from "../../core/index.ts";
import { type HttpServer, withHttp } from "../support/http.ts";
import { sizeFor } from "../support/soak.ts";

interface Node {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  format?: string;
  pattern?: string;
  maxLength?: number;
  maxItems?: number;
  maxProperties?: number;
  uniqueItems?: boolean;
  items?: Node;
  properties?: Record<string, Node>;
  additionalProperties?: Node | boolean;
  anyOf?: Node[];
  not?: Node;
}

const schemas = [...actions.values(), ...writes.values()].map(({ name, body }) => ({
  name,
  body: body as Node,
}));

function* nodesOf(node: Node, path: string): Generator<[path: string, node: Node]> {
  yield [path, node];
  if (node.items) yield* nodesOf(node.items, `${path}[]`);
  for (const [key, inner] of Object.entries(node.properties ?? {})) {
    yield* nodesOf(inner, `${path}.${key}`);
  }
  for (const inner of node.anyOf ?? []) yield* nodesOf(inner, path);
}

/** A pattern that itself bounds the length: `^[a-z]{1,20}$`. */
const BOUNDED = /^\^[^*+]*\{\d+(?:,\d+)?\}\$$/;

/** What a schema lacks, so that it could be made to cost much. */
function looseEnds(root: Node, name: string): string[] {
  const found: string[] = [];
  for (const [path, node] of nodesOf(root, name)) {
    const types = [node.type ?? []].flat();
    const closed =
      node.enum !== undefined || node.const !== undefined || BOUNDED.test(node.pattern ?? "");
    if (types.includes("string") && !closed && node.maxLength === undefined) {
      found.push(`${path} has no maxLength`);
    }
    if (types.includes("array") && node.maxItems === undefined)
      found.push(`${path} has no maxItems`);
    if (node.uniqueItems) found.push(`${path} compares its items with one another`);
  }
  return found;
}

test("HTTP-21: every text and every list of every body has a bound, and no list compares its items", () => {
  for (const { name, body } of schemas) assert.equal(looseEnds(body, name), []);
  const bad: Node = {
    properties: {
      text: { type: "string" },
      list: { type: "array", maxItems: 3, uniqueItems: true, items: { type: ["string", "null"] } },
      more: { type: "array", items: { type: "string", maxLength: 3 } },
    },
  };
  assert.is(looseEnds(bad, "bad").length, 4, "the check sees loose ends");
});

/** Texts on which patterns that backtrack take for ever. */
const ATTACKS = ["a", "-", " ", "0", "a-", "a.", "_a", "é", "\n"].flatMap((piece) => {
  const long = piece.repeat(Math.floor(163_840 / piece.length));
  return [long, `${long}!`, `!${long}`, `${long}\n`];
});

/** The time that the slowest pattern takes for the worst text, in milliseconds. */
function slowestPattern(): { ms: number; pattern: string; patterns: number } {
  const patterns = new Set<string>();
  for (const { name, body } of schemas) {
    for (const [, { pattern, not }] of nodesOf(body, name)) {
      for (const one of [pattern, not?.pattern]) if (one) patterns.add(one);
    }
  }
  let slowest = { ms: 0, pattern: "" };
  for (const pattern of patterns) {
    const expression = new RegExp(pattern, "u");
    for (const text of ATTACKS) {
      const from = performance.now();
      expression.test(text);
      const ms = performance.now() - from;
      if (ms > slowest.ms) slowest = { ms, pattern };
    }
  }
  return { ...slowest, patterns: patterns.size };
}

test("HTTP-21: no pattern is slow on any text that fits into a body", () => {
  const size = sizeFor("patterns", 1);
  const { ms, pattern, patterns } = slowestPattern();
  assert.ok(patterns > 0);
  if (size.soaking) assert.ok(ms <= 20, `${pattern} took ${ms} ms`);
  size.reached(
    `${patterns} patterns × ${ATTACKS.length} texts of 160 KB: ${ms.toFixed(1)} ms at most`,
  );
});

const BODY_BYTES = 163_000;
const fill = (piece: string) =>
  Array(Math.floor(BODY_BYTES / (piece.length + 1)))
    .fill(piece)
    .join();

/** The dearest bodies that fit, for one action; each must be refused or done. */
function bombsFor({ name, examples, body }: AnyWrite): [what: string, text: string][] {
  const example = examples[0] as Record<string, unknown>;
  const around = JSON.stringify(example).slice(0, -1);
  const glue = around === "{" ? "" : ",";
  const withField = (field: string, value: string) => `${around}${glue}"${field}":${value}}`;
  const properties = Object.entries((body as Node).properties ?? {});
  const [list] = properties.find(([, { type }]) => [type].flat().includes("array")) ?? ["labels"];
  const depth = 40_000;
  return [
    [
      "unknown fields",
      `{${fill('"a":1')
        .replaceAll('"a"', () => `"k${n++}"`)
        .slice(0, BODY_BYTES)
        .replace(/,[^,]*$/, "")}}`,
    ],
    ["a list of 15,000 items", withField(list, `[${fill('"label-1"')}]`)],
    ["a list of lists", withField(list, `[${fill("[[],[]]")}]`)],
    ["a list of objects", withField(list, `[${fill('{"a":1}')}]`)],
    ["lists in lists", withField(list, "[".repeat(depth) + "]".repeat(depth))],
    ["objects in objects", withField("a", `${'{"a":'.repeat(25_000)}1${"}".repeat(25_000)}`)],
    ["a prototype", withField("__proto__", '{"polluted":true,"length":1}')],
    [
      "a long text",
      withField("title", JSON.stringify("a".repeat(BODY_BYTES - around.length - 20))),
    ],
    [`${name} with a long key`, `{"${"k".repeat(BODY_BYTES)}":1}`],
  ];
}

let n = 0;

interface Thrown {
  bombs: number;
  /** Processor time that the dearest took, in milliseconds: no longer could it hold the loop. */
  ms: number;
  dearest: string;
}

async function throwBombs(http: HttpServer): Promise<Thrown> {
  const thrown: Thrown = { bombs: 0, ms: 0, dearest: "" };
  for (const action of writes.values()) {
    for (const [what, text] of bombsFor(action)) {
      const from = process.cpuUsage();
      const answer = await http.post(`/api/${action.name}`, text);
      const { user, system } = process.cpuUsage(from);
      const ms = (user + system) / 1_000;
      if (ms > thrown.ms) Object.assign(thrown, { ms, dearest: `${action.name}, ${what}` });
      const fine = answer.status === 200 || (answer.status >= 400 && answer.status < 500);
      assert.ok(fine, `${action.name}, ${what}: ${answer.status} ${answer.text.slice(0, 200)}`);
      thrown.bombs++;
    }
  }
  return thrown;
}

test("HTTP-21 CORE-10: bodies made to be dear are answered, and reach no prototype", () =>
  withHttp({}, async (http) => {
    const size = sizeFor("bombs", 1);
    // Once before it is measured, so that all is compiled.
    if (size.soaking) await throwBombs(http);
    // The best of a few rounds, so that a pause of something else is not taken for it.
    const rounds: Thrown[] = [];
    while (size.more(rounds.length)) rounds.push(await throwBombs(http));
    assert.is(Reflect.get({}, "polluted"), undefined);
    const [best] = rounds.sort((a, b) => a.ms - b.ms);
    assert.ok(best);
    const figure = `${Math.round(best.ms)} ms at most (${best.dearest})`;
    size.reached(`${best.bombs} bodies of up to 160 KB: the loop was held for ${figure}`);
    if (size.soaking) assert.ok(best.ms <= 50, `the loop was held for ${figure}`);
  }));

/** Batches of the dearest actions, each as many as there may be and as fit into a body. */
function* batchesOf(count: number): Generator<[what: string, actions: object[]]> {
  for (const { name: action, internal, alone, examples } of actions.values()) {
    if (internal || alone !== undefined) continue;
    yield [action, Array.from({ length: count }, () => ({ action, body: examples[0] }))];
  }
  const many = (action: string, bodyOf: (n: number) => object) =>
    [`${action}, new ones`, nth(count, (n) => ({ action, body: bodyOf(n) }))] as [string, object[]];
  yield many("missions/plan", (n) => ({ title: `Plan ${n}`, objective: "Much" }));
  yield many("missions/plan", (n) => ({
    title: `Plan ${n}`,
    objective: "Much",
    tasks: nth(100, () => ({ title: "a" })),
  }));
  yield many("agents/register", (n) => ({ agent_id: `bomb-${n}`, name: `B ${n}`, role: "Bomb" }));
  yield many("tasks/create", (n) => ({ title: `Task ${n}`, specialist: "code" }));
}

const nth = <T>(length: number, make: (n: number) => T) =>
  Array.from({ length }, (_, n) => make(n));

/** As long a beginning of the list as fits into a body. */
function fitting(actions: readonly object[]): string {
  let bytes = 20;
  const end = actions.findIndex((one) => {
    bytes += JSON.stringify(one).length + 1;
    return bytes > BODY_BYTES;
  });
  return JSON.stringify({ actions: end < 0 ? actions : actions.slice(0, end) });
}

test("HTTP-21 HTTP-22: batches of the dearest actions are answered, and within a bound", () =>
  withHttp({}, async (http) => {
    const size = sizeFor("batch-bombs", 1);
    let dearest = { ms: 0, what: "" };
    let largest = 0;
    let thrown = 0;
    for (const [what, actions] of batchesOf(size.soaking ? MAX_ACTIONS : 5)) {
      const from = process.cpuUsage();
      const { status, text } = await http.post("/api/batch", fitting(actions));
      const { user, system } = process.cpuUsage(from);
      const ms = (user + system) / 1_000;
      if (ms > dearest.ms) dearest = { ms, what };
      largest = Math.max(largest, text.length);
      thrown++;
      assert.is(status, 200, `${what}: ${text.slice(0, 200)}`);
      // Beside what they answer with: the status, the number and the sentence of each.
      const bound = MAX_RESULTS + actions.length * 1_000;
      assert.ok(text.length <= bound, `${what}: ${text.length} bytes`);
    }
    size.reached(
      `${thrown} batches of ${MAX_ACTIONS}: ${(largest / 1e6).toFixed(1)} MB answered at most; the dearest, ` +
        `${dearest.what}, took ${Math.round(dearest.ms)} ms of processor time`,
    );
  }));

test.run();
