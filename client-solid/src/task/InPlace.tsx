/**
 * Fields that are edited where they stand: they look like text until touched. Neighbour: the panel's
 * parts. Invariant: what is typed is kept until the server has taken it or the person gave it up.
 */
import X from "lucide-solid/icons/x";
import { createUniqueId, For, Show } from "solid-js";
import { IconButton } from "../parts/Button.tsx";
import { type Choice, Options, Suggestions } from "../parts/Options.tsx";
import { createDraft, Meanwhile } from "./Meanwhile.tsx";

interface Base {
  label: string;
  invalid?: boolean;
}

export function TextInPlace(
  props: Base & {
    value: string;
    save(text: string): Promise<boolean>;
    type?: "text" | "date" | "number";
    list?: readonly string[];
    placeholder?: string;
    /** The label is said, not shown: for a title. */
    bare?: boolean;
    required?: boolean;
    max?: number;
  },
) {
  const id = createUniqueId();
  const draft = createDraft(
    () => props.value,
    (typed) => props.save(typed),
  );
  async function save(): Promise<void> {
    const typed = draft.text()?.trim();
    if (typed === undefined) return;
    if (props.required && !typed) return draft.close();
    await draft.save(typed);
  }
  const keys = (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      event.currentTarget.blur();
    } else if (event.key === "Escape" && draft.text() !== null) {
      event.stopPropagation();
      draft.close();
    }
  };
  return (
    <div class="in-place" data-bare={props.bare ? "" : undefined}>
      <label for={id} class={props.bare ? "unseen" : undefined}>
        {props.label}
      </label>
      <Show
        when={!props.bare}
        fallback={
          <textarea
            id={id}
            rows={1}
            value={draft.text() ?? props.value}
            aria-invalid={props.invalid ? "true" : undefined}
            onInput={(event) => draft.type(event.currentTarget.value.replaceAll("\n", " "))}
            onBlur={() => void save()}
            onKeyDown={keys}
          />
        }
      >
        <input
          id={id}
          type={props.type ?? "text"}
          value={draft.text() ?? props.value}
          list={props.list ? `${id}-list` : undefined}
          placeholder={props.placeholder}
          min={props.type === "number" ? 0 : undefined}
          max={props.max}
          autocomplete="off"
          aria-invalid={props.invalid ? "true" : undefined}
          onInput={(event) => draft.type(event.currentTarget.value)}
          onBlur={() => void save()}
          onKeyDown={keys}
        />
      </Show>
      <Suggestions id={`${id}-list`} of={props.list} />
      <Show when={draft.asks()}>
        <Meanwhile
          what={props.label}
          theirs={props.value}
          take={draft.close}
          keep={() => void draft.keep((draft.text() ?? "").trim())}
        />
      </Show>
    </div>
  );
}

export function ChoiceInPlace(
  props: Base & {
    value: string;
    choices: readonly Choice[];
    none?: string;
    save(value: string): Promise<boolean>;
  },
) {
  const id = createUniqueId();
  return (
    <div class="in-place">
      <label for={id}>{props.label}</label>
      <select
        id={id}
        aria-invalid={props.invalid ? "true" : undefined}
        onChange={async ({ currentTarget }) => {
          // A refusal leaves the value as it was, and the list has to say so.
          if (!(await props.save(currentTarget.value))) currentTarget.value = props.value;
        }}
      >
        <Options of={props.choices} value={props.value} none={props.none} />
      </select>
    </div>
  );
}

/** A set of short values: each can be taken away, another added from a list or, with `free`, as typed. */
export function ChipsInPlace(
  props: Base & {
    value: readonly string[];
    nameOf?: (value: string) => string;
    choices: readonly Choice[];
    free?: boolean;
    save(value: string[]): Promise<boolean>;
  },
) {
  const id = createUniqueId();
  const nameOf = (value: string) => props.nameOf?.(value) ?? value;
  const left = () => props.choices.filter(({ value }) => !props.value.includes(value));
  const add = async (control: HTMLInputElement | HTMLSelectElement) => {
    const value = control.value.trim();
    const known = !value || props.value.includes(value);
    if (known || (await props.save([...props.value, value]))) control.value = "";
  };
  return (
    <div class="in-place">
      <label for={id}>{props.label}</label>
      <div class="chips-in-place">
        <For each={props.value}>
          {(value) => (
            <span class="chip">
              {nameOf(value)}
              <IconButton
                label={`Remove ${nameOf(value)} from ${props.label}`}
                icon={X}
                small
                onClick={() => void props.save(props.value.filter((one) => one !== value))}
              />
            </span>
          )}
        </For>
        <Show
          when={props.free}
          fallback={
            <select id={id} onChange={({ currentTarget }) => void add(currentTarget)}>
              <Options of={left()} value="" none="Add…" />
            </select>
          }
        >
          <input
            id={id}
            type="text"
            placeholder="Add…"
            list={`${id}-list`}
            autocomplete="off"
            onKeyDown={(event) => {
              if (event.key !== "Enter") return;
              event.preventDefault();
              void add(event.currentTarget);
            }}
            onBlur={({ currentTarget }) => void add(currentTarget)}
          />
          <Suggestions id={`${id}-list`} of={left().map(({ value }) => value)} />
        </Show>
      </div>
    </div>
  );
}
