/**
 * A document of the API as a judge of live traffic: what it says of requests and answers, compiled.
 * Neighbours: the specs of both documents. Invariant: an answer that holds a field which the document
 * does not describe is refused too.
 */
import { readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import * as assert from "uvu/assert";
import { RULE } from "../../core/schema.ts";
import { root } from "./core.ts";

export interface Judge {
  /** Holds a value against the schema at a JSON pointer such as `/components/schemas/Task`. */
  holds(pointer: string, value: unknown, what: string): void;
  fits(pointer: string, value: unknown): boolean;
  /** Whether there is something at the pointer. */
  has(pointer: string): boolean;
  /** The pointer that a `$ref` at this one leads to, else the same. */
  follow(pointer: string): string;
}

export function createJudge(document: object): Judge {
  const ajv = new Ajv2020({ allErrors: true, strictTypes: false });
  addFormats.default(ajv);
  ajv.addKeyword(RULE);
  const closed = close(document) as { components: { schemas: Record<string, object> } };
  for (const [name, schema] of Object.entries(closed.components.schemas)) {
    ajv.addSchema(schema, `schema:${name}`);
  }
  const compiled = new Map<string, ValidateFunction>();

  function compile(pointer: string): ValidateFunction {
    const known = compiled.get(pointer) ?? ajv.compile(at(closed, pointer) as object);
    compiled.set(pointer, known);
    return known;
  }

  return {
    holds(pointer, value, what) {
      const conforms = compile(pointer);
      if (!conforms(value)) assert.unreachable(`${what}: ${ajv.errorsText(conforms.errors)}`);
    },
    fits: (pointer, value) => compile(pointer)(value),
    has: (pointer) => at(document, pointer) !== undefined,
    follow(pointer) {
      const { $ref } = (at(document, pointer) ?? {}) as { $ref?: string };
      return $ref === undefined ? pointer : $ref.slice(1);
    },
  };
}

/** What stands at a JSON pointer. */
export function at(document: unknown, pointer: string): unknown {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce<unknown>(
      (node, part) =>
        typeof node === "object" && node !== null && Object.hasOwn(node, part)
          ? Reflect.get(node, part)
          : undefined,
      document,
    );
}

/** A part of a JSON pointer: a path has slashes of its own. */
export function pointerPart(part: string): string {
  return part.replaceAll("~", "~0").replaceAll("/", "~1");
}

const SCHEMAS = "#/components/schemas/";

/** A copy in which an object has no fields but those that are described, and references stand alone. */
function close(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(close);
  if (typeof node !== "object" || node === null) return node;
  const closed: Record<string, unknown> = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, close(value)]),
  );
  const { type, properties, $ref } = closed;
  if (typeof $ref === "string") closed.$ref = $ref.replace(SCHEMAS, "schema:");
  if (type === "object" && typeof properties === "object") closed.additionalProperties ??= false;
  return closed;
}

/** Every `$ref` with its place, each of which must lead somewhere in the document. */
export function checkReferences(document: object): void {
  const visit = (node: unknown, where: string): void => {
    if (typeof node !== "object" || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      if (key === "$ref" && typeof value === "string") {
        assert.ok(value.startsWith("#/"), `${where} refers to another document: ${value}`);
        assert.ok(
          at(document, value.slice(1)) !== undefined,
          `${where} refers to nothing: ${value}`,
        );
      } else visit(value, `${where}/${pointerPart(key)}`);
    }
  };
  visit(document, "");
}

/** API-2: holds a document against the one that is committed. */
export function isCommitted(name: string, document: object): void {
  const committed: unknown = JSON.parse(
    readFileSync(new URL(`specs/contract/${name}`, root), "utf8"),
  );
  const places = findChanges(committed, document, "").slice(0, 5);
  assert.ok(
    places.length === 0,
    `specs/contract/${name} is not what the declarations say (${places.join(", ")}): ` +
      "run `npm run contract` and commit if intended",
  );
}

/** Where two documents are not the same, as JSON pointers. */
function findChanges(before: unknown, now: unknown, where: string): string[] {
  if (before === now) return [];
  const isNode = (value: unknown) => typeof value === "object" && value !== null;
  if (!isNode(before) || !isNode(now)) return [where];
  const left = before as Record<string, unknown>;
  const right = now as Record<string, unknown>;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].flatMap((key) =>
    findChanges(left[key], right[key], `${where}/${pointerPart(key)}`),
  );
}
