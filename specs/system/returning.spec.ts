/**
 * A crowd that comes back at once, each from a place of its own in the history, to a server that was started
 * anew and has nothing of it at hand.
 */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { makeDataDir, postTo, startProcess } from "../support/process.ts";
import { sizeFor } from "../support/soak.ts";
import { connectSse, connectWs } from "../support/streams.ts";

const BATCH = 200;
/** How precisely the server times its own loop, in milliseconds: a loop that is free counts as so much. */
const PRECISION_MS = 50;
const waitMs = 20_000;

/** For how long the server's loop was held at most since this was asked last, in milliseconds. */
async function heldMs(url: string): Promise<number> {
  // Metrics are made once a second.
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const text = await (await fetch(`${url}/metrics`)).text();
  const found = /^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(text);
  assert.ok(found);
  return Math.max(0, Number(found[1]) * 1_000 - PRECISION_MS);
}

async function readSse(url: string, since: number, head: number): Promise<void> {
  const lastEventId = String(since);
  const reader = await connectSse(`${url}/api/events/stream`, { lastEventId, waitMs });
  for (let last = since; last < head; ) {
    assert.is(Number((await reader.frames.next()).id), ++last, "a gap or a double");
  }
  reader.close();
}

async function readWs(url: string, since: number, head: number): Promise<void> {
  const reader = await connectWs(`${url.replace("http", "ws")}/api/ws?since=${since}`, { waitMs });
  for (let last = since; last < head; ) {
    const message = await reader.messages.next();
    if (message.type === "commit") assert.is(message.seq, ++last, "a gap or a double");
  }
  reader.drop();
}

test("STR-7: a crowd comes back from as many places as there are of it: each is given all, once, in order", async () => {
  const size = sizeFor("returning", 40);
  const behind = size.soaking ? 1_000 : 150;
  const data = makeDataDir();
  const before = await startProcess(data.dir);
  let server = before;
  try {
    for (let n = 0; n <= behind + size.count; n += BATCH) {
      const actions = Array.from({ length: BATCH }, (_, k) => ({
        action: "agents/heartbeat",
        body: { agent_id: "codex", status: "working", doing_summary: `${n + k} `.padEnd(200, "x") },
      }));
      assert.is((await postTo(before.url, "batch", { actions })).status, 200);
    }
    await before.end("SIGTERM");
    server = await startProcess(data.dir);
    const { url } = server;
    const { seq } = (await (await fetch(`${url}/api/health`)).json()) as { seq: number };
    const held = { sse: 0, ws: 0 };
    for (const kind of ["sse", "ws"] as const) {
      if (size.soaking) await heldMs(url);
      const read = kind === "sse" ? readSse : readWs;
      const crowd = Array.from({ length: size.count }, (_, n) => read(url, seq - behind - n, seq));
      await Promise.all(crowd);
      if (size.soaking) held[kind] = Math.round(await heldMs(url));
    }
    const figure = `${size.count} readers from as many places, ${behind} behind and more: complete`;
    size.reached(
      `${figure}; the loop was held for ${held.sse} ms (streams), ${held.ws} ms (sockets)`,
    );
  } finally {
    await server.end("SIGKILL");
    data.remove();
  }
});

test.run();
