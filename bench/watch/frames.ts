/**
 * A WebSocket client that does as little as it can: it finds the messages in the bytes, and answers
 * pings. Neighbours: `watcher.ts` opens it, `dialects.ts` reads the messages.
 * Invariant: what it costs does not depend on the server, so that servers can be compared.
 */
export interface FrameReader {
  /** Takes what came; views of it are only valid during the call. */
  push(chunk: Buffer): void;
}

export interface FrameHandlers {
  /** A whole frame; `last` where it ends its message, `packed` where a compressed one begins. */
  onFrame(payload: Buffer, last: boolean, packed: boolean): void;
  /** A frame too large to keep: only its size. */
  onLarge(bytes: number, last: boolean): void;
  onPing(): void;
  onClose(code: number): void;
}

/** A frame up to this size is kept until it is whole, where nothing else is said. */
const LARGE = 128 * 1024;
const PING = 0x9;
const CLOSE = 0x8;

/** @param maxKept larger frames are counted and not kept */
export function createFrameReader(handlers: FrameHandlers, maxKept = LARGE): FrameReader {
  let rest: Buffer | null = null;
  let skip = 0;
  let skipped = { bytes: 0, last: false };

  function push(chunk: Buffer): void {
    let bytes = chunk;
    if (rest) {
      bytes = Buffer.concat([rest, chunk]);
      rest = null;
    }
    let at = 0;
    for (;;) {
      if (skip > 0) {
        const taken = Math.min(skip, bytes.length - at);
        skip -= taken;
        at += taken;
        if (skip > 0) return;
        handlers.onLarge(skipped.bytes, skipped.last);
      }
      const left = bytes.length - at;
      if (left < 2) break;
      const first = bytes[at] as number;
      let length = (bytes[at + 1] as number) & 0x7f;
      let header = 2;
      if (length === 126) {
        if (left < 4) break;
        length = bytes.readUInt16BE(at + 2);
        header = 4;
      } else if (length === 127) {
        if (left < 10) break;
        length = bytes.readUInt32BE(at + 2) * 2 ** 32 + bytes.readUInt32BE(at + 6);
        header = 10;
      }
      const last = (first & 0x80) !== 0;
      const opcode = first & 0xf;
      if (length > maxKept) {
        skip = length;
        skipped = { bytes: length, last };
        at += header;
        continue;
      }
      if (left < header + length) break;
      const payload = bytes.subarray(at + header, at + header + length);
      at += header + length;
      if (opcode === PING) handlers.onPing();
      else if (opcode === CLOSE) handlers.onClose(length >= 2 ? payload.readUInt16BE(0) : 0);
      else if (opcode <= 2) handlers.onFrame(payload, last, (first & 0x40) !== 0);
    }
    if (at < bytes.length) rest = Buffer.from(bytes.subarray(at));
  }

  return { push };
}

/** A frame of a client, masked with zeros: allowed, and the payload stays as it is. */
export function toClientFrame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const header = length < 126 ? Buffer.alloc(6) : Buffer.alloc(8);
  header[0] = 0x80 | opcode;
  if (length < 126) header[1] = 0x80 | length;
  else {
    header[1] = 0x80 | 126;
    header.writeUInt16BE(length, 2);
  }
  return Buffer.concat([header, payload]);
}
