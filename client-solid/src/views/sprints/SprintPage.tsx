/** One sprint: its life (start, complete, change, delete), its burndown and what it holds. */
import { A, useNavigate, useSearchParams } from "@solidjs/router";
import CircleCheck from "lucide-solid/icons/circle-check";
import Pencil from "lucide-solid/icons/pencil";
import Play from "lucide-solid/icons/play";
import RotateCcw from "lucide-solid/icons/rotate-ccw";
import Trash from "lucide-solid/icons/trash";
import { createMemo, Match, Show, Switch } from "solid-js";
import { SPRINT_STATUSES, type SprintStatus } from "../../../../core/state/sprints/sprint.ts";
import { burndown } from "../../../../core/state/sprints/views.ts";
import { isOpen } from "../../../../core/state/tasks/task.ts";
import { usePage } from "../../page.ts";
import { useAct } from "../../parts/act.ts";
import { Burndown } from "../../parts/Burndown.tsx";
import { Button } from "../../parts/Button.tsx";
import { inPieces } from "../../parts/pieces.ts";
import { useSettled } from "../../parts/settled.ts";
import { plural, toDay } from "../../parts/words.ts";
import { Planning } from "./Planning.tsx";
import { Velocity } from "./Velocity.tsx";
import { sumOf, velocity } from "./velocity.ts";

const SPRINT_WORDS: Record<SprintStatus, string> = {
  planned: "Planned",
  active: "Active",
  completed: "Completed",
};
const TONES: Record<SprintStatus, string | undefined> = {
  planned: undefined,
  active: "info",
  completed: "good",
};
/** Sprints in the chart of velocity. */
const MAX_SPRINTS = 8;

export function SprintPage(props: { id: string }) {
  const { mirror, read, confirm } = usePage();
  const { wire } = mirror;
  const { act, busy } = useAct();
  const navigate = useNavigate();
  const [, setSearch] = useSearchParams<{ edit?: string }>();
  const sprint = () => wire.sprints[props.id];
  const tasks = createMemo(() =>
    mirror.tasks.ids("sprint", props.id).flatMap((id) => wire.tasks[id] ?? []),
  );
  const sum = createMemo(() => sumOf(tasks()));
  const open = () => tasks().filter(isOpen);
  const chart = useSettled((state, now) => {
    const one = state.sprints[props.id];
    return one ? burndown(state, one, now, read.tasksBy("sprint", one.id)) : null;
  });
  const sums = useSettled(({ sprints }) =>
    velocity(Object.values(sprints), (id) => read.tasksBy("sprint", id), MAX_SPRINTS),
  );
  const completed = () => sums().filter(({ id }) => wire.sprints[id]?.status === "completed");
  const name = () => sprint()?.name ?? props.id;

  function setStatus(status: SprintStatus, done: string): void {
    const before = sprint()?.status ?? "planned";
    void act(
      "sprints/update",
      { sprint_id: props.id, status },
      {
        done,
        undo: { name: "sprints/update", payload: { sprint_id: props.id, status: before } },
      },
    );
  }

  async function complete(): Promise<void> {
    const left = open().length;
    const yes =
      left === 0 ||
      (await confirm.ask({
        title: `Complete ${name()}?`,
        text: `${plural(left, "task is", "tasks are")} not done and stay in it; move them first, or later.`,
        yes: "Complete the sprint",
      }));
    if (yes) setStatus("completed", `${name()} is complete.`);
  }

  async function remove(): Promise<void> {
    const held = tasks().length;
    const said = name();
    const yes = await confirm.ask({
      title: `Delete ${said}?`,
      text:
        held === 0
          ? "It holds no tasks."
          : `Its ${plural(held, "task stays", "tasks stay")}, without a sprint; its burndown is gone.`,
      yes: "Delete the sprint",
      danger: true,
    });
    if (!yes) return;
    const gone = await act(
      "sprints/delete",
      { sprint_id: props.id },
      { done: `${said} is deleted.` },
    );
    if (gone) navigate("/sprints");
  }

  return (
    <div class="view-body">
      <Show when={sprint()}>
        {(one) => (
          <>
            <header class="sprint-head">
              <div class="stack grow">
                <p class="row wrap">
                  <span class="task-id">{props.id}</span>
                  <span class="chip" data-tone={TONES[one().status]}>
                    {SPRINT_WORDS[one().status]}
                  </span>
                  <Show when={one().start_date && one().end_date}>
                    <span class="dim">
                      {toDay(one().start_date ?? "")} to {toDay(one().end_date ?? "")}
                    </span>
                  </Show>
                  <Show when={one().project_id}>
                    {(project) => (
                      <A href={`/projects/${project()}`} class="link dim">
                        {wire.projects[project()]?.name ?? project()}
                      </A>
                    )}
                  </Show>
                </p>
                <p>{inPieces(one().goal) || <span class="dim">No goal is set.</span>}</p>
              </div>
              <div class="row wrap">
                <Switch>
                  <Match when={one().status === SPRINT_STATUSES[0]}>
                    <Button
                      small
                      kind="main"
                      icon={Play}
                      busy={busy()}
                      onClick={() => setStatus("active", `${name()} has begun.`)}
                    >
                      Start
                    </Button>
                  </Match>
                  <Match when={one().status === "active"}>
                    <Button
                      small
                      kind="main"
                      icon={CircleCheck}
                      busy={busy()}
                      onClick={() => void complete()}
                    >
                      Complete
                    </Button>
                  </Match>
                  <Match when={one().status === "completed"}>
                    <Button
                      small
                      icon={RotateCcw}
                      busy={busy()}
                      onClick={() => setStatus("active", `${name()} goes on.`)}
                    >
                      Reopen
                    </Button>
                  </Match>
                </Switch>
                <Button small icon={Pencil} onClick={() => setSearch({ edit: "1" })}>
                  Edit
                </Button>
                <Button
                  small
                  kind="danger"
                  icon={Trash}
                  busy={busy()}
                  onClick={() => void remove()}
                >
                  Delete
                </Button>
              </div>
            </header>
            <div class="sprint-charts">
              <section class="card" aria-labelledby="burndown-title">
                <h2 id="burndown-title">
                  Burndown{" "}
                  <span class="count">
                    {sum().done} of {sum().planned} done
                  </span>
                </h2>
                <Show
                  when={chart()}
                  fallback={<p class="dim">Give the sprint its first and last day.</p>}
                >
                  {(data) => <Burndown data={data()} name={one().name} />}
                </Show>
              </section>
              <Velocity sums={sums()} completed={completed()} />
            </div>
            <Planning id={props.id} project={one().project_id} />
          </>
        )}
      </Show>
    </div>
  );
}
