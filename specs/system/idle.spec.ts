/**
 * Quiet streams: nothing happens, and a proxy that ends what says nothing stands between. Each reader is
 * there twice, directly and through a real nginx that waits little longer than a stream is quiet; in the
 * soak the server is the real one, quiet for ten minutes. Neighbours: `support/nginx.ts`, the two transports.
 */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { hasNginx, SITE, withNginx } from "../support/nginx.ts";
import { makeDataDir, postTo, startProcess } from "../support/process.ts";
import { grouped, sizeFor } from "../support/soak.ts";
import { type Connecting, connectSse, connectWs, withStreams } from "../support/streams.ts";

/** A round is one sign of life of every reader. */
const SIZE = sizeFor("idle", 8);
const SMALL = { keepaliveMs: 300, readTimeoutMs: 2_000 };
/** The server's own time, and little more. */
const LARGE = { keepaliveMs: 15_000, readTimeoutMs: 20_000 };
const { keepaliveMs, readTimeoutMs } = SIZE.soaking ? LARGE : SMALL;

interface Reader {
  name: string;
  /** Resolves with the next keepalive. */
  quiet(): Promise<void>;
  /** Resolves once the event is there, with nothing but keepalives before it. */
  event(): Promise<void>;
  close(): void;
}

async function readStream(url: string, name: string, how: Connecting): Promise<Reader> {
  const reader = await connectSse(`${url}/api/events/stream`, how);
  assert.is(reader.status, 200, name);
  assert.is(await reader.comments.next(), "clawtasker events", name);
  assert.is(reader.retryMs(), 2_000, name);
  // nginx keeps it for itself.
  if (!how.servername) assert.is(reader.headers["x-accel-buffering"], "no");
  return {
    name,
    quiet: async () => assert.is(await reader.comments.next(), "keepalive", name),
    event: async () => assert.match((await reader.frames.next()).data, "an end of the quiet"),
    close: reader.close,
  };
}

async function readSocket(url: string, name: string, how: Connecting): Promise<Reader> {
  const { messages, drop } = await connectWs(`${url.replace("http", "ws")}/api/ws`, how);
  assert.is((await messages.next()).type, "hello", name);
  return {
    name,
    quiet: async () => assert.is((await messages.next()).type, "keepalive", name),
    event: async () =>
      assert.is((await messages.until(({ type }) => type !== "keepalive")).type, "commit", name),
    close: drop,
  };
}

interface House {
  url: string;
  write(): Promise<void>;
}

/** Small: both transports with keepalives in a hurry. Large: the server as it is started. */
async function withHouse(run: (house: House) => Promise<void>): Promise<void> {
  if (!SIZE.soaking) {
    const limits = { keepaliveMs };
    return withStreams({ allowedHosts: [SITE], sse: limits, ws: limits }, (streams) =>
      run({
        url: new URL(streams.sseUrl).origin,
        write: async () =>
          void (await streams.engine.dispatch("tasks/create", { title: "an end of the quiet" })),
      }),
    );
  }
  const { dir, remove } = makeDataDir();
  const env = { CLAWTASKER_ALLOWED_HOSTS: SITE };
  const server = await startProcess(dir, { args: ["--blank"], env });
  try {
    await run({
      url: server.url,
      write: async () =>
        void (await postTo(server.url, "tasks/create", { title: "an end of the quiet" })),
    });
  } finally {
    await server.end("SIGKILL");
    remove();
  }
}

const trial = hasNginx ? test : test.skip;

trial(
  "SSE-3 STR-1 OPS-4: a quiet stream and a quiet socket outlive a proxy that waits for a word",
  () =>
    withHouse(({ url, write }) =>
      withNginx({ upstream: new URL(url).host, readTimeoutMs }, async (port) => {
        const waitMs = 2 * readTimeoutMs;
        const through = { waitMs, servername: SITE, headers: { Host: SITE } };
        const proxy = `https://127.0.0.1:${port}`;
        const started = performance.now();
        const readers = [
          await readStream(url, "a stream", { waitMs }),
          await readSocket(url, "a socket", { waitMs }),
          await readStream(proxy, "a stream behind nginx", through),
          await readSocket(proxy, "a socket behind nginx", through),
        ];
        const first = performance.now() - started;
        // Long before the first keepalive could have brought it along.
        if (SIZE.soaking) assert.ok(first < 1_000, `the first words took ${first} ms`);
        let longest = 0;
        let round = 0;
        const rounds = readers.map(async (reader) => {
          let at = performance.now();
          for (let mine = 0; SIZE.more(mine); mine++) {
            await reader.quiet();
            const now = performance.now();
            longest = Math.max(longest, now - at);
            at = now;
            round = Math.max(round, mine + 1);
          }
        });
        await Promise.all(rounds);
        const seconds = (performance.now() - started) / 1_000;
        assert.ok(seconds * 1_000 > readTimeoutMs, "it was quiet for longer than the proxy waits");
        await write();
        await Promise.all(readers.map((reader) => reader.event()));
        for (const reader of readers) reader.close();
        SIZE.reached(
          `${grouped(seconds)} quiet seconds, a stream and a socket each directly and through nginx that waits ${readTimeoutMs / 1_000} s: ${round} keepalives each, the longest gap ${(longest / 1_000).toFixed(1)} s, first words of all within ${grouped(first)} ms, none ended, an event reaches all`,
        );
      }),
    ),
);

trial("OPS-4: without a word such a proxy does end them", () =>
  withStreams(
    { allowedHosts: [SITE], sse: { keepaliveMs: 60_000 }, ws: { keepaliveMs: 60_000 } },
    ({ sseUrl }) =>
      withNginx({ upstream: new URL(sseUrl).host, readTimeoutMs: 300 }, async (port) => {
        const through = { servername: SITE, headers: { Host: SITE } };
        const stream = await connectSse(`https://127.0.0.1:${port}/api/events/stream`, through);
        const socket = await connectWs(`wss://127.0.0.1:${port}/api/ws`, through);
        await Promise.all([stream.closed, socket.closed]);
      }),
  ),
);

test.run();
