/** What replacing the company takes away, in words. Neighbours: `Data` and `Bootstrap` say it before they ask. */
import { usePage } from "../../page.ts";
import { plural } from "../../parts/words.ts";

/** As it is now. */
export function useLosses(): () => string {
  const { mirror, read } = usePage();
  return () => {
    const { agents, missions, messages, archive } = mirror.wire;
    return [
      plural(read.taskCount() + archive.tasks, "task"),
      plural(Object.keys(agents).length, "agent"),
      plural(Object.keys(missions).length, "mission"),
      plural(Object.keys(messages).length + (archive.messages ?? 0), "message"),
    ].join(", ");
  };
}
