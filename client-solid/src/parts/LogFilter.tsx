/**
 * The filter over a log: by one choice of its own, by agent, task and text, all kept in the address.
 * Neighbours: events and runs show what passes. Invariant: it holds nothing itself.
 */
import { Show } from "solid-js";
import { useChoices } from "../task/choices.ts";
import { Button } from "./Button.tsx";
import { SelectField, TextField } from "./Field.tsx";
import { useQuery } from "./query.ts";

/** What every log is filtered by; `about` is a task, since `task` opens the panel. */
const NAMES = ["agent", "about", "text"] as const;

export function LogFilter(props: {
  /** For who does not see it: "Filter the events". */
  label: string;
  /** The choice of its own: its name in the address, and the words. */
  by: {
    name: string;
    label: string;
    none: string;
    choices: readonly { value: string; name: string }[];
  };
}) {
  const query = useQuery();
  const choices = useChoices();
  const names = () => [props.by.name, ...NAMES];
  return (
    <search class="filters" aria-label={props.label}>
      <SelectField
        label={props.by.label}
        none={props.by.none}
        value={query.get(props.by.name)}
        choices={props.by.choices}
        onInput={(value) => query.set({ [props.by.name]: value })}
      />
      <SelectField
        label="Agent"
        none="All agents"
        value={query.get("agent")}
        choices={choices.agents()}
        onInput={(agent) => query.set({ agent })}
      />
      <TextField
        label="Task"
        placeholder="T-203"
        value={query.get("about")}
        onInput={(about) => query.set({ about: about.trim() })}
      />
      <TextField
        label="Text"
        type="search"
        value={query.get("text")}
        onInput={(text) => query.set({ text })}
      />
      <Show when={names().some((name) => query.get(name))}>
        <Button
          kind="quiet"
          onClick={() => query.set(Object.fromEntries(names().map((name) => [name, ""])))}
        >
          Clear
        </Button>
      </Show>
    </search>
  );
}
