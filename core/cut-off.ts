/**
 * Connections that are ended in the midst of what is sent on them, where nothing more can be said on the wire.
 * Neighbours: the transports and the server's bounds end them so; `server/connections.ts` hears each, which is
 * logged and counted. Invariant: nobody is cut off without a reason.
 */

/** Each with its line of the log. */
export const CUT_OFF = {
  pipelined: "more requests waited on a connection than may; it was cut off",
  crowded: "more requests waited on all connections than may; one was cut off",
  held: "all connections hold too much of answers; one was cut off",
  versions: "too much is held of older snapshots; a reader of one was cut off",
  slow: "a reader of a stream was too slow, and did not take the word of it; it was cut off",
  stuck: "a connection took nothing of its answer; it was cut off",
  full: "too many connections are open; one more was closed",
  chatty: "a socket sent more than it may; it was cut off",
  vanished: "a connection's machine is gone; it was ended",
} as const;
export type CutOffReason = keyof typeof CUT_OFF;
export const CUT_OFF_REASONS = Object.keys(CUT_OFF) as CutOffReason[];

/** What its connection is destroyed with. */
export class CutOff extends Error {
  readonly reason: CutOffReason;
  constructor(reason: CutOffReason) {
    super(CUT_OFF[reason]);
    this.name = "CutOff";
    this.reason = reason;
  }
}

/** Ends it at once; whoever listens to its errors is told why. */
export function cutOff(socket: { destroy(error: Error): unknown }, reason: CutOffReason): void {
  socket.destroy(new CutOff(reason));
}
