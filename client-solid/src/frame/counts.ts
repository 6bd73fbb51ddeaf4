/** The numbers beside the views' names: what waits there. Neighbours: sidebar and bottom bar. */
import { usePage } from "../page.ts";

export interface Count {
  number: number;
  /** For those who do not see where it stands. */
  what: string;
  tone?: "bad";
}

export function useCounts(): (href: string) => Count | undefined {
  const { read } = usePage();
  return (href) => {
    const approvals = href === "/approvals" ? read.taskIdsBy("status", "validation").length : 0;
    return approvals > 0 ? { number: approvals, what: "wait for approval" } : undefined;
  };
}
