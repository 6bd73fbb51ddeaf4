/**
 * The fields of forms, each with its label: text, long text, choice, date, number, tick, list of lines.
 * Invariant: a label is always bound to its control, and what is typed is the form's until it is sent.
 */
import Plus from "lucide-solid/icons/plus";
import X from "lucide-solid/icons/x";
import type { JSX } from "solid-js";
import { createUniqueId, Index, Show } from "solid-js";
import { Button, IconButton } from "./Button.tsx";
import { takeFocus } from "./focus.ts";
import { type Choice, Options, Suggestions } from "./Options.tsx";

interface Base {
  label: string;
  hint?: JSX.Element;
  required?: boolean;
  /** The name that the API has for it; a refusal that names it marks it. */
  name?: string;
  invalid?: boolean;
}

interface TextProps extends Base {
  value: string;
  onInput(value: string): void;
  placeholder?: string;
  maxLength?: number;
  autofocus?: boolean;
}

export function TextField(
  props: TextProps & { type?: "text" | "date" | "number" | "search"; list?: readonly string[] },
) {
  const id = createUniqueId();
  let input!: HTMLInputElement;
  takeFocus(() => (props.autofocus ? input : undefined));
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input
        ref={input}
        id={id}
        type={props.type ?? "text"}
        name={props.name}
        value={props.value}
        placeholder={props.placeholder}
        maxLength={props.maxLength}
        required={props.required}
        autofocus={props.autofocus}
        autocomplete="off"
        list={props.list ? `${id}-list` : undefined}
        aria-invalid={props.invalid ? "true" : undefined}
        aria-describedby={props.hint ? `${id}-hint` : undefined}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
      <Suggestions id={`${id}-list`} of={props.list} />
      <Hint id={id} hint={props.hint} />
    </div>
  );
}

export function TextArea(props: TextProps & { rows?: number }) {
  const id = createUniqueId();
  let area!: HTMLTextAreaElement;
  takeFocus(() => (props.autofocus ? area : undefined));
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <textarea
        ref={area}
        id={id}
        name={props.name}
        rows={props.rows ?? 4}
        value={props.value}
        placeholder={props.placeholder}
        maxLength={props.maxLength}
        required={props.required}
        autofocus={props.autofocus}
        aria-invalid={props.invalid ? "true" : undefined}
        aria-describedby={props.hint ? `${id}-hint` : undefined}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
      <Hint id={id} hint={props.hint} />
    </div>
  );
}

/** A choice of a few; the platform's own select, which works with every keyboard and thumb. */
export function SelectField(
  props: Base & {
    value: string;
    choices: readonly Choice[];
    onInput(value: string): void;
    /** Offered first, for no value. */
    none?: string;
  },
) {
  const id = createUniqueId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <select
        id={id}
        name={props.name}
        required={props.required}
        aria-invalid={props.invalid ? "true" : undefined}
        aria-describedby={props.hint ? `${id}-hint` : undefined}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      >
        <Options of={props.choices} value={props.value} none={props.none} />
      </select>
      <Hint id={id} hint={props.hint} />
    </div>
  );
}

export function CheckField(props: Base & { value: boolean; onInput(value: boolean): void }) {
  const id = createUniqueId();
  return (
    <div class="field check">
      <input
        id={id}
        type="checkbox"
        name={props.name}
        checked={props.value}
        aria-describedby={props.hint ? `${id}-hint` : undefined}
        onInput={(event) => props.onInput(event.currentTarget.checked)}
      />
      <label for={id}>{props.label}</label>
      <Hint id={id} hint={props.hint} />
    </div>
  );
}

/** A list of short texts, one a row; an empty row is left out by `linesOf`. */
export function ListField(
  props: Base & {
    value: readonly string[];
    onInput(value: string[]): void;
    placeholder?: string;
    /** What may be chosen; free text otherwise. */
    list?: readonly string[];
    autofocus?: boolean;
  },
) {
  const id = createUniqueId();
  let list!: HTMLUListElement;
  takeFocus(() => (props.autofocus ? (list.querySelector("input") ?? undefined) : undefined));
  const change = (at: number, text: string) =>
    props.onInput(props.value.map((line, index) => (index === at ? text : line)));
  const add = () => {
    props.onInput([...props.value, ""]);
    queueMicrotask(() => list.querySelector<HTMLInputElement>("li:last-child input")?.focus());
  };
  return (
    <fieldset class="field list-field" aria-describedby={props.hint ? `${id}-hint` : undefined}>
      <legend>{props.label}</legend>
      <ul ref={list}>
        <Index each={props.value}>
          {(line, at) => (
            <li>
              <input
                type="text"
                value={line()}
                autofocus={props.autofocus && at === 0}
                aria-label={`${props.label} ${at + 1}`}
                aria-invalid={props.invalid ? "true" : undefined}
                placeholder={props.placeholder}
                list={props.list ? `${id}-list` : undefined}
                onInput={(event) => change(at, event.currentTarget.value)}
                onKeyDown={(event) => {
                  if (event.key !== "Enter" || event.metaKey || event.ctrlKey) return;
                  event.preventDefault();
                  add();
                }}
              />
              <IconButton
                label={`Remove ${props.label} ${at + 1}`}
                icon={X}
                onClick={() => props.onInput(props.value.filter((_, index) => index !== at))}
              />
            </li>
          )}
        </Index>
      </ul>
      <Suggestions id={`${id}-list`} of={props.list} />
      <div>
        <Button small kind="quiet" icon={Plus} onClick={add} aria-label={`Add to ${props.label}`}>
          Add
        </Button>
      </div>
      <Hint id={id} hint={props.hint} />
    </fieldset>
  );
}

function Hint(props: { id: string; hint: JSX.Element }) {
  return (
    <Show when={props.hint}>
      <p class="hint" id={`${props.id}-hint`}>
        {props.hint}
      </p>
    </Show>
  );
}

/** The lines that say something, trimmed. */
export function linesOf(lines: readonly string[]): string[] {
  return lines.map((line) => line.trim()).filter((line) => line !== "");
}
