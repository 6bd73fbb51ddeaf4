/** The CEO's directives: the form with "make a task of it" (ceo/directive), and what was directed before. */
import { A } from "@solidjs/router";
import ArrowLeft from "lucide-solid/icons/arrow-left";
import Megaphone from "lucide-solid/icons/megaphone";
import { createMemo, createSignal, For, Show } from "solid-js";
import { unwrap } from "solid-js/store";
import type { Directive } from "../../../../core/state/directives/directive.ts";
import { PRIORITIES } from "../../../../core/state/tasks/task.ts";
import { compareIds } from "../../../../core/table.ts";
import { usePage } from "../../page.ts";
import { useAct } from "../../parts/act.ts";
import { Button } from "../../parts/Button.tsx";
import { CheckField, SelectField, TextArea, TextField } from "../../parts/Field.tsx";
import { AgentLink, TaskLink } from "../../parts/links.tsx";
import { Markdown } from "../../parts/Markdown.tsx";
import { useQuery } from "../../parts/query.ts";
import { isNamed, Refusal } from "../../parts/Refusal.tsx";
import { useRead } from "../../parts/read.ts";
import { Ago, StatusIcon } from "../../parts/signs.tsx";
import { PRIORITY_CHOICES, useChoices } from "../../task/choices.ts";
import { Earlier } from "./Earlier.tsx";
import { createOlder, joined } from "./older.ts";

const PAGE = 50;
/** So near to the end counts as being there, in pixels. */
const NEAR = 60;

export function Directives() {
  const { wire } = usePage().mirror;
  const [limit, setLimit] = createSignal(PAGE);
  const read = useRead();
  let history!: HTMLElement;
  const live = createMemo(() => Object.keys(wire.directives).sort(compareIds));
  const older = createOlder<Directive>({
    live,
    recordOf: (id) => unwrap(wire).directives[id],
    archived: () => wire.archive.directives ?? 0,
    async ask(cursor) {
      const { directives, next } = await read("directives/archive", cursor ? { cursor } : {});
      return { records: directives, next };
    },
  });
  const ids = createMemo(() => joined(older.ids(), live()).reverse());
  const hidden = () => Math.max(0, ids().length - limit());

  async function showEarlier(): Promise<void> {
    if (hidden() === 0) {
      if (older.left() === 0 || older.loading()) return;
      // What is read is shown below, and only then.
      setLimit(ids().length);
      await older.load();
      if (hidden() === 0) {
        setLimit(Math.max(PAGE, limit()));
        return;
      }
    }
    const focused = document.activeElement;
    setLimit(limit() + PAGE);
    // The button goes with the last of them.
    if (focused && !focused.isConnected) history.focus({ preventScroll: true });
  }
  const onScroll = (event: { currentTarget: HTMLElement }) => {
    const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
    const atEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    if (atEnd && !older.problem()) void showEarlier();
  };

  return (
    <>
      <header class="row thread-head">
        <A href="/conversations" class="button back" data-kind="quiet" aria-label="All threads">
          <ArrowLeft size={16} aria-hidden="true" />
        </A>
        <h2>Directives</h2>
        <span class="small dim">
          What you want done, in your words; an agent takes it from there.
        </span>
      </header>
      <div class="directives-body" onScroll={onScroll}>
        <DirectiveForm />
        <section aria-label="History" ref={history} tabindex="-1">
          <h3>History</h3>
          <ol class="directives" data-testid="directives">
            <For
              each={ids().slice(0, limit())}
              fallback={<li class="dim none">None yet. The first one you send stands here.</li>}
            >
              {(id) => (
                <Show when={wire.directives[id] ?? older.get(id)}>
                  {(directive) => (
                    <li class="stack tight" data-directive={id}>
                      <p class="row wrap small">
                        <span class="task-id">{id}</span>
                        <span>
                          to <AgentLink id={directive().target} />
                        </span>
                        <Show when={directive().project_id}>
                          {(project) => (
                            <A href={`/projects/${project()}`} class="link dim">
                              {wire.projects[project()]?.name ?? project()}
                            </A>
                          )}
                        </Show>
                        <Show when={directive().specialist}>
                          {(specialist) => <span class="chip">{specialist()}</span>}
                        </Show>
                        <Ago time={directive().timestamp} class="dim" />
                        <Show when={directive().task_id}>
                          {(taskId) => (
                            <span class="row">
                              <Show
                                when={wire.tasks[taskId()]}
                                fallback={<span class="dim">task gone</span>}
                              >
                                {(task) => <StatusIcon status={task().status} />}
                              </Show>
                              <TaskLink id={taskId()} />
                            </span>
                          )}
                        </Show>
                      </p>
                      <Markdown text={directive().text} />
                    </li>
                  )}
                </Show>
              )}
            </For>
          </ol>
          <Earlier
            hidden={hidden()}
            older={older}
            what="directives"
            onMore={() => void showEarlier()}
          />
        </section>
      </div>
    </>
  );
}

function DirectiveForm() {
  const { wire } = usePage().mirror;
  const { submit, busy, refusal } = useAct();
  const choices = useChoices();
  const query = useQuery();
  const [text, setText] = createSignal("");
  const [target, setTarget] = createSignal(query.get("to"));
  const [project, setProject] = createSignal("");
  const [makeTask, setMakeTask] = createSignal(true);
  const [specialist, setSpecialist] = createSignal("");
  const [priority, setPriority] = createSignal("P1");
  const chief = () => {
    const id = wire.company.chief_agent_id;
    return id ? `${wire.agents[id]?.name ?? id}, the chief` : undefined;
  };

  async function send(event: Event): Promise<void> {
    event.preventDefault();
    if (busy() || text().trim() === "") return;
    const chosen = PRIORITIES.find((one) => one === priority());
    const reply = await submit(
      "ceo/directive",
      {
        text: text().trim(),
        create_task: makeTask(),
        ...(target() && { target: target() }),
        ...(project() && { project_id: project() }),
        ...(makeTask() && specialist().trim() && { specialist: specialist().trim() }),
        ...(makeTask() && chosen && { priority: chosen }),
      },
      {
        done: ({ directive }) =>
          directive.task_id ? `Sent, and ${directive.task_id} made of it` : "The directive is sent",
      },
    );
    if (reply) setText("");
  }

  return (
    <form
      class="form card"
      data-testid="directive-form"
      onSubmit={send}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void send(event);
      }}
    >
      <TextArea
        label="Directive"
        rows={3}
        autofocus
        value={text()}
        onInput={setText}
        required
        placeholder="What do you want done?"
        invalid={isNamed(refusal(), "text")}
      />
      <div class="columns">
        <SelectField
          label="For"
          none={chief() ?? "Choose an agent"}
          value={target()}
          choices={choices.agents()}
          onInput={setTarget}
          required={chief() === undefined}
          invalid={isNamed(refusal(), "target")}
        />
        <SelectField
          label="Project"
          none="None"
          value={project()}
          choices={choices.projects()}
          onInput={setProject}
        />
      </div>
      <CheckField label="Make a task of it" value={makeTask()} onInput={setMakeTask} />
      <Show when={makeTask()}>
        <div class="columns">
          <TextField
            label="Specialist"
            value={specialist()}
            onInput={setSpecialist}
            list={choices.specialists()}
            placeholder="any"
          />
          <SelectField
            label="Priority"
            value={priority()}
            choices={PRIORITY_CHOICES}
            onInput={setPriority}
          />
        </div>
      </Show>
      <Refusal of={refusal()} />
      <div class="foot">
        <Button kind="main" type="submit" icon={Megaphone} busy={busy()} off={text().trim() === ""}>
          Send the directive
        </Button>
      </div>
    </form>
  );
}
