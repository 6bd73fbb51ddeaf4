/** The small round sign of a person: the first letters of the name, in the agent's own hue. */
import { nameOf } from "../../../core/state/lookup.ts";
import { usePage } from "../page.ts";

/** @param props.size in pixels */
export function Avatar(props: { id: string; size?: number }) {
  const { wire } = usePage().mirror;
  // An emoji would be a plain box where no font has it.
  const sign = () => initials(nameOf(wire, props.id));
  const hue = () => wire.agents[props.id]?.profile_hue ?? toHue(props.id);
  return (
    <span
      class="avatar"
      aria-hidden="true"
      style={{ "--hue": String(hue()), "--size": props.size ? `${props.size}px` : undefined }}
    >
      {sign()}
    </span>
  );
}

export function initials(name: string): string {
  const [first = "", second = ""] = name.split(/\s+/).filter(Boolean);
  const letters = second ? [first, second].map((word) => [...word][0]) : [...first].slice(0, 2);
  return letters.join("").toUpperCase();
}

/** The same id has the same hue everywhere, in degrees. */
export function toHue(id: string): number {
  let hash = 7;
  for (const letter of id) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 3_600;
  return hash % 360;
}
