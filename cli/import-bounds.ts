/**
 * How much an import lets in: of each field what a body may say, of what gathers what a record may hold. Beyond that one
 * request of anybody's would hold the server for as long as it takes to change all of it. Neighbour: `import-check.ts`.
 * Invariant: the bounds of a field are those of the body that writes it, so that they are said once.
 */
import { type TObject, Type } from "typebox";
import { type ActionName, actions, type TableName, type WireState } from "../core/index.ts";
import { MAX_TEXT } from "../core/schema.ts";
import { MAX_RUNS } from "../core/state/runs/run.ts";
import { charactersOf, MAX_ACTIVITY } from "../core/state/tasks/activity.ts";
import { MAX_DEPENDENTS } from "../core/state/tasks/circle.ts";
import { ROOM } from "../core/state/tasks/comments.ts";
import { GATHERED } from "../core/state/tasks/gathered.ts";
import { MAX_LINKS } from "../core/state/tasks/references.ts";
import { MAX_GROUPED } from "../core/state/tasks/rules.ts";
import { MAX_WEBHOOKS } from "../core/state/webhooks/webhook.ts";
import { weightOf } from "../core/weight.ts";

/** Of ids, of counters and of whatever else is counted: behind it there is room still. */
export const MAX_COUNT = 1_000_000_000_000;

/** A group that had more before it had a bound keeps it, and what comes back from the archive goes to its own. */
const SLACK = 10;
const MAX_DAYS = 10_000;
const MAX_PARTICIPANTS = 10_000;

/** Whose bodies say what a record holds. */
const WRITTEN_BY: Readonly<Record<TableName, readonly ActionName[]>> = {
  tasks: ["tasks/create", "tasks/update"],
  agents: ["agents/register", "agents/update", "agents/heartbeat"],
  missions: ["missions/plan"],
  sprints: ["sprints/create"],
  projects: ["projects/configure"],
  threads: [],
  messages: ["conversations/message"],
  directives: ["ceo/directive"],
  notifications: [],
  runs: ["openclaw/publish"],
  webhooks: ["webhooks/configure"],
};

type Json = Record<string, unknown>;

/** What gathers beside what one body says. */
const GATHERING: Partial<Record<TableName, Record<string, Json>>> = {
  tasks: {
    comments: { maxItems: ROOM.ceo.count },
    activity: { maxItems: MAX_ACTIVITY.count },
    links: { maxItems: MAX_LINKS },
    // An event says in a text what one body says in a line.
    blockers: { maxItems: GATHERED.count, items: { maxLength: MAX_TEXT } },
  },
  // All who ever wrote in it: each answer about it names them.
  threads: { participants: { maxItems: MAX_PARTICIPANTS } },
};

const KEYWORDS = ["maxLength", "maxItems", "minimum", "maximum"] as const;

const isJson = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The schema of the records of a table, with the bounds of its bodies. */
export function boundedRecord(table: TableName, schema: TObject): TObject {
  const fields = Object.entries(schema.properties as Json).map(([name, field]) => {
    const bodies = WRITTEN_BY[table].map((action) => {
      const { properties = {} } = (actions.get(action)?.body ?? {}) as { properties?: Json };
      return properties[name];
    });
    return [name, bounded(field, GATHERING[table]?.[name] ?? bodies.find(isJson))];
  });
  return Type.Unsafe({ ...schema, properties: Object.fromEntries(fields) }) as unknown as TObject;
}

/** With the bounds of the other one, and where that has none with those that all have. */
export function bounded(schema: unknown, like?: unknown): unknown {
  if (!isJson(schema)) return schema;
  const bounds = isJson(like) ? like : {};
  const all = (list: unknown, inner?: unknown) =>
    Array.isArray(list) ? list.map((one) => bounded(one, inner)) : list;
  const same = Object.fromEntries(
    KEYWORDS.flatMap((word) => (bounds[word] === undefined ? [] : [[word, bounds[word]]])),
  );
  const { properties, patternProperties } = schema;
  const fieldsOf = (of: unknown, inner: unknown) =>
    Object.fromEntries(
      Object.entries(of as Json).map(([name, field]) => [
        name,
        bounded(field, isJson(inner) ? inner[name] : undefined),
      ]),
    );
  return {
    maxLength: MAX_TEXT,
    maximum: MAX_COUNT,
    minimum: -MAX_COUNT,
    maxItems: ROOM.ceo.count,
    ...schema,
    ...same,
    ...("items" in schema && { items: bounded(schema.items, bounds.items) }),
    ...("anyOf" in schema && { anyOf: all(schema.anyOf, like) }),
    ...(isJson(properties) && { properties: fieldsOf(properties, bounds.properties) }),
    ...(isJson(patternProperties) && {
      patternProperties: fieldsOf(patternProperties, undefined),
      propertyNames: { pattern: "^\\d{4}-\\d\\d-\\d\\d$" },
      maxProperties: MAX_DAYS,
    }),
  };
}

/** @throws Error for the first record that gathered more than any may */
export function refuseCrowds({ tasks, webhooks, runs }: WireState): void {
  const most = { mission_id: MAX_GROUPED, sprint_id: MAX_GROUPED, depends_on: MAX_DEPENDENTS };
  const counts = new Map<string, number>();
  const note = (field: keyof typeof most, id: string | null) => {
    if (id === null) return;
    const key = `${field} ${id}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    const bound = most[field] * SLACK;
    if (count > bound) throw new Error(`tasks hold ${id} as ${field} more than ${bound} times`);
  };
  for (const {
    id,
    mission_id,
    sprint_id,
    depends_on,
    comments,
    activity,
    ...task
  } of Object.values(tasks)) {
    note("mission_id", mission_id);
    note("sprint_id", sprint_id);
    for (const other of depends_on) note("depends_on", other);
    const said = { comments: comments.map(({ text }) => text), ...task };
    for (const [field, characters] of [
      ["comments", ROOM.ceo.characters],
      ["artifacts", GATHERED.characters],
      ["blockers", GATHERED.characters],
    ] as const) {
      const sum = said[field].reduce((sum, text) => sum + weightOf(text), 0);
      if (sum <= characters) continue;
      throw new Error(`tasks/${id}/${field} may have ${characters} characters together`);
    }
    const sum = activity.reduce((sum, one) => sum + charactersOf(one), 0);
    const bound = MAX_ACTIVITY.characters;
    // The newest one is kept, however long it is.
    if (sum > bound && activity.length > 1) {
      throw new Error(`tasks/${id}/activity may have ${bound} characters together`);
    }
  }
  for (const [name, table, bound] of [
    ["webhooks", webhooks, MAX_WEBHOOKS],
    ["runs", runs, MAX_RUNS],
  ] as const) {
    const count = Object.keys(table).length;
    if (count > bound) throw new Error(`there are ${count} ${name}, and ${bound} may be`);
  }
}
