/**
 * One reader of the event stream: pulls from the feed as fast as its socket takes it, and no faster;
 * once it has caught up it is shown what is new with all the others, by the fan-out.
 * Neighbours: `index.ts` opens it, `frame.ts` encodes. Invariants: at most `maxBufferBytes` and one
 * chunk wait for this reader; when its response closes, the subscription and both timers end.
 */
import type { ServerResponse } from "node:http";
import type { Engine, FanOut, FanOutReader } from "../core/index.ts";
import { CHUNK_BYTES, KEEPALIVE, openingFrame, toFrames } from "./frame.ts";

export interface SessionLimits {
  keepaliveMs: number;
  maxBufferBytes: number;
  stallMs: number;
  /** A reader that was told to end and still holds its connection after this is cut off. */
  graceMs: number;
}

export interface SessionOptions extends SessionLimits {
  engine: Engine;
  fanOut: FanOut<Buffer>;
  res: ServerResponse;
  /** The last event the reader knows; undefined for live only. */
  since: number | undefined;
  onGone(): void;
  onError(error: Error): void;
}

export interface Session {
  /** Ends the response after what has been written. */
  end(): void;
}

const HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
  connection: "keep-alive",
};

/** Answers with the headers alone, as HEAD asks. */
export function sendHead(res: ServerResponse): void {
  res.writeHead(200, HEADERS).end();
}

export function openSession(options: SessionOptions): Session {
  const { engine, fanOut, res, since, keepaliveMs, maxBufferBytes, stallMs, graceMs } = options;
  const { socket } = res;
  const ended = new AbortController();
  const { signal } = ended;
  const start = since ?? engine.view().seq;
  /** The last entry the reader was shown. */
  let seq = start;
  let grace: NodeJS.Timeout | undefined;

  const keepalive = setTimeout(() => {
    if (!res.writableNeedDrain) res.write(KEEPALIVE);
    keepalive.refresh();
  }, keepaliveMs);

  let dropped = () => {};
  const reader: FanOutReader<Buffer> = {
    get seq() {
      return seq;
    },
    take({ last, value }) {
      res.write(value);
      seq = last;
      keepalive.refresh();
      // What waits already is enough: the rest stays in the feed, which all share.
      return !res.writableNeedDrain;
    },
    dropped: () => dropped(),
  };

  function stop(): void {
    ended.abort();
    fanOut.leave(reader);
    dropped();
    clearTimeout(keepalive);
  }

  /** Resolves once all that was written has left, or the session has ended. */
  function drained(): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const stall = setTimeout(() => res.destroy(), stallMs);
      const done = () => {
        clearTimeout(stall);
        res.off("drain", done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      res.on("drain", done);
      signal.addEventListener("abort", done);
    });
  }

  async function send(text: string): Promise<void> {
    res.write(text);
    keepalive.refresh();
    if (res.writableLength >= maxBufferBytes) await drained();
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      if (fanOut.join(reader)) await untilDropped();
      else await catchUp();
    }
  }

  function untilDropped(): Promise<void> {
    return new Promise((resolve) => {
      dropped = resolve;
      if (signal.aborted) resolve();
    });
  }

  async function catchUp(): Promise<void> {
    for await (const item of engine.feed.subscribe({ since: seq, signal })) {
      if (signal.aborted) return;
      if (res.writableNeedDrain) await drained();
      let text = "";
      for (const frame of toFrames(item)) {
        if (signal.aborted) return;
        text += frame;
        if (text.length < CHUNK_BYTES) continue;
        await send(text);
        text = "";
      }
      if (signal.aborted) return;
      if (text) await send(text);
      seq = item.type === "reset" ? item.seq : (item.entries.at(-1)?.seq ?? seq);
      if (seq >= engine.view().seq) return;
    }
  }

  // The server's idle timeout is for requests; a stream may be quiet for hours.
  socket?.setTimeout(0);
  socket?.setNoDelay(true);
  res.on("error", stop);
  res.on("close", () => {
    stop();
    clearTimeout(grace);
    options.onGone();
  });
  res.writeHead(200, HEADERS);
  res.write(openingFrame(since === undefined ? start : undefined));
  run().catch((error: Error) => {
    if (signal.aborted) return;
    // The reader comes back with its last id, and loses nothing.
    res.destroy();
    options.onError(error);
  });

  return {
    end() {
      stop();
      grace ??= setTimeout(() => res.destroy(), graceMs);
      // Kept alive for another request, the connection would hold up the server's own close.
      res.end(() => socket?.end());
    },
  };
}
