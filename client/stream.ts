/**
 * The event stream as an async iterator that outlives its connections: it comes back with the number
 * of the last event it gave, so the server sends exactly what is missing. Neighbours: transport-sse is
 * the other end, `client.ts` offers it. Invariants: in order, no gap, no double; a reset is told; one
 * chunk and one unfinished frame wait for the reader at most; breaking off closes the connection; what
 * cannot be taken is told, since it would come again however often it is asked for.
 */
import { createParser } from "eventsource-parser";
import type { StreamEvent } from "../core/entry.ts";
import type { ResetReason } from "../core/feed.ts";
import type { Client } from "./client.ts";
import { ClawTaskerError, toError } from "./errors.ts";
import { backoffMs, type ClientPorts, retryAfterMs, type TokenSource } from "./ports.ts";

export type StreamItem =
  | { type: "event"; seq: number; event: StreamEvent }
  /** What was asked for is not there: read the snapshot again; what follows comes after `seq`. */
  | { type: "reset"; seq: number; reason: ResetReason };

export interface SubscribeOptions {
  /** The last event already known; absent for what happens from now on. */
  since?: number;
  /** Ends the subscription. */
  signal: AbortSignal;
  /** A wire that carries nothing for so long, not even a keepalive, is dead. */
  silenceMs?: number;
}

interface Server extends Pick<Client, "url" | "ports" | "get"> {
  token?: TokenSource | undefined;
}

const SILENCE_MS = 45_000;
const FIRST_WAIT_MS = 250;
const MAX_BACKOFF_MS = 15_000;
/** An event quotes texts of a body, which has its own bound. */
const MAX_FRAME_CHARS = 1024 * 1024;

export async function* subscribe(
  { url, ports, get, token: source }: Server,
  { since, signal, silenceMs = SILENCE_MS }: SubscribeOptions,
): AsyncGenerator<StreamItem, void, void> {
  let last = since;
  // Nobody is asked for one here: a program that may have to ask reads with a token of its own.
  const token = typeof source === "string" ? source : undefined;
  for (let attempt = 1; !signal.aborted; attempt++) {
    let retryMs: number | undefined;
    try {
      // A stream without a starting point would lose what happens before its first event.
      last ??= (await get("health", {}, { signal })).seq;
      for await (const item of readStream(ports, { url, token, since: last }, signal, silenceMs)) {
        attempt = 0;
        if (item === "alive") continue;
        if (item.type === "event" && item.seq <= last) continue;
        last = item.seq;
        yield item;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ClawTaskerError) {
        if (!error.isTemporary) throw error;
        retryMs = error.retryAfterMs;
      }
    }
    if (signal.aborted) return;
    const backoff = backoffMs(Math.max(1, attempt), ports.random, FIRST_WAIT_MS, MAX_BACKOFF_MS);
    await ports.wait(retryMs ?? backoff, signal);
  }
}

/** One connection, until it ends. `alive` says that it was accepted. */
async function* readStream(
  { fetch, clock }: ClientPorts,
  { url, token, since }: { url: string; token: string | undefined; since: number },
  signal: AbortSignal,
  silenceMs: number,
): AsyncGenerator<StreamItem | "alive", void, void> {
  const connection = new AbortController();
  const abort = () => connection.abort();
  let silence = setTimeout(abort, silenceMs);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  try {
    const response = await fetch(`${url}/api/events/stream?since=${since}`, {
      headers: {
        Accept: "text/event-stream",
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      },
      signal: connection.signal,
    });
    // What answers in its place, such as the page of a login, would be asked again and again, and nobody told.
    const isStream = response.headers.get("Content-Type")?.startsWith("text/event-stream");
    if (!response.ok || !response.body || !isStream) {
      const json: unknown = await response.json().catch(() => null);
      throw toError(response.status, json, retryAfterMs(response.headers, clock()));
    }
    yield "alive";
    const items: StreamItem[] = [];
    let last = since;
    let trouble: string | null = null;
    const parser = createParser({
      maxBufferSize: MAX_FRAME_CHARS,
      onEvent({ event, data }) {
        if (trouble !== null) return;
        const item = toItem(event, data);
        if (item === "unreadable") trouble = "cannot be read";
        else if (item) items.push(item);
      },
      onError({ type }) {
        if (type === "max-buffer-size-exceeded") {
          trouble ??= `is longer than ${MAX_FRAME_CHARS} characters`;
        }
      },
    });
    const reader = response.body.getReader();
    const text = new TextDecoder();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(silence);
      parser.feed(text.decode(value, { stream: true }));
      // The reader may take its time: only the wire's silence counts.
      for (const item of items.splice(0)) {
        if (signal.aborted) return;
        last = item.seq;
        yield item;
      }
      if (trouble !== null) {
        throw new ClawTaskerError(`The event that comes after ${last} ${trouble}.`, {
          status: response.status,
          code: null,
        });
      }
      silence = setTimeout(abort, silenceMs);
    }
  } finally {
    clearTimeout(silence);
    signal.removeEventListener("abort", abort);
    connection.abort();
  }
}

function toItem(name: string | undefined, data: string): StreamItem | "unreadable" | null {
  // A later server may say more than we know of.
  if (name !== "clawtasker" && name !== "reset") return null;
  try {
    if (name === "clawtasker") {
      const event = JSON.parse(data) as StreamEvent;
      return Number.isSafeInteger(event.id)
        ? { type: "event", seq: event.id, event }
        : "unreadable";
    }
    const { seq, reason } = JSON.parse(data) as { seq: number; reason: ResetReason };
    return Number.isSafeInteger(seq) ? { type: "reset", seq, reason } : "unreadable";
  } catch {
    return "unreadable";
  }
}
