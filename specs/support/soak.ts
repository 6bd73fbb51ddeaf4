/**
 * How much a test does: little in `npm test`, much in `npm run soak -- <row>`, the same code in both.
 * Neighbours: `specs/soak/` names the rows and sets what is read here. Invariant: what is told as
 * reached was counted by the run that tells it.
 */
export interface Size {
  /** Rounds at most. */
  readonly count: number;
  /** Whether the large figure is asked for: only then is time measured or told. */
  readonly soaking: boolean;
  /** Whether one more round is due: not all are done, and there is time left. */
  more(done: number): boolean;
  /** Tells what was reached, and by how much of it; heard in a soak alone. */
  reached(figure: string): void;
}

/** The mark by which the runner knows a figure among what a spec prints. */
export const FIGURE = "reached: ";

/** As it is when this loads: a spec may forbid it later. */
const now = performance.now.bind(performance);

/**
 * @param small rounds in `npm test`; also a floor: a soak without time still does as many
 * @param share of the row's time, where several tests make up the row
 */
export function sizeFor(row: string, small: number, share = 1): Size {
  const soaking = process.env.SOAK_ROW === row;
  const count = soaking ? Number(process.env.SOAK_COUNT ?? small) : small;
  const seconds = soaking ? Number(process.env.SOAK_SECONDS ?? 60) : Number.POSITIVE_INFINITY;
  const end = now() + seconds * 1_000 * share;
  return {
    count,
    soaking,
    more: (done) => done < count && (done < small || now() < end),
    reached(figure) {
      if (soaking) process.stdout.write(`\n${FIGURE}${figure}\n`);
    },
  };
}

/** `1,000` */
export function grouped(number: number): string {
  return Math.round(number).toLocaleString("en-US");
}

/** `412 of 1,000`, or `1,000` where all was done. */
export function part(done: number, { count }: Size): string {
  return done < count ? `${grouped(done)} of ${grouped(count)}` : grouped(done);
}

/** The value below which so many percent of the samples lie; 0 of none. */
export function percentile(samples: readonly number[], percent: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? 0;
}

/** How much the heap has grown since the mark, collected both times (a soak runs with `--expose-gc`). */
export function createHeap(): { mark(): void; grown(): number } {
  const used = () => {
    (globalThis as { gc?: () => void }).gc?.();
    return process.memoryUsage().heapUsed;
  };
  let marked = Number.POSITIVE_INFINITY;
  return {
    mark() {
      marked = used();
    },
    /** In megabytes, not below 0. */
    grown: () => Math.max(0, Math.round((used() - marked) / 1e5) / 10),
  };
}
