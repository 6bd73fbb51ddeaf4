/** Text to be copied: a block of code with its button. Invariant: the button says whether it worked. */
import Check from "lucide-solid/icons/check";
import Copy from "lucide-solid/icons/copy";
import { createSignal, onCleanup } from "solid-js";
import { Button } from "./Button.tsx";

const TOLD_MS = 2_000;

export function CopyText(props: { text: string; label: string }) {
  const [told, setTold] = createSignal<"copied" | "refused" | null>(null);
  let block!: HTMLPreElement;
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));

  async function copy(): Promise<void> {
    const done = await navigator.clipboard?.writeText(props.text).then(
      () => true,
      () => false,
    );
    // Without a secure context there is no clipboard: selected, it is one key press away.
    if (!done) getSelection()?.selectAllChildren(block);
    setTold(done ? "copied" : "refused");
    clearTimeout(timer);
    timer = setTimeout(() => setTold(null), TOLD_MS);
  }

  return (
    <div class="copy-text">
      <pre ref={block} tabindex="0">
        {props.text}
      </pre>
      <Button
        small
        icon={told() === "copied" ? Check : Copy}
        aria-label={`Copy ${props.label}`}
        onClick={() => void copy()}
      >
        <span aria-live="polite">
          {told() === "copied" ? "Copied" : told() === "refused" ? "Selected" : "Copy"}
        </span>
      </Button>
    </div>
  );
}
