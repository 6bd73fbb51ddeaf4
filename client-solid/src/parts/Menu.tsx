/** A button that opens a menu of actions. Neighbour: Kobalte moves the focus and closes it. */
import * as Kobalte from "@kobalte/core/dropdown-menu";
import type { JSX } from "solid-js";
import { For, Show } from "solid-js";
import { Dynamic } from "solid-js/web";
import type { Icon } from "./Button.tsx";
import { Kbd } from "./Kbd.tsx";

export interface MenuItem {
  name: string;
  icon?: Icon;
  keys?: string;
  danger?: boolean;
  /** Why it is not possible now; shown instead of doing it. */
  off?: string | undefined;
  run(): void;
}

export function Menu(props: {
  label: string;
  items: readonly MenuItem[];
  icon?: Icon;
  small?: boolean;
  children?: JSX.Element;
}) {
  return (
    <Kobalte.Root gutter={4}>
      <Kobalte.Trigger
        class="button"
        data-kind={props.children ? "plain" : "quiet"}
        data-small={props.small ? "" : undefined}
        data-only-icon={props.children ? undefined : ""}
        aria-label={props.label}
        title={props.label}
      >
        <Show when={props.icon}>
          {(icon) => <Dynamic component={icon()} size={16} aria-hidden="true" />}
        </Show>
        {props.children}
      </Kobalte.Trigger>
      <Kobalte.Portal>
        <Kobalte.Content class="menu">
          <For each={props.items}>
            {(item) => (
              <Kobalte.Item
                onSelect={() => item.run()}
                disabled={item.off !== undefined}
                data-danger={item.danger ? "" : undefined}
                title={item.off}
              >
                <Show when={item.icon}>
                  {(icon) => <Dynamic component={icon()} size={16} aria-hidden="true" />}
                </Show>
                {item.name}
                <Show when={item.off}>{(why) => <span class="unseen">({why()})</span>}</Show>
                <Show when={item.keys}>{(keys) => <Kbd keys={keys()} />}</Show>
              </Kobalte.Item>
            )}
          </For>
        </Kobalte.Content>
      </Kobalte.Portal>
    </Kobalte.Root>
  );
}
