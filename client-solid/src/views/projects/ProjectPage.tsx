/** One project: its tasks by status, its missions, sprints and agents, and what can be done with it. */
import { A, useNavigate, useSearchParams } from "@solidjs/router";
import FolderKanban from "lucide-solid/icons/folder-kanban";
import Pencil from "lucide-solid/icons/pencil";
import SquareKanban from "lucide-solid/icons/square-kanban";
import Target from "lucide-solid/icons/target";
import Trash from "lucide-solid/icons/trash";
import { createMemo, For, Show } from "solid-js";
import { HOME_PROJECT } from "../../../../core/state/projects/project.ts";
import { isOpen, TASK_STATUSES } from "../../../../core/state/tasks/task.ts";
import { usePage } from "../../page.ts";
import { Avatar } from "../../parts/Avatar.tsx";
import { useAct } from "../../parts/act.ts";
import { Button } from "../../parts/Button.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { First } from "../../parts/First.tsx";
import { AgentLink, TaskLink } from "../../parts/links.tsx";
import { Markdown } from "../../parts/Markdown.tsx";
import { Presence, PriorityChip, StatusIcon } from "../../parts/signs.tsx";
import { ViewHead } from "../../parts/ViewHead.tsx";
import { plural, STATUS_WORDS } from "../../parts/words.ts";
import { MISSION_TONES, MISSION_WORDS } from "../missions/words.ts";
import { PROJECT_TONES, PROJECT_WORDS, useAgentsOf, useProjectCounts } from "./project-view.ts";
import { StatusBar } from "./StatusBar.tsx";

/** Open tasks that are listed here; the board has them all. */
const MAX_TASKS = 25;

export function ProjectPage(props: { id: string }) {
  const { wire } = usePage().mirror;
  return (
    <Show when={wire.projects[props.id] !== undefined} fallback={<NoProject id={props.id} />}>
      <Body id={props.id} />
    </Show>
  );
}

function NoProject(props: { id: string }) {
  return (
    <>
      <ViewHead title="Projects" />
      <div class="view-body">
        <Empty
          icon={FolderKanban}
          title={`There is no project ${props.id}`}
          text="It was deleted, or never was."
        >
          <A class="button" href="/projects">
            All projects
          </A>
        </Empty>
      </div>
    </>
  );
}

function Body(props: { id: string }) {
  const { mirror, confirm } = usePage();
  const { wire } = mirror;
  const { act, busy } = useAct();
  const navigate = useNavigate();
  const [, setSearch] = useSearchParams<{ edit?: string }>();
  const counts = useProjectCounts(() => props.id);
  const agents = useAgentsOf(() => props.id);
  const project = () => wire.projects[props.id];
  const open = createMemo(() =>
    mirror.tasks.ids("project", props.id).filter((id) => {
      const task = wire.tasks[id];
      return task !== undefined && isOpen(task);
    }),
  );
  const missions = createMemo(() =>
    Object.values(wire.missions).filter(({ project_id }) => project_id === props.id),
  );
  const sprints = createMemo(() =>
    Object.values(wire.sprints).filter(({ project_id }) => project_id === props.id),
  );

  async function remove(): Promise<void> {
    const name = project()?.name ?? props.id;
    const yes = await confirm.ask({
      title: `Delete ${name}?`,
      text: (
        <>
          <p>The project leaves the list. Nothing that belongs to it is deleted:</p>
          <ul class="bullets">
            <li>{plural(counts().total, "task")} keep its id, for history</li>
            <li>
              {plural(missions().length, "mission")} and {plural(sprints().length, "sprint")} too
            </li>
            <li>{plural(agents().length, "agent")} still name it as theirs, until changed</li>
          </ul>
        </>
      ),
      yes: "Delete the project",
      danger: true,
    });
    if (!yes) return;
    const gone = await act(
      "projects/delete",
      { project_id: props.id },
      { done: `${name} is deleted.` },
    );
    if (gone) navigate("/projects");
  }

  return (
    <>
      <ViewHead title={project()?.name ?? ""}>
        <A class="button" data-small="" href={`/board?project=${encodeURIComponent(props.id)}`}>
          <SquareKanban size={16} aria-hidden="true" />
          Board
        </A>
        <Button small icon={Pencil} onClick={() => setSearch({ edit: "1" })}>
          Edit
        </Button>
        <Button
          small
          kind="danger"
          icon={Trash}
          busy={busy()}
          off={props.id === HOME_PROJECT}
          title={props.id === HOME_PROJECT ? "The built-in project cannot be deleted" : undefined}
          onClick={() => void remove()}
        >
          Delete
        </Button>
      </ViewHead>
      <div class="view-body">
        <p class="row wrap">
          <A href="/projects" class="link dim">
            Projects
          </A>
          <span class="dim">/</span>
          <code>{props.id}</code>
          <Show when={project()}>
            {(one) => (
              <span class="chip" data-tone={PROJECT_TONES[one().status]}>
                {PROJECT_WORDS[one().status]}
              </span>
            )}
          </Show>
        </p>
        <div class="project-columns">
          <div class="stack">
            <section class="card stack">
              <Show when={project()?.description} fallback={<p class="dim">No description yet.</p>}>
                {(text) => <Markdown text={text()} />}
              </Show>
              <StatusBar counts={counts()} />
              <ul class="chips">
                <For each={TASK_STATUSES}>
                  {(status) => (
                    <li class="chip">
                      {STATUS_WORDS[status]} {counts().by[status]}
                    </li>
                  )}
                </For>
              </ul>
            </section>
            <section class="card" aria-labelledby="project-tasks">
              <h2 id="project-tasks">
                Open tasks <span class="count">{open().length}</span>
              </h2>
              <ul class="rows">
                <For
                  each={open().slice(0, MAX_TASKS)}
                  fallback={<li class="dim">Nothing is open here.</li>}
                >
                  {(id) => (
                    <Show when={wire.tasks[id]}>
                      {(task) => (
                        <li class="row">
                          <StatusIcon status={task().status} />
                          <TaskLink id={id} class="link row grow">
                            <span class="task-id">{id}</span>
                            <span class="cut">{task().title}</span>
                          </TaskLink>
                          <Show when={task().blocked}>
                            <span class="chip bad">blocked</span>
                          </Show>
                          <PriorityChip priority={task().priority} />
                        </li>
                      )}
                    </Show>
                  )}
                </For>
              </ul>
              <Show when={open().length > MAX_TASKS}>
                <A href={`/board?project=${encodeURIComponent(props.id)}`}>
                  and {open().length - MAX_TASKS} more on the board
                </A>
              </Show>
            </section>
          </div>
          <div class="stack">
            <section class="card stack">
              <h2>
                Missions <span class="count">{missions().length}</span>
              </h2>
              <First each={missions()} fallback={<p class="dim">None yet.</p>}>
                {(mission) => (
                  <p class="row">
                    <A href={`/missions/${mission.id}`} class="link grow">
                      {mission.title}
                    </A>
                    <span class="chip" data-tone={MISSION_TONES[mission.status]}>
                      {MISSION_WORDS[mission.status]}
                    </span>
                  </p>
                )}
              </First>
              <A
                class="button"
                data-small=""
                href={`/missions/new?project=${encodeURIComponent(props.id)}`}
              >
                <Target size={16} aria-hidden="true" />
                Plan a mission
              </A>
            </section>
            <section class="card stack">
              <h2>
                Agents <span class="count">{agents().length}</span>
              </h2>
              <First
                each={agents()}
                fallback={
                  <p class="dim">
                    Nobody works here. <A href="/projects?tab=access">Assign agents</A>
                  </p>
                }
              >
                {(id) => (
                  <p class="row">
                    <Avatar id={id} />
                    <span class="grow">
                      <AgentLink id={id} />
                    </span>
                    <Show when={wire.agents[id]}>{(agent) => <Presence agent={agent()} />}</Show>
                  </p>
                )}
              </First>
            </section>
            <Show when={sprints().length > 0}>
              <section class="card stack">
                <h2>
                  Sprints <span class="count">{sprints().length}</span>
                </h2>
                <First each={sprints()}>
                  {(sprint) => (
                    <A href={`/sprints/${sprint.id}`} class="link">
                      {sprint.name}
                    </A>
                  )}
                </First>
              </section>
            </Show>
          </div>
        </div>
      </div>
    </>
  );
}
