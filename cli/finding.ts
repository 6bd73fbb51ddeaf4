/** What a check of `clawtasker doctor` found. Neighbours: `local.ts` and `remote.ts` find, `doctor.ts` reports. */
export interface Finding {
  check: string;
  level: "ok" | "warning" | "problem";
  /** What was found. */
  detail: string;
  /** What to do; absent where there is nothing to do. */
  remedy?: string;
}
