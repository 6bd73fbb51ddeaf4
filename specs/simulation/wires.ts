/**
 * Wires of a simulated world: the page's real connection over sockets that drop, delay, lose and swap
 * frames, and an observer as on SSE, whose wire only breaks. Neighbour: `world.ts`. Invariant: what they
 * were shown was durable, in order, without gap or double.
 */
import * as assert from "uvu/assert";
import { createConnection } from "../../client-solid/src/sync/connection.ts";
import {
  applyPatches,
  type Commits,
  type Engine,
  type Entry,
  type Hello,
  PROTOCOL_VERSION,
  toCommit,
  toWireState,
  VERSION,
  type WireState,
} from "../../core/index.ts";
import type { Random } from "../support/random.ts";
import type { Plant } from "./disk.ts";
import type { Scheduler } from "./scheduler.ts";

/** The server as a wire sees it. */
export interface Host {
  /** Null while there is none. */
  engine(): Engine | null;
  /** Told before anything is shown. */
  shows(seq: number, to: string): void;
  /** Told of what was found broken where nobody waits for it. */
  breaks(error: Error): void;
  /** Runs when the present life of the server ends. */
  onDeath(run: () => void): void;
  now(): number;
  faults(): boolean;
  /** Entries behind the head that a reader may count on. */
  keptEntries: number;
  durableHead(): number;
  plant: Plant | null;
}

export interface Watcher {
  name: string;
  seq(): number;
  state(): WireState | null;
  /** Breaks its wire. */
  drop(): void;
  stop(): void;
}

interface Session {
  end(): void;
}

/** Serves one reader from the feed, as the transports do: behind by a subscription, then by the fan-out. */
function serve(
  engine: Engine,
  host: Host,
  scheduler: Scheduler,
  since: number,
  send: (entries: readonly Entry[], reset: string | null) => void,
): Session {
  const ended = new AbortController();
  const { signal } = ended;
  let seq = since;
  let dropped = () => {};
  const fanOut = fanOutOf(engine, scheduler);
  const reader = {
    get seq() {
      return seq;
    },
    take({ value, last }: { value: readonly Entry[]; last: number }) {
      send(value, null);
      seq = last;
      return true;
    },
    dropped: () => dropped(),
  };
  const run = async () => {
    while (!signal.aborted) {
      if (fanOut.join(reader)) {
        await new Promise<void>((resolve) => {
          dropped = resolve;
        });
        continue;
      }
      for await (const item of engine.feed.subscribe({ since: seq, signal })) {
        if (signal.aborted) return;
        if (item.type === "reset") {
          seq = item.seq;
          send([], item.reason);
        } else {
          send(item.entries, null);
          seq = item.entries.at(-1)?.seq ?? seq;
        }
        if (seq >= engine.view().seq) break;
      }
    }
  };
  run().catch(host.breaks);
  return {
    end() {
      ended.abort();
      fanOut.leave(reader);
      dropped();
    },
  };
}

const fanOuts = new WeakMap<Engine, ReturnType<Engine["feed"]["fanOut"]>>();

/** One for each engine, as one transport has. */
function fanOutOf(engine: Engine, scheduler: Scheduler) {
  type Shown = ReturnType<typeof engine.feed.fanOut<readonly Entry[]>>;
  const known = fanOuts.get(engine) as Shown | undefined;
  const fanOut =
    known ??
    engine.feed.fanOut<readonly Entry[]>({
      *encode(entries) {
        const [first, last] = [entries[0]?.seq ?? 0, entries.at(-1)?.seq ?? 0];
        yield { first, last, value: entries };
      },
      now: () => 0,
      soon: (run) => scheduler.add("show", run),
      later: (run) => scheduler.add("show", run),
    });
  fanOuts.set(engine, fanOut as ReturnType<Engine["feed"]["fanOut"]>);
  return fanOut;
}

/** A page: the real connection, a copy of the state by patches. */
export function createPage(
  name: string,
  host: Host,
  scheduler: Scheduler,
  random: Random,
): Watcher {
  let state: WireState | null = null;
  let seq = 0;
  let wire: { close(): void } | null = null;

  const connection = createConnection({
    url: "ws://simulated/api/ws",
    clock: host.now,
    random: () => random.whole(1_000) / 1_000,
    setTimer: (run, delayMs) => scheduler.after(delayMs, `${name} timer`, run),
    createSocket: (url, handlers) => {
      wire = openSocket(new URL(url).searchParams, handlers);
      return wire;
    },
    onHello(hello) {
      if (hello.state !== undefined) state = hello.state as WireState;
      seq = hello.seq;
    },
    onCommits(commits) {
      for (const commit of commits) {
        assert.is(commit.seq, seq + 1, `${name}: a gap or a double got through`);
        applyPatches(state as WireState, commit.patches);
        seq = commit.seq;
      }
    },
    onState() {},
  });

  function openSocket(
    asked: URLSearchParams,
    { onMessage, onClose }: { onMessage(text: string): void; onClose(): void },
  ) {
    let open = true;
    let session: Session | null = null;
    /** On their way to the page. */
    const frames: string[] = [];
    const deliver = () => {
      const text = frames.shift();
      if (open && text !== undefined) {
        scheduler.note(`${name} gets ${text.slice(0, 80)}`);
        onMessage(text);
      }
    };
    const push = (message: Hello | Commits) => {
      if (!open) return;
      const shown = message.type === "hello" ? [message] : message.commits;
      for (const { seq: each } of shown) host.shows(each, name);
      const text = JSON.stringify(message);
      const fate = host.faults() && message.type === "commits" ? random.whole(40) : 9;
      if (fate === 0) return;
      if (fate === 1) frames.unshift(text);
      else frames.push(text);
      scheduler.add(`${name} frame`, deliver);
    };
    const lose = () => {
      if (!open) return;
      open = false;
      session?.end();
      scheduler.add(`${name} closed`, onClose);
    };
    scheduler.add(`${name} joins`, () => {
      const engine = host.engine();
      if (!open) return;
      if (!engine) return lose();
      host.onDeath(lose);
      const view = engine.view();
      const since = asked.get("since");
      const resumes = since !== null && asked.get("journal") === engine.journalId();
      const from = resumes ? Number(since) : view.seq;
      const greet = (at: number, whole: boolean, reset?: string) =>
        push({
          type: "hello",
          protocol: PROTOCOL_VERSION,
          version: VERSION,
          journal: engine.journalId(),
          seq: at,
          head: engine.view().seq,
          now: host.now(),
          ...(whole && { state: structuredClone(toWireState(engine.view().state)) }),
          ...(reset !== undefined && { reset: reset as NonNullable<Hello["reset"]> }),
        });
      greet(from, !resumes);
      session = serve(engine, host, scheduler, from, (entries, reset) => {
        if (reset !== null) greet(engine.view().seq, true, reset);
        if (entries.length > 0) push({ type: "commits", commits: entries.map(toCommit) });
      });
    });
    return { close: lose, break: lose };
  }

  connection.start();
  return {
    name,
    seq: () => seq,
    state: () => state,
    drop: () => wire?.close(),
    stop: () => connection.stop(),
  };
}

/** An observer: the numbers it was shown, which must be all, in order, once. */
export function createObserver(
  name: string,
  host: Host,
  scheduler: Scheduler,
  random: Random,
): Watcher {
  let last = 0;
  let stopped = false;
  let current: { lose(): void } | null = null;

  function connect(): void {
    const engine = host.engine();
    if (stopped) return;
    if (!engine) {
      scheduler.after(2_000, `${name} retries`, connect);
      return;
    }
    let open = true;
    const frames: { seq: number; reset?: true }[] = [];
    const deliver = () => {
      const frame = frames.shift();
      if (!open || !frame) return;
      // After a reset it reads the whole state anew, as of that number.
      if (!frame.reset) assert.is(frame.seq, last + 1, `${name}: a gap or a double`);
      last = frame.seq;
    };
    const session = serve(engine, host, scheduler, last, (entries, reset) => {
      if (reset !== null) {
        const { seq } = engine.view();
        const behind = host.durableHead() - (frames.at(-1)?.seq ?? last);
        assert.is(reset, "gone");
        assert.ok(behind > host.keptEntries, `${name}: reset when only ${behind} entries behind`);
        frames.push({ seq, reset: true });
        scheduler.add(`${name} frame ${seq}`, deliver);
      }
      for (const { seq } of entries) {
        host.shows(seq, name);
        if (host.plant === "skipped frame" && seq % 7 === 0) continue;
        frames.push({ seq });
        scheduler.add(`${name} frame ${seq}`, deliver);
      }
    });
    const lose = () => {
      if (!open) return;
      open = false;
      session.end();
      // Now and then it is away for so long that what it asks for is gone.
      const away = host.faults() && random.whole(3) === 0 ? 60_000 : 500;
      scheduler.after(away, `${name} retries`, connect);
    };
    current = { lose };
    host.onDeath(lose);
  }

  scheduler.add(`${name} joins`, connect);
  return {
    name,
    seq: () => last,
    state: () => null,
    drop: () => current?.lose(),
    stop() {
      stopped = true;
      current?.lose();
    },
  };
}
