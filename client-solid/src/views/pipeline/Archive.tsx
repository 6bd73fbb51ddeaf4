/**
 * What was done long ago: found by words, brought back by one press. Neighbours: tasks/archive reads,
 * tasks/reopen brings back. Invariant: pages follow a cursor, so that nothing is shown twice.
 */

import { useNavigate } from "@solidjs/router";
import ArchiveIcon from "lucide-solid/icons/archive";
import { createEffect, createSignal, For, on, onCleanup, Show } from "solid-js";
import type { ArchivedTask } from "../../../../core/state/archive/views.ts";
import { usePage } from "../../page.ts";
import { useAct } from "../../parts/act.ts";
import { Button } from "../../parts/Button.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { SelectField, TextField } from "../../parts/Field.tsx";
import { useTaskHref } from "../../parts/links.tsx";
import { useQuery } from "../../parts/query.ts";
import { useRead } from "../../parts/read.ts";
import { Skeleton } from "../../parts/Skeleton.tsx";
import { Ago, PriorityChip } from "../../parts/signs.tsx";
import { plural } from "../../parts/words.ts";
import { useChoices } from "../../task/choices.ts";

/** So that each letter is no question of its own. */
const CALM_MS = 200;

export default function Archive() {
  const { toasts } = usePage();
  const query = useQuery();
  const read = useRead();
  const choices = useChoices();
  const navigate = useNavigate();
  const hrefOf = useTaskHref();
  const { act } = useAct();
  const [rows, setRows] = createSignal<readonly ArchivedTask[] | null>(null);
  const [next, setNext] = createSignal<string | null>(null);
  const [total, setTotal] = createSignal(0);
  const [problem, setProblem] = createSignal("");
  let asked = 0;

  async function load(cursor: string | null): Promise<void> {
    const mine = ++asked;
    try {
      const answer = await read("tasks/archive", {
        query: query.get("q"),
        project: query.get("project"),
        owner: query.get("owner"),
        ...(cursor && { cursor }),
      });
      // Something else was asked for meanwhile.
      if (mine !== asked) return;
      setRows((before) => (cursor ? [...(before ?? []), ...answer.tasks] : answer.tasks));
      setNext(answer.next);
      setTotal(answer.total);
      setProblem("");
    } catch (error) {
      if (mine === asked) setProblem((error as Error).message);
    }
  }
  createEffect(
    on([() => query.get("q"), () => query.get("project"), () => query.get("owner")], () => {
      const timer = setTimeout(() => void load(null), rows() === null ? 0 : CALM_MS);
      onCleanup(() => clearTimeout(timer));
    }),
  );

  async function reopen(task: ArchivedTask): Promise<void> {
    const reply = await act("tasks/reopen", { task_id: task.id });
    if (!reply) return;
    setRows((before) => (before ?? []).filter(({ id }) => id !== task.id));
    setTotal((before) => before - 1);
    toasts.show("done", `${task.id} is back, in validation.`, {
      label: "Open",
      run: () => navigate(hrefOf(task.id), { scroll: false }),
    });
    document.getElementById("main")?.focus();
  }

  return (
    <div class="view-body archive">
      <div class="form">
        <div class="columns">
          <TextField
            label="Find in the archive"
            type="search"
            value={query.get("q")}
            placeholder="Words of the id, title, labels or description"
            onInput={(q) => query.set({ q })}
          />
          <SelectField
            label="Project"
            value={query.get("project")}
            none="All projects"
            choices={choices.projects()}
            onInput={(project) => query.set({ project })}
          />
          <SelectField
            label="Owner"
            value={query.get("owner")}
            none="Everybody"
            choices={choices.agents()}
            onInput={(owner) => query.set({ owner })}
          />
        </div>
      </div>
      <Show when={problem()}>
        <p class="alert" role="alert">
          {problem()}
        </p>
      </Show>
      <Show when={rows()} fallback={<Skeleton />}>
        {(list) => (
          <Show
            when={list().length > 0}
            fallback={
              <Empty
                title={total() === 0 ? "The archive is empty" : "Nothing matches"}
                icon={ArchiveIcon}
                text={
                  total() === 0
                    ? "A task that has been done for long comes here by itself, so that years of work do not slow the present down."
                    : `None of ${plural(total(), "archived task")} has all these words.`
                }
              />
            }
          >
            <p class="dim small" aria-live="polite">
              {plural(total(), "archived task")}
            </p>
            <ul class="archive-rows" data-testid="archive">
              <For each={list()}>
                {(task) => (
                  <li class="row wrap" data-archived={task.id}>
                    <span class="task-id">{task.id}</span>
                    <PriorityChip priority={task.priority} />
                    <span class="grow">
                      <strong>{task.title}</strong>
                      <span class="dim small">
                        {" "}
                        {task.project_name ?? task.project_id} · {task.owner_name ?? "nobody"} ·
                        done <Ago time={task.done_at} />
                      </span>
                    </span>
                    <Button
                      small
                      aria-label={`Reopen ${task.id}`}
                      onClick={() => void reopen(task)}
                    >
                      Reopen
                    </Button>
                  </li>
                )}
              </For>
            </ul>
            <Show when={next()}>
              {(cursor) => <Button onClick={() => void load(cursor())}>Show more</Button>}
            </Show>
          </Show>
        )}
      </Show>
    </div>
  );
}
