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
import { toStored } from "./deflate.ts";
import { frameHeader } from "./frame.ts";

export type ResetWord = NonNullable<Hello["reset"]>;

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

/** The first frame of a hello with a state; the state's own frames go on where it ends. */
export function greetingFrame(
  engine: Engine,
  seq: number,
  reset: ResetWord | undefined,
  compressed: boolean,
): Buffer {
  const hello = { ...greeting(engine, seq), ...(reset !== undefined && { reset }) };
  const text = `${JSON.stringify(hello).slice(0, -1)},`;
  const payload = compressed ? toStored(text) : Buffer.from(text);
  return Buffer.concat([frameHeader(payload.length, { last: false, compressed }), payload]);
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
