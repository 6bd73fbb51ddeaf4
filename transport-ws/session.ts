/**
 * One socket: greets it, then sends a commit for each entry, as fast as it takes them and no faster: by
 * a subscription of its own until it has caught up, then with all the others by the fan-out.
 * Neighbours: `index.ts` opens it, `codec.ts` and `commits.ts` encode, the core's feed gives the entries.
 * Phases: joining → live ⇄ waiting (for room) → leaving. Invariants: at most `maxBufferBytes` and
 * one message wait for this socket; when it closes, its subscription and every timer end.
 */
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import {
  CLOSE_CODES,
  type CutOffReason,
  cutOff,
  type Engine,
  type Entry,
  type FanOut,
  type FanOutReader,
} from "../core/index.ts";
import { greetingFrame, keepaliveText, type ResetWord, resumeText } from "./codec.ts";
import type { CommitsFrame, toMessages } from "./commits.ts";
import { FRAME_BYTES, type StateSource } from "./state-bytes.ts";
import type { Resume } from "./upgrade.ts";

export interface SessionLimits {
  /** A word is sent when there was none for this long. */
  keepaliveMs: number;
  /** A ping must be answered before the next one. */
  pingMs: number;
  /** While this much waits for the socket, it is sent no more. */
  maxBufferBytes: number;
  /** A socket that has no room for this long is closed. */
  stallMs: number;
  /** A page further behind gets the state instead of the commits. */
  maxBehind: number;
  /** How long a closing handshake may take. */
  graceMs: number;
}

export interface SessionOptions {
  engine: Engine;
  states: StateSource;
  fanOut: FanOut<CommitsFrame>;
  /** The messages of entries, for one who catches up. */
  catchUp: typeof toMessages;
  ws: WebSocket;
  /** Below `ws`: frames that are made once for all are written here, while `ws` is idle. */
  socket: Duplex;
  resume: Resume | null;
  limits: SessionLimits;
  onGone(): void;
  onError(error: Error): void;
}

export interface Session {
  /** Closes with the code; the socket is ended soon after, whether it answers or not. */
  close(code: number, reason: string): void;
}

/** Nothing needs to be said here; a client may, as to keep a proxy awake. Between two of our pings. */
const MAX_FRAMES = 100;

/** A line that is quick is given so many frames of a state at once, a slow one each by itself: it has to show that it moves. */
const STRIDE_FRAMES = 3;
const QUICK_MS = 1_000;

export function openSession(options: SessionOptions): Session {
  const { engine, states, fanOut, catchUp, ws, socket, resume, limits } = options;
  const { keepaliveMs, pingMs, maxBufferBytes, stallMs, maxBehind, graceMs } = limits;
  const ended = new AbortController();
  const { signal } = ended;
  const compressed = ws.extensions.includes("permessage-deflate");
  let phase: "joining" | "live" | "waiting" | "leaving" = "joining";
  /** The last sequence number that this socket was told. */
  let seq = resume?.since ?? 0;
  let answered = true;
  /** Frames of whatever kind since our last ping. */
  let heard = 0;
  let wake: (() => void) | null = null;
  let grace: NodeJS.Timeout | undefined;
  const flushed = () => wake?.();

  const keepalive = setTimeout(() => {
    if (phase === "live") ws.send(keepaliveText(seq, engine.clock()));
    keepalive.refresh();
  }, keepaliveMs);

  const ping = setInterval(() => {
    heard = 0;
    // Its answer would wait behind what the socket has no room for; the stall is timed instead.
    if (phase === "waiting") return;
    if (!answered) return cutOff(socket, "vanished");
    answered = false;
    ws.ping();
  }, pingMs);

  let dropped = () => {};
  const reader: FanOutReader<CommitsFrame> = {
    get seq() {
      return seq;
    },
    take({ last, value }, more) {
      if (more && socket.writableCorked === 0) socket.cork();
      write(toBytes(value));
      seq = last;
      if (!more) keepalive.refresh();
      if (!more || socket.writableLength >= maxBufferBytes) socket.uncork();
      return socket.writableLength < maxBufferBytes;
    },
    dropped() {
      socket.uncork();
      dropped();
    },
  };

  function stop(): void {
    phase = "leaving";
    ended.abort();
    fanOut.leave(reader);
    dropped();
    clearTimeout(keepalive);
    clearInterval(ping);
    wake?.();
  }

  function leave(reason?: CutOffReason): void {
    stop();
    grace ??= setTimeout(() => (reason ? cutOff(socket, reason) : ws.terminate()), graceMs);
  }

  function close(code: number, reason: string): void {
    leave();
    ws.close(code, reason);
  }

  function beTooSlow(words: string): void {
    leave("slow");
    ws.close(CLOSE_CODES.tooSlow, words);
  }

  const toBytes = (frame: CommitsFrame) => (compressed ? frame.packed() : frame.plain);

  /** Like `ws.send`, a socket that closes is sent nothing more. */
  function write(bytes: Buffer, sent?: () => void): void {
    if (ws.readyState === ws.OPEN) socket.write(bytes, sent);
  }

  /** Resolves once less than `limit` waits for the socket, or the session has ended. */
  async function room(limit: number): Promise<void> {
    if (signal.aborted || ws.bufferedAmount < limit) return;
    const before = phase;
    phase = "waiting";
    await new Promise<void>((resolve) => {
      const stall = setTimeout(() => beTooSlow("too slow; come back with since"), stallMs);
      wake = () => {
        if (!signal.aborted && ws.bufferedAmount >= limit) return;
        clearTimeout(stall);
        wake = null;
        resolve();
      };
    });
    if (signal.aborted) return;
    phase = before;
    // Room was made, so somebody reads; a pong may still be behind the rest.
    answered = true;
  }

  async function sendState(reset: ResetWord | undefined, atLeast: number): Promise<void> {
    phase = "joining";
    const state = await states.take(atLeast, compressed);
    if (signal.aborted) return;
    seq = state.seq;
    write(greetingFrame(engine, seq, reset, compressed));
    const { bytes, body } = state;
    const frames = Math.floor(maxBufferBytes / FRAME_BYTES);
    const most = FRAME_BYTES * Math.min(Math.max(1, frames), STRIDE_FRAMES);
    let at = 0;
    const release = states.holding.hold(body, {
      progress: () => ({ left: bytes.length - at, taken: at }),
      letGo: () => beTooSlow("too slow while others join; come back"),
    });
    signal.addEventListener("abort", release);
    // What waits of it to be taken keeps all of it in memory.
    let waiting = 0;
    const sent = () => {
      waiting--;
      if (waiting === 0 && at >= bytes.length) release();
      flushed();
    };
    for (let stride = most; at < bytes.length; at += stride) {
      const from = performance.now();
      await room(Math.min(maxBufferBytes, 4 * FRAME_BYTES));
      if (signal.aborted) return;
      stride = performance.now() - from < QUICK_MS ? most : FRAME_BYTES;
      waiting++;
      write(bytes.subarray(at, at + stride), sent);
    }
    beLive();
  }

  function sendResume(): void {
    ws.send(resumeText(engine, seq), flushed);
    beLive();
  }

  function beLive(): void {
    phase = "live";
    keepalive.refresh();
  }

  /** False where there was no room for all of them: what is left is read again once there is. */
  function sendCommits(entries: readonly Entry[]): boolean {
    // A state that was sent may be ahead of the feed's cursor.
    const open = entries.filter((entry) => entry.seq > seq);
    if (open.length > 0 && ws.bufferedAmount >= maxBufferBytes) return false;
    for (const { last, value } of catchUp(open)) {
      write(toBytes(value), flushed);
      seq = last;
      keepalive.refresh();
      if (last !== open.at(-1)?.seq && ws.bufferedAmount >= maxBufferBytes) return false;
    }
    return true;
  }

  /** Why a page that asks to resume gets a state all the same, beside what the feed will say. */
  function refusal({ since, journal }: Resume): ResetWord | null {
    if (journal !== null && journal !== engine.journalId()) return "journal";
    return engine.view().seq - since > maxBehind ? "far" : null;
  }

  async function run(): Promise<void> {
    const refused = resume && refusal(resume);
    if (!resume || refused) await sendState(refused ?? undefined, 0);
    else if (seq === engine.view().seq) sendResume();
    while (!signal.aborted) {
      await room(maxBufferBytes);
      if (phase === "live" && fanOut.join(reader)) await untilDropped();
      else await follow();
    }
  }

  /** Until it has all there is, or no room; while it waits for room it holds no entry. */
  async function follow(): Promise<void> {
    for await (const item of engine.feed.subscribe({ since: seq, signal })) {
      if (signal.aborted) return;
      if (item.type === "reset") {
        await sendState(item.reason, item.seq);
      } else {
        // Only now is it certain that the history is there.
        if (phase === "joining") sendResume();
        if (!sendCommits(item.entries)) return;
      }
      if (seq >= engine.view().seq) return;
    }
  }

  function untilDropped(): Promise<void> {
    return new Promise((resolve) => {
      dropped = resolve;
      if (signal.aborted) resolve();
    });
  }

  socket.on("drain", flushed);
  /** At once: until the end of a closing handshake all that it sends would be read. */
  function count(): void {
    heard++;
    if (heard === MAX_FRAMES + 1) cutOff(socket, "chatty");
  }

  ws.on("ping", count);
  ws.on("pong", () => {
    count();
    answered = true;
  });
  ws.on("message", (_data, isBinary) => {
    count();
    if (isBinary) close(CLOSE_CODES.policy, "text only");
  });
  // A violation of the protocol, a message beyond maxPayload too: ws closes with the code for it.
  ws.on("error", () => leave());
  ws.on("close", () => {
    stop();
    clearTimeout(grace);
    options.onGone();
  });
  run().catch((error: Error) => {
    if (signal.aborted) return;
    close(CLOSE_CODES.restart, "the journal could not be read; come back");
    options.onError(error);
  });

  return { close };
}
