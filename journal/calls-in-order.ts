/**
 * Which of the calls that have come is answered next: what is to be written goes before what is to be
 * read, for everybody waits for the one and one caller for the other. Neighbour: `sqlite-worker.ts`.
 * Invariants: of either kind the first that came is first; an append waits for one other call at most,
 * and between two appends one other call has its turn, so none waits for ever. Only `abandon` waits for none.
 */
import type { Call } from "./messages.ts";

export interface CallsInOrder {
  add(call: Call): void;
  next(): Call | undefined;
}

export function createCallsInOrder(): CallsInOrder {
  const appends: Call[] = [];
  const others: Call[] = [];
  let last: Call | undefined;
  let appended = false;
  return {
    add(call) {
      if (call.name === "abandon") last = call;
      else if (call.name === "append") appends.push(call);
      else others.push(call);
    },
    next() {
      if (last) return last;
      const call = (appended ? others.shift() : undefined) ?? appends.shift() ?? others.shift();
      appended = call?.name === "append";
      return call;
    },
  };
}
