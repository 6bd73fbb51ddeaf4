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

/** Of one request; long texts are as many as fit into a body. */
const BATCH = 200;
const BODY_CHARS = 150_000;
/** What may wait for one reader: the buffer of its session, and a piece that was begun. */
const MOST_WAITING = 512 * 1024;

/** Of a process, in megabytes; 0 where the system does not tell. */
function residentMb(pid: number | undefined): number {
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return 0;
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(file, "utf8"))?.[1] ?? 0) / 1_024;
}

/** Events of so many characters that leave the state as large as it is. */
async function beat(url: string, count: number, chars: number): Promise<void> {
  const most = Math.min(BATCH, Math.floor(BODY_CHARS / (chars + 150)));
  for (let n = 0; n < count; n += most) {
    const actions = Array.from({ length: Math.min(most, count - n) }, (_, k) => ({
      action: "agents/heartbeat",
      body: { agent_id: "codex", status: "working", doing_summary: `${n + k} `.padEnd(chars, "x") },
    }));
    const { status, body } = await postTo(url, "batch", { actions });
    assert.is(status, 200, JSON.stringify(body).slice(0, 200));
  }
}

/** The 99th percentile of the time that single writes take on each server, in turns, in milliseconds. */
async function sample(urls: readonly string[]): Promise<number[]> {
  const times = urls.map((): number[] => []);
  for (let n = 0; n < 300; n++) {
    for (const [at, url] of urls.entries()) {
      const from = performance.now();
      await postTo(url, "agents/heartbeat", { agent_id: "scout", status: "working" });
      times[at]?.push(performance.now() - from);
    }
  }
  return times.map((each) => percentile(each, 99));
}

interface Crowd {
  connected: number;
  waiting: number;
}

/** By what the server itself says, at most a second old: who is connected, and how many bytes wait for all of them. */
async function crowdOf(url: string): Promise<Crowd> {
  return crowdIn(await metricsOf(url));
}

/** As of now: what the server says is made at most once a second, and never twice alike. */
async function presentCrowdOf(url: string): Promise<Crowd> {
  const older = await metricsOf(url);
  let text = older;
  while (text === older) text = await metricsOf(url);
  return crowdIn(text);
}

async function metricsOf(url: string): Promise<string> {
  return (await fetch(`${url}/metrics`)).text();
}

function crowdIn(text: string): Crowd {
  const counts = [...text.matchAll(/^clawtasker_clients\{[^}]*\} (\d+)$/gm)];
  return {
    connected: counts.reduce((sum, [, count]) => sum + Number(count), 0),
    waiting: Number(/^clawtasker_buffered_bytes (\S+)$/m.exec(text)?.[1]),
  };
}

/** Null where the server ended the stream; that nothing comes is no end, and what is missing stays missing. */
function orEnded(error: Error): null {
  if (error.message.startsWith("the stream ended")) return null;
  throw error;
}

/** With so many others, and so much to read. */
const waitMs = 20_000;

interface Slow {
  resume(): void;
  /** Reads on to the head, coming back as often as it is cut off. @throws Error for a gap or a double */
  finish(head: number): Promise<void>;
}

async function openSlowSse(url: string): Promise<Slow> {
  let last = 0;
  const connect = () =>
    connectSse(`${url}/api/events/stream`, { lastEventId: String(last), waitMs });
  let reader = await connect();
  reader.pause();
  return {
    resume: () => reader.resume(),
    async finish(head) {
      while (last < head) {
        const frame = await reader.frames.next().catch(orEnded);
        if (!frame) reader = await connect();
        else assert.is(Number(frame.id), ++last, "a gap or a double");
      }
      reader.close();
    },
  };
}

async function openSlowWs(url: string): Promise<Slow> {
  let last = 0;
  // Compressed, so little would wait that nobody were slow.
  const connect = () =>
    connectWs(`${url.replace("http", "ws")}/api/ws?since=${last}`, {
      perMessageDeflate: false,
      waitMs,
    });
  let reader = await connect();
  reader.pause();
  return {
    resume: () => reader.resume(),
    async finish(head) {
      while (last < head) {
        const message = await reader.messages.next().catch(orEnded);
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
  // Few must be long, or all of them fit into what the kernel holds for each reader.
  const chars = size.soaking ? 400 : 12_000;
  const dirs = [makeDataDir(), makeDataDir()] as const;
  const server = await startProcess(dirs[0].dir);
  // What a server without a crowd takes on this machine at the same time.
  const calm = await startProcess(dirs[1].dir);
  const { url } = server;
  try {
    const first = size.soaking ? 4_000 + BATCH : 10;
    for (const each of [url, calm.url]) await beat(each, first, chars);
    const before = residentMb(server.child.pid);
    const crowd = await Promise.all(
      Array.from({ length: clients }, (_, n) => (n % 2 ? openSlowSse(url) : openSlowWs(url))),
    );
    assert.is((await presentCrowdOf(url)).connected, clients);
    let done = 0;
    let mostWaiting = 0;
    const more = async (upTo: number) => {
      for (; done < upTo && size.more(done); done += BATCH) {
        await beat(url, BATCH, chars);
        mostWaiting = Math.max(mostWaiting, (await crowdOf(url)).waiting);
      }
    };
    // Too little time for one to be cut off.
    await more(size.soaking ? 8_000 : size.count);
    const present = await presentCrowdOf(url);
    assert.is(present.connected, clients, "none was cut off, none has gone");
    mostWaiting = Math.max(mostWaiting, present.waiting);
    const [p99 = 0, calmP99 = 0] = size.soaking ? await sample([url, calm.url]) : [];
    await more(Number.POSITIVE_INFINITY);
    const mb = residentMb(server.child.pid);
    assert.ok(mostWaiting > 0, "nobody was ever waited for");
    assert.ok(mostWaiting <= clients * MOST_WAITING, `${mostWaiting} bytes waited for ${clients}`);
    const snapshot = (await (await fetch(`${url}/api/snapshot`)).json()) as { seq: number };
    for (const slow of crowd) slow.resume();
    await Promise.all(crowd.map((slow) => slow.finish(snapshot.seq)));
    const grown = Math.round(mb - before);
    size.reached(
      `${clients} paused clients, ${grouped(done)} events: at most ${grouped(mostWaiting / 1_024)} KB waited, RSS +${grown} MB, others' p99 ${p99.toFixed(1)} ms, ${calmP99.toFixed(1)} without a crowd, all complete`,
    );
    if (!size.soaking) return;
    assert.ok(grown <= 100, `RSS has grown by ${grown} MB`);
    assert.ok(p99 <= 2 * calmP99, `p99 of others ${p99} ms, ${calmP99} without a crowd`);
  } finally {
    await Promise.all([server.end("SIGKILL"), calm.end("SIGKILL")]);
    for (const { remove } of dirs) remove();
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
  const limits = size.soaking ? {} : { pingMs: 400 };
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
