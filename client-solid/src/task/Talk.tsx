/**
 * What was said and done about a task: comments with a place to write, the activity, the runs.
 * Invariant: a comment that is being written outlives the panel, until it was sent.
 */
import { createMemo, createSignal, For, Show, untrack } from "solid-js";
import { nameOf } from "../../../core/state/lookup.ts";
import type { Activity, Task } from "../../../core/state/tasks/task.ts";
import { usePage } from "../page.ts";
import { Avatar } from "../parts/Avatar.tsx";
import { useAct } from "../parts/act.ts";
import { Button } from "../parts/Button.tsx";
import { TextArea } from "../parts/Field.tsx";
import { MAX_IN_LIST, MORE, More } from "../parts/First.tsx";
import { Line } from "../parts/Line.tsx";
import { Markdown } from "../parts/Markdown.tsx";
import { inPieces } from "../parts/pieces.ts";
import { Refusal } from "../parts/Refusal.tsx";
import { Ago } from "../parts/signs.tsx";
import { Part } from "./Part.tsx";

/** By task: what was typed and not sent yet. */
const drafts = new Map<string, string>();

export function Comments(props: { task: Task }) {
  const { wire } = usePage().mirror;
  const { submit, busy, refusal } = useAct();
  const { id } = props.task;
  const comments = () => props.task.comments;
  /** The first that is drawn: what is read must not go away when another comes. */
  const [first, setFirst] = createSignal(
    untrack(() => Math.max(0, comments().length - MAX_IN_LIST)),
  );
  const [text, setText] = createSignal(drafts.get(id) ?? "");
  const type = (typed: string) => {
    setText(typed);
    if (typed) drafts.set(id, typed);
    else drafts.delete(id);
  };
  async function send(): Promise<void> {
    if (!text().trim() || busy()) return;
    const sent = text();
    if (await submit("tasks/comment", { task_id: id, text: sent.trim() })) {
      if (text() === sent) type("");
    }
  }
  return (
    <Part title="Comments" count={props.task.comments.length} testid="comments">
      <ol class="talk">
        <More
          left={first()}
          word="earlier"
          within="li"
          onMore={() => setFirst((at) => Math.max(0, at - MORE))}
        />
        <For each={comments().slice(first())}>
          {(comment) => (
            <li data-comment-id={comment.id}>
              <Avatar id={comment.author} size={22} />
              <div class="grow stack">
                <p class="row small">
                  <strong>{nameOf(wire, comment.author)}</strong>
                  <Ago time={comment.timestamp} class="dim" />
                </p>
                <Markdown text={comment.text} />
              </div>
            </li>
          )}
        </For>
      </ol>
      <form
        class="form comment-form"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          void send();
        }}
      >
        <Refusal of={refusal()} />
        <TextArea
          label="Write a comment"
          rows={2}
          value={text()}
          invalid={refusal() !== null}
          placeholder="Markdown; the agents on it read it"
          onInput={type}
        />
        <div class="foot">
          <Button
            small
            type="submit"
            busy={busy()}
            off={!text().trim()}
            title={text().trim() ? "Ctrl Enter" : "Write something first"}
          >
            Comment
          </Button>
        </div>
      </form>
    </Part>
  );
}

export function ActivityList(props: { task: Task }) {
  const { wire } = usePage().mirror;
  const newest = createMemo(() => [...props.task.activity].reverse());
  return (
    <details class="task-part">
      <summary>
        Activity <span class="count">{props.task.activity.length}</span>
      </summary>
      <ol class="activity">
        <For each={newest()} fallback={<li class="none">Nothing since it was created.</li>}>
          {(entry) => (
            <li>
              <strong>{nameOf(wire, entry.author)}</strong> {inPieces(toWords(entry))}{" "}
              <Ago time={entry.timestamp} class="dim" />
            </li>
          )}
        </For>
      </ol>
    </details>
  );
}

function toWords({ action, field, from, to }: Activity): string {
  const said = (value: Activity["from"]) => (value === null ? "nothing" : String(value));
  if (action === "note") return `noted: ${said(to)}`;
  if (action === "linked") return `linked it: ${field?.replaceAll("-", " ")} ${said(to)}`;
  if (action === "created") return "created it";
  if (action === "event" && field === "lease")
    return `took it back from ${said(from)}: ${said(to)}`;
  if (action === "event") return `reported ${said(to)}`;
  return `changed ${field?.replaceAll("_", " ")} from ${said(from)} to ${said(to)}`;
}

export function Runs(props: { task: Task; open?: boolean }) {
  const { wire } = usePage().mirror;
  const runs = createMemo(() =>
    Object.values(wire.runs)
      .filter(({ task_id }) => task_id === props.task.id)
      .reverse()
      .slice(0, 10),
  );
  return (
    <Show when={runs().length > 0}>
      <details class="task-part" open={props.open}>
        <summary>
          Runs <span class="count">{runs().length}</span>
        </summary>
        <ol class="activity">
          <For each={runs()}>
            {(run) => (
              <li>
                <strong>{nameOf(wire, run.agent_id)}</strong> {run.title}:{" "}
                {run.outcome.replaceAll("_", " ")} <Ago time={run.timestamp} class="dim" />
                <Show when={run.summary}>
                  <Markdown text={run.summary} />
                </Show>
                <For each={run.artifacts}>
                  {(artifact) => (
                    <p class="small">
                      <Line text={artifact} />
                    </p>
                  )}
                </For>
              </li>
            )}
          </For>
        </ol>
      </details>
    </Show>
  );
}
