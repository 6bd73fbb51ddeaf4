/** The one button of the page. Invariant: while busy or refused it stays in the tab order, says so, and does nothing. */
import type { Component, JSX } from "solid-js";
import { Show, splitProps } from "solid-js";
import { Dynamic } from "solid-js/web";

export type Icon = Component<{ size?: number | string; "aria-hidden"?: "true" }>;

export interface ButtonProps extends JSX.ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: "main" | "plain" | "quiet" | "danger";
  icon?: Icon;
  small?: boolean;
  /** A write of this button is under way. */
  busy?: boolean;
  /** Not possible now; say why in `title`. */
  off?: boolean;
}

export function Button(props: ButtonProps) {
  const [own, rest] = splitProps(props, [
    "kind",
    "icon",
    "small",
    "busy",
    "off",
    "onClick",
    "children",
    "class",
  ]);
  const press: JSX.EventHandler<HTMLButtonElement, MouseEvent> = (event) => {
    if (own.busy || own.off) return event.preventDefault();
    if (typeof own.onClick === "function") own.onClick(event);
  };
  return (
    <button
      type="button"
      {...rest}
      class={own.class ? `button ${own.class}` : "button"}
      data-kind={own.kind ?? "plain"}
      data-small={own.small ? "" : undefined}
      data-only-icon={own.icon && own.children === undefined ? "" : undefined}
      aria-disabled={own.busy || own.off ? "true" : undefined}
      aria-busy={own.busy ? "true" : undefined}
      onClick={press}
    >
      <Show when={own.icon}>
        {(icon) => <Dynamic component={icon()} size={16} aria-hidden="true" />}
      </Show>
      {own.children}
    </button>
  );
}

/** A button that is only a sign; the label is read out and shown on hover. */
export function IconButton(props: ButtonProps & { label: string; icon: Icon; keys?: string }) {
  const [own, rest] = splitProps(props, ["label", "keys"]);
  return (
    <Button
      kind="quiet"
      {...rest}
      aria-label={own.label}
      title={own.keys ? `${own.label} (${own.keys})` : own.label}
    />
  );
}
