/**
 * One reader of the event stream: a cursor in the feed and what its socket has not taken yet. It catches
 * up by a subscription of its own, then it is shown what is new with all the others, by the fan-out.
 * Neighbours: `index.ts` opens it, `frame.ts` encodes. Invariants: at most `maxBufferBytes` and one
 * piece wait for this reader, and while they do it holds no entry; when its response closes, the
 * subscription and both timers end.
 */
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import {
  type CutOffReason,
  cutOff,
  type Engine,
  type FanOut,
  type FanOutReader,
} from "../core/index.ts";
import {
  farewell,
  KEEPALIVE,
  openingFrame,
  type Piece,
  resetFrame,
  toChunks,
  toPiece,
} from "./frame.ts";

export interface SessionLimits {
  keepaliveMs: number;
  maxBufferBytes: number;
  stallMs: number;
  /** A reader that was told to end and still holds its connection after this is cut off. */
  graceMs: number;
}

export interface SessionOptions extends SessionLimits {
  engine: Engine;
  fanOut: FanOut<Piece>;
  res: ServerResponse;
  /** Its own: a stream never waits behind another answer. */
  socket: Socket;
  /** The last event the reader knows; undefined for live only. */
  since: number | undefined;
  onGone(): void;
  onError(error: Error): void;
}

export interface Session {
  /** Ends the response after what has been written, and why. */
  end(why: string): void;
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
  const { engine, fanOut, res, socket, since } = options;
  const { keepaliveMs, maxBufferBytes, stallMs, graceMs } = options;
  const ended = new AbortController();
  const { signal } = ended;
  const start = since ?? engine.view().seq;
  /** The last entry the reader was shown. */
  let seq = start;
  let grace: NodeJS.Timeout | undefined;

  const keepalive = setTimeout(() => {
    if (hasRoom()) write(KEEPALIVE);
    keepalive.refresh();
  }, keepaliveMs);

  let dropped = () => {};
  const reader: FanOutReader<Piece> = {
    get seq() {
      return seq;
    },
    take({ last, value }) {
      write(value);
      seq = last;
      keepalive.refresh();
      return hasRoom();
    },
    dropped: () => dropped(),
  };

  /** Only where a drain is due: nothing else would end the wait for room. */
  function hasRoom(): boolean {
    return socket.writableLength < maxBufferBytes || !socket.writableNeedDrain;
  }

  /**
   * Below the response, which would write each part of the coding by itself for every reader; HTTP/1.0 knows
   * no coding.
   */
  function write({ chunked, plain }: Piece): void {
    if (!res.chunkedEncoding) res.write(plain);
    else if (socket.writable) socket.write(chunked);
  }

  function stop(): void {
    ended.abort();
    fanOut.leave(reader);
    dropped();
    clearTimeout(keepalive);
  }

  function leave(why: string, withinMs: number, reason?: CutOffReason): void {
    if (!signal.aborted) write(farewell(why));
    stop();
    const end = () => (reason ? cutOff(socket, reason) : res.destroy());
    // One who is let go as too slow has long, but no longer than a stop, or the end of its token, lets it.
    clearTimeout(grace);
    grace = setTimeout(end, withinMs);
    // Kept alive for another request, the connection would hold up the server's own close.
    res.end(() => socket.end());
  }

  /** Resolves once all that was written has left, or the session has ended. */
  function drained(): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      // Who takes a little has as long again to take the rest, and learns why it ends.
      const stall = setTimeout(() => leave("you read too slowly", stallMs, "slow"), stallMs);
      const done = () => {
        clearTimeout(stall);
        socket.off("drain", done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      socket.on("drain", done);
      signal.addEventListener("abort", done);
    });
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      if (!hasRoom()) await drained();
      else if (fanOut.join(reader)) await untilDropped();
      else await catchUp();
    }
  }

  function untilDropped(): Promise<void> {
    return new Promise((resolve) => {
      dropped = resolve;
      if (signal.aborted) resolve();
    });
  }

  /** Until it has all there is, or no room: what was read and not sent is read again then. */
  async function catchUp(): Promise<void> {
    for await (const item of engine.feed.subscribe({ since: seq, signal })) {
      if (signal.aborted) return;
      if (item.type === "reset") {
        write(toPiece(resetFrame(item.reason, item.seq)));
        seq = item.seq;
      } else {
        for (const chunk of toChunks(item.entries)) if (!reader.take(chunk, false)) return;
      }
      if (!hasRoom() || seq >= engine.view().seq) return;
    }
  }

  // The server's idle timeout is for requests; a stream may be quiet for hours.
  socket.setTimeout(0);
  socket.setNoDelay(true);
  // Too much was sent behind the stream, and Node reads no more: nobody would see the reader go.
  socket.on("pause", () => res.destroy());
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

  return { end: (why) => leave(why, graceMs) };
}
