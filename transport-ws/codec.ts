/**
 * The messages of the socket, as bytes. Neighbours: core/protocol.ts says what they are, `session.ts`
 * sends them. Invariant: what is shown to all is made once for all.
 */
import {
  type Chunk,
  type Engine,
  type Entry,
  type Hello,
  type Keepalive,
  PROTOCOL_VERSION,
  VERSION,
} from "../core/index.ts";
import { toStored } from "./deflate.ts";
import { frameHeader, headerSize, writeFrameHeader } from "./frame.ts";

export type ResetWord = NonNullable<Hello["reset"]>;

/** Commits that go to everybody are written together up to about this size. */
const CHUNK_BYTES = 32 * 1024;

/** Of those who catch up, at about the same time often many; as long as the entry lives. */
const frames = new WeakMap<Entry, Buffer>();

/** The frame of a commit: the same bytes for every socket. */
export function commitFrame(entry: Entry): Buffer {
  let frame = frames.get(entry);
  if (!frame) {
    frame = toFrames([commitText(entry)]);
    frames.set(entry, frame);
  }
  return frame;
}

/**
 * The frames of entries that follow one another, joined to as few writes as their size allows. They are
 * shown once to all and then let go, so nothing is kept with the entry.
 */
export function* commitChunks(entries: readonly Entry[]): Generator<Chunk<Buffer>> {
  let texts: string[] = [];
  let size = 0;
  let first = entries[0]?.seq ?? 0;
  for (const entry of entries) {
    const text = commitText(entry);
    if (size > 0 && size + text.length > CHUNK_BYTES) {
      yield { first, last: entry.seq - 1, value: toFrames(texts) };
      texts = [];
      size = 0;
      first = entry.seq;
    }
    texts.push(text);
    size += text.length;
  }
  if (size > 0) yield { first, last: entries.at(-1)?.seq ?? first, value: toFrames(texts) };
}

function commitText({ seq, event, patches }: Entry): string {
  return `{"type":"commit","seq":${seq},"event":${JSON.stringify(event)},"patches":${JSON.stringify(patches)}}`;
}

/** A frame for each text, one behind the other. */
function toFrames(texts: readonly string[]): Buffer {
  const lengths = texts.map((text) => Buffer.byteLength(text));
  const bytes = Buffer.allocUnsafe(lengths.reduce((sum, n) => sum + headerSize(n) + n, 0));
  let at = 0;
  for (const [index, text] of texts.entries()) {
    at = writeFrameHeader(bytes, at, lengths[index] ?? 0);
    at += bytes.write(text, at);
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
