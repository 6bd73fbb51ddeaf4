/**
 * The run log: what agents published of their work, the latest first, with outcome and artifacts.
 * Neighbours: openclaw/publish writes it; the state keeps 500. Invariant: filter and open run
 * are in the address.
 */
import "../events/events.css";
import { A } from "@solidjs/router";
import ChevronRight from "lucide-solid/icons/chevron-right";
import ScrollText from "lucide-solid/icons/scroll-text";
import { createMemo, For, Show } from "solid-js";
import { nameOf } from "../../../../core/state/lookup.ts";
import { OUTCOMES, type Outcome, type Run } from "../../../../core/state/runs/run.ts";
import { compareIds } from "../../../../core/table.ts";
import { usePage } from "../../page.ts";
import { Empty } from "../../parts/Empty.tsx";
import { MAX_IN_LIST, More, useAround } from "../../parts/First.tsx";
import { Line } from "../../parts/Line.tsx";
import { LogFilter } from "../../parts/LogFilter.tsx";
import { AgentLink, TaskLink } from "../../parts/links.tsx";
import { Markdown } from "../../parts/Markdown.tsx";
import { inPieces } from "../../parts/pieces.ts";
import { useQuery } from "../../parts/query.ts";
import { Ago } from "../../parts/signs.tsx";
import { ViewHead } from "../../parts/ViewHead.tsx";
import { plural } from "../../parts/words.ts";

const OUTCOME: Record<Outcome, { name: string; tone: string | undefined }> = {
  working: { name: "Working", tone: "good" },
  needs_attention: { name: "Needs attention", tone: "warn" },
  blocked: { name: "Blocked", tone: "bad" },
  validation: { name: "For validation", tone: "info" },
};

export default function Runs() {
  const { wire } = usePage().mirror;
  const query = useQuery();
  const ids = createMemo(() => {
    const [agent, task, outcome, text] = ["agent", "about", "outcome", "text"].map((name) =>
      query.get(name).toLowerCase(),
    );
    return Object.values(wire.runs)
      .filter(
        (run) =>
          (!agent || run.agent_id === agent) &&
          (!task || run.task_id?.toLowerCase() === task) &&
          (!outcome || run.outcome === outcome) &&
          (!text || `${run.title} ${run.summary}`.toLowerCase().includes(text)),
      )
      .map(({ id }) => id)
      .sort((a, b) => compareIds(b, a));
  });
  /** The open one is in the address, and may be further down than the list begins with. */
  const around = useAround(ids, () => ids().indexOf(query.get("run")), MAX_IN_LIST);
  const isEmpty = createMemo(() => Object.keys(wire.runs).length === 0);
  return (
    <>
      <ViewHead title="Runs" />
      <div class="view-body">
        <Show
          when={!isEmpty()}
          fallback={
            <Empty
              icon={ScrollText}
              title="No runs yet"
              text="When an agent publishes what a run of its work came to, by openclaw/publish, it stands here."
            >
              <A class="button" href="/settings/api?action=openclaw%2Fpublish">
                Publish one by hand
              </A>
            </Empty>
          }
        >
          <LogFilter
            label="Filter the runs"
            by={{
              name: "outcome",
              label: "Outcome",
              none: "All outcomes",
              choices: OUTCOMES.map((value) => ({ value, name: OUTCOME[value].name })),
            }}
          />
          <div class="card">
            <ol class="runs" data-testid="runs">
              <More
                left={around.earlier()}
                word="later ones"
                within="li"
                onMore={around.showEarlier}
              />
              <For each={around.shown()} fallback={<li class="dim">No run matches.</li>}>
                {(id) => (
                  <Show when={wire.runs[id]}>
                    {(run) => (
                      <RunRow
                        run={run()}
                        open={query.get("run") === id}
                        onOpen={() => query.set({ run: query.get("run") === id ? "" : id })}
                      />
                    )}
                  </Show>
                )}
              </For>
              <More
                left={around.later()}
                word="earlier ones"
                within="li"
                onMore={around.showLater}
              />
            </ol>
          </div>
          <p class="dim small">
            The state keeps 500 runs, the latest of each agent; the journal keeps them all.
          </p>
        </Show>
      </div>
    </>
  );
}

function RunRow(props: { run: Run; open: boolean; onOpen(): void }) {
  const outcome = () => OUTCOME[props.run.outcome];
  return (
    <li data-run={props.run.id}>
      <div class="run-head">
        <span class="task-id">{props.run.id}</span>
        <span class="chip" data-tone={outcome().tone}>
          {outcome().name}
        </span>
        <button
          type="button"
          class="run-title"
          aria-expanded={props.open}
          onClick={() => props.onOpen()}
        >
          <ChevronRight size={14} class="turn" aria-hidden="true" />
          <span class="cut">{props.run.title || "Without a title"}</span>
        </button>
        <Show when={props.run.artifacts.length}>
          {(count) => <span class="dim small">{plural(count(), "artifact")}</span>}
        </Show>
        <Show when={props.run.task_id}>{(id) => <TaskLink id={id()} />}</Show>
        <AgentLink id={props.run.agent_id} />
        <Ago time={props.run.timestamp} class="dim small" />
      </div>
      <Show when={props.open}>
        <RunDetails run={props.run} />
      </Show>
    </li>
  );
}

function RunDetails(props: { run: Run }) {
  const { wire } = usePage().mirror;
  const facts = () =>
    [
      ["Project", wire.projects[props.run.project_id ?? ""]?.name ?? props.run.project_id],
      ["Worked with", props.run.collaborating_with.map((id) => nameOf(wire, id)).join(", ")],
      ["Done", props.run.done_summary],
      ["Doing", props.run.doing_summary],
      ["Next", props.run.next_summary],
      ["Note", props.run.note],
      ["Pull request", props.run.pr_status],
      ["Issue", props.run.issue_ref],
      ["Session", props.run.session_key],
      ["Its own id", props.run.run_id],
    ].filter(([, value]) => value);
  return (
    <div class="run-more">
      <Show when={props.run.summary} fallback={<p class="dim">Nothing was said of it.</p>}>
        <Markdown text={props.run.summary} />
      </Show>
      <Show when={props.run.artifacts.length > 0}>
        <ul aria-label="Artifacts">
          <For each={props.run.artifacts}>
            {(artifact) => (
              <li>
                <Line text={artifact} class="link" plain={(text) => <code>{text}</code>} />
              </li>
            )}
          </For>
        </ul>
      </Show>
      <Show when={facts().length > 0}>
        <dl class="facts small">
          <For each={facts()}>
            {([name, value]) => (
              <>
                <dt>{name}</dt>
                <dd>{inPieces(value ?? "")}</dd>
              </>
            )}
          </For>
        </dl>
      </Show>
    </div>
  );
}
