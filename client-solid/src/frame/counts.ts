/** The numbers beside the views' names: what waits there. Neighbours: sidebar and bottom bar. */
import { usePage } from "../page.ts";

export interface Count {
  number: number;
  /** For those who do not see where it stands. */
  what: string;
  tone?: "bad";
}

/** Reactive; undefined where nothing waits. */
export function useCounts(): (href: string) => Count | undefined {
  const { read } = usePage();
  return (href) => {
    if (href === "/") return some(read.exceptionCount(), "need your eye", "bad");
    if (href === "/approvals") {
      return some(read.taskIdsBy("status", "validation").length, "wait for approval");
    }
    return undefined;
  };
}

function some(number: number, what: string, tone?: Count["tone"]): Count | undefined {
  return number > 0 ? { number, what, ...(tone && { tone }) } : undefined;
}
