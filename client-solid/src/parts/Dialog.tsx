/**
 * A dialog over the view, in the middle or at its side. Neighbour: Kobalte holds the focus inside, closes
 * on Escape and gives the focus back. Invariants: what is outside is inert while it is open; what is to be filled in
 * has the focus from the start, or the first word typed would press the button that closes it.
 */
import * as Kobalte from "@kobalte/core/dialog";
import X from "lucide-solid/icons/x";
import type { JSX } from "solid-js";
import { IconButton } from "./Button.tsx";

export interface DialogProps {
  title: string;
  open: boolean;
  onClose(): void;
  wide?: boolean;
  side?: boolean;
  /** Beside the close button. */
  tools?: JSX.Element;
  testid?: string;
  children: JSX.Element;
}

const FIELD = "input:not([type=hidden]), textarea, select";

export function Dialog(props: DialogProps) {
  let body!: HTMLDivElement;
  function focusField(event: Event): void {
    const field =
      body.querySelector<HTMLElement>("[autofocus]") ?? body.querySelector<HTMLElement>(FIELD);
    if (!field) return;
    event.preventDefault();
    field.focus();
  }
  return (
    <Kobalte.Root open={props.open} onOpenChange={(open) => !open && props.onClose()}>
      <Kobalte.Portal>
        <Kobalte.Overlay class="veil" />
        <Kobalte.Content
          class="dialog"
          data-wide={props.wide ? "" : undefined}
          data-side={props.side ? "" : undefined}
          data-testid={props.testid}
          onOpenAutoFocus={focusField}
        >
          <header>
            <Kobalte.Title as="h2">{props.title}</Kobalte.Title>
            <span class="grow" />
            {props.tools}
            <IconButton label="Close" keys="Esc" icon={X} small onClick={() => props.onClose()} />
          </header>
          <div class="body" ref={body}>
            {props.children}
          </div>
        </Kobalte.Content>
      </Kobalte.Portal>
    </Kobalte.Root>
  );
}
