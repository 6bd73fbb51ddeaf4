/**
 * Random bodies for every action, drawn from the declarations themselves: their examples, their
 * schemas, and harm done to either. Neighbours: the seeded specs beside. Invariant: the same chance
 * and the same state give the same body.
 */
import { type ActionName, actions, type State, table } from "../../core/index.ts";
import type { Random } from "../support/random.ts";

interface Node {
  type?: string | string[];
  enum?: unknown[];
  format?: string;
  minimum?: number;
  maximum?: number;
  required?: string[];
  properties?: Record<string, Node>;
  items?: Node;
}

export interface RandomAction {
  name: ActionName;
  body: unknown;
}

/** What begins everything again is rare, so that histories grow. */
const RARE = new Set(["demo/reset", "blank/reset", "org/bootstrap"]);
const NAMES = [...actions.keys()] as ActionName[];
const COMMON = NAMES.filter((name) => !RARE.has(name));

const HOSTILE = [
  "constructor",
  "__proto__",
  "toString",
  "ghost",
  "",
  " ",
  "a/b~c",
  7,
  -1,
  null,
  true,
  [],
  {},
  [null],
  "x".repeat(400),
];
const WORDS = ["Alpha", "Beta", "release", "Constructor", "ümlaut — 測試 🚀", "line\nline"];

export function randomAction(random: Random, state: State): RandomAction {
  const name = random.pick(random.whole(60) === 0 ? NAMES : COMMON);
  const declaration = actions.get(name);
  if (!declaration) throw new Error(`no action ${name}`);
  const example = random.pick(declaration.examples) as Record<string, unknown>;
  const body =
    random.whole(4) === 0
      ? structuredClone(example)
      : (drawObject(random, state, declaration.body as Node) as Record<string, unknown>);
  for (const key of Object.keys(body)) {
    if (random.whole(12) === 0) body[key] = idFor(random, state, key) ?? body[key];
    if (random.whole(60) === 0) delete body[key];
    if (random.whole(60) === 0) body[key] = structuredClone(random.pick<unknown>(HOSTILE));
  }
  if (random.whole(40) === 0) body.surprise = 1;
  return { name, body: random.whole(300) === 0 ? random.pick<unknown>(HOSTILE) : body };
}

function drawObject(random: Random, state: State, schema: Node): object {
  const drawn: Record<string, unknown> = {};
  for (const [key, node] of Object.entries(schema.properties ?? {})) {
    const needed = schema.required?.includes(key) || key === "title" || key === "objective";
    if (random.whole(100) < (needed ? 97 : 25)) drawn[key] = draw(random, state, key, node);
  }
  return drawn;
}

function draw(random: Random, state: State, key: string, node: Node): unknown {
  if (node.enum) return random.pick(node.enum);
  const type = Array.isArray(node.type) ? random.pick(node.type) : node.type;
  if (type === "null") return null;
  if (type === "boolean") return random.whole(2) === 0;
  if (type === "number") return (node.minimum ?? 0) + random.whole((node.maximum ?? 1_000) + 1);
  if (type === "array") {
    return Array.from({ length: random.whole(4) }, () =>
      draw(random, state, key, node.items ?? { type: "string" }),
    );
  }
  if (type === "object") {
    if (node.properties) return drawObject(random, state, node);
    return { agent_id: `extra-${random.whole(9)}`, name: random.pick(WORDS), role: "Extra" };
  }
  if (node.format === "date") return `2026-0${3 + random.whole(2)}-${10 + random.whole(19)}`;
  return idFor(random, state, key) ?? random.pick(WORDS);
}

/** A real id for a field that names something; undefined for a field of words. */
function idFor(random: Random, state: State, key: string): string | undefined {
  const from = (records: table.Table<{ id: string }>): string | undefined => {
    const ids = table.list(records).map(({ id }) => id);
    return ids.length > 0 ? random.pick(ids) : undefined;
  };
  switch (key) {
    case "task_id":
    case "source_id":
    case "target_id":
    case "current_task_id":
    case "depends_on":
    case "task_ids":
      return from(state.tasks);
    case "mission_id":
      return from(state.missions);
    case "sprint_id":
      return from(state.sprints)?.replace("SP-", random.whole(4) === 0 ? "SPR-" : "SP-");
    case "project_id":
      return from(state.projects);
    case "thread_id":
      return from(state.threads);
    case "notification_ids":
      return from(state.notifications);
    case "link_type":
      return random.pick(["blocks", "is-blocked-by", "relates-to", "child-of", "likes"]);
    case "author":
    case "sender":
    case "manager":
    case "validation_owner":
      return random.whole(4) === 0 ? "ceo" : from(state.agents);
    default:
      return /agent|owner|target|assignees|collab|successor/.test(key)
        ? from(state.agents)
        : undefined;
  }
}

/** Milliseconds to the next action: mostly seconds, now and then a day. */
export function randomPause(random: Random): number {
  return random.whole(50) === 0 ? 86_400_000 : random.whole(90) * 1_000;
}
