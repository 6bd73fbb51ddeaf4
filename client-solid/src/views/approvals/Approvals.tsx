/**
 * What waits for a decision, one after the other: approve it, or return it with a note. Neighbours:
 * `Case` shows what there is to go by, the task panel changes the rest. Invariant: after a decision the
 * next case comes by itself and the keyboard stays where it was; what was changed since it was looked at, or came up
 * this moment, is not decided.
 */
import "../../task/task.css";
import "./approvals.css";
import { A, useNavigate } from "@solidjs/router";
import Check from "lucide-solid/icons/check";
import ChevronDown from "lucide-solid/icons/chevron-down";
import ChevronUp from "lucide-solid/icons/chevron-up";
import CircleCheckBig from "lucide-solid/icons/circle-check-big";
import CornerUpLeft from "lucide-solid/icons/corner-up-left";
import { createEffect, createSignal, For, on, Show } from "solid-js";
import { CEO } from "../../../../core/state/agents/agent.ts";
import { nameOf } from "../../../../core/state/lookup.ts";
import { approverOf } from "../../../../core/state/tasks/approver.ts";
import type { Task } from "../../../../core/state/tasks/task.ts";
import { useCommands } from "../../commands.ts";
import { usePage } from "../../page.ts";
import { Button, IconButton } from "../../parts/Button.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { More, useAround } from "../../parts/First.tsx";
import { focusFirstField } from "../../parts/focus.ts";
import { useTaskHref } from "../../parts/links.tsx";
import { useQuery } from "../../parts/query.ts";
import { Ago, PriorityChip } from "../../parts/signs.tsx";
import { ViewHead } from "../../parts/ViewHead.tsx";
import { STATUS_WORDS } from "../../parts/words.ts";
import { Changed } from "../../task/Changed.tsx";
import { createChanges } from "../../task/changes.ts";
import { createFiltered } from "../../task/filtered.ts";
import { useTaskOrder } from "../../task/order.ts";
import { createPause } from "../../task/pause.ts";
import { type Seen, seenOf } from "../../task/seen.ts";
import type { TaskChange } from "../../task/undo.ts";
import { useUpdate } from "../../task/update.ts";
import { Case } from "./Case.tsx";
import { ReturnNote } from "./ReturnNote.tsx";
import { createShown } from "./shown.ts";

/** Of those that wait, in sight at once. */
const MAX_IN_QUEUE = 100;

export default function Approvals() {
  const { mirror, toasts } = usePage();
  const { wire } = mirror;
  const query = useQuery();
  const navigate = useNavigate();
  const hrefOf = useTaskHref();
  const { update, unread } = useUpdate();
  /** Approved and not answered yet: pressed again, the key means the next case. */
  const [deciding, setDeciding] = createSignal<readonly string[]>([]);
  const [returning, setReturning] = createSignal(false);
  let decision!: HTMLDivElement;
  let list: HTMLUListElement | undefined;

  const mine = () => query.get("for") === "me";
  const all = () => mirror.tasks.ids("status", "validation");
  const ids = createFiltered(all, () =>
    mine() ? (one: Task) => (approverOf(one) ?? CEO) === CEO : null,
  );
  useTaskOrder(ids);
  const shownCase = createShown(ids, query, (id) => deciding().includes(id));
  const { current, task, isWaiting, place, beside, step } = shownCase;
  const queue = useAround(ids, place, MAX_IN_QUEUE);
  const changes = createChanges(shownCase);
  const pause = createPause();
  createEffect(
    on(current, (id) => {
      setReturning(false);
      if (!shownCase.isChosen(id)) pause.begin();
      list?.querySelector('[aria-current="true"]')?.scrollIntoView({ block: "nearest" });
    }),
  );

  /** Another task is open beside: a key would be about that one, to who reads it. */
  const elsewhere = () => {
    const beside = query.get("task");
    return beside && beside !== current() ? beside : null;
  };
  function onKey(run: () => void): void {
    if (isWaiting() && !pause.isOn() && !elsewhere()) run();
  }
  function askForNote(): void {
    if (returning()) focusFirstField(decision);
    else setReturning(true);
  }

  /** Says the no, with the way back to the case; it was opened anew by then, or another has its place. */
  function refused(message: string, id: string, meant: Seen | null): void {
    if (meant) changes.meant(id, meant);
    const away = wire.tasks[id]?.status === "validation" && current() !== id;
    const show = { label: "Show it", run: () => navigate(`/approvals?at=${id}`) };
    toasts.show("refused", message, away ? show : undefined);
  }

  async function send(decided: Task, change: TaskChange, words: { label: string; done: string }) {
    const { id } = decided;
    setDeciding((ids) => [...ids, id]);
    const sent = update(id, change, {
      ...words,
      refused: (message, meant) => refused(message, id, meant),
    });
    query.set({ at: beside(1) ?? beside(-1) ?? "" });
    const isDone = await sent;
    setDeciding((ids) => ids.filter((one) => one !== id));
    return isDone;
  }

  async function approve(): Promise<void> {
    const decided = task();
    if (!decided || !isWaiting() || pause.isOn() || deciding().includes(decided.id)) return;
    if (unread(seenOf(decided))) return;
    const { id } = decided;
    await send(decided, { status: "done" }, { label: `Approve ${id}`, done: `${id} approved.` });
  }

  async function sendBack(note: string): Promise<boolean> {
    const decided = task();
    if (!decided || !isWaiting() || unread(seenOf(decided))) return false;
    const { id, owner } = decided;
    const done = `${id} returned to ${owner ? nameOf(wire, owner) : "its queue"}.`;
    const change = { status: "in_progress", note } as const;
    const sent = send(decided, change, { label: `Return ${id}`, done });
    decision.querySelector<HTMLButtonElement>("button")?.focus();
    return sent;
  }

  useCommands(() => [
    {
      id: "approve",
      name: "Approve the task",
      group: "Approvals",
      keys: "a",
      icon: Check,
      // With the note open there is no button for it either.
      run: () => onKey(() => void (returning() || approve())),
    },
    {
      id: "return",
      name: "Return the task with a note",
      group: "Approvals",
      keys: "r",
      icon: CornerUpLeft,
      run: () => onKey(askForNote),
    },
    {
      id: "approvals next",
      name: "Next to decide",
      group: "Approvals",
      keys: "j",
      moves: true,
      icon: ChevronDown,
      run: () => step(1),
    },
    {
      id: "approvals previous",
      name: "Previous to decide",
      group: "Approvals",
      keys: "k",
      moves: true,
      icon: ChevronUp,
      run: () => step(-1),
    },
    {
      id: "approvals open",
      name: "Open the task beside",
      group: "Approvals",
      keys: "o",
      run() {
        const id = current();
        if (id) navigate(hrefOf(id), { scroll: false });
      },
    },
  ]);

  return (
    <>
      <ViewHead title="Approvals">
        <div class="tabs">
          <button type="button" aria-pressed={!mine()} onClick={() => query.set({ for: "" })}>
            All <span class="count">{all().length}</span>
          </button>
          <button type="button" aria-pressed={mine()} onClick={() => query.set({ for: "me" })}>
            Yours
          </button>
        </div>
      </ViewHead>
      <Show
        when={task()}
        fallback={
          <div class="view-body">
            <Show
              when={current()}
              fallback={
                <Empty
                  title="Nothing waits for a decision"
                  icon={CircleCheckBig}
                  text="A task comes here when its agent hands it in for validation."
                >
                  <A class="button" href="/board">
                    See the board
                  </A>
                </Empty>
              }
            >
              {(id) => (
                <Empty title={`${id()} is gone`} text="It was deleted while you looked at it.">
                  <Button onClick={shownCase.goOn}>Go on</Button>
                </Empty>
              )}
            </Show>
          </div>
        }
      >
        {(shown) => (
          <div class="view-body fill approvals">
            <ul ref={list} class="queue" aria-label="Waiting" data-testid="queue">
              <More
                left={queue.earlier()}
                word="before these"
                within="li"
                onMore={queue.showEarlier}
              />
              <For each={queue.shown()}>
                {(id) => (
                  <li>
                    <button
                      type="button"
                      data-task-id={id}
                      aria-current={current() === id ? "true" : undefined}
                      onClick={() => shownCase.choose(id)}
                    >
                      <span class="row">
                        <span class="task-id">{id}</span>
                        <Show when={wire.tasks[id]}>
                          {(one) => (
                            <>
                              <PriorityChip priority={one().priority} />
                              <Ago time={one().status_since} class="dim small end" />
                            </>
                          )}
                        </Show>
                      </span>
                      <span class="title">{wire.tasks[id]?.title}</span>
                    </button>
                  </li>
                )}
              </For>
              <More left={queue.later()} word="after these" within="li" onMore={queue.showLater} />
            </ul>
            <section
              class="case"
              aria-label="The task to decide"
              data-testid="case"
              data-steady={shown().id}
            >
              <div class="case-body">
                <Show when={shown().id} keyed>
                  {(_id) => <Case task={shown()} />}
                </Show>
              </div>
              <div ref={decision} class="decision" data-pause={pause.isOn() ? "" : undefined}>
                <Show when={!isWaiting()}>
                  <p class="alert" role="alert" data-testid="withdrawn">
                    {shown().id} does not wait any more. Now: {STATUS_WORDS[shown().status]}.
                  </p>
                </Show>
                <Changed parts={isWaiting() ? changes.of() : []} />
                <Show when={isWaiting() && elsewhere()}>
                  {(beside) => (
                    <p class="dim small" data-testid="elsewhere">
                      {beside()} is open beside: the keys A and R do nothing to {shown().id} until
                      it is closed.
                    </p>
                  )}
                </Show>
                <Show
                  when={returning()}
                  fallback={
                    <div class="row">
                      <Button
                        kind="main"
                        icon={Check}
                        busy={deciding().includes(current() ?? "")}
                        off={!isWaiting() || pause.isOn() || changes.unread()}
                        title="Approve (A)"
                        onClick={() => void approve()}
                      >
                        Approve
                      </Button>
                      <Button
                        icon={CornerUpLeft}
                        off={!isWaiting() || pause.isOn()}
                        title="Return with a note (R)"
                        onClick={() => setReturning(true)}
                      >
                        Return…
                      </Button>
                      <span class="grow" />
                      <span class="dim number" aria-live="polite">
                        {place() < 0 ? "–" : place() + 1} of {ids().length}
                      </span>
                      <IconButton
                        label="Previous to decide"
                        keys="K"
                        icon={ChevronUp}
                        off={beside(-1) === undefined}
                        onClick={() => step(-1)}
                      />
                      <IconButton
                        label="Next to decide"
                        keys="J"
                        icon={ChevronDown}
                        off={beside(1) === undefined && (place() >= 0 || ids().length === 0)}
                        onClick={() => step(1)}
                      />
                    </div>
                  }
                >
                  <ReturnNote
                    id={shown().id}
                    send={sendBack}
                    cancel={() => {
                      setReturning(false);
                      decision.querySelector<HTMLButtonElement>("button")?.focus();
                    }}
                  />
                </Show>
              </div>
            </section>
          </div>
        )}
      </Show>
    </>
  );
}
