/**
 * How each server under measurement speaks to a watcher: what the watcher says to be let in, and which
 * updates a message carries. Neighbours: `watcher.ts`; the floors and peers at the other end.
 * Invariant: an update is counted by its own number, so a lost or doubled one cannot pass unseen.
 */
/** What a watcher says that takes messages compressed. */
export const DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";

export interface Dialect {
  path: string;
  headers?: string;
  /** Said once the socket is open. */
  greeting?: readonly (string | Buffer)[];
  /** What is answered to a message, where something must be. */
  answer?(message: Buffer): string | Buffer | null;
  /** The watcher is in once this has come; at once where absent. */
  isReady?(message: Buffer): boolean;
  /** The number of the first update, where that one may never come. */
  from?: number;
  /** The first and last number of the updates in a message; null for none. */
  updates(message: Buffer): readonly [number, number] | null;
}

const COMMITS = Buffer.from('{"type":"commits","commits":[');
const COMMIT = Buffer.from('{"seq":');
const HELLO = Buffer.from('{"type":"hello"');
const SEQ = Buffer.from('"seq":');

/** The number that begins at this place. */
function numberAt(message: Buffer, at: number): number {
  let value = 0;
  for (let place = at; ; place++) {
    const digit = (message[place] ?? 0) - 48;
    if (digit < 0 || digit > 9) return value;
    value = value * 10 + digit;
  }
}

const startsWith = (message: Buffer, text: Buffer) =>
  message.length >= text.length && message.compare(text, 0, text.length, 0, text.length) === 0;

/** The number behind the last `"seq":` of a message. */
function seqIn(message: Buffer): readonly [number, number] | null {
  const first = message.indexOf(SEQ);
  if (first < 0) return null;
  const last = message.lastIndexOf(SEQ);
  return [numberAt(message, first + SEQ.length), numberAt(message, last + SEQ.length)];
}

/** All numbers behind such a word, as the last so many: one that is missing shows as disorder. */
function lastOf(message: Buffer, word: Buffer): readonly [number, number] | null {
  let count = 0;
  let last = 0;
  for (let at = message.indexOf(word); at >= 0; at = message.indexOf(word, at + word.length)) {
    count++;
    last = Math.max(last, numberAt(message, at + word.length));
  }
  return count > 0 ? [last - count + 1, last] : null;
}

/** What is smaller comes plain, to each watcher by itself. */
const PACKED_FROM = 1_400;
/** Of messages that many watchers hold, having been unpacked once. */
const commits = new WeakMap<Buffer, readonly [number, number] | null>();

export const dialects = {
  ours: {
    path: "/api/ws",
    // As browsers do, and as one who runs the company: others leave it some of the places.
    headers: `${DEFLATE}Authorization: Bearer change-me-local\r\n`,
    isReady: (message) => startsWith(message, HELLO),
    updates(message) {
      if (!startsWith(message, COMMITS)) return null;
      if (message.length < PACKED_FROM) return lastOf(message, COMMIT);
      let known = commits.get(message);
      if (!known) {
        known = lastOf(message, COMMIT);
        commits.set(message, known);
      }
      return known;
    },
  },
  /** The floors: one patch or many, each with its number. */
  plain: { path: "/", updates: seqIn },
  "socket.io": {
    path: "/socket.io/?EIO=4&transport=websocket",
    greeting: ["40"],
    answer: (message) => (message.length === 1 && message[0] === 50 ? "3" : null),
    isReady: (message) => message[0] === 52 && message[1] === 48,
    updates: (message) => (message[0] === 52 && message[1] === 50 ? seqIn(message) : null),
  },
  sharedb: {
    path: "/",
    greeting: ['{"a":"hs","id":null,"protocol":1,"protocolMinor":2}', '{"a":"s","c":"c","d":"d"}'],
    isReady: (message) => message.includes('"a":"s"'),
    updates(message) {
      if (!message.includes('"a":"op"')) return null;
      const at = message.indexOf('"v":');
      const version = numberAt(message, at + 4);
      return [version, version];
    },
  },
  hocuspocus: {
    path: "/",
    // Of the document "d": a token, then the first step of the sync, of one who has nothing.
    greeting: [Buffer.from([1, 100, 2, 0, 1, 116]), Buffer.from([1, 100, 0, 0, 1, 0])],
    isReady: (message) => message[2] === 0 && message[3] === 1,
    updates: (message) => (message[2] === 0 && message[3] === 2 ? seqIn(message) : null),
  },
  /** It sends what the state is now, so of a task's updates only the latest: they count as the last so many. */
  colyseus: {
    path: "/",
    from: 1,
    // The join is confirmed, whereupon the state comes.
    answer: (message) => (message[0] === 10 ? Buffer.from([10]) : null),
    isReady: (message) => message[0] === 14,
    updates(message) {
      return message[0] === 15 ? lastOf(message, SEQ) : null;
    },
  },
} as const satisfies Record<string, Dialect>;

export type DialectName = keyof typeof dialects;
