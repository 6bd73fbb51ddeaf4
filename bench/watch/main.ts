/**
 * The process of the watchers: opens them, counts what they see, says when the last one has seen it.
 * Neighbours: `watchers.ts` forks it, `watcher.ts` is one of them.
 */
import { connect } from "node:net";
import { DEFLATE, type Dialect, dialects } from "./dialects.ts";
import { createFrameReader } from "./frames.ts";
import type { Call, Joined, Seen } from "./messages.ts";
import { upgradeRequest, type Watcher, watchEvents, watchSocket } from "./watcher.ts";

/** So many connections are opened at a time: a server's backlog is finite. */
const AT_A_TIME = 50;
/** Nothing came for this long: what is missing will not come. */
const SILENCE_MS = 5_000;

let watchers: Watcher[] = [];
let lastAt: number[] = [];
/** The number of the first update that counts; not known before one came. */
let base = -1;
/** So many are waited for, until the one with the number `goal`. */
let wanted = Number.POSITIVE_INFINITY;
let goal = Number.POSITIVE_INFINITY;
let complete = 0;
let cameAt = 0;
let settle: (() => void) | null = null;

const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

function onUpdates(watcher: Watcher, first: number, last: number): void {
  const now = nowMs();
  cameAt = now;
  if (base < 0) expect(first, wanted);
  for (let seq = first; seq <= last; seq++) lastAt[seq - base] = now;
  if (watcher.last < goal && last >= goal && ++complete === watchers.length) settle?.();
}

async function open(call: Extract<Call, { name: "open" }>): Promise<null> {
  const { port, wire } = call;
  const dialect: Dialect = dialects[call.dialect];
  base = dialect.from ?? -1;
  for (let opened = 0; opened < call.count; opened += AT_A_TIME) {
    const some = Array.from({ length: Math.min(AT_A_TIME, call.count - opened) }, () =>
      wire === "sse" ? watchEvents({ port, onUpdates }) : watchSocket({ port, dialect, onUpdates }),
    );
    watchers.push(...(await Promise.all(some)));
  }
  return null;
}

function expect(first: number, updates: number): void {
  base = first;
  wanted = updates;
  goal = base < 0 ? Number.POSITIVE_INFINITY : base + wanted - 1;
}

function begin(): null {
  lastAt = [];
  const last = Math.max(-1, ...watchers.map((watcher) => watcher.last));
  complete = 0;
  expect(last < 0 ? -1 : last + 1, Number.POSITIVE_INFINITY);
  cameAt = nowMs();
  for (const watcher of watchers) {
    watcher.updates = 0;
    watcher.bytes = 0;
    watcher.disorder = 0;
  }
  return null;
}

async function awaitAll({ updates }: Extract<Call, { name: "await" }>): Promise<Seen> {
  expect(base, updates);
  complete = watchers.filter((watcher) => watcher.last >= goal).length;
  if (complete < watchers.length) {
    await new Promise<void>((resolve) => {
      const look = setInterval(() => {
        if (nowMs() - cameAt > SILENCE_MS) settle?.();
      }, 250);
      settle = () => {
        settle = null;
        clearInterval(look);
        resolve();
      };
    });
  }
  const sum = (of: (watcher: Watcher) => number) =>
    watchers.reduce((total, watcher) => total + of(watcher), 0);
  return {
    updates: sum((watcher) => watcher.updates),
    bytes: sum((watcher) => watcher.bytes),
    disorder: sum((watcher) => watcher.disorder),
    complete,
    lastAt,
  };
}

/** Of a join nothing is read: to keep frames until they are whole would make a message in many the dearer. */
const COUNTED_BYTES = 1024;

async function join(call: Extract<Call, { name: "join" }>): Promise<Joined> {
  const head = upgradeRequest(call.path, call.deflate ? DEFLATE : "");
  let bytes = 0;
  const times = await Promise.all(
    Array.from(
      { length: call.count },
      () =>
        new Promise<number>((resolve, reject) => {
          const from = nowMs();
          let answered = false;
          let size = 0;
          const done = (last: boolean) => {
            if (!last) return;
            bytes = size;
            resolve(nowMs() - from);
            socket.destroy();
          };
          const frames = createFrameReader(
            {
              onFrame(payload, last) {
                size += payload.length;
                done(last);
              },
              onLarge(length, last) {
                size += length;
                done(last);
              },
              onPing() {},
              onClose: (code) => reject(new Error(`closed with ${code}`)),
            },
            COUNTED_BYTES,
          );
          const socket = connect({ port: call.port, host: "127.0.0.1", noDelay: true });
          socket.on("error", reject);
          socket.on("connect", () => socket.write(head));
          socket.on("data", (chunk) => {
            if (answered) return frames.push(chunk);
            const end = chunk.indexOf("\r\n\r\n");
            answered = true;
            if (end + 4 < chunk.length) frames.push(chunk.subarray(end + 4));
          });
        }),
    ),
  );
  return { times, bytes };
}

function close(): null {
  for (const watcher of watchers) watcher.close();
  watchers = [];
  return null;
}

function answer(call: Call): unknown {
  switch (call.name) {
    case "open":
      return open(call);
    case "begin":
      return begin();
    case "await":
      return awaitAll(call);
    case "join":
      return join(call);
    case "close":
      return close();
  }
}

process.on("message", async (call: Call) => {
  try {
    process.send?.({ ok: await answer(call) });
  } catch (error) {
    process.send?.({ error: (error as Error).message });
  }
});
process.once("disconnect", () => process.exit());
