/**
 * Since when agents could be heard: since the start, and again since each jump of the clock, after which
 * no time that was measured by it means anything. Neighbour: `timers.ts` asks before it takes anything
 * away from anybody. Invariant: a jump ends no lease and silences no agent early.
 */
const JUMP_MS = 1_500;

export interface Hearing {
  /** Milliseconds since the epoch, by the clock as it is now. */
  since(): number;
}

/**
 * @param clock milliseconds since the epoch; may jump
 * @param monotonic milliseconds since whenever; never jumps
 */
export function createHearing(clock: () => number, monotonic: () => number): Hearing {
  let from = clock();
  let wall = from;
  let steady = monotonic();
  return {
    since() {
      const [nowWall, nowSteady] = [clock(), monotonic()];
      const jump = Math.abs(nowWall - wall - (nowSteady - steady));
      if (jump > JUMP_MS) from = nowWall;
      wall = nowWall;
      steady = nowSteady;
      return from;
    },
  };
}
