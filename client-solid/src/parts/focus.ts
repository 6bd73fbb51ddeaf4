/**
 * The focus of what a key or a button opened: the browser's own `autofocus` works only where nothing has the focus yet.
 * Neighbours: the fields of `Field.tsx`; `Dialog.tsx` and the palette do it for what they hold, to give it back later.
 * Invariant: what is typed right after a form was opened is written into it.
 */
import { onMount } from "solid-js";

/** The field that a form begins with. */
export const FIRST_FIELD = "[autofocus]";

/** Once the form is in its place, this field has the focus. */
export function takeFocus(field: () => HTMLElement | undefined): void {
  onMount(() => {
    const one = field();
    if (one && !one.closest("[role=dialog]")) one.focus();
  });
}

/** To the field that is asked for within this one; whether there is one. */
export function focusFirstField(within: Element | null | undefined): boolean {
  const field = within?.querySelector<HTMLElement>(FIRST_FIELD);
  field?.focus();
  return field !== null && field !== undefined;
}
