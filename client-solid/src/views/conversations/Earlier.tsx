/**
 * The way further back in a list: first what is live and not shown yet, then what is in the archive.
 * Neighbours: `older.ts` reads; `Thread` and `Directives` stand around it.
 */
import { Show } from "solid-js";
import { Button } from "../../parts/Button.tsx";
import type { Older } from "./older.ts";

export function Earlier(props: {
  /** Here, and not shown yet. */
  hidden: number;
  older: Pick<Older<unknown>, "left" | "loading" | "problem">;
  /** `messages`. */
  what: string;
  onMore(): void;
}) {
  const older = () => props.older;
  const label = () => {
    if (older().loading()) return `Reading older ${props.what}…`;
    const left = props.hidden + older().left();
    if (props.hidden > 0) return `Show earlier (${left})`;
    return older().problem() ? "Try again" : `Older ${props.what} (${left})`;
  };
  return (
    <div class="earlier" data-testid="earlier">
      <span class="unseen" role="status">
        {older().loading() ? label() : ""}
      </span>
      <Show when={older().problem()}>
        <p class="alert small" role="alert">
          The older {props.what} could not be read: {older().problem()}
        </p>
      </Show>
      <Show when={props.hidden + older().left() > 0}>
        <Button small kind="quiet" busy={older().loading()} onClick={() => props.onMore()}>
          {label()}
        </Button>
      </Show>
    </div>
  );
}
