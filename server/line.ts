/**
 * The requests of one connection: a few are handed out, what came after them waits for its turn, and while much
 * waits, or no more may be under way, nothing more is read. Neighbours: `connections.ts` has one for each connection,
 * `room.ts` counts over all of them, `loop-share.ts` says whether a request may come now. Node itself reads on while
 * answers are due, and parses whole what it has read, which holds thousands of requests.
 * Invariants: handed out in the order they came; no more are under way than is said here, and no more in one
 * turn of the loop, so that others are heard between; who is cut off holds nothing that waits.
 */
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type CutOffReason, cutOff } from "../core/index.ts";
import { isShared, LET_GO } from "../transport-http/index.ts";
import type { GoesAhead } from "./ahead.ts";
import type { LoopShare } from "./loop-share.ts";
import type { Room } from "./room.ts";

const MAX_UNDER_WAY = 16;
/** Made and not taken yet; one answer alone may be larger. */
const MAX_UNSENT_BYTES = 1024 * 1024;
/** With more the connection is ended. */
const MAX_WAITING = 256;

/** What a parser is answered that is to leave all that follows. */
const UPGRADED = 2;

export interface Line {
  /** Hands the request out, now or in its turn. */
  add(res: ServerResponse): void;
  /** For a connection that is closed: those that were handed out, never had it, and know nothing. */
  leave(): ServerResponse[];
  /** Requests that have not had their turn. */
  waits(): number;
  /** Bytes that were made for it alone and are not taken yet. */
  held(): number;
  /** Nothing of it counts any more. */
  isEnding(): boolean;
  /** In words where nothing of the answer that is due was sent; without them where it was told so before. */
  cutOff(reason: CutOffReason): void;
}

/**
 * @param who whose the connection is
 * @param goesAhead what does not wait for its turn
 * @param handOut answers a request
 * @param onCrowded ends a line, since too many wait in all of them
 */
export function createLine(
  socket: Socket,
  {
    who,
    room,
    share,
    goesAhead,
    handOut,
    onCrowded,
  }: {
    who: string;
    room: Room;
    share: LoopShare;
    goesAhead: GoesAhead;
    handOut(res: ServerResponse): void;
    onCrowded(): void;
  },
): Line {
  const underWay = new Set<ServerResponse>();
  let waiting: ServerResponse[] = [];
  /** Were waiting when nothing counted any more. */
  let never: ServerResponse[] = [];
  let isGoingOn = false;
  let isEnding = false;
  /** Nothing more is read meanwhile. */
  let isResting = false;

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
      goOnLater();
    });
    share.begin();
    handOut(res);
  }

  function goOnLater(): void {
    if (waiting.length === 0 || isGoingOn) return;
    isGoingOn = true;
    share.later(who, goOn);
  }

  function goOn(): void {
    isGoingOn = false;
    const isShared = share.isShared();
    while (!socket.destroyed && !isEnding && !isFull()) {
      const next = waiting.shift();
      if (!next) break;
      room.waiting--;
      start(next);
      if (isShared || share.isSpent()) {
        goOnLater();
        break;
      }
    }
    rest();
  }

  /** What only waits for the next turn needs none: where an event stream is under way it would end that. */
  function rest(): void {
    const must = isEnding || waiting.length > MAX_UNDER_WAY || (waiting.length > 0 && isFull());
    if (must === isResting) return;
    isResting = must;
    if (must) socket.pause();
    else socket.resume();
  }

  function dropWaiting(): void {
    // A second time nothing waits, and those of the first are still to be told nothing.
    if (waiting.length === 0) return;
    room.waiting -= waiting.length;
    never = waiting;
    waiting = [];
  }

  function end(reason: CutOffReason): void {
    const [due] = underWay;
    // Who is told already and does not take the words goes without them.
    const isUntold = !isEnding && due?.socket && !due.headersSent;
    isEnding = true;
    stopParsing(socket);
    dropWaiting();
    if (isUntold) socket.end(LET_GO, () => cutOff(socket, reason));
    else cutOff(socket, reason);
  }

  // Node tells each that its client is gone, with a trace of where, which costs more than all else of a request that
  // has had no turn; who is gone already is told nothing.
  socket.prependOnceListener("close", () => {
    for (const { req } of never.length > 0 ? never : waiting) req.destroy();
  });
  // Who reads a body that came before would read on.
  socket.on("resume", () => {
    if (isResting) socket.pause();
  });

  return {
    add(res) {
      if (isEnding) return;
      const isLate = share.isSpent() && !(goesAhead(res.req) && share.goAhead(socket));
      if (waiting.length === 0 && !isLate && !isFull()) return start(res);
      room.waiting++;
      if (waiting.push(res) > MAX_WAITING) end("pipelined");
      else if (room.isFull()) onCrowded();
      if (isEnding) return;
      rest();
      // Else it is an answer's end that lets the next one come.
      if (!isFull()) goOnLater();
    },
    leave() {
      dropWaiting();
      return [...underWay].filter((res) => !res.socket && !res.writableFinished);
    },
    waits: () => waiting.length,
    held() {
      let bytes = 0;
      for (const res of underWay) if (!isShared(res)) bytes += res.writableLength;
      return bytes;
    },
    isEnding: () => isEnding,
    cutOff: end,
  };
}

/**
 * Node parses whole what it has read, and makes of each request behind the last one what costs as much as a small
 * answer, most of it when the connection closes; its own way to say that what follows is no request ends that.
 */
function stopParsing(socket: Socket): void {
  const { parser } = socket as { parser?: { onIncoming?: () => number } | null };
  if (parser?.onIncoming) parser.onIncoming = () => UPGRADED;
}
