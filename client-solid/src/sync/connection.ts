/**
 * The page's wire: keeps one socket to the server alive, resumes after each loss from the last entry
 * it saw, and says at every moment how far what is shown can be trusted. Neighbours: `store.ts` takes
 * what arrives; socket, timers, clock and chance are brought by the caller.
 * Invariants: entries are handed on in order, without gap or double; whatever breaks that, a missing
 * number as well as a patch that does not apply, ends in a fresh state. Live is said only of the socket
 * that is open, and not after a word of it that was not taken.
 */
import type { Commit, Hello, ServerMessage } from "./wire.ts";
import { KEEPALIVE_MS, PROTOCOL_VERSION } from "./wire.ts";

export type ConnectionState =
  | { status: "connecting" }
  | { status: "live" }
  | { status: "catching-up" }
  /**
   * Both in milliseconds since the epoch: when the next try comes, null when only a reload helps; and
   * as of when what was handed on is true, null for never.
   */
  | { status: "offline"; retryAt: number | null; asOf: number | null };

export interface SocketHandlers {
  onMessage(text: string): void;
  onClose(): void;
}

export interface ConnectionPorts {
  /** Where the socket is, without a query. */
  url: string;
  createSocket(url: string, handlers: SocketHandlers): { close(): void };
  /** Gives back what cancels the timer. */
  setTimer(run: () => void, delayMs: number): () => void;
  /** Milliseconds since the epoch. */
  clock(): number;
  /** From 0 up to 1. */
  random(): number;
  /** May throw, as `onCommits`. */
  onHello(hello: Hello): void;
  /**
   * What came together, in order. May throw when one does not fit what is there, or call `distrust`: the
   * state is then asked for anew.
   */
  onCommits(commits: readonly Commit[]): void;
  onState(state: ConnectionState): void;
}

export interface Connection {
  start(): void;
  /** The network or the person came back: do not wait for the next try. */
  wake(): void;
  /** An entry that was handed on did not fit what is there: ask for a fresh state. */
  distrust(): void;
  stop(): void;
}

export const MIN_RETRY_MS = 500;
export const MAX_RETRY_MS = 15_000;
/** Two keepalives missed, and a little for a slow network; for the greeting the same. */
export const SILENCE_MS = 2.2 * KEEPALIVE_MS;
/** Between two looks at how long it has been silent. */
const LOOK_MS = 5_000;
/** A wire that held this long has proved itself: the next try comes early again. */
const STABLE_MS = 5_000;

const nothing = () => {};

export function createConnection(ports: ConnectionPorts): Connection {
  const { clock, random, setTimer } = ports;
  let socket: { close(): void } | null = null;
  let known: { seq: number; journal: string } | null = null;
  let state: ConnectionState = { status: "connecting" };
  let running = false;
  let attempt = 0;
  let greeted = false;
  let greetedAt = 0;
  /** The last entry there was at the hello: what comes after it is news, not the past. */
  let headAtHello = 0;
  /** Of this socket: its last word, at first its opening. */
  let quietSince = 0;
  let asOf: number | null = null;
  let resyncedAt = Number.NEGATIVE_INFINITY;
  let cancelSilence = nothing;
  let cancelRetry = nothing;

  function show(next: ConnectionState): void {
    if (next.status === state.status && next.status !== "offline") return;
    state = next;
    ports.onState(state);
  }

  function connect(): void {
    drop();
    const url = known
      ? `${ports.url}?since=${known.seq}&journal=${encodeURIComponent(known.journal)}`
      : ports.url;
    const mine = ports.createSocket(url, {
      // A socket that was let go of may still speak.
      onMessage: (text) => socket === mine && receive(text),
      onClose: () => socket === mine && lose(),
    });
    socket = mine;
    quietSince = clock();
    watch();
  }

  function drop(): void {
    cancelRetry();
    cancelSilence();
    const old = socket;
    socket = null;
    greeted = false;
    old?.close();
  }

  function lose(): void {
    if (greeted && clock() - greetedAt >= STABLE_MS) attempt = 0;
    drop();
    const delayMs = retryDelayMs(attempt++, random());
    show({ status: "offline", retryAt: clock() + delayMs, asOf });
    cancelRetry = setTimer(connect, delayMs);
  }

  /** What is shown cannot be continued: ask for all of it again. */
  function resync(): void {
    known = null;
    if (clock() - resyncedAt < STABLE_MS) {
      // A second time in a row is no accident any more; do not hammer the server.
      lose();
    } else {
      resyncedAt = clock();
      show({ status: "catching-up" });
      connect();
    }
  }

  function watch(): void {
    // A clock that was set back would have silence last as long as it was set by.
    quietSince = Math.min(quietSince, clock());
    const leftMs = quietSince + SILENCE_MS - clock();
    if (leftMs <= 0) lose();
    // Timers do not count the time that the machine sleeps.
    else cancelSilence = setTimer(watch, Math.min(leftMs, LOOK_MS));
  }

  function receive(text: string): void {
    quietSince = clock();
    const message = parse(text);
    if (message?.type === "hello") greet(message);
    else if (!message || !greeted) resync();
    else if (message.type === "commits") take(message.commits);
    // What it was told of last; it may be older than what overtook it.
    else if (known && message.seq > known.seq) resync();
    else if (state.status === "live") asOf = quietSince;
  }

  function greet(hello: Hello): void {
    const { seq, journal } = hello;
    const whole = hello.state !== undefined;
    if (hello.protocol !== PROTOCOL_VERSION) {
      drop();
      show({ status: "offline", retryAt: null, asOf });
    } else if (!whole && (seq !== known?.seq || journal !== known.journal)) {
      resync();
    } else {
      cancelSilence();
      greeted = true;
      greetedAt = clock();
      headAtHello = hello.head;
      known = { seq, journal };
      watch();
      if (!handOn(() => ports.onHello(hello))) return;
      if (whole) asOf = quietSince;
      if (seq >= headAtHello) beLive();
      else show({ status: "catching-up" });
    }
  }

  function take(commits: readonly Commit[]): void {
    const next = (known?.seq ?? 0) + 1;
    const isTaken = handOn(() => {
      if (commits.some(({ seq }, at) => seq !== next + at)) throw new Error("not what comes next");
      ports.onCommits(commits);
    });
    if (!isTaken || !known) return;
    known.seq += commits.length;
    if (known.seq >= headAtHello) beLive();
  }

  function beLive(): void {
    asOf = quietSince;
    show({ status: "live" });
  }

  /** Whether it was taken; if not, a fresh state is asked for, and the socket is not this one any more. */
  function handOn(give: () => void): boolean {
    const from = socket;
    try {
      give();
    } catch {
      // Unless that was done, or all was stopped, within.
      if (socket === from) resync();
    }
    return socket === from;
  }

  return {
    start() {
      if (running) return;
      running = true;
      state = { status: "connecting" };
      ports.onState(state);
      connect();
    },
    wake() {
      if (!running || (state.status === "offline" && state.retryAt === null)) return;
      const silent = greeted && clock() - quietSince >= SILENCE_MS;
      if (socket && !silent) return;
      attempt = 0;
      if (silent) show({ status: "offline", retryAt: clock(), asOf });
      connect();
    },
    distrust() {
      if (!running) return;
      if (greeted) return resync();
      // The next socket asks for all, when its time comes; a try to resume is given up.
      known = null;
      if (socket) connect();
    },
    stop() {
      running = false;
      drop();
    },
  };
}

/** Doubles with each attempt, spread by chance so that many pages do not come back in one moment. */
export function retryDelayMs(attempt: number, chance: number): number {
  const ceilingMs = Math.min(MAX_RETRY_MS, MIN_RETRY_MS * 2 ** Math.min(attempt + 1, 10));
  return Math.round(MIN_RETRY_MS + (ceilingMs - MIN_RETRY_MS) * chance);
}

/** The state of the wire in words for the person; `now` in milliseconds since the epoch. */
export function toWords(state: ConnectionState, now: number): { short: string; more: string } {
  switch (state.status) {
    case "connecting":
      return { short: "Connecting…", more: "" };
    case "live":
      return { short: "Live", more: "" };
    case "catching-up":
      return { short: "Catching up…", more: "" };
    case "offline": {
      if (state.retryAt === null) {
        return { short: "Offline", more: " — the server was updated; reload this page" };
      }
      const seconds = Math.ceil((state.retryAt - now) / 1_000);
      return {
        short: "Offline",
        more: seconds > 0 ? ` — retrying in ${seconds} s` : " — retrying…",
      };
    }
  }
}

function parse(text: string): ServerMessage | null {
  try {
    const message: unknown = JSON.parse(text);
    const type = (message as { type?: unknown } | null)?.type;
    return type === "hello" || type === "commits" || type === "keepalive"
      ? (message as ServerMessage)
      : null;
  } catch {
    return null;
  }
}
