/**
 * A task beside the view one is in: `?task=T-203` opens it anywhere. Neighbours: `App.tsx` mounts it,
 * its parts stand in this folder. Invariant: the view stays as it was, and has the focus back when the
 * panel closes, at the task that was open.
 */
import "./task.css";
import { useLocation, useNavigate } from "@solidjs/router";
import ChevronDown from "lucide-solid/icons/chevron-down";
import ChevronUp from "lucide-solid/icons/chevron-up";
import Ellipsis from "lucide-solid/icons/ellipsis";
import X from "lucide-solid/icons/x";
import { createEffect, createMemo, createSignal, on, onCleanup, onMount, Show } from "solid-js";
import { TASK_STATUSES, type Task } from "../../../core/state/tasks/task.ts";
import { useCommands } from "../commands.ts";
import { usePage } from "../page.ts";
import { useAct } from "../parts/act.ts";
import { IconButton } from "../parts/Button.tsx";
import { Empty } from "../parts/Empty.tsx";
import { useTaskHref } from "../parts/links.tsx";
import { Menu, type MenuItem } from "../parts/Menu.tsx";
import { Refusal } from "../parts/Refusal.tsx";
import { Ago, StatusIcon } from "../parts/signs.tsx";
import { plural } from "../parts/words.ts";
import { Ask, type Asked } from "./Ask.tsx";
import { Changed } from "./Changed.tsx";
import { createChanges } from "./changes.ts";
import { createTaskEdit } from "./edit.ts";
import { Facts } from "./Facts.tsx";
import { Hold } from "./Hold.tsx";
import { TextInPlace } from "./InPlace.tsx";
import { taskOrder } from "./order.ts";
import { Relations } from "./Relations.tsx";
import { ActivityList, Comments, Runs } from "./Talk.tsx";
import { Description, Lines } from "./Texts.tsx";

export default function TaskPanel(props: { id: string }) {
  const { mirror, confirm } = usePage();
  const { wire } = mirror;
  const location = useLocation();
  const navigate = useNavigate();
  const hrefOf = useTaskHref();
  const opener = document.activeElement;
  let panel!: HTMLElement;

  // On small screens it lies over the view, which the keyboard must not wander into.
  const small = matchMedia("(max-width: 720px)");
  const setCovered = (covered: boolean) => {
    const main = document.getElementById("main");
    if (main) main.inert = covered;
  };
  const cover = () => setCovered(small.matches);
  cover();
  small.addEventListener("change", cover);
  onCleanup(() => {
    small.removeEventListener("change", cover);
    setCovered(false);
  });

  const open = (id: string) => navigate(hrefOf(id), { scroll: false, replace: true });
  const close = () => {
    const { id } = props;
    navigate(hrefOf(null), { scroll: false });
    setCovered(false);
    const shown = (within: string) => document.querySelector<HTMLElement>(`main ${within}`);
    const before = opener instanceof HTMLElement && opener.isConnected ? opener : null;
    const back = shown(`[data-task-id="${CSS.escape(id)}"]`) ?? before;
    (back ?? shown("[data-task-id]") ?? document.getElementById("main"))?.focus();
  };
  const around = createMemo(() => {
    const order =
      taskOrder() ?? TASK_STATUSES.flatMap((status) => mirror.tasks.ids("status", status));
    const at = order.indexOf(props.id);
    return { before: at > 0 ? order[at - 1] : undefined, after: order[at + 1] };
  });
  const step = (id: string | undefined) => id !== undefined && open(id);

  useCommands(() => [
    {
      id: "task next",
      name: "Next task",
      group: "Task panel",
      keys: "j",
      moves: true,
      icon: ChevronDown,
      run: () => step(around().after),
    },
    {
      id: "task previous",
      name: "Previous task",
      group: "Task panel",
      keys: "k",
      moves: true,
      icon: ChevronUp,
      run: () => step(around().before),
    },
    { id: "task close", name: "Close the task", group: "Task panel", icon: X, run: close },
  ]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    // A menu, a dialog or a question above the panel is closed first.
    if (document.querySelector("[role=dialog], [role=alertdialog], [role=menu]")) return;
    event.preventDefault();
    close();
  };
  window.addEventListener("keydown", onKeyDown);
  onCleanup(() => window.removeEventListener("keydown", onKeyDown));

  onMount(() => panel.focus());
  createEffect(
    on(
      () => props.id,
      () => {
        panel.scrollTop = 0;
        panel.focus({ preventScroll: true });
      },
      { defer: true },
    ),
  );

  return (
    <aside
      ref={panel}
      class="task-panel"
      tabindex="-1"
      aria-label={`Task ${props.id}`}
      data-testid="task-panel"
    >
      <header class="task-bar">
        <span class="task-id" data-testid="task-panel-id">
          {props.id}
        </span>
        <span class="grow" />
        <IconButton
          label="Previous task"
          keys="K"
          icon={ChevronUp}
          small
          off={!around().before}
          onClick={() => step(around().before)}
        />
        <IconButton
          label="Next task"
          keys="J"
          icon={ChevronDown}
          small
          off={!around().after}
          onClick={() => step(around().after)}
        />
        <Show when={wire.tasks[props.id]}>
          {(task) => <More task={task()} onDeleted={close} ask={confirm.ask} />}
        </Show>
        <IconButton label="Close the task" keys="Esc" icon={X} small onClick={close} />
      </header>
      <Show
        when={wire.tasks[props.id]?.id}
        keyed
        fallback={
          <Empty
            title={`${props.id} is not here`}
            text="It was deleted, or was done long ago and lies in the archive."
          >
            <a class="button" href={`/pipeline?tab=archive&q=${props.id}`}>
              Look in the archive
            </a>
          </Empty>
        }
      >
        {(id) => <Body task={wire.tasks[id] as Task} path={location.pathname} />}
      </Show>
    </aside>
  );
}

function Body(props: { task: Task; path: string }) {
  const edit = createTaskEdit(() => props.task.id);
  const task = () => props.task;
  const [asked, setAsked] = createSignal<Asked | null>(null);
  const changes = createChanges({ current: () => props.task.id, task });
  const saved = (what: string) => `${what} of ${task().id} saved.`;
  return (
    <div class="task-body">
      <div class="task-title">
        <StatusIcon status={task().status} size={18} />
        <TextInPlace
          bare
          required
          label="Title"
          value={task().title}
          invalid={edit.refusal()?.fields.includes("title") ?? false}
          save={(title) => edit.update({ title }, saved("Title"))}
        />
      </div>
      <Refusal of={edit.refusal()} />
      <Changed parts={task().status === "validation" ? changes.of() : []} />
      <Hold task={task()} edit={edit} onRelease={() => setAsked("release")} />
      <Facts task={task()} edit={edit} />
      <Description
        text={task().description}
        save={(description) => edit.update({ description }, saved("Description"))}
      />
      <Lines
        title="Blocked by"
        none="Nothing holds it up."
        lines={
          task().blocked && task().blockers.length === 0 ? ["No reason given"] : task().blockers
        }
        save={(blockers) =>
          edit.update(
            { blockers },
            blockers.length > 0 ? `${task().id} is blocked.` : `${task().id} is free to go on.`,
          )
        }
      />
      <Lines
        title="Acceptance criteria"
        none="No criteria yet."
        lines={task().acceptance_criteria}
        save={(lines) => edit.update({ acceptance_criteria: lines }, saved("Criteria"))}
      />
      <Lines
        title="Definition of done"
        none="Not written down yet."
        lines={task().definition_of_done}
        save={(lines) => edit.update({ definition_of_done: lines }, saved("Definition of done"))}
      />
      <Relations task={task()} edit={edit} />
      <Lines
        title="Artifacts"
        none="Nothing handed in yet."
        lines={task().artifacts}
        save={(artifacts) => edit.update({ artifacts }, saved("Artifacts"))}
      />
      <Comments task={task()} />
      <Runs task={task()} />
      <ActivityList task={task()} />
      <p class="dim small">
        Created <Ago time={task().created_at} />, changed <Ago time={task().updated_at} />, in its
        status since <Ago time={task().status_since} />
      </p>
      <Ask asked={asked()} task={task()} onClose={() => setAsked(null)} />
    </div>
  );
}

function More(props: {
  task: Task;
  ask: ReturnType<typeof usePage>["confirm"]["ask"];
  onDeleted(): void;
}) {
  const { mirror, toasts } = usePage();
  const { act } = useAct();
  const [asked, setAsked] = createSignal<Asked | null>(null);
  const items = (): MenuItem[] => [
    {
      name: "Report for an agent…",
      run: () => setAsked("event"),
    },
    {
      name: "Give it to an agent…",
      off: props.task.lease ? "somebody works on it" : undefined,
      run: () => setAsked("claim"),
    },
    {
      name: "Take it back…",
      off: props.task.lease ? undefined : "nobody holds it",
      run: () => setAsked("release"),
    },
    {
      name: "Copy the link",
      async run() {
        const { href } = new URL(`/board?task=${props.task.id}`, window.location.href);
        try {
          await navigator.clipboard.writeText(href);
          toasts.show("done", "Link copied.");
        } catch {
          toasts.show("refused", `The browser does not let the page copy; the link is ${href}`);
        }
      },
    },
    { name: "Delete…", danger: true, run: () => void remove() },
  ];
  async function remove(): Promise<void> {
    const { id, title, lease, comments, links } = props.task;
    const waiting = mirror.tasks.ids("dependents", id);
    const yes = await props.ask({
      title: `Delete ${id}?`,
      yes: "Delete",
      danger: true,
      text: (
        <>
          <p>
            “<bdi>{title}</bdi>” goes for good, with {plural(comments.length, "comment")}.
          </p>
          <Show when={waiting.length > 0}>
            <p>{waiting.join(", ")} will not wait for it any more.</p>
          </Show>
          <Show when={links.length > 0}>
            <p>{plural(links.length, "link")} to other tasks will go.</p>
          </Show>
          <Show when={lease}>
            {(held) => <p>{held().holder} is working on it and will be refused from then on.</p>}
          </Show>
          <p>The journal keeps what happened; the task itself cannot be brought back.</p>
        </>
      ),
    });
    if (!yes) return;
    const reply = await act("tasks/delete", { task_id: id }, { done: `${id} deleted.` });
    if (reply) props.onDeleted();
  }
  return (
    <>
      <Menu label="More for this task" icon={Ellipsis} small items={items()} />
      <Ask asked={asked()} task={props.task} onClose={() => setAsked(null)} />
    </>
  );
}
