/**
 * The messages of the socket, as bytes. Neighbours: core/protocol.ts says what they are, `session.ts`
 * sends them. Invariant: the frame of a commit is made once, whoever reads it, and lives as long
 * as its entry.
 */
import {
  type Chunk,
  type Engine,
  type Entry,
  eventJson,
  type Hello,
  type Keepalive,
  PROTOCOL_VERSION,
  VERSION,
} from "../core/index.ts";
import { frameHeader } from "./frame.ts";

export type ResetWord = NonNullable<Hello["reset"]>;

/** The latest events that come with a state. */
const EVENTS = 100;
/** A state goes out in pieces of this size, so that a slow line shows that it moves. */
export const PIECE_BYTES = 64 * 1024;

/** Commits that go to everybody are written together up to about this size. */
const CHUNK_BYTES = 32 * 1024;

const frames = new WeakMap<Entry, Buffer>();

/** The frame of a commit: the same bytes for every socket. */
export function commitFrame(entry: Entry): Buffer {
  let frame = frames.get(entry);
  if (!frame) {
    const patches = JSON.stringify(entry.patches);
    const message = Buffer.from(
      `{"type":"commit","seq":${entry.seq},"event":${eventJson(entry)},"patches":${patches}}`,
    );
    frame = Buffer.concat([frameHeader(message.length), message]);
    frames.set(entry, frame);
  }
  return frame;
}

/** The frames of entries that follow one another, joined to as few writes as their size allows. */
export function* commitChunks(entries: readonly Entry[]): Generator<Chunk<Buffer>> {
  let some: Buffer[] = [];
  let bytes = 0;
  let first = entries[0]?.seq ?? 0;
  for (const entry of entries) {
    const frame = commitFrame(entry);
    if (bytes > 0 && bytes + frame.length > CHUNK_BYTES) {
      yield { first, last: entry.seq - 1, value: join(some) };
      some = [];
      bytes = 0;
      first = entry.seq;
    }
    some.push(frame);
    bytes += frame.length;
  }
  if (bytes > 0) yield { first, last: entries.at(-1)?.seq ?? first, value: join(some) };
}

function join(some: readonly Buffer[]): Buffer {
  const [only] = some;
  return some.length === 1 && only ? only : Buffer.concat(some);
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
