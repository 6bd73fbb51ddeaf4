/**
 * The large answers that are being sent, and how far each reader is. Neighbours: `answer.ts` says what it sends,
 * the core's holding bounds what is held of bodies that many share, such as the snapshot as of a number; what is an
 * answer's alone the server bounds (`server/room.ts`). Invariant: what counts here does not count there.
 */
import type { ServerResponse } from "node:http";
import { createHolding, cutOff } from "../core/index.ts";
import { takenBy } from "./taken.ts";

/** Of the whole process, whose memory it is. */
const shared = createHolding({ now: () => performance.now() });

/** Those whose bodies others have too. */
const sharing = new WeakSet<ServerResponse>();

/** For an answer whose body is not its own, such as the frames of a stream. */
export function markShared(res: ServerResponse): void {
  sharing.add(res);
}

/** What waits of it to be taken costs no memory of its own, and is bounded elsewhere. */
export function isShared(res: ServerResponse): boolean {
  return sharing.has(res);
}

/** To be called before the body, of so many bytes, is written. */
export function holdUntilSent(
  body: readonly Uint8Array[],
  length: number,
  res: ServerResponse,
  holding = shared,
): void {
  // Its reader went while it was made: it closed before, and would be held for good.
  if (res.destroyed) return;
  markShared(res);
  const { socket } = res.req;
  let before = takenBy(socket);
  if (!res.socket) {
    res.once("socket", () => {
      before = takenBy(socket);
    });
  }
  const release = holding.hold(body, {
    progress() {
      const taken = takenBy(socket);
      // Behind another answer all of it is still to come, as fast as the connection is.
      return { left: res.socket ? Math.max(0, length - (taken - before)) : length, taken };
    },
    // With its connection: those behind it would be taken for the rest of it.
    letGo: () => cutOff(socket, "versions"),
  });
  res.once("close", release);
}
