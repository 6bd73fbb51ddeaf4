/**
 * A form made from the JSON Schema of a body: a field for each property, its description as the hint.
 * Neighbours: `views/settings/model.ts` turns schema to fields and what was typed to a body. Loaded on
 * demand. Invariant: what was typed is the caller's, and outlives a refusal.
 */
import { For, Match, Switch } from "solid-js";
import type { FormField, Typed } from "../views/settings/model.ts";
import { ListField, SelectField, TextArea, TextField } from "./Field.tsx";

export function SchemaForm(props: {
  fields: readonly FormField[];
  typed: Typed;
  onInput(name: string, value: string | readonly string[]): void;
  /** Whether a refusal names it. */
  isInvalid(name: string): boolean;
}) {
  const textOf = (name: string) => {
    const value = props.typed[name];
    return typeof value === "string" ? value : "";
  };
  const linesOf = (name: string) => {
    const value = props.typed[name];
    return typeof value === "string" || value === undefined ? [] : value;
  };
  return (
    <div class="columns schema-form">
      <For each={props.fields}>
        {(field) => {
          const common = {
            label: field.required ? `${field.name} (required)` : field.name,
            name: field.name,
            hint: field.hint,
            required: field.required,
            get invalid() {
              return props.isInvalid(field.name);
            },
          };
          const onInput = (value: string | readonly string[]) => props.onInput(field.name, value);
          return (
            <Switch
              fallback={<TextField {...common} value={textOf(field.name)} onInput={onInput} />}
            >
              <Match when={field.kind === "number"}>
                <TextField {...common} type="number" value={textOf(field.name)} onInput={onInput} />
              </Match>
              <Match when={field.kind === "choice"}>
                <SelectField
                  {...common}
                  none="not sent"
                  choices={field.choices}
                  value={textOf(field.name)}
                  onInput={onInput}
                />
              </Match>
              <Match when={field.kind === "lines"}>
                <ListField {...common} value={linesOf(field.name)} onInput={onInput} />
              </Match>
              <Match when={field.kind === "long" || field.kind === "json"}>
                <TextArea
                  {...common}
                  rows={3}
                  placeholder={field.kind === "json" ? "JSON" : ""}
                  value={textOf(field.name)}
                  onInput={onInput}
                />
              </Match>
            </Switch>
          );
        }}
      </For>
    </div>
  );
}
