/**
 * Greetings and keepalives of a socket, which are its own. Neighbours: core/protocol.ts says what they are,
 * `session.ts` sends them; `commits.ts` has what is the same for all.
 */
import {
  type Engine,
  type Hello,
  type Keepalive,
  PROTOCOL_VERSION,
  VERSION,
} from "../core/index.ts";
import { toStored } from "./deflate.ts";
import { frameHeader } from "./frame.ts";

export type ResetWord = NonNullable<Hello["reset"]>;

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
