/** One call of the client: typed, sent until it is answered, once in effect, told apart when refused. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ClawTaskerError, type ClientOptions, createClient } from "../../client/index.ts";
import { TOKEN, withHttp } from "../support/http.ts";

interface Sent {
  url: string;
  key: string | null;
}

const NOW = Date.parse("2026-03-21T09:30:00Z");

/** A client whose fetch gives these answers in turn. */
function against(
  answers: (() => Response | Promise<Response>)[],
  more: Partial<ClientOptions> = {},
) {
  const sent: Sent[] = [];
  const waits: number[] = [];
  let keys = 0;
  const client = createClient({
    url: "http://127.0.0.1:1/",
    token: "secret",
    async fetch(url, { headers }) {
      sent.push({ url, key: new Headers(headers).get("Idempotency-Key") });
      const next = answers.shift();
      assert.ok(next, "one request too many");
      return next();
    },
    async wait(ms) {
      waits.push(ms);
    },
    random: () => 1,
    clock: () => NOW,
    newKey: () => `key-${++keys}`,
    ...more,
  });
  return { client, sent, waits };
}

const answer = (status: number, body: object, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers });
const ok = () => answer(200, { ok: true, task_id: "T-1" });
const broken = () => {
  throw new TypeError("connection lost");
};

async function failure(call: Promise<unknown>): Promise<ClawTaskerError> {
  try {
    await call;
  } catch (error) {
    assert.instance(error, ClawTaskerError);
    return error as ClawTaskerError;
  }
  throw new Error("it was not refused");
}

test("CLT-1: all tries of one call carry one key, the next call carries another", async () => {
  const busy = () => answer(503, { error: "stopping" });
  const { client, sent, waits } = against([broken, busy, ok, ok]);
  assert.equal(await client.post("tasks/delete", { task_id: "T-1" }), { task_id: "T-1" });
  await client.post("tasks/delete", { task_id: "T-2" });
  assert.equal(
    sent.map(({ key }) => key),
    ["key-1", "key-1", "key-1", "key-2"],
  );
  assert.is(sent[0]?.url, "http://127.0.0.1:1/api/tasks/delete");
  assert.equal(waits, [500, 1_000], "the limit of the back-off doubles");
});

test("CLT-1: an answer that was lost on its way is got again, and the write is there once", async () => {
  await withHttp({}, async ({ url, engine }) => {
    let lost = 0;
    const client = createClient({
      url,
      token: TOKEN,
      wait: async () => {},
      async fetch(target, init) {
        const response = await fetch(target, init);
        if (lost++ > 0) return response;
        await response.arrayBuffer();
        throw new TypeError("connection lost");
      },
    });
    const before = engine.view().seq;
    const { task } = await client.post("tasks/create", { title: "Only once", owner: "codex" });
    assert.is(lost, 2);
    assert.is(engine.view().seq, before + 1);
    assert.is(task.title, "Only once");
  });
});

test("CLT-4: a call whose answer was lost is not sent again with another token, whose key is another; others are", async () => {
  const no = () => answer(401, { error: "missing or invalid write token" });
  const limit = () => answer(429, { error: "slow down" }, { "Retry-After": "1" });
  const tokens = ["first", "second", "third", "fourth"];
  let at = 0;
  const token = (refused: boolean) => (refused ? tokens[++at] : tokens[at]) ?? null;
  const { client, sent } = against([broken, no, limit, no, ok, no, broken, ok], { token });
  const error = await failure(client.post("tasks/delete", { task_id: "T-1" }));
  assert.is(sent.length, 2);
  assert.match(error.message, /^It is not known whether this was done/);
  assert.equal([error.status, error.isTemporary], [401, false]);
  // Turned away at the door there is nothing that could be doubled.
  await client.post("tasks/delete", { task_id: "T-2" });
  assert.is(sent.length, 5);
  // The same one, or another before anything arrived.
  await client.post("tasks/delete", { task_id: "T-3" });
  assert.is(sent.length, 8);
});

test("CLT-1: the back-off has full jitter and the tries have an end", async () => {
  const { client, sent, waits } = against([broken, broken, broken, broken, broken, ok], {
    random: () => 0.25,
  });
  const error = await failure(client.post("tasks/delete", { task_id: "T-1" }));
  assert.is(error.status, 0);
  assert.ok(error.isTemporary);
  assert.match(error.message, /could not be reached/);
  assert.is(sent.length, 5);
  assert.equal(waits, [125, 250, 500, 1_000]);
});

test("CLT-1: a proxy whose server is away is as if nobody had answered: tried again, with the same key", async () => {
  const page = (status: number) => () => new Response("<html>", { status });
  const { client, sent } = against([page(502), page(504), ok, page(500)]);
  await client.post("tasks/delete", { task_id: "T-1" });
  assert.equal(
    sent.map(({ key }) => key),
    ["key-1", "key-1", "key-1"],
  );
  const error = await failure(client.post("tasks/delete", { task_id: "T-2" }));
  assert.is(error.status, 500);
});

test("CLT-1: Retry-After is kept, in seconds and as a date, and told when it is too long", async () => {
  const seconds = () => answer(429, { error: "slow down" }, { "Retry-After": "7" });
  const date = () =>
    answer(503, { error: "busy" }, { "Retry-After": "Sat, 21 Mar 2026 09:30:03 GMT" });
  const long = () => answer(429, { error: "slow down" }, { "Retry-After": "61" });
  const { client, waits } = against([seconds, date, ok, long]);
  await client.post("tasks/delete", { task_id: "T-1" });
  assert.equal(waits, [7_000, 3_000]);
  const error = await failure(client.post("tasks/delete", { task_id: "T-2" }));
  assert.is(error.retryAfterMs, 61_000);
  assert.is(waits.length, 2);
});

test("CLT-1: a try that is not answered in time is another try; the caller's abort ends it all", async () => {
  const stop = new AbortController();
  const signals: AbortSignal[] = [];
  let tries = 0;
  const { client } = against([], {
    timeoutMs: 5,
    fetch(_url, { signal }) {
      assert.ok(signal);
      signals.push(signal);
      if (++tries === 3) stop.abort(new Error("enough"));
      return new Promise((_resolve, reject) => {
        const end = () => reject(signal.reason);
        if (signal.aborted) end();
        else signal.addEventListener("abort", end);
      });
    },
  });
  await client.post("tasks/delete", { task_id: "T-1" }, { signal: stop.signal }).then(
    () => assert.unreachable(),
    (error: Error) => assert.is(error.message, "enough"),
  );
  assert.is(tries, 3);
  assert.ok(signals.every(({ aborted }) => aborted));
});

test("AGT-3: a refusal names the holder, and is not sent again", async () => {
  await withHttp({}, async ({ url }) => {
    let sent = 0;
    const client = createClient({
      url,
      token: TOKEN,
      fetch(target, init) {
        sent++;
        return fetch(target, init);
      },
    });
    const { lease } = await client.post("tasks/claim", { agent_id: "codex", task_id: "T-208" });
    assert.is(lease?.holder, "codex");
    sent = 0;
    const error = await failure(
      client.post("tasks/update", { task_id: "T-208", agent_id: "pixel", progress: 5 }),
    );
    assert.is(sent, 1);
    assert.is(error.status, 409);
    assert.is(error.code, "held");
    assert.is(error.holder, "codex");
    assert.not(error.isTemporary);
  });
});

test("AGT-7: a stale precondition brings the record as it is", async () => {
  await withHttp({}, async ({ url }) => {
    const client = createClient({ url, token: TOKEN });
    const error = await failure(
      client.post("tasks/update", { task_id: "T-208", progress: 5, expected_version: 0 }),
    );
    assert.is(error.code, "stale");
    assert.is((error.current as { id?: string } | undefined)?.id, "T-208");
  });
});

test("HTTP-5: what the server did not understand stands in the warnings of the reply", async () => {
  await withHttp({}, async ({ url }) => {
    const client = createClient({ url, token: TOKEN });
    const misspelt = { task_id: "T-208", priorty: "P0" };
    const { warnings } = await client.post("tasks/update", misspelt);
    assert.match(warnings?.join() ?? "", /priorty/);
  });
});

test("ACC-1: reads carry their parameters, and the token where they need one", async () => {
  await withHttp({}, async ({ url }) => {
    const client = createClient({ url, token: TOKEN });
    const { task } = await client.get("tasks/next", { owner: "codex", project: "ceo-console" });
    assert.is((task as { id?: string } | null)?.id, "T-208");
    const snapshot = await client.get("snapshot");
    assert.is(snapshot.tasks.length, 15);
    const asked: boolean[] = [];
    const person = createClient({
      url,
      token(refused) {
        asked.push(refused);
        return TOKEN;
      },
    });
    await person.get("health");
    assert.equal(asked, [], "nobody is asked for a token that is not needed");
    await person.get("tasks/next", { owner: "codex" });
    assert.equal(asked, [false]);
    const wrong = await failure(createClient({ url, token: "wrong" }).post("blank/reset", {}));
    assert.is(wrong.status, 401);
  });
});

test.run();
