/**
 * The patient queue of the page's writes: one after the other in the order they were made, so that
 * each finds what the one before it left; what has gathered meanwhile goes in one request. What is refused for now (too many writes, a restart, no
 * network) is sent again with the same key until there is an answer; a reload does not lose it.
 * Neighbours: `api.ts` fills it and sends, `optimistic.ts` follows it, the views show what it does.
 * Invariant: a write leaves the queue with the server's answer, or with the person's word; to another company than it
 * was made in it goes only with that word.
 */
import { type Accessor, batch, createSignal } from "solid-js";
import { createStore, produce } from "solid-js/store";
import { ClawTaskerError } from "../../../client/errors.ts";
import { backoffMs, type ClientPorts } from "../../../client/ports.ts";
import type { TableName } from "../../../core/state/state.ts";
import { keepUnsent, recallUnsent, type UnsentStorage } from "./unsent.ts";
import { countThatFits, mayGoTogether, mergeBodies, recordsOf, type Write } from "./write.ts";

export interface Answer {
  body: Record<string, unknown>;
  /** The entry that it made; null when the server did not say. */
  seq: number | null;
}

export type WriteResult = ({ ok: true } & Answer) | { ok: false; error: ClawTaskerError };

/** What the queue is doing. */
export type QueueState =
  | { status: "idle" }
  | { status: "sending" }
  /** Nothing goes out: all that is left was made elsewhere, and waits for the person's word. */
  | { status: "elsewhere" }
  /** `until` in milliseconds since the epoch; `why` says what it waits for, `message` is the server's word. */
  | { status: "waiting"; until: number; why: "limit" | "unreachable" | "busy"; message: string };

export interface Refused {
  label: string;
  message: string;
  status: number;
  code: string | null;
  /** Whether it was left from before a reload, so that no view waits for its answer. */
  restored: boolean;
}

export interface WriteQueue {
  /** Resolves with the server's answer, however long that takes. */
  add(write: Omit<Write, "key">): Promise<WriteResult>;
  /** What has no answer yet, oldest first. */
  pending: Accessor<readonly Write[]>;
  state: Accessor<QueueState>;
  /** Whether a write about this record waits for its answer. */
  isPending(table: TableName, id: string): boolean;
  /** The last no, in the server's words. */
  refused: Accessor<Refused | null>;
  /** Of what waits, what was made in another company or before a backup was put back; the rest goes out past it. */
  elsewhere: Accessor<readonly Write[]>;
  /** The person's word on what was made where the first of `elsewhere` was: it goes to this company, or it is dropped. */
  settleElsewhere(send: boolean): void;
  /**
   * The server is there again: do not wait for the next try, nor for the person's word where it has the company again
   * that is meant. A write limit is waited for all the same.
   */
  wake(): void;
  close(): void;
}

/** @throws ClawTaskerError where a write may have arrived with another token, whose key nobody else has */
export type GoWith = (token: number) => void;

export interface QueuePorts extends Pick<ClientPorts, "clock" | "random" | "wait" | "newKey"> {
  /**
   * One try.
   * @param goWith to be told the number of its token before anything is sent; throws where that may not be
   * @throws ClawTaskerError on a refusal or without an answer
   */
  send(write: Write, goWith: GoWith): Promise<Answer>;
  /**
   * One try for several in one request, each with its own key: a result for each.
   * @throws ClawTaskerError when the request as a whole was refused or had no answer
   */
  sendTogether(writes: readonly Write[], goWith: GoWith): Promise<readonly WriteResult[]>;
  /** The journal of the company that is shown; null where it is not known. */
  journal?(): string | null;
  /** Where unsent writes outlive a reload; null for nowhere. */
  storage: UnsentStorage | null;
  /** A write was added, took another up into itself, or goes to another company by the person's word. */
  onQueued?(write: Write): void;
  onSettled?(write: Write, result: WriteResult): void;
}

interface Item {
  write: Write;
  /** Whether it is under way, or an earlier try may have arrived: then it can no more be changed. */
  sent: boolean;
  arrived: boolean;
  /** The server would not have it together with others. */
  apart: boolean;
  restored: boolean;
  settle: ((result: WriteResult) => void)[];
}

const UNSURE =
  "It is not known whether this was done: its answer was lost, and this tab has another token since. Look, and do it again if it was not.";
const DROPPED = "It was made in another company than this one, and was dropped.";
const FIRST_WAIT_MS = 500;
const MAX_BACKOFF_MS = 15_000;

/** Whether the server has another journal than the one that was meant; a proxy has a 412 of its own. */
const isElsewhere = ({ code }: ClawTaskerError) => code === "other_journal";

export function createWriteQueue(ports: QueuePorts): WriteQueue {
  const { clock, random, wait } = ports;
  // The server may have got them before the page went away: they are as good as sent.
  const left = recallUnsent(ports.storage);
  const queue: Item[] = left.map((write) => toItem(write, { sent: true, restored: true }));
  const [pending, setPending] = createSignal<readonly Write[]>([]);
  const [elsewhere, setElsewhere] = createSignal<readonly Write[]>([]);
  const [state, setState] = createSignal<QueueState>({ status: "idle" });
  const [refused, setRefused] = createSignal<Refused | null>(null);
  const [counts, setCounts] = createStore<Record<string, number>>({});
  const closed = new AbortController();
  let pause: AbortController | null = null;
  let attempt = 0;
  let running = false;
  /** The journals whose writes wait for the person's word. */
  const held = new Set<string | undefined>();
  const isHeld = ({ write }: Item) => held.has(write.journal);

  function count(write: Write, step: 1 | -1): void {
    setCounts(
      produce((draft) => {
        for (const path of recordsOf(write)) {
          const next = (draft[path] ?? 0) + step;
          if (next > 0) draft[path] = next;
          else delete draft[path];
        }
      }),
    );
  }

  function changed(): void {
    const writes = queue.map(({ write }) => write);
    batch(() => {
      setPending(writes);
      setElsewhere(queue.filter(isHeld).map(({ write }) => write));
    });
    keepUnsent(ports.storage, writes);
  }

  /** The last one takes the new one up where nothing but the last values counts. */
  function merge(write: Omit<Write, "key">): Item | null {
    const last = queue.at(-1);
    const [first, second] = [last?.write.asks[0], write.asks[0]];
    if (!last || last.sent || !first || !second) return null;
    if (last.write.journal !== write.journal) return null;
    if (last.write.bulk || write.bulk || last.write.optimistic !== write.optimistic) return null;
    const body = mergeBodies(first, second);
    if (!body) return null;
    last.write = { ...last.write, label: write.label, asks: [{ ...first, body }] };
    return last;
  }

  function settle(item: Item, result: WriteResult): void {
    const { write, restored } = item;
    batch(() => {
      queue.splice(queue.indexOf(item), 1);
      count(write, -1);
      changed();
      if (!result.ok) {
        const { message, status, code } = result.error;
        setRefused({ label: write.label, message, status, code, restored });
      }
      ports.onSettled?.(write, result);
    });
    for (const resolve of item.settle) resolve(result);
  }

  async function run(): Promise<void> {
    if (running) return;
    running = true;
    for (let items = next(); items.length > 0 && !closed.signal.aborted; items = next()) {
      setState({ status: "sending" });
      for (const item of items) item.sent = true;
      const results = await sendAll(items);
      if (closed.signal.aborted) break;
      let later: ClawTaskerError | null = null;
      for (const [index, item] of items.entries()) {
        const result = results[index];
        // Without a word on each it is sent for itself, so that only the one that is wrong is refused.
        if (!result) item.apart = true;
        else if (!result.ok && result.error.isTemporary) later ??= result.error;
        else if (!result.ok && isElsewhere(result.error)) held.add(item.write.journal);
        else finish(item, result);
      }
      if (items.some(isHeld)) changed();
      else if (later) await hold(items, later);
    }
    running = false;
    setState({ status: held.size > 0 ? "elsewhere" : "idle" });
  }

  /** What goes out now: what waits for nobody's word, as far as it may go in one request. */
  function next(): readonly Item[] {
    const line = queue.filter((item) => !isHeld(item));
    const journal = line[0]?.write.journal;
    const end = line.findIndex(
      ({ write, apart }) => apart || write.journal !== journal || !mayGoTogether(write),
    );
    const together = end < 0 ? line : line.slice(0, end);
    const asks = together.flatMap(({ write }) => write.asks);
    return line.slice(0, Math.max(1, countThatFits(asks)));
  }

  async function sendAll(items: readonly Item[]): Promise<readonly WriteResult[]> {
    const [first] = items;
    if (first && items.length === 1) return [await send(first)];
    try {
      return await ports.sendTogether(
        items.map(({ write }) => write),
        (token) => mark(items, token),
      );
    } catch (error) {
      if (!(error instanceof ClawTaskerError)) throw error;
      if (error.isTemporary || error.status === 401 || isElsewhere(error))
        return items.map(() => ({ ok: false, error }));
      return [];
    }
  }

  function finish(item: Item, result: WriteResult): void {
    attempt = 0;
    if (queue.includes(item)) settle(item, result);
    // Asked for a token once, the person said no: that is meant for all that goes out.
    if (!result.ok && result.error.status === 401) {
      for (const other of queue.filter((one) => !isHeld(one))) settle(other, result);
    }
  }

  /** Before it goes out, so that a reload in the midst of it knows too. */
  function mark(items: readonly Item[], token: number): void {
    if (items.some(({ write, arrived }) => arrived && (write.token ?? token) !== token)) {
      throw new ClawTaskerError(UNSURE, { status: 409, code: null });
    }
    for (const item of items) item.write = { ...item.write, token };
    changed();
  }

  async function send(item: Item): Promise<WriteResult> {
    try {
      const answer = await ports.send(item.write, (token) => mark([item], token));
      return { ok: true, ...answer };
    } catch (error) {
      if (error instanceof ClawTaskerError) return { ok: false, error };
      throw error;
    }
  }

  async function hold(
    items: readonly Item[],
    { status, message, retryAfterMs }: ClawTaskerError,
  ): Promise<void> {
    for (const item of items) {
      // Turned away at the door, this try has left no trace of their keys.
      if (status !== 429) item.arrived = true;
      item.sent = item.arrived;
      if (!item.arrived) item.write = { ...item.write, token: undefined };
    }
    changed();
    attempt++;
    const ms = retryAfterMs ?? backoffMs(attempt, random, FIRST_WAIT_MS, MAX_BACKOFF_MS);
    const why = status === 429 ? "limit" : status === 503 ? "busy" : "unreachable";
    setState({ status: "waiting", until: clock() + ms, why, message });
    pause = new AbortController();
    const stop = () => pause?.abort();
    closed.signal.addEventListener("abort", stop);
    await wait(ms, pause.signal);
    closed.signal.removeEventListener("abort", stop);
    pause = null;
  }

  function release(journal: string | undefined): void {
    if (!held.delete(journal)) return;
    changed();
    void run();
  }

  function settleElsewhere(send: boolean): void {
    const [first] = elsewhere();
    if (!first) return;
    const { journal } = first;
    const error = new ClawTaskerError(DROPPED, { status: 412, code: "other_journal" });
    for (const item of queue.filter(({ write }) => write.journal === journal)) {
      if (!send) settle(item, { ok: false, error });
      else {
        item.write = { ...item.write, journal: undefined };
        ports.onQueued?.(item.write);
      }
    }
    release(journal);
  }

  for (const { write } of queue) {
    count(write, 1);
    ports.onQueued?.(write);
  }
  if (queue.length > 0) {
    changed();
    // After the caller has what it is about to be told of.
    queueMicrotask(() => void run());
  }

  return {
    pending,
    state,
    refused,
    isPending: (table, id) => (counts[`${table}/${id}`] ?? 0) > 0,
    add(write) {
      return new Promise((resolve) => {
        const meant = { journal: ports.journal?.() ?? undefined, ...write };
        let item = merge(meant);
        if (!item) {
          const own = { key: ports.newKey(), ...meant };
          item = toItem(own, { sent: false, restored: false });
          queue.push(item);
          count(item.write, 1);
        }
        item.settle.push(resolve);
        changed();
        ports.onQueued?.(item.write);
        void run();
      });
    },
    elsewhere,
    settleElsewhere,
    wake() {
      release(ports.journal?.() ?? undefined);
      const at = state();
      if (at.status === "waiting" && at.why !== "limit") pause?.abort();
    },
    close: () => closed.abort(),
  };
}

function toItem(write: Write, { sent, restored }: Pick<Item, "sent" | "restored">): Item {
  return { write, sent, arrived: sent, apart: false, restored, settle: [] };
}

/** What the queue is doing, in words for the person; empty while nothing waits. */
export function queueWords(state: QueueState, count: number, now: number): string {
  if (state.status !== "waiting") return "";
  const changes = count === 1 ? "1 change waits" : `${count} changes wait`;
  const seconds = Math.max(1, Math.ceil((state.until - now) / 1_000));
  switch (state.why) {
    case "limit":
      return `${changes} for the server's write limit; next in ${seconds} s`;
    case "busy":
      return `${changes}: the server is busy; again in ${seconds} s`;
    case "unreachable":
      return `${changes} for the server; again in ${seconds} s`;
  }
}
