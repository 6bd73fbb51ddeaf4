/** The OpenAPI document held against the live server: routes, examples, answers and refusals. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { REJECTION_CODES } from "../../core/errors.ts";
import {
  type AnyQuery,
  type AnyWrite,
  createMemoryJournal,
  JournalRefusal,
  queries,
  rejection,
  writes,
} from "../../core/index.ts";
import { toOpenApi } from "../../core/openapi.ts";
import { type OpenApiDocument, operationOf } from "../../core/openapi-document.ts";
import { PROBLEM_CODES } from "../../core/problems.ts";
import type { QueryContext } from "../../core/query.ts";
import { finish } from "../../core/steps.ts";
import { toProblem } from "../../transport-http/problem.ts";
import { createRoutes, type Stream } from "../../transport-http/routes.ts";
import { checkReferences, createJudge, isCommitted, pointerPart } from "../support/document.ts";
import { type Answer, type HttpServer, TOKEN, withHttp } from "../support/http.ts";

const document = toOpenApi({ writes: writes.values(), queries: queries.values() });
const plain = JSON.parse(JSON.stringify(document)) as OpenApiDocument;
const judge = createJudge(plain);
const STREAM = "/api/events/stream";
/** What a server mounts beside the declarations, and when each asks for a token. */
const MOUNTED: Record<string, Stream> = Object.fromEntries(
  (
    [
      [STREAM, "as reads"],
      ["/api/system/backup", "always"],
      ["/livez", "never"],
      ["/readyz", "never"],
      ["/metrics", "as reads"],
    ] as const
  ).map(([path, asks]) => [path, { handler: () => {}, asks }]),
);
const operations = Object.entries(plain.paths).map(([path, item]) => ({
  path,
  method: "get" in item ? "GET" : "POST",
  operation: operationOf(item),
}));

/** Holds an answer against what the document says of this operation. */
function conforms(path: string, method: "get" | "post", answer: Answer): void {
  const said = `${method} ${path} ${answer.status}`;
  const place = `/paths/${pointerPart(path)}/${method}/responses/${answer.status}`;
  assert.ok(judge.has(place), `${said} is not documented: ${answer.text.slice(0, 200)}`);
  const response = judge.follow(place);
  const [type = ""] = (answer.headers["content-type"] ?? "").split(";");
  const content = `${response}/content/${pointerPart(type)}/schema`;
  if (answer.text === "") assert.not.ok(judge.has(`${response}/content`), `${said} has no body`);
  else judge.holds(content, answer.body, `${said} ${answer.text.slice(0, 200)}`);
  for (const name of ["clawtasker-seq", "idempotency-replayed", "retry-after", "etag"]) {
    const value = answer.headers[name];
    const named = NAMES[name] ?? "";
    const header = `${response}/headers/${named}`;
    if (value === undefined) continue;
    assert.ok(judge.has(header), `${said}: ${named} is not documented`);
    judge.holds(`${judge.follow(header)}/schema`, value, `${said} ${named}`);
  }
}

const NAMES: Record<string, string> = {
  "clawtasker-seq": "ClawTasker-Seq",
  "idempotency-replayed": "Idempotency-Replayed",
  "retry-after": "Retry-After",
  etag: "ETag",
};

async function prepare(http: HttpServer, { given = [] }: AnyWrite): Promise<void> {
  for (const [name, body] of given) {
    const answer = await http.post(`/api/${name}`, body);
    assert.is(answer.status, 200, answer.text);
  }
}

async function ask(http: HttpServer, query: AnyQuery, params: object): Promise<Answer> {
  const search = new URLSearchParams(params as Record<string, string>).toString();
  const headers = query.auth ? { Authorization: `Bearer ${TOKEN}` } : {};
  const path = `/api/${query.name}`;
  const answer = await http.get(search ? `${path}?${search}` : path, headers);
  conforms(path, "get", answer);
  return answer;
}

test("API-2: the document that is served is the one that is committed", () =>
  withHttp({}, async (http) => {
    const { body } = await http.get("/api/openapi.json");
    assert.equal(body, plain);
    isCommitted("openapi.json", body);
  }));

test("API-1: the document describes every route of the server, with its method, and no other", () =>
  withHttp({ streams: MOUNTED }, async (http) => {
    const routes = [...createRoutes(MOUNTED).keys()];
    assert.equal(operations.map(({ path }) => path).sort(), routes.sort());
    for (const { path, method } of operations) {
      const { status, headers } = await http.send(path, { method: "OPTIONS" });
      assert.is(status, 204, path);
      assert.ok(headers.allow?.split(", ").includes(method), `${method} ${path}`);
    }
  }));

test("API-1: the document is well-formed: names, tags, references, schemas", () => {
  assert.match(plain.openapi, /^3\.1\.\d$/);
  checkReferences(plain);
  const names = operations.map(({ operation }) => operation.operationId);
  assert.is(new Set(names).size, names.length, "an operationId is given twice");
  const tags = plain.tags.map(({ name }) => name);
  for (const { path, method, operation } of operations) {
    assert.match(operation.operationId, /^[a-z][A-Za-z0-9]*$/);
    assert.ok(operation.summary.endsWith("."), path);
    for (const tag of operation.tags) assert.ok(tags.includes(tag), `${path}: ${tag}`);
    for (const scheme of (operation.security ?? []).flatMap(Object.keys)) {
      assert.ok(scheme in plain.components.securitySchemes, scheme);
    }
    assert.is("requestBody" in operation, method === "POST", path);
    for (const [status, response] of Object.entries(operation.responses)) {
      assert.match(status, /^[1-5]\d\d$/);
      const place = judge.follow(
        `/paths/${pointerPart(path)}/${method.toLowerCase()}/responses/${status}`,
      );
      assert.ok(judge.has(`${place}/description`), `${path} ${status}`);
      assert.ok(response);
    }
  }
  for (const name of Object.keys(plain.components.schemas)) {
    assert.not.ok(judge.fits(`/components/schemas/${name}`, {}), `${name} takes anything`);
  }
});

test("API-1: the body of a POST is the very schema that validates it, and the token", () => {
  for (const { name, body } of writes.values()) {
    const item = plain.paths[`/api/${name}`];
    assert.ok(item && "post" in item, name);
    const schema = item.post.requestBody?.content["application/json"]?.schema;
    const { write_token, ...properties } = (schema as { properties: Record<string, unknown> })
      .properties;
    assert.ok(write_token, name);
    assert.equal({ ...schema, properties }, JSON.parse(JSON.stringify(body)), name);
  }
});

for (const action of writes.values()) {
  test(`API-1: POST /api/${action.name}: each example, and what it answers`, async () => {
    const path = `/api/${action.name}`;
    const place = `/paths/${pointerPart(path)}/post/requestBody/content/application~1json/schema`;
    const item = plain.paths[path];
    assert.ok(item && "post" in item);
    const examples = item.post.requestBody?.content["application/json"]?.examples ?? {};
    assert.ok(Object.keys(examples).length > 0);
    for (const { value } of Object.values(examples)) {
      await withHttp({}, async (http) => {
        await prepare(http, action);
        judge.holds(place, value, `the example of ${path}`);
        const answer = await http.post(path, value, { "Idempotency-Key": "once" });
        assert.is(answer.status, 200, answer.text);
        conforms(path, "post", answer);
        const again = await http.post(path, value, { "Idempotency-Key": "once" });
        assert.is(again.headers["idempotency-replayed"], "true");
        conforms(path, "post", again);
        conforms(path, "post", await http.post(path, { ...(value as object), misspelt: 1 }));
      });
    }
  });
}

test("API-1: each read, on the demo company, on a blank one, and after every example", () =>
  withHttp({}, async (http) => {
    const readAll = async () => {
      for (const query of queries.values()) {
        for (const params of query.examples) await ask(http, query, params as object);
      }
    };
    const explain = queries.get("tasks/explain") as AnyQuery;
    const next = queries.get("tasks/next") as AnyQuery;
    await readAll();
    for (const action of [...writes.values()].filter(({ name }) => !/reset|bootstrap/.test(name))) {
      for (const example of action.examples) {
        // What an earlier example took away may be asked for by a later one.
        await prepare(http, action).catch(() => {});
        await http.post(`/api/${action.name}`, example);
      }
    }
    await readAll();
    const { body } = await http.get("/api/snapshot");
    for (const { id } of body.tasks as { id: string }[]) await ask(http, explain, { task_id: id });
    for (const { id } of body.agents as { id: string }[]) await ask(http, next, { owner: id });
    assert.is((await ask(http, next, { owner: "ghost" })).status, 400);
    assert.is((await ask(http, next, {})).status, 400);
    await http.post("/api/blank/reset");
    for (const name of ["health", "snapshot", "tasks/templates", "system/recovery"]) {
      await ask(http, queries.get(name) as AnyQuery, {});
    }
    const { headers } = await http.get("/api/snapshot");
    const current = await http.get("/api/snapshot", { "If-None-Match": headers.etag });
    assert.is(current.status, 304);
    conforms("/api/snapshot", "get", current);
  }));

test("API-1: every refusal of every route is documented for it", () =>
  withHttp({ streams: MOUNTED }, async (http) => {
    const seen = new Set<string>();
    const refused = (path: string, method: "get" | "post", answer: Answer, status: number) => {
      assert.is(answer.status, status, `${path}: ${answer.text}`);
      conforms(path, method, answer);
      seen.add(String(answer.body.code));
    };
    const tooMuch = "x".repeat(163_841);
    for (const { path, method } of operations) {
      const verb = method === "GET" ? "get" : "post";
      const foreign = await http.send(path, { method, headers: { Host: "evil.example" } });
      refused(path, verb, foreign, 403);
      if (verb === "get") continue;
      const plainText = { "Content-Type": "text/plain" };
      const noKey = { "Idempotency-Key": "not one" };
      refused(path, verb, await http.post(path, {}, { Authorization: "" }), 401);
      refused(path, verb, await http.post(path, tooMuch), 413);
      const elsewhere = { "ClawTasker-Journal": "of another" };
      refused(path, verb, await http.post(path, {}, elsewhere), 412);
      refused(path, verb, await http.post(path, {}, plainText), 415);
      refused(path, verb, await http.post(path, "{"), 400);
      refused(path, verb, await http.post(path, {}, noKey), 400);
    }
    const backup = "/api/system/backup";
    refused(backup, "get", await http.get(backup), 401);
    refused("/api/ws", "get", await http.get("/api/ws"), 426);
    const update = "/api/tasks/update";
    const create = "/api/tasks/create";
    const key = { "Idempotency-Key": "once" };
    await http.post(create, { title: "One" }, key);
    refused(create, "post", await http.post(create, { title: "Two" }, key), 422);
    refused(create, "post", await http.post(create, {}), 400);
    refused(create, "post", await http.post(create, { title: "A", priority: "P9" }), 400);
    refused(update, "post", await http.post(update, { task_id: "T-9" }), 400);
    refused(update, "post", await http.post(update, { task_id: "T-211", status: "done" }), 400);
    const stale = await http.post(update, { task_id: "T-208", note: "x" }, { "If-Match": "0" });
    refused(update, "post", stale, 409);
    const home = { project_id: "ceo-console" };
    refused("/api/projects/delete", "post", await http.post("/api/projects/delete", home), 400);
    refused("/api/tasks/release", "post", await http.post("/api/tasks/release", RELEASE), 400);
    assert.equal(
      [...seen].sort(),
      PROBLEM_CODES.filter((code) => !ELSEWHERE.includes(code)).sort(),
    );
  }));

const RELEASE = { task_id: "T-208", reason: "Nobody holds it." };
/** Seen in the tests below, or on no route at all. */
const ELSEWHERE: readonly string[] = [
  ...["held", "rate_limited", "unavailable", "stopping", "internal"],
  ...["bad_request", "unknown_route", "method_not_allowed"],
];

test("API-1 AGT-3: whatever can be refused with 409 says so", () =>
  withHttp({}, async (http) => {
    await http.post("/api/tasks/claim", { agent_id: "codex", task_id: "T-208" });
    let held = 0;
    for (const { name, body, examples } of writes.values()) {
      const { properties = {} } = body as { properties?: object };
      if (!("task_id" in properties)) continue;
      const others = ["agent_id", "author"].filter((field) => field in properties);
      const pixel = Object.fromEntries(others.map((field) => [field, "pixel"]));
      const sent = { ...(examples[0] as object), ...pixel, task_id: "T-208" };
      const answer = await http.post(`/api/${name}`, sent);
      conforms(`/api/${name}`, "post", answer);
      if (answer.body.code === "held") held += 1;
    }
    assert.ok(held >= 6, `only ${held} were held`);
  }));

test("API-1: the limit, a fault, a full disk and what no route has are as documented", async () => {
  const create = "/api/tasks/create";
  await withHttp({ writesPerMinute: 1 }, async (http) => {
    await http.post(create, { title: "One" });
    const answer = await http.post(create, { title: "Two" });
    assert.is(answer.status, 429);
    conforms(create, "post", answer);
    const error = "/components/schemas/Error";
    for (const [path, method, status] of [
      ["/api/no/such", "GET", 404],
      [create, "GET", 405],
      ["/%zz", "GET", 400],
    ] as const) {
      const other = await http.send(path, { method });
      assert.is(other.status, status);
      judge.holds(error, other.body, path);
    }
  });
  const journal = createMemoryJournal("spec");
  let failure: Error | null = null;
  const failing = {
    ...journal,
    async append(...given: Parameters<typeof journal.append>) {
      if (failure) throw failure;
      return journal.append(...given);
    },
  };
  await withHttp({ journal: failing }, async (http) => {
    failure = new JournalRefusal("full", "the disk is full");
    const full = await http.post(create, { title: "One" });
    assert.equal([full.status, full.body.code], [503, "unavailable"]);
    conforms(create, "post", full);
    failure = null;
    await http.engine.close();
    const stopping = await http.post(create, { title: "One" });
    assert.equal([stopping.status, stopping.body.code], [503, "stopping"]);
    conforms(create, "post", stopping);
  });
});

test("API-1: each code of the core is documented for the status that it is sent with", () => {
  for (const code of REJECTION_CODES) {
    const { status, body } = toProblem(rejection(code, "x"));
    const name = Object.keys(plain.components.responses).find((one) =>
      operations.some(
        ({ operation }) =>
          (operation.responses[status] as { $ref?: string } | undefined)?.$ref ===
          `#/components/responses/${one}`,
      ),
    );
    assert.ok(name, `${code}: no response for ${status}`);
    const place = `/components/responses/${name}/content/application~1json/schema`;
    judge.holds(place, JSON.parse(String(body)), code);
  }
});

test("HTTP-7: the documents are written once, however much is written between two that ask", () =>
  withHttp({}, async (http) => {
    for (const name of ["openapi.json", "asyncapi.json"]) {
      const query = queries.get(name);
      const toPieces = query?.createPieces?.();
      assert.ok(query && toPieces, name);
      const context = {} as QueryContext;
      const [first] = finish(toPieces(context)) as Uint8Array[];
      const [again] = finish(toPieces(context)) as Uint8Array[];
      assert.is(again, first, name);
      assert.is(Buffer.from(first ?? []).toString(), JSON.stringify(query.answer(context, {})));
      const before = await http.get(`/api/${name}`);
      await http.post("/api/tasks/comment", { task_id: "T-203", text: "Changed" });
      const after = await http.get(`/api/${name}`);
      assert.is(after.text, before.text);
    }
  }));

test.run();
