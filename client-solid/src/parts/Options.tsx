/** What a control offers: the options of a select, the suggestions of a text field. Neighbours: the fields. */
import { For, Show } from "solid-js";

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
  return (
    <>
      <Show when={props.none !== undefined}>
        <option value="" selected={props.value === ""}>
          {props.none}
        </option>
      </Show>
      <For each={props.of}>
        {({ value, name }) => (
          <option value={value} selected={props.value === value}>
            {name}
          </option>
        )}
      </For>
    </>
  );
}

/** Named by a control's `list`. */
export function Suggestions(props: { id: string; of: readonly string[] | undefined }) {
  return (
    <Show when={props.of}>
      {(values) => (
        <datalist id={props.id}>
          <For each={values()}>{(value) => <option value={value} />}</For>
        </datalist>
      )}
    </Show>
  );
}
