/** Keys as a person reads them; screen readers hear of them from the sheet of shortcuts. */
import { toKeyWords } from "../commands.ts";

export function Kbd(props: { keys: string }) {
  return (
    <span class="kbd" aria-hidden="true">
      {toKeyWords(props.keys)}
    </span>
  );
}
