/** How each project stands, in a word and in numbers; those that need an eye first. */
import { A } from "@solidjs/router";
import { createMemo, For, Show } from "solid-js";
import type { ProjectHealth } from "../../../../core/state/projects/views.ts";
import { usePage } from "../../page.ts";
import { plural } from "../../parts/words.ts";

const MAX_SHOWN = 5;
const HEALTH = {
  off_track: { words: "Off track", tone: "bad" },
  at_risk: { words: "At risk", tone: "warn" },
  on_track: { words: "On track", tone: "good" },
  quiet: { words: "Quiet", tone: undefined },
} as const;
const ORDER = Object.keys(HEALTH);

export function ProjectsHealth() {
  const { mirror, read } = usePage();
  const projects = createMemo(() =>
    Object.keys(mirror.wire.projects)
      .flatMap((id) => read.projectHealth(id) ?? [])
      .filter(({ status }) => status === "active" || status === "paused")
      .sort(
        (a, b) => ORDER.indexOf(a.health) - ORDER.indexOf(b.health) || (a.name < b.name ? -1 : 1),
      ),
  );
  const byId = createMemo(() => new Map(projects().map((one) => [one.project_id, one])));
  const ids = createMemo(() => projects().map(({ project_id }) => project_id));
  const troubles = ({ blocked, overdue, stale }: ProjectHealth) =>
    [
      overdue && `${overdue} overdue`,
      blocked && `${blocked} blocked`,
      stale && `${stale} stale`,
    ].filter(Boolean);
  return (
    <section class="card" aria-labelledby="projects-title" data-testid="projects-health">
      <header class="row">
        <h2 id="projects-title">Projects</h2>
        <span class="grow" />
        <A href="/projects" class="link small dim">
          {ids().length > MAX_SHOWN ? `All ${ids().length}` : "All"}
        </A>
      </header>
      <ul class="lines roomy">
        <For
          each={ids().slice(0, MAX_SHOWN)}
          fallback={<li class="dim none">No project is active.</li>}
        >
          {(id) => (
            <Show when={byId().get(id)}>
              {(project) => (
                <li class="stack tight">
                  <span class="row">
                    <A href={`/projects/${id}`} class="link cut grow">
                      {project().name}
                    </A>
                    <span class="chip" data-tone={HEALTH[project().health].tone}>
                      {HEALTH[project().health].words}
                    </span>
                  </span>
                  <progress
                    max={Math.max(1, project().total)}
                    value={project().done}
                    aria-label={`Done in ${project().name}`}
                  />
                  <span class="small dim">
                    {project().done} of {plural(project().total, "task")} done
                    <Show when={troubles(project()).length > 0}>
                      {" "}
                      · {troubles(project()).join(" · ")}
                    </Show>
                  </span>
                </li>
              )}
            </Show>
          )}
        </For>
      </ul>
    </section>
  );
}
