/** One mission at a glance: where it stands, who is missing, what may go wrong. Neighbour: `Staffing`. */
import { A } from "@solidjs/router";
import CircleAlert from "lucide-solid/icons/circle-alert";
import Flag from "lucide-solid/icons/flag";
import Link2 from "lucide-solid/icons/link-2";
import { Show } from "solid-js";
import { Avatar } from "../../parts/Avatar.tsx";
import { inPieces } from "../../parts/pieces.ts";
import { PriorityChip } from "../../parts/signs.tsx";
import { plural, toDay } from "../../parts/words.ts";
import { useMissionView } from "./mission-view.ts";
import { StaffingChips } from "./StaffingChips.tsx";
import { MISSION_TONES, MISSION_WORDS, SEVERITY_TONES, SEVERITY_WORDS } from "./words.ts";

export function MissionCard(props: { id: string }) {
  const view = useMissionView(() => props.id);
  return (
    <Show when={view()}>
      {(mission) => {
        const next = () => mission().milestones.find(({ done }) => !done);
        const reached = () => mission().milestones.filter(({ done }) => done).length;
        return (
          <article class="card mission-card" data-mission-id={props.id}>
            <header class="row wrap">
              <span class="task-id">{props.id}</span>
              <span class="chip" data-tone={MISSION_TONES[mission().status]}>
                {MISSION_WORDS[mission().status]}
              </span>
              <PriorityChip priority={mission().priority} />
              <span class="chip" data-tone={SEVERITY_TONES[mission().severity]}>
                {SEVERITY_WORDS[mission().severity]}
              </span>
              <span class="end dim small">{mission().horizon}</span>
            </header>
            <h2>
              <A href={`/missions/${props.id}`} class="link">
                {mission().title}
              </A>
            </h2>
            <p class="dim">{inPieces(mission().summary || mission().objective)}</p>
            <div class="row">
              <progress
                max="100"
                value={mission().progress}
                aria-label={`Progress of ${props.id}`}
              />
              <span class="number small">{mission().progress} %</span>
            </div>
            <p class="row wrap small dim">
              <span>
                {mission().counts.done} of {plural(mission().counts.total, "task")} done
              </span>
              <Show when={mission().counts.blocked > 0}>
                <span class="chip bad">{mission().counts.blocked} blocked</span>
              </Show>
              <Show when={mission().counts.overdue > 0}>
                <span class="chip warn">{mission().counts.overdue} overdue</span>
              </Show>
            </p>
            <StaffingChips staffing={mission().staffing} />
            <ul class="mission-signs small dim">
              <Show when={next()}>
                {(milestone) => (
                  <li>
                    <Flag size={14} aria-hidden="true" />
                    <span class="grow">
                      {milestone().title}
                      <Show when={milestone().due_date}>
                        {(due) => <span class="number"> · {toDay(due())}</span>}
                      </Show>
                    </span>
                    <span class="number">
                      {reached()}/{mission().milestones.length}
                      <span class="unseen"> milestones reached</span>
                    </span>
                  </li>
                )}
              </Show>
              <Show when={mission().risks[0]}>
                {(risk) => (
                  <li>
                    <CircleAlert size={14} aria-hidden="true" />
                    <span class="grow">
                      <span class="unseen">Risk: </span>
                      {risk()}
                    </span>
                    <Show when={mission().risks.length > 1}>
                      <span>+{mission().risks.length - 1}</span>
                    </Show>
                  </li>
                )}
              </Show>
              <Show when={mission().dependencies[0]}>
                {(dependency) => (
                  <li>
                    <Link2 size={14} aria-hidden="true" />
                    <span class="grow">
                      <span class="unseen">Depends on: </span>
                      {dependency()}
                    </span>
                    <Show when={mission().dependencies.length > 1}>
                      <span>+{mission().dependencies.length - 1}</span>
                    </Show>
                  </li>
                )}
              </Show>
            </ul>
            <footer class="row small">
              <Show when={mission().owner} fallback={<span class="dim">Nobody leads it yet</span>}>
                {(owner) => (
                  <>
                    <Avatar id={owner()} size={22} />
                    <span class="cut">{mission().owner_name}</span>
                  </>
                )}
              </Show>
              <span class="end dim cut">{mission().project_name}</span>
            </footer>
          </article>
        );
      }}
    </Show>
  );
}
