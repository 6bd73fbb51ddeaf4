/**
 * The garbage collector, asked. Neighbours: the probes, which `context.ts` runs with `--expose-gc`.
 */

/** So that what is left of the work before is not paid for, or counted, by the work after. */
export function collect(): void {
  const { gc } = globalThis as { gc?: () => void };
  if (!gc) throw new Error("run with --expose-gc");
  gc();
  // What the first has finalised goes with the second.
  gc();
}
