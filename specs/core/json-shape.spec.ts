/** The shape of a JSON text, found without parsing it. Neighbour: `core/json-shape.ts`. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { MAX_DEPTH, MAX_FIELDS, shapeProblem } from "../../core/index.ts";

const test = suite("shape of JSON");

const object = (count: number, name = "field-with-a-name-") =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`${name}${n}`, n]));

test("HTTP-4: an object of a text may have 500 fields, wherever it stands, and as many objects as there is room for", () => {
  for (const wrap of [
    (value: object) => value,
    (value: object) => ({ a: [{ b: value }], c: 1 }),
    (value: object) => [1, [value], { x: value }],
  ]) {
    assert.is(shapeProblem(JSON.stringify(wrap(object(MAX_FIELDS)))), null);
    const wide = JSON.stringify(wrap(object(MAX_FIELDS + 1)));
    assert.is(shapeProblem(wide), "has an object of more than 500 fields");
  }
  assert.is(shapeProblem(JSON.stringify(Array(40).fill(object(400)))), null);
});

test("HTTP-4: what stands in strings, names and lists counts for nothing, however it is escaped", () => {
  const text = `:{"\\${"::,{[".repeat(2_000)}`;
  assert.is(shapeProblem(JSON.stringify({ [text]: text, list: Array(5_000).fill(":") })), null);
});

test("HTTP-4: lists and objects nest 64 levels deep", () => {
  const nested = (depth: number) => {
    let value: unknown = "x".repeat(3_000);
    for (let n = 0; n < depth; n++) value = n % 2 ? [value] : { a: value };
    return JSON.stringify(value);
  };
  assert.is(shapeProblem(nested(MAX_DEPTH)), null);
  assert.is(shapeProblem(nested(MAX_DEPTH + 1)), "is nested more than 64 levels deep");
  assert.is(shapeProblem("]".repeat(5_000)), null, "no JSON at all is the parser's to say");
});

test.run();
