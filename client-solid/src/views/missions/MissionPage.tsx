/**
 * One mission, whole: objective, tasks, staffing, milestones, risks, and what can be done with it.
 * Invariant: a milestone is ticked by what it says (`tick.ts`), not by its place.
 */
import { A, useNavigate } from "@solidjs/router";
import Pencil from "lucide-solid/icons/pencil";
import Trash from "lucide-solid/icons/trash";
import { For, type JSX, Show } from "solid-js";
import {
  MISSION_STATUSES,
  type Milestone,
  type MissionStatus,
} from "../../../../core/state/missions/mission.ts";
import type { MissionView } from "../../../../core/state/missions/views.ts";
import { useCommands } from "../../commands.ts";
import { usePage } from "../../page.ts";
import { Avatar } from "../../parts/Avatar.tsx";
import { useAct } from "../../parts/act.ts";
import { Button } from "../../parts/Button.tsx";
import { First } from "../../parts/First.tsx";
import { AgentLink, TaskLink } from "../../parts/links.tsx";
import { Markdown } from "../../parts/Markdown.tsx";
import { inPieces } from "../../parts/pieces.ts";
import { Ago, PriorityChip, StatusIcon } from "../../parts/signs.tsx";
import { ViewHead } from "../../parts/ViewHead.tsx";
import { plural, toDay } from "../../parts/words.ts";
import { useMissionView } from "./mission-view.ts";
import { StaffingChips } from "./StaffingChips.tsx";
import { useTick } from "./tick.ts";
import { MISSION_WORDS, SEVERITY_TONES, SEVERITY_WORDS } from "./words.ts";

export function MissionPage(props: { id: string }) {
  const view = useMissionView(() => props.id);
  return <Show when={view()}>{(mission) => <Body mission={mission()} />}</Show>;
}

function Body(props: { mission: MissionView }) {
  const { confirm } = usePage();
  const { act, busy } = useAct();
  const tick = useTick();
  const navigate = useNavigate();
  const edit = () => navigate(`/missions/${props.mission.id}?edit`);

  async function remove(): Promise<void> {
    const { id, title, counts } = props.mission;
    const yes = await confirm.ask({
      title: `Delete ${id}?`,
      text: (
        <>
          <p>“{title}” is deleted with its objective, milestones and risks.</p>
          <p>
            {counts.total === 0
              ? "It has no tasks."
              : `Its ${plural(counts.total, "task stays", "tasks stay")}, without a mission: ${props.mission.task_ids.slice(0, 12).join(", ")}${counts.total > 12 ? " …" : ""}`}
          </p>
        </>
      ),
      yes: "Delete the mission",
      danger: true,
    });
    if (!yes) return;
    const gone = await act("missions/delete", { mission_id: id }, { done: `${id} is deleted.` });
    if (gone) navigate("/missions");
  }

  const setStatus = (status: MissionStatus) =>
    void act(
      "missions/plan",
      { mission_id: props.mission.id, status },
      {
        done: `${props.mission.id} is ${MISSION_WORDS[status].toLowerCase()}.`,
        undo: {
          name: "missions/plan",
          payload: { mission_id: props.mission.id, status: props.mission.status },
        },
      },
    );

  async function tickOff(milestone: Milestone, box: HTMLInputElement): Promise<void> {
    if (!(await tick(props.mission.id, milestone, box.checked))) box.checked = milestone.done;
  }

  useCommands(() => [
    {
      id: "mission-edit",
      name: `Edit ${props.mission.id}`,
      group: "Missions",
      keys: "e",
      icon: Pencil,
      run: edit,
    },
  ]);

  return (
    <>
      <ViewHead title={props.mission.title}>
        <Button small icon={Pencil} onClick={edit}>
          Edit
        </Button>
        <Button small kind="danger" icon={Trash} busy={busy()} onClick={() => void remove()}>
          Delete
        </Button>
      </ViewHead>
      <div class="view-body mission-page">
        <p class="row wrap">
          <A href="/missions" class="link dim">
            Missions
          </A>
          <span class="dim">/</span>
          <span class="task-id">{props.mission.id}</span>
          <PriorityChip priority={props.mission.priority} />
          <span class="chip" data-tone={SEVERITY_TONES[props.mission.severity]}>
            {SEVERITY_WORDS[props.mission.severity]}
          </span>
          <span class="dim">{props.mission.horizon}</span>
          <A href={`/projects/${props.mission.project_id}`} class="link dim">
            {props.mission.project_name ?? props.mission.project_id}
          </A>
          <span class="end dim small">
            changed <Ago time={props.mission.updated_at} />
          </span>
        </p>
        <div class="mission-columns">
          <div class="stack wide">
            <section class="card stack">
              <h2>Objective</h2>
              <Markdown text={props.mission.objective} />
              <Show when={props.mission.summary}>
                <p class="dim">{inPieces(props.mission.summary)}</p>
              </Show>
              <div class="row">
                <progress
                  max="100"
                  value={props.mission.progress}
                  aria-label={`Progress of ${props.mission.id}`}
                />
                <span class="number">{props.mission.progress} %</span>
              </div>
            </section>
            <section class="card" aria-labelledby="mission-tasks">
              <h2 id="mission-tasks">
                Tasks <span class="count">{props.mission.counts.total}</span>
              </h2>
              <ul class="rows">
                <First
                  each={props.mission.task_ids}
                  within="li"
                  fallback={<li class="dim">No tasks yet; add some with Edit.</li>}
                >
                  {(id) => <TaskRow id={id} />}
                </First>
              </ul>
            </section>
            <Lines title="Next actions" lines={props.mission.next_actions} />
            <Lines title="Success criteria" lines={props.mission.success_criteria} />
          </div>
          <div class="stack">
            <section class="card stack">
              <h2>Status</h2>
              <select
                aria-label="Status of the mission"
                onInput={({ currentTarget }) => setStatus(currentTarget.value as MissionStatus)}
              >
                <For each={MISSION_STATUSES}>
                  {(status) => (
                    <option value={status} selected={props.mission.status === status}>
                      {MISSION_WORDS[status]}
                    </option>
                  )}
                </For>
              </select>
              <dl class="facts">
                <dt>Led by</dt>
                <dd>
                  <Show when={props.mission.owner} fallback="nobody yet">
                    {(owner) => <AgentLink id={owner()} />}
                  </Show>
                </dd>
                <dt>Open</dt>
                <dd>{plural(props.mission.counts.open, "task")}</dd>
                <dt>Blocked</dt>
                <dd>{plural(props.mission.counts.blocked, "task")}</dd>
                <dt>Overdue</dt>
                <dd>{plural(props.mission.counts.overdue, "task")}</dd>
              </dl>
            </section>
            <section class="card stack">
              <h2>Staffing</h2>
              <StaffingChips staffing={props.mission.staffing} />
              <ul class="stack">
                <For
                  each={props.mission.assigned_agents}
                  fallback={<li class="dim">Nobody is assigned.</li>}
                >
                  {(id) => (
                    <li class="row">
                      <Avatar id={id} size={22} />
                      <AgentLink id={id} />
                    </li>
                  )}
                </For>
              </ul>
            </section>
            <section class="card stack" aria-labelledby="mission-milestones">
              <h2 id="mission-milestones">Milestones</h2>
              <ul class="stack">
                <For each={props.mission.milestones} fallback={<li class="dim">None are set.</li>}>
                  {(milestone) => (
                    <li data-steady={milestone.title}>
                      <label class="row">
                        <input
                          type="checkbox"
                          checked={milestone.done}
                          onChange={({ currentTarget }) => void tickOff(milestone, currentTarget)}
                        />
                        <span class="grow">{milestone.title}</span>
                        <span class="number dim small">
                          {milestone.due_date && toDay(milestone.due_date)}
                        </span>
                      </label>
                    </li>
                  )}
                </For>
              </ul>
            </section>
            <Lines title="Risks" lines={props.mission.risks} />
            <Lines title="Depends on" lines={props.mission.dependencies} />
          </div>
        </div>
      </div>
    </>
  );
}

function TaskRow(props: { id: string }) {
  const { wire } = usePage().mirror;
  return (
    <Show when={wire.tasks[props.id]}>
      {(task) => (
        <li class="row">
          <StatusIcon status={task().status} />
          <TaskLink id={props.id} class="link row grow">
            <span class="task-id">{props.id}</span>
            <span class="cut">{task().title}</span>
          </TaskLink>
          <Show when={task().blocked}>
            <span class="chip bad">blocked</span>
          </Show>
          <PriorityChip priority={task().priority} />
          <Show when={task().owner} fallback={<span class="dim small">nobody</span>}>
            {(owner) => <Avatar id={owner()} size={22} />}
          </Show>
        </li>
      )}
    </Show>
  );
}

function Lines(props: { title: string; lines: readonly string[]; children?: JSX.Element }) {
  return (
    <Show when={props.lines.length > 0}>
      <section class="card stack">
        <h2>{props.title}</h2>
        <ul class="bullets">
          <For each={props.lines}>{(line) => <li>{line}</li>}</For>
        </ul>
      </section>
    </Show>
  );
}
