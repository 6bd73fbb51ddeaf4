/** One project at a glance. */
import { A } from "@solidjs/router";
import { createMemo, For, Show } from "solid-js";
import { usePage } from "../../page.ts";
import { Avatar } from "../../parts/Avatar.tsx";
import { inPieces } from "../../parts/pieces.ts";
import { plural } from "../../parts/words.ts";
import { PROJECT_TONES, PROJECT_WORDS, useAgentsOf, useProjectCounts } from "./project-view.ts";
import { StatusBar } from "./StatusBar.tsx";

const MAX_FACES = 6;

export function ProjectCard(props: { id: string }) {
  const { wire } = usePage().mirror;
  const counts = useProjectCounts(() => props.id);
  const agents = useAgentsOf(() => props.id);
  const missions = createMemo(
    () => Object.values(wire.missions).filter(({ project_id }) => project_id === props.id).length,
  );
  return (
    <Show when={wire.projects[props.id]}>
      {(project) => (
        <article class="card project-card" data-project-id={props.id}>
          <header class="row">
            <h2 class="grow">
              <A href={`/projects/${props.id}`} class="link">
                {project().name}
              </A>
            </h2>
            <span class="chip" data-tone={PROJECT_TONES[project().status]}>
              {PROJECT_WORDS[project().status]}
            </span>
          </header>
          <p class="dim">{inPieces(project().description || "No description yet.")}</p>
          <StatusBar counts={counts()} />
          <p class="row wrap small dim">
            <span>
              {counts().by.done} of {plural(counts().total, "task")} done
            </span>
            <Show when={counts().blocked > 0}>
              <span class="chip bad">{counts().blocked} blocked</span>
            </Show>
            <Show when={counts().overdue > 0}>
              <span class="chip warn">{counts().overdue} overdue</span>
            </Show>
            <Show when={counts().by.validation > 0}>
              <span class="chip" data-tone="info">
                {counts().by.validation} to approve
              </span>
            </Show>
          </p>
          <footer class="row small">
            <span class="faces" role="img" aria-label={plural(agents().length, "agent")}>
              <For each={agents().slice(0, MAX_FACES)}>{(id) => <Avatar id={id} />}</For>
              <Show when={agents().length > MAX_FACES}>
                <span class="dim">+{agents().length - MAX_FACES}</span>
              </Show>
            </span>
            <span class="end dim">{plural(missions(), "mission")}</span>
          </footer>
        </article>
      )}
    </Show>
  );
}
