/** The subscription outlives its connections: nothing is missed, nothing comes twice, an end is an end. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ClawTaskerError, createClient, type StreamItem } from "../../client/index.ts";
import { type RunningServer, startServer } from "../../server/compose.ts";
import { makeDataDir, quietConfig, SILENT, TOKEN } from "../support/process.ts";
import { within } from "./within.ts";

interface House {
  server(): RunningServer;
  /** Stops the server, and starts it again on the same data and port. */
  restart(): Promise<void>;
}

async function withServer(run: (house: House) => Promise<void>): Promise<void> {
  const data = makeDataDir();
  const config = quietConfig(data.dir);
  let server = await startServer({ config, log: SILENT });
  try {
    const house: House = {
      server: () => server,
      async restart() {
        await server.close();
        server = await startServer({ config: { ...config, port: server.port }, log: SILENT });
      },
    };
    await within(run(house));
  } finally {
    await server.close();
    data.remove();
  }
}

const write = async ({ server }: House, title: string) => {
  const outcome = await server().engine.dispatch("tasks/create", { title, owner: "codex" });
  assert.ok(outcome.ok);
};

test("CLT-2: no gap and no double over a restart of the server", async () => {
  await withServer(async (house) => {
    const stop = new AbortController();
    let waits = 0;
    let back = Promise.resolve();
    const { url } = house.server();
    const client = createClient({
      url,
      token: TOKEN,
      wait: async () => {
        waits++;
        await back;
      },
    });
    const since = house.server().engine.view().seq;
    const items: StreamItem[] = [];
    for (const title of ["one", "two"]) await write(house, title);
    for await (const item of client.subscribe({ since, signal: stop.signal })) {
      items.push(item);
      if (items.length === 2) {
        back = house.restart().then(() => write(house, "three"));
        back = back.then(() => write(house, "four"));
      }
      if (items.length === 4) break;
    }
    await back;
    assert.equal(
      items.map(({ type, seq }) => [type, seq]),
      [1, 2, 3, 4].map((nth) => ["event", since + nth]),
    );
    assert.ok(waits > 0, "the connection was lost in between");
  });
});

test("CLT-2: without a starting point it begins now, and keeps that point when the wire fails", async () => {
  await withServer(async (house) => {
    const stop = new AbortController();
    const { url, engine } = house.server();
    const start = engine.view().seq;
    let tries = 0;
    const client = createClient({
      url,
      wait: async () => {},
      async fetch(target, init) {
        if (!target.includes("/stream")) return fetch(target, init);
        // The first try never arrives, and meanwhile something happens.
        if (++tries > 1) return fetch(target, init);
        await write(house, "missed?");
        throw new TypeError("connection lost");
      },
    });
    for await (const item of client.subscribe({ signal: stop.signal })) {
      assert.is(item.seq, start + 1);
      stop.abort();
    }
    assert.is(tries, 2);
  });
});

test("CLT-2: a number that the server does not know is told as a reset, and it goes on from there", async () => {
  await withServer(async (house) => {
    const stop = new AbortController();
    const { url, engine } = house.server();
    const head = engine.view().seq;
    const items: StreamItem[] = [];
    const { signal } = stop;
    for await (const item of createClient({ url }).subscribe({ since: head + 1_000, signal })) {
      items.push(item);
      if (item.type === "reset") await write(house, "after the reset");
      else stop.abort();
    }
    assert.equal(items[0], { type: "reset", seq: head, reason: "ahead" });
    assert.is(items[1]?.seq, head + 1);
  });
});

test("CLT-2: a silent wire counts as dead, a refusal for good is thrown, an abort just ends", async () => {
  const stop = new AbortController();
  const { signal } = stop;
  let connections = 0;
  const silent = createClient({
    url: "",
    wait: async () => {},
    fetch(_url, init) {
      if (++connections === 3) stop.abort();
      return new Promise((_resolve, reject) => {
        if (init.signal?.aborted) reject(new Error("aborted"));
        init.signal?.addEventListener("abort", () => reject(new Error("aborted")));
      });
    },
  });
  for await (const _ of silent.subscribe({ since: 1, signal, silenceMs: 5 })) assert.unreachable();
  assert.is(connections, 3);
  const refused = createClient({
    url: "",
    fetch: async () =>
      new Response('{"error":"host not allowed","code":"forbidden"}', { status: 403 }),
  });
  const events = refused.subscribe({ since: 1, signal: new AbortController().signal });
  await events.next().then(
    () => assert.unreachable(),
    (error: Error) => assert.is(error.message, "host not allowed"),
  );
});

test("CLT-2: a proxy whose server is away is waited for; what answers and is no stream is told", async () => {
  await withServer(async (house) => {
    const { url, engine } = house.server();
    const since = engine.view().seq;
    await write(house, "behind the proxy");
    const stop = new AbortController();
    const away = [502, 504];
    const client = createClient({
      url,
      wait: async () => {},
      async fetch(target, init) {
        const status = away.shift();
        return status ? new Response("<html>", { status }) : fetch(target, init);
      },
    });
    for await (const item of client.subscribe({ since, signal: stop.signal })) {
      assert.is(item.seq, since + 1);
      stop.abort();
    }
    assert.equal(away, []);
  });
  let asked = 0;
  const another = createClient({
    url: "",
    wait: async () => {},
    async fetch() {
      if (++asked > 1) throw new Error("asked again and again, and nobody is told");
      return new Response("<html>", { headers: { "Content-Type": "text/html" } });
    },
  });
  const signal = AbortSignal.timeout(1_000);
  const said = await another
    .subscribe({ since: 1, signal })
    .next()
    .then(
      () => null,
      (error: Error) => error.message,
    );
  assert.is(said, "The server answered 200 without a word.");
});

test("CLT-2: an event that cannot be taken is told, once what came before it was given", async () => {
  const frame = (id: number, data: string) => `id: ${id}\nevent: clawtasker\ndata: ${data}\n\n`;
  const unreadable: Record<string, string> = {
    "longer than its bound": `event: clawtasker\ndata: {"id":3,"title":"${"x".repeat(1_100_000)}`,
    "no JSON": frame(3, '{"id":3,'),
    "a number of nothing": frame(3, '{"title":"x"}'),
  };
  for (const [what, bad] of Object.entries(unreadable)) {
    const signal = AbortSignal.timeout(5_000);
    const client = createClient({
      url: "",
      async wait() {
        throw new Error("asked again and again, and nobody is told");
      },
      async fetch() {
        const headers = { "Content-Type": "text/event-stream" };
        return new Response(frame(2, '{"id":2}') + bad, { headers });
      },
    });
    const events = client.subscribe({ since: 1, signal });
    assert.is((await events.next()).value?.seq, 2, what);
    const error = await events.next().then(
      () => null,
      (error: Error) => error,
    );
    assert.instance(error, ClawTaskerError, what);
    assert.match((error as Error).message, "after 2", what);
  }
});

test.run();
