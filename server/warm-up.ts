/**
 * Compiles the validators of all bodies soon after the start, one a turn of the loop: the first request of
 * a kind would else wait for its own, and the first batch for all it holds. Neighbour: `compose.ts` begins it
 * once the server listens. Invariant: a server that ends soon, or is asked first, loses nothing by it.
 */
import { actions, createValidator, type Validator } from "../core/index.ts";

export interface WarmUpPorts {
  validator: Pick<Validator, "check">;
  /** Runs once the start is over; the returned function calls it off. */
  later(run: () => void): () => void;
  /** Runs in the next turn of the loop. */
  nextTurn(run: () => void): void;
}

const PAUSE_MS = 1_000;

const ports: WarmUpPorts = {
  // What is compiled is compiled for the whole process.
  validator: createValidator(),
  later(run) {
    const timer = setTimeout(run, PAUSE_MS).unref();
    return () => clearTimeout(timer);
  },
  nextTurn: setImmediate,
};

/** Answers what ends it. */
export function warmUp({ validator, later, nextTurn }: WarmUpPorts = ports): () => void {
  const left = actions.values();
  let ended = false;
  function step(): void {
    const next = left.next();
    if (ended || next.done) return;
    validator.check(next.value.body, {});
    nextTurn(step);
  }
  const cancel = later(step);
  return () => {
    ended = true;
    cancel();
  };
}
