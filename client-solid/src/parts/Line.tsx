/**
 * A text of an agent that may be an address: an artifact, a blocker. Neighbours: `outward.ts` judges it,
 * `Markdown.tsx` has the links within texts. Invariant: a link opens elsewhere, tells nothing, and brings no token.
 */
import { type JSX, Show } from "solid-js";
import { toOutward } from "./outward.ts";
import { inPieces } from "./pieces.ts";

/** An address can be opened; everything else is text. */
export function Line(props: {
  text: string;
  class?: string;
  plain?(text: JSX.Element): JSX.Element;
}) {
  const href = () => (/^https?:\/\/\S+$/i.test(props.text) ? toOutward(props.text) : null);
  const shown = () => inPieces(props.text);
  return (
    <Show when={href()} fallback={props.plain ? props.plain(shown()) : <span>{shown()}</span>}>
      {(address) => (
        <a class={props.class} href={address()} target="_blank" rel="noopener noreferrer nofollow">
          {shown()}
        </a>
      )}
    </Show>
  );
}
