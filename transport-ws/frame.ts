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
export function frameHeader(
  length: number,
  { first = true, last = true, compressed = false }: FrameOptions = {},
): Buffer {
  const size = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const header = Buffer.alloc(size);
  header[0] =
    (last ? FIN : 0) | (first ? TEXT : CONTINUATION) | (first && compressed ? COMPRESSED : 0);
  if (size === 2) header[1] = length;
  else if (size === 4) {
    header[1] = 126;
    header.writeUInt16BE(length, 2);
  } else {
    header[1] = 127;
    header.writeUIntBE(length, 4, 6);
  }
  return header;
}
