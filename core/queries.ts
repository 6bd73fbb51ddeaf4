/**
 * All reads of the API, except the stream. Neighbours: `query.ts` says what a read is; transport-http
 * serves each at `GET /api/<name>`.
 */
import { type Static, type TSchema, Type } from "typebox";
import { toAsyncApi } from "./asyncapi.ts";
import { encoder } from "./bytes.ts";
import { agentContract, SCHEMA_ROUTES } from "./contract.ts";
import { toOpenApi } from "./openapi.ts";
import { type AnyQuery, defineQuery } from "./query.ts";
import { writes } from "./registry.ts";
import { id, line } from "./schema.ts";
import { toSnapshot } from "./snapshot.ts";
import { createSnapshotBytes } from "./snapshot-bytes.ts";
import { talkArchiveQueries } from "./state/archive/talk-views.ts";
import { archiveQueries } from "./state/archive/views.ts";
import { checkRef, find } from "./state/lookup.ts";
import { explainTask } from "./state/tasks/routing.ts";
import { TASK_TEMPLATES } from "./state/tasks/templates.ts";
import { toTaskView } from "./state/tasks/views.ts";
import { tokenQueries } from "./state/tokens/views.ts";
import { webhookQueries } from "./state/webhooks/views.ts";
import type { Steps } from "./steps.ts";
import { size, type Table } from "./table.ts";
import { toTime } from "./time.ts";
import { VERSION } from "./version.ts";

const none = Type.Object({});

/** Counted once for each table, which every write makes anew, and not for each who asks. */
const counts = new WeakMap<object, number>();

function countOf(table: Table<object>): number {
  const count = counts.get(table) ?? size(table);
  counts.set(table, count);
  return count;
}

const health = defineQuery({
  name: "health",
  summary: "Health and version.",
  params: none,
  examples: [{}],
  answer: ({ view, now, recovery, bootedAt }) => ({
    time: toTime(now),
    version: VERSION,
    booted_at: toTime(bootedAt),
    role: "visualization-companion",
    visualization_only: true,
    state_source: recovery.source === "empty" ? view.state.company.mode : "local",
    restart_safe: true,
    agents: countOf(view.state.agents),
    tasks: countOf(view.state.tasks),
    uptime_seconds: Math.max(0, Math.floor((now - bootedAt) / 1_000)),
    seq: view.seq,
  }),
});

const snapshot = defineQuery({
  name: "snapshot",
  summary: "The whole current state, with everything derived from it.",
  params: none,
  bare: true,
  cached: true,
  examples: [{}],
  answer: ({ view, now, events }) => toSnapshot(view.state, view.seq, now, events),
  createPieces() {
    const toPieces = createSnapshotBytes();
    return ({ view, now, events }) => toPieces(view.state, view.seq, now, events);
  },
});

const contract = defineQuery({
  name: "openclaw/contract",
  summary: "How an agent integrates: prompt, endpoints, values, schemas.",
  params: none,
  examples: [{}],
  answer: () => ({ ...agentContract(), endpoints: endpoints() }),
});

/** Every route with its summary, the stream and the socket among them. */
export function endpoints(): { method: "GET" | "POST"; path: string; summary: string }[] {
  const reads = [...queries.values()].map(({ name, summary }) => ({
    method: "GET" as const,
    path: `/api/${name}`,
    summary,
  }));
  const posts = [...writes.values()].map(({ name, summary }) => ({
    method: "POST" as const,
    path: `/api/${name}`,
    summary,
  }));
  return [
    ...reads,
    { method: "GET", path: "/api/events/stream", summary: "Server-sent events of every write." },
    { method: "GET", path: "/api/ws", summary: "WebSocket: the state, then patches." },
    ...posts,
  ];
}

const schemas = Object.entries(SCHEMA_ROUTES).map(([route, name]) =>
  defineQuery({
    name: `schema/${route}`,
    summary: `JSON Schema of the body of POST /api/${name}.`,
    params: none,
    bare: true,
    examples: [{}],
    answer: () => bodySchema(name),
  }),
);

/** The published form of the schema that validates the body of an action. */
export function bodySchema(name: string): object {
  const declaration = writes.get(name);
  if (!declaration) throw new Error(`no action ${name}`);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: `/api/schema/${name}`,
    title: `POST /api/${name}`,
    description: declaration.summary,
    ...declaration.body,
  };
}

const recovery = defineQuery({
  name: "system/recovery",
  summary: "What the last start loaded, replayed, cut off or refused; the chain of snapshots.",
  params: none,
  examples: [{}],
  answer: ({ recovery }) => ({ recovery, backups: recovery.backups }),
});

const next = defineQuery({
  name: "tasks/next",
  summary: "The most urgent task that an agent may start.",
  auth: true,
  params: Type.Object({ owner: id("The agent."), project: line("Only this project.") }),
  examples: [{ owner: "codex" }],
  answer({ view, now }, { owner, project }) {
    find(view.state, "agents", owner);
    checkRef(view.state, "projects", project);
    const task = view.relations.startable("owner", owner, project);
    return task
      ? { task: toTaskView(view.state, task, now) }
      : { task: null, message: "no eligible tasks" };
  },
});

const explain = defineQuery({
  name: "tasks/explain",
  summary: "Why a task can or cannot be started by each agent, and what would change that.",
  params: Type.Object({
    task_id: id("The task."),
    agent_id: line("Only this agent."),
  }),
  examples: [{ task_id: "T-208" }],
  answer({ view: { state, relations } }, { task_id, agent_id }) {
    const task = find(state, "tasks", task_id);
    return explainTask(
      state,
      relations,
      task,
      agent_id ? [find(state, "agents", agent_id)] : undefined,
    );
  },
});

const templates = defineQuery({
  name: "tasks/templates",
  summary: "The predefined task templates.",
  params: none,
  examples: [{}],
  answer: () => ({ templates: TASK_TEMPLATES }),
});

/** Of what never changes while the process runs: written once, whatever else does. */
const fixed = (make: () => object) => () => {
  let bytes: Uint8Array | undefined;
  // biome-ignore lint/correctness/useYield: it takes no time to speak of but the first.
  return function* (): Steps<readonly Uint8Array[]> {
    bytes ??= encoder.encode(JSON.stringify(make()));
    return [bytes];
  };
};

const openApiDocument = (): object =>
  toOpenApi({ writes: writes.values(), queries: queries.values() });

const openApi = defineQuery({
  name: "openapi.json",
  summary: "OpenAPI 3.1: every route with its schemas, examples and refusals.",
  params: none,
  bare: true,
  cached: true,
  examples: [{}],
  answer: openApiDocument,
  createPieces: fixed(openApiDocument),
});

const asyncApi = defineQuery({
  name: "asyncapi.json",
  summary: "AsyncAPI 3.0: the messages of the event stream and of the WebSocket.",
  params: none,
  bare: true,
  cached: true,
  examples: [{}],
  answer: (): object => toAsyncApi(),
  createPieces: fixed(toAsyncApi),
});

const declarations = [
  health,
  snapshot,
  contract,
  ...schemas,
  recovery,
  next,
  explain,
  templates,
  ...archiveQueries,
  ...talkArchiveQueries,
  ...webhookQueries,
  ...tokenQueries,
  openApi,
  asyncApi,
] as const;

type Declared = (typeof declarations)[number];
export type QueryName = Declared["name"];
/** The declaration of that name; the schemas share one, by a pattern of names. */
type Of<N extends QueryName, D = Declared> = D extends { name: infer M }
  ? N extends M
    ? D
    : never
  : never;
/** What a read takes. */
export type ParamsOf<N extends QueryName> = Static<Extract<Of<N>, { params: TSchema }>["params"]>;
/** What a read answers, beside `ok`. */
export type AnswerOf<N extends QueryName> = Awaited<
  ReturnType<Extract<Of<N>, { answer: (...given: never) => object }>["answer"]>
>;

export const queries: ReadonlyMap<string, AnyQuery> = new Map(
  (declarations as readonly AnyQuery[]).map((query) => [query.name, query]),
);
