/**
 * Readers who do not read, and readers who are dead: what they cost the server and everybody else, and
 * that the slow ones miss nothing.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../support/core.ts";
import { makeDataDir, postTo, startProcess } from "../support/process.ts";
import { grouped, percentile, sizeFor } from "../support/soak.ts";
import { connectSse, connectWs, withStreams } from "../support/streams.ts";

const BATCH = 200;

/** Of a process, in megabytes; 0 where the system does not tell. */
function residentMb(pid: number | undefined): number {
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return 0;
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(file, "utf8"))?.[1] ?? 0) / 1_024;
}

/** Events that leave the state as large as it is. */
async function beat(url: string, count: number): Promise<void> {
  for (let n = 0; n < count; n += BATCH) {
    const actions = Array.from({ length: Math.min(BATCH, count - n) }, (_, k) => ({
      action: "agents/heartbeat",
      body: { agent_id: "codex", status: "working", doing_summary: `${n + k} `.padEnd(400, "x") },
    }));
    const { status, body } = await postTo(url, "batch", { actions });
    assert.is(status, 200, JSON.stringify(body).slice(0, 200));
  }
}

/** The time that single writes take: the 99th percentile of the calmest of three rounds, in milliseconds. */
async function sample(url: string): Promise<number> {
  const rounds: number[] = [];
  for (let round = 0; round < 3; round++) {
    const times: number[] = [];
    for (let n = 0; n < 100; n++) {
      const from = performance.now();
      await postTo(url, "agents/heartbeat", { agent_id: "scout", status: "working" });
      times.push(performance.now() - from);
    }
    rounds.push(percentile(times, 99));
  }
  return Math.min(...rounds);
}

/** Who is connected, by what the server itself says. */
async function connected(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const counts = [...text.matchAll(/^clawtasker_clients\{[^}]*\} (\d+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

interface Slow {
  resume(): void;
  /** Reads on to the head, coming back as often as it is cut off. @throws Error for a gap or a double */
  finish(head: number): Promise<void>;
}

async function openSlowSse(url: string): Promise<Slow> {
  let last = 0;
  const connect = () => connectSse(`${url}/api/events/stream`, { lastEventId: String(last) });
  let reader = await connect();
  reader.pause();
  return {
    resume: () => reader.resume(),
    async finish(head) {
      while (last < head) {
        const frame = await reader.frames.next().catch(() => null);
        if (!frame) reader = await connect();
        else assert.is(Number(frame.id), ++last, "a gap or a double");
      }
      reader.close();
    },
  };
}

async function openSlowWs(url: string): Promise<Slow> {
  let last = 0;
  const connect = () => connectWs(`${url.replace("http", "ws")}/api/ws?since=${last}`);
  let reader = await connect();
  reader.pause();
  return {
    resume: () => reader.resume(),
    async finish(head) {
      while (last < head) {
        const message = await reader.messages.next().catch(() => null);
        if (!message) reader = await connect();
        // Too far behind, it is given the state instead.
        else if (message.type === "hello" && message.state !== undefined) last = message.seq;
        else if (message.type === "commit") assert.is(message.seq, ++last, "a gap or a double");
      }
      reader.drop();
    },
  };
}

test("STR-3: a crowd that does not read costs bounded memory, holds up nobody, and resumes complete", async () => {
  const size = sizeFor("slow", 1_000);
  const clients = size.soaking ? 50 : 6;
  const { dir, remove } = makeDataDir();
  const server = await startProcess(dir);
  const { url } = server;
  try {
    await beat(url, 4_000 * (size.soaking ? 1 : 0) + BATCH);
    const before = { mb: residentMb(server.child.pid), p99: await sample(url) };
    const crowd = await Promise.all(
      Array.from({ length: clients }, (_, n) => (n % 2 ? openSlowSse(url) : openSlowWs(url))),
    );
    assert.is(await connected(url), clients);
    let done = 0;
    const more = async (upTo: number) => {
      for (; done < upTo && size.more(done); done += BATCH) await beat(url, BATCH);
    };
    // Enough for a socket to be full, and too little time for it to be cut off.
    await more(size.soaking ? 8_000 : size.count);
    assert.is(await connected(url), clients, "none was cut off, none has gone");
    const p99 = await sample(url);
    await more(Number.POSITIVE_INFINITY);
    const mb = residentMb(server.child.pid);
    const snapshot = (await (await fetch(`${url}/api/snapshot`)).json()) as { seq: number };
    for (const slow of crowd) slow.resume();
    await Promise.all(crowd.map((slow) => slow.finish(snapshot.seq)));
    const grown = Math.round(mb - before.mb);
    size.reached(
      `${clients} paused clients, ${grouped(done)} events: RSS +${grown} MB, others' p99 ${before.p99.toFixed(1)} → ${p99.toFixed(1)} ms, all complete`,
    );
    if (!size.soaking) return;
    assert.ok(grown <= 100, `RSS has grown by ${grown} MB`);
    assert.ok(p99 <= 2 * before.p99, `p99 of others ${before.p99} → ${p99} ms`);
  } finally {
    await server.end("SIGKILL");
    remove();
  }
});

/** Opens so many sockets and says so. */
const PEER = `import { WebSocket } from "ws";
  const [, url, count] = process.argv;
  let open = 0;
  for (let n = 0; n < Number(count); n++) {
    new WebSocket(url).on("message", () => {}).once("open", () => {
      if (++open === Number(count)) console.log("ready");
    });
  }`;

test("WS-5: the sockets of a process that was stopped are ended, and no descriptor is left", async () => {
  const size = sizeFor("dead-peer", 1);
  const peers = 20;
  const limits = size.soaking ? {} : { pingMs: 50 };
  await withStreams({ ws: limits }, async ({ ws, wsUrl, sockets, engine }) => {
    const args = ["--input-type=module", "-e", PEER, wsUrl, String(peers)];
    const child = spawn(process.execPath, args, {
      cwd: fileURLToPath(root),
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      await new Promise((resolve) => child.stdout.once("data", resolve));
      assert.is(ws.clients(), peers);
      child.kill("SIGSTOP");
      const from = performance.now();
      while (ws.clients() > 0 || sockets.size > 0) {
        const seconds = (performance.now() - from) / 1_000;
        assert.ok(seconds < 60, `${ws.clients()} sessions, ${sockets.size} sockets after 60 s`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      assert.is(engine.feed.subscribers(), 0);
      const seconds = ((performance.now() - from) / 1_000).toFixed(1);
      size.reached(
        `${peers} sockets of a stopped process: gone in ${seconds} s, no descriptor left`,
      );
    } finally {
      child.kill("SIGKILL");
    }
  });
});

test.run();
