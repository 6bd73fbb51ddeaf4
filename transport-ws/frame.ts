/**
 * Frames of RFC 6455 as a server sends them: unmasked, so the same bytes serve every socket. Neighbours:
 * `codec.ts` frames each message once, `session.ts` writes them below `ws`, which frames the rest.
 * Invariant: byte for byte what `ws` would send.
 */
const FIN = 0x80;
const COMPRESSED = 0x40;
const TEXT = 0x1;
const CONTINUATION = 0x0;

export interface FrameOptions {
  /** A message in pieces: its first frame says what it is, its last one ends it. */
  first?: boolean;
  last?: boolean;
  /** The message is raw DEFLATE (RFC 7692). */
  compressed?: boolean;
}

/** What stands before a payload of so many bytes. */
export function frameHeader(length: number, options?: FrameOptions): Buffer {
  const header = Buffer.alloc(headerSize(length));
  writeFrameHeader(header, 0, length, options);
  return header;
}

export function headerSize(length: number): number {
  return length < 126 ? 2 : length < 65_536 ? 4 : 10;
}

/** Writes the header at this place; answers the place behind it. */
export function writeFrameHeader(
  target: Buffer,
  at: number,
  length: number,
  { first = true, last = true, compressed = false }: FrameOptions = {},
): number {
  const size = headerSize(length);
  target[at] =
    (last ? FIN : 0) | (first ? TEXT : CONTINUATION) | (first && compressed ? COMPRESSED : 0);
  target[at + 1] = size === 2 ? length : size === 4 ? 126 : 127;
  if (size === 4) target.writeUInt16BE(length, at + 2);
  if (size === 10) {
    target.writeUInt16BE(0, at + 2);
    target.writeUIntBE(length, at + 4, 6);
  }
  return at + size;
}
