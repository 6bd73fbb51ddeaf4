/**
 * Schemas as they are published in a document: plain JSON, with the records that have a title named
 * once and referred to. Neighbours: `openapi.ts`, `asyncapi.ts`. Invariant: one title, one schema.
 */
import { dequal } from "dequal/lite";

export interface Publisher {
  /** A copy of the schema as plain JSON, with references to what has a name. */
  publish(schema: object): object;
  /** All that was referred to, by name and in the order of the names. */
  named(): Record<string, object>;
}

/** @throws Error, from `publish`, when two schemas have one title */
export function createPublisher(): Publisher {
  const known = new Map<string, { source: object; published: unknown }>();

  function walk(node: unknown): unknown {
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== "object" || node === null) return node;
    const title = Reflect.get(node, "title") as unknown;
    return typeof title === "string" ? refer(title, node) : walkFields(node);
  }

  function walkFields(node: object): object {
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, walk(value)]));
  }

  function refer(title: string, source: object): object {
    const before = known.get(title);
    if (!before) {
      const entry = { source, published: null as unknown };
      known.set(title, entry);
      entry.published = walkFields(source);
    } else if (!dequal(before.source, source)) {
      throw new Error(`two schemas are called ${title}`);
    }
    return { $ref: `#/components/schemas/${title}` };
  }

  return {
    publish: (schema) => walk(schema) as object,
    named: () =>
      Object.fromEntries(
        [...known]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([title, { published }]) => [title, published as object]),
      ),
  };
}
