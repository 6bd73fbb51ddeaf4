/**
 * One socket: greets it, then sends a commit for each entry, as fast as it takes them and no faster.
 * Neighbours: `index.ts` opens it, `codec.ts` encodes, the core's feed gives the entries.
 * Phases: joining → live ⇄ waiting (for room) → leaving. Invariants: at most `maxBufferBytes` and
 * one message wait for this socket; when it closes, its subscription and every timer end.
 */
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { CLOSE_CODES, type Engine, type Entry } from "../core/index.ts";
import {
  commitBytes,
  helloPieces,
  keepaliveText,
  PIECE_BYTES,
  type ResetWord,
  resumeText,
} from "./codec.ts";
import type { StateSource } from "./state-bytes.ts";
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
  ws: WebSocket;
  /** Below `ws`: to send a batch as one write. */
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

export function openSession(options: SessionOptions): Session {
  const { engine, states, ws, socket, resume, limits } = options;
  const { keepaliveMs, pingMs, maxBufferBytes, stallMs, maxBehind, graceMs } = limits;
  const ended = new AbortController();
  const { signal } = ended;
  let phase: "joining" | "live" | "waiting" | "leaving" = "joining";
  /** The last sequence number that this socket was told. */
  let seq = resume?.since ?? 0;
  let answered = true;
  let wake: (() => void) | null = null;
  let grace: NodeJS.Timeout | undefined;
  const flushed = () => wake?.();

  const keepalive = setTimeout(() => {
    if (phase === "live") ws.send(keepaliveText(seq, engine.clock()));
    keepalive.refresh();
  }, keepaliveMs);

  const ping = setInterval(() => {
    // Its answer would wait behind what the socket has no room for; the stall is timed instead.
    if (phase === "waiting") return;
    if (!answered) return ws.terminate();
    answered = false;
    ws.ping();
  }, pingMs);

  function stop(): void {
    phase = "leaving";
    ended.abort();
    clearTimeout(keepalive);
    clearInterval(ping);
    wake?.();
  }

  function leave(): void {
    stop();
    grace ??= setTimeout(() => ws.terminate(), graceMs);
  }

  function close(code: number, reason: string): void {
    leave();
    ws.close(code, reason);
  }

  /** Resolves once less than `limit` waits for the socket, or the session has ended. */
  async function room(limit: number): Promise<void> {
    if (signal.aborted || ws.bufferedAmount < limit) return;
    const before = phase;
    phase = "waiting";
    await new Promise<void>((resolve) => {
      const stall = setTimeout(() => {
        close(CLOSE_CODES.tooSlow, "too slow; come back with since");
      }, stallMs);
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
    const state = states.take(atLeast);
    seq = state.seq;
    let last: Buffer | null = null;
    for (const piece of helloPieces(engine, state, reset)) {
      if (last) ws.send(last, { binary: false, fin: false }, flushed);
      await room(Math.min(maxBufferBytes, 4 * PIECE_BYTES));
      if (signal.aborted) return;
      last = piece;
    }
    if (last) ws.send(last, { binary: false, fin: true }, flushed);
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

  async function sendCommits(entries: readonly Entry[]): Promise<void> {
    // A state that was sent may be ahead of the feed's cursor.
    let next = entries.findIndex((entry) => entry.seq > seq);
    if (next < 0) return;
    while (next < entries.length && !signal.aborted) {
      socket.cork();
      while (ws.bufferedAmount < maxBufferBytes) {
        const entry = entries[next];
        if (!entry) break;
        ws.send(commitBytes(entry), { binary: false }, flushed);
        seq = entry.seq;
        next++;
      }
      socket.uncork();
      keepalive.refresh();
      await room(maxBufferBytes);
    }
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
    for await (const item of engine.feed.subscribe({ since: seq, signal })) {
      if (signal.aborted) return;
      if (item.type === "reset") {
        await sendState(item.reason, item.seq);
      } else {
        // Only now is it certain that the history is there.
        if (phase === "joining") sendResume();
        await sendCommits(item.entries);
      }
    }
  }

  ws.on("pong", () => {
    answered = true;
  });
  ws.on("message", (_data, isBinary) => {
    if (isBinary) close(CLOSE_CODES.policy, "text only");
  });
  // A violation of the protocol, a message beyond maxPayload too: ws closes with the code for it.
  ws.on("error", leave);
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
