/**
 * Compressed messages, unpacked once where many watchers are sent the same bytes: what is measured is the
 * server, not so many clients that share one process. Neighbour: `watcher.ts`. Invariant: bytes that
 * differ in anything are unpacked anew.
 */
import { constants, inflateRawSync } from "node:zlib";

const TAIL = Buffer.from([0, 0, 0xff, 0xff]);
/** Watchers are rarely further apart than this. */
const KEPT = 8;
const known: { payload: Buffer; message: Buffer }[] = [];

/** @throws Error where it is no compressed message */
export function unpack(payload: Buffer): Buffer {
  const same = known.find((one) => one.payload.equals(payload));
  if (same) return same.message;
  const stream = Buffer.concat([payload, TAIL]);
  const message = inflateRawSync(stream, { finishFlush: constants.Z_SYNC_FLUSH });
  known.unshift({ payload: Buffer.from(payload), message });
  if (known.length > KEPT) known.pop();
  return message;
}
