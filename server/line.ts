/**
 * The requests of one connection: a few are handed out, what came after them waits for its turn, and while
 * anything waits nothing more is read. Neighbours: `connections.ts` has one for each connection, `room.ts` counts
 * over all of them. Node itself reads on while answers are due, and parses whole what it has read, which holds thousands of requests.
 * Invariants: handed out in the order they came; no more are under way than is said here, and no more in one
 * turn of the loop, so that others are heard between.
 */
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type CutOffReason, cutOff } from "../core/index.ts";
import { isShared, LET_GO } from "../transport-http/index.ts";
import type { Room } from "./room.ts";

const MAX_UNDER_WAY = 16;
/** Made and not taken yet; one answer alone may be larger. */
const MAX_UNSENT_BYTES = 1024 * 1024;
/** With more the connection is ended. */
const MAX_WAITING = 256;

export interface Line {
  /** Hands the request out, now or in its turn. */
  add(res: ServerResponse): void;
  /** For a connection that is closed: those that were handed out, never had it, and know nothing. */
  leave(): ServerResponse[];
  /** Bytes that were made for it alone and are not taken yet. */
  held(): number;
  /** In words where nothing of the answer that is due was sent; without them where it was told so before. */
  cutOff(reason: CutOffReason): void;
}

export function createLine(
  socket: Socket,
  room: Room,
  handOut: (res: ServerResponse) => void,
): Line {
  const underWay = new Set<ServerResponse>();
  let waiting: ServerResponse[] = [];
  let isGoingOn = false;
  let isEnding = false;

  function isFull(): boolean {
    if (underWay.size >= (room.isCrowded() ? 1 : MAX_UNDER_WAY)) return true;
    let unsent = 0;
    for (const { writableLength } of underWay) unsent += writableLength;
    return unsent >= MAX_UNSENT_BYTES;
  }

  function start(res: ServerResponse): void {
    underWay.add(res);
    room.underWay++;
    res.once("close", () => {
      if (underWay.delete(res)) room.underWay--;
      if (waiting.length === 0 || isGoingOn) return;
      isGoingOn = true;
      setImmediate(goOn);
    });
    handOut(res);
  }

  function goOn(): void {
    isGoingOn = false;
    while (!socket.destroyed && !isEnding && !isFull()) {
      const next = waiting.shift();
      if (!next) return;
      room.waiting--;
      if (waiting.length === 0) socket.resume();
      start(next);
    }
  }

  function end(reason: CutOffReason): void {
    const [due] = underWay;
    // Who is told already and does not take the words goes without them.
    const isUntold = !isEnding && due?.socket && !due.headersSent;
    isEnding = true;
    if (isUntold) socket.end(LET_GO, () => cutOff(socket, reason));
    else cutOff(socket, reason);
  }

  // Who reads a body that came before would read on.
  socket.on("resume", () => {
    if (waiting.length > 0) socket.pause();
  });

  return {
    add(res) {
      if (isEnding) return;
      if (waiting.length === 0 && !isFull()) return start(res);
      room.waiting++;
      if (waiting.push(res) > MAX_WAITING) end("pipelined");
      else if (room.isFull()) end("crowded");
      else if (waiting.length === 1) socket.pause();
    },
    leave() {
      room.waiting -= waiting.length;
      waiting = [];
      return [...underWay].filter((res) => !res.socket && !res.writableFinished);
    },
    held() {
      let bytes = 0;
      for (const res of underWay) if (!isShared(res)) bytes += res.writableLength;
      return bytes;
    },
    cutOff: end,
  };
}
