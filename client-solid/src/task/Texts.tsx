/**
 * The longer texts of a task: the description, and its lists of criteria, artifacts and blockers; each
 * is read until one asks to edit it. Neighbours: `Markdown`, `ListField`.
 * Invariant: an open editor holds its own copy, which no change from elsewhere touches; nor does it undo such a change.
 */
import Pencil from "lucide-solid/icons/pencil";
import type { JSX } from "solid-js";
import { createSignal, For, Show } from "solid-js";
import { Button, IconButton } from "../parts/Button.tsx";
import { ListField, linesOf, TextArea } from "../parts/Field.tsx";
import { Line } from "../parts/Line.tsx";
import { Markdown } from "../parts/Markdown.tsx";
import { createDraft, Meanwhile } from "./Meanwhile.tsx";
import { isSame, mergeLines } from "./merge-lines.ts";
import { Part } from "./Part.tsx";

export function Description(props: { text: string; save(text: string): Promise<boolean> }) {
  const draft = createDraft(
    () => props.text,
    (typed) => props.save(typed),
  );
  return (
    <Part
      title="Description"
      tools={
        <Show when={draft.text() === null}>
          <IconButton label="Edit the description" icon={Pencil} small onClick={draft.open} />
        </Show>
      }
    >
      <Show
        when={draft.text() !== null}
        fallback={
          <Show
            when={props.text}
            fallback={
              <button type="button" class="link dim" onClick={draft.open}>
                Add a description
              </button>
            }
          >
            <Markdown text={props.text} />
          </Show>
        }
      >
        <Editor save={() => draft.save(draft.text() ?? "")} cancel={draft.close}>
          <TextArea
            label="Description, in Markdown"
            rows={8}
            autofocus
            value={draft.text() ?? ""}
            onInput={draft.type}
          />
          <Show when={draft.asks()}>
            <Meanwhile
              what="The description"
              theirs={props.text}
              take={draft.close}
              keep={() => void draft.keep(draft.text() ?? "")}
            />
          </Show>
        </Editor>
      </Show>
    </Part>
  );
}

export function Lines(props: {
  title: string;
  none: string;
  lines: readonly string[];
  save(lines: string[]): Promise<boolean>;
}) {
  const [draft, setDraft] = createSignal<string[] | null>(null);
  let opened: readonly string[] = [];
  const open = () => {
    opened = [...props.lines];
    setDraft(opened.length > 0 ? [...opened] : [""]);
  };
  const save = async (typed: readonly string[]) => {
    const lines = mergeLines(opened, linesOf(typed), props.lines);
    if (isSame(lines, props.lines) || (await props.save(lines))) setDraft(null);
  };
  return (
    <Part
      title={props.title}
      count={props.lines.length}
      tools={
        <Show when={draft() === null}>
          <IconButton label={`Edit ${props.title}`} icon={Pencil} small onClick={open} />
        </Show>
      }
    >
      <Show
        when={draft()}
        fallback={
          <ul class="lines">
            <For each={props.lines} fallback={<li class="none">{props.none}</li>}>
              {(line) => (
                <li>
                  <Line text={line} />
                </li>
              )}
            </For>
          </ul>
        }
      >
        {(lines) => (
          <Editor save={() => save(lines())} cancel={() => setDraft(null)}>
            <ListField autofocus label={props.title} value={lines()} onInput={setDraft} />
          </Editor>
        )}
      </Show>
    </Part>
  );
}

function Editor(props: { save(): Promise<void>; cancel(): void; children: JSX.Element }) {
  const [busy, setBusy] = createSignal(false);
  const save = async () => {
    setBusy(true);
    await props.save();
    setBusy(false);
  };
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          event.stopPropagation();
          props.cancel();
        } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
          event.preventDefault();
          void save();
        }
      }}
    >
      {props.children}
      <div class="foot">
        <Button small kind="quiet" onClick={() => props.cancel()}>
          Cancel
        </Button>
        <Button small kind="main" type="submit" busy={busy()}>
          Save
        </Button>
      </div>
    </form>
  );
}
