/**
 * The messages of the socket, as bytes. Neighbours: core/protocol.ts says what they are, `session.ts`
 * sends them. Invariant: the bytes of a commit are made once, whoever reads them, and live as long
 * as its entry.
 */
import {
  type Engine,
  type Entry,
  eventJson,
  type Hello,
  type Keepalive,
  PROTOCOL_VERSION,
  VERSION,
} from "../core/index.ts";

export type ResetWord = NonNullable<Hello["reset"]>;

/** The latest events that come with a state. */
const EVENTS = 100;
/** A state goes out in pieces of this size, so that a slow line shows that it moves. */
export const PIECE_BYTES = 64 * 1024;

const commits = new WeakMap<Entry, Buffer>();

export function commitBytes(entry: Entry): Buffer {
  let bytes = commits.get(entry);
  if (!bytes) {
    const patches = JSON.stringify(entry.patches);
    bytes = Buffer.from(
      `{"type":"commit","seq":${entry.seq},"event":${eventJson(entry)},"patches":${patches}}`,
    );
    commits.set(entry, bytes);
  }
  return bytes;
}

export function keepaliveText(seq: number, now: number): string {
  return JSON.stringify({ type: "keepalive", seq, now } satisfies Keepalive);
}

/** The hello of one who resumes after `seq`: without a state. */
export function resumeText(engine: Engine, seq: number): string {
  return JSON.stringify(greeting(engine, seq));
}

/**
 * The hello with the state, in pieces that together are one message. The pieces of the state are
 * views of the bytes given, so that many sockets share them.
 */
export function* helloPieces(
  engine: Engine,
  state: { seq: number; bytes: Buffer },
  reset: ResetWord | undefined,
): Generator<Buffer> {
  const hello: Hello = {
    ...greeting(engine, state.seq),
    events: engine.recentEvents(EVENTS).filter(({ id }) => id <= state.seq),
    ...(reset !== undefined && { reset }),
  };
  const head = Buffer.from(`${JSON.stringify(hello).slice(0, -1)},"state":`);
  const tail = Buffer.from("}");
  const { bytes } = state;
  if (bytes.length <= PIECE_BYTES) {
    yield Buffer.concat([head, bytes, tail]);
    return;
  }
  yield head;
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
  yield tail;
}

function greeting(engine: Engine, seq: number): Hello {
  return {
    type: "hello",
    protocol: PROTOCOL_VERSION,
    version: VERSION,
    journal: engine.journalId(),
    seq,
    head: engine.view().seq,
    now: engine.clock(),
  };
}
