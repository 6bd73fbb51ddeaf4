/**
 * Projects: `/projects` as cards, `?tab=access` as the matrix of who works where, `/projects/<id>` one.
 * `?new` and `?edit` open the form over them.
 */
import { useNavigate, useParams, useSearchParams } from "@solidjs/router";
import FolderKanban from "lucide-solid/icons/folder-kanban";
import Plus from "lucide-solid/icons/plus";
import { createMemo, Match, Show, Switch } from "solid-js";
import { useCommands } from "../../commands.ts";
import { usePage } from "../../page.ts";
import { Button } from "../../parts/Button.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { First } from "../../parts/First.tsx";
import { ViewHead } from "../../parts/ViewHead.tsx";
import { AccessMatrix } from "./AccessMatrix.tsx";
import { ProjectCard } from "./ProjectCard.tsx";
import { ProjectForm } from "./ProjectForm.tsx";
import { ProjectPage } from "./ProjectPage.tsx";
import { ProjectTabs } from "./ProjectTabs.tsx";
import "./projects.css";

type Search = { tab?: string; new?: string; edit?: string };

export default function Projects() {
  const params = useParams<{ id?: string }>();
  const [search, setSearch] = useSearchParams<Search>();
  const navigate = useNavigate();
  const create = () => setSearch({ new: "1" });
  useCommands(() => [
    {
      id: "project-new",
      name: "Create a project",
      group: "Projects",
      keys: "n",
      icon: Plus,
      run: create,
    },
  ]);
  return (
    <>
      <Switch fallback={<ProjectList onCreate={create} />}>
        <Match when={params.id} keyed>
          {(id) => <ProjectPage id={id} />}
        </Match>
        <Match when={search.tab === "access"}>
          <AccessMatrix />
        </Match>
      </Switch>
      <ProjectForm
        id={params.id !== undefined && search.edit !== undefined ? params.id : null}
        open={search.new !== undefined || (params.id !== undefined && search.edit !== undefined)}
        onClose={() => setSearch({ new: undefined, edit: undefined })}
        onCreated={(id) => navigate(`/projects/${id}`)}
      />
    </>
  );
}

function ProjectList(props: { onCreate(): void }) {
  const { wire } = usePage().mirror;
  const ids = createMemo(() =>
    Object.values(wire.projects)
      .sort((a, b) => a.name.localeCompare(b.name))
      .map(({ id }) => id),
  );
  return (
    <>
      <ViewHead title="Projects">
        <ProjectTabs />
        <Button kind="main" small icon={Plus} onClick={() => props.onCreate()}>
          Create a project
        </Button>
      </ViewHead>
      <div class="view-body">
        <Show
          when={ids().length > 0}
          fallback={
            <Empty
              icon={FolderKanban}
              title="No projects yet"
              text="Tasks, missions and agents belong to a project."
            >
              <Button kind="main" icon={Plus} onClick={() => props.onCreate()}>
                Create a project
              </Button>
            </Empty>
          }
        >
          <ul class="project-cards">
            <First each={ids()} within="li">
              {(id) => (
                <li>
                  <ProjectCard id={id} />
                </li>
              )}
            </First>
          </ul>
        </Show>
      </div>
    </>
  );
}
