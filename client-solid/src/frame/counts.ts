/** The numbers beside the views' names: what waits there. Neighbours: sidebar and bottom bar. */
import { createMemo, createRoot } from "solid-js";
import { usePage } from "../page.ts";
import type { Mirror } from "../sync/store.ts";

export interface Count {
  number: number;
  /** For those who do not see where it stands. */
  what: string;
  tone?: "bad";
}

const made = new WeakMap<Mirror, (href: string) => Count | undefined>();

/** Shared by all who ask: counted once for each change. */
export function useCounts(): (href: string) => Count | undefined {
  const { mirror } = usePage();
  let counts = made.get(mirror);
  if (!counts) {
    counts = createRoot(() => countsOf(mirror));
    made.set(mirror, counts);
  }
  return counts;
}

function countsOf({ wire }: Mirror): (href: string) => Count | undefined {
  const approvals = createMemo(
    () => Object.values(wire.tasks).filter(({ status }) => status === "validation").length,
  );
  return (href) => {
    if (href === "/approvals" && approvals() > 0) {
      return { number: approvals(), what: "wait for approval" };
    }
    return undefined;
  };
}
