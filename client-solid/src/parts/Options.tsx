/**
 * What a control offers: the options of a select, the suggestions of a text field. Neighbours: the fields,
 * and `filling.ts`, because a company may have thousands of missions to choose from.
 */
import { createMemo, For, Show } from "solid-js";
import { createFilling } from "./filling.ts";

export interface Choice {
  value: string;
  name: string;
}

export function Options(props: {
  of: readonly Choice[];
  value: string;
  /** Offered first, for no value. */
  none: string | undefined;
}) {
  const all = createMemo(() => props.of);
  const filled = createFilling(all);
  /** The chosen one is there from the start, or the control would show another. */
  const chosen = createMemo(() => {
    const at = all().findIndex(({ value }) => value === props.value);
    return at >= filled().length ? all()[at] : undefined;
  });
  return (
    <>
      <Show when={props.none !== undefined}>
        <option value="" selected={props.value === ""}>
          {props.none}
        </option>
      </Show>
      <For each={filled()}>
        {({ value, name }) => (
          <option value={value} selected={props.value === value}>
            {name}
          </option>
        )}
      </For>
      <Show when={chosen()}>
        {(choice) => (
          <option value={choice().value} selected>
            {choice().name}
          </option>
        )}
      </Show>
    </>
  );
}

/** Named by a control's `list`. */
export function Suggestions(props: { id: string; of: readonly string[] | undefined }) {
  const filled = createFilling(() => props.of ?? []);
  return (
    <Show when={props.of}>
      <datalist id={props.id}>
        <For each={filled()}>{(value) => <option value={value} />}</For>
      </datalist>
    </Show>
  );
}
