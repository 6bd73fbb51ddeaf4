/**
 * A body in tiny pieces: Node makes a call and a buffer of each while it parses what it has read, which comes before
 * any turn, and one read holds ten thousand of them. Neighbours: `connections.ts` binds it to each connection,
 * `core/gathering.ts` has the bound that readers hold a body against. Invariant: of a body with more pieces than any
 * reader takes the rest is parsed and nothing made of it, and a parser that is used again calls as Node made it.
 */
import type { Socket } from "node:net";
import { MAX_PIECES } from "../core/index.ts";

/** Under which Node keeps what a parser calls with each piece (`HTTPParser.kOnBody`). */
const ON_BODY = 3;

type OnBody = (this: Parser, piece: Buffer) => unknown;

interface Parser {
  [ON_BODY]?: OnBody | null;
}

export interface Pieces {
  /** The pieces of the next body are counted anew. */
  restart(): void;
  /** Nothing is counted any more: the parser goes to somebody else. */
  end(): void;
}

const UNBOUND: Pieces = { restart() {}, end() {} };

export function boundPieces(socket: Socket): Pieces {
  const { parser } = socket as { parser?: Parser | null };
  const own = parser?.[ON_BODY];
  if (!parser || typeof own !== "function") return UNBOUND;
  let left = 0;
  const counted: OnBody = function (piece) {
    // Some releases look for what to call once for all that they have read.
    if (left < 0) return undefined;
    // One more than may come, by which its reader knows that it is refused.
    if (left-- <= 0) parser[ON_BODY] = null;
    return own.call(this, piece);
  };
  let isOver = false;
  const restart = () => {
    if (isOver) return;
    left = MAX_PIECES;
    parser[ON_BODY] = counted;
  };
  restart();
  return {
    restart,
    end: () => {
      // An upgrade gives the parser away, long before its connection closes: by then another one counts by it.
      if (!isOver) parser[ON_BODY] = own;
      isOver = true;
    },
  };
}
