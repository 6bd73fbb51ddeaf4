/**
 * What waits for a decision, one after the other: approve it, or return it with a note. Neighbours:
 * `Case` shows what there is to go by, the task panel changes the rest. Invariant: after a decision the
 * next case comes by itself and the keyboard stays where it was.
 */
import "../../task/task.css";
import "./approvals.css";
import { A, useNavigate } from "@solidjs/router";
import Check from "lucide-solid/icons/check";
import ChevronDown from "lucide-solid/icons/chevron-down";
import ChevronUp from "lucide-solid/icons/chevron-up";
import CircleCheckBig from "lucide-solid/icons/circle-check-big";
import CornerUpLeft from "lucide-solid/icons/corner-up-left";
import { createEffect, createMemo, createSignal, For, on, Show } from "solid-js";
import { CEO } from "../../../../core/state/agents/agent.ts";
import { nameOf } from "../../../../core/state/lookup.ts";
import type { Task } from "../../../../core/state/tasks/task.ts";
import { useCommands } from "../../commands.ts";
import { usePage } from "../../page.ts";
import { useAct } from "../../parts/act.ts";
import { Button, IconButton } from "../../parts/Button.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { More, useAround } from "../../parts/First.tsx";
import { useTaskHref } from "../../parts/links.tsx";
import { useQuery } from "../../parts/query.ts";
import { Ago, PriorityChip } from "../../parts/signs.tsx";
import { ViewHead } from "../../parts/ViewHead.tsx";
import { createFiltered } from "../../task/filtered.ts";
import { useTaskOrder } from "../../task/order.ts";
import { undoOf } from "../../task/undo.ts";
import { Case } from "./Case.tsx";
import { ReturnNote } from "./ReturnNote.tsx";

/** Of those that wait, in sight at once. */
const MAX_IN_QUEUE = 100;

export default function Approvals() {
  const { mirror } = usePage();
  const { wire } = mirror;
  const query = useQuery();
  const navigate = useNavigate();
  const hrefOf = useTaskHref();
  const { act } = useAct();
  /** Approved and not answered yet: pressed again, the key means the next case. */
  const [deciding, setDeciding] = createSignal<readonly string[]>([]);
  const [returning, setReturning] = createSignal(false);
  let decision!: HTMLDivElement;
  let list: HTMLUListElement | undefined;

  const mine = () => query.get("for") === "me";
  const all = () => mirror.tasks.ids("status", "validation");
  const ids = createFiltered(all, () =>
    mine() ? ({ validation_owner }: Task) => !validation_owner || validation_owner === CEO : null,
  );
  useTaskOrder(ids);
  let at = 0;
  /** The one in the address; when it is decided, the one that takes its place. */
  const current = createMemo(() => {
    const found = ids().indexOf(query.get("at"));
    if (found >= 0) at = found;
    at = Math.max(0, Math.min(at, ids().length - 1));
    return ids()[at] ?? null;
  });
  const task = () => wire.tasks[current() ?? ""];
  const place = createMemo(() => ids().indexOf(current() ?? ""));
  const queue = useAround(ids, place, MAX_IN_QUEUE);
  const step = (by: number) => {
    const next = ids()[place() + by];
    if (next) query.set({ at: next });
  };
  createEffect(
    on(current, () => {
      setReturning(false);
      list?.querySelector('[aria-current="true"]')?.scrollIntoView({ block: "nearest" });
    }),
  );

  async function approve(): Promise<void> {
    const decided = task();
    if (!decided || deciding().includes(decided.id)) return;
    const { id } = decided;
    setDeciding((ids) => [...ids, id]);
    const undo = undoOf(decided, { status: "done" });
    query.set({ at: "" });
    await act(
      "tasks/update",
      { task_id: id, status: "done" },
      { done: `${id} approved.`, ...(undo && { undo: { name: "tasks/update", payload: undo } }) },
    );
    setDeciding((ids) => ids.filter((one) => one !== id));
  }

  async function sendBack(note: string): Promise<boolean> {
    const decided = task();
    if (!decided) return false;
    const { id, owner } = decided;
    query.set({ at: "" });
    decision.querySelector<HTMLButtonElement>("button")?.focus();
    const reply = await act(
      "tasks/update",
      { task_id: id, status: "in_progress", note },
      {
        done: `${id} returned to ${owner ? nameOf(wire, owner) : "its queue"}.`,
        undo: { name: "tasks/update", payload: { task_id: id, status: "validation" } },
      },
    );
    return reply !== null;
  }

  useCommands(() => [
    {
      id: "approve",
      name: "Approve the task",
      group: "Approvals",
      keys: "a",
      icon: Check,
      run: () => void approve(),
    },
    {
      id: "return",
      name: "Return the task with a note",
      group: "Approvals",
      keys: "r",
      icon: CornerUpLeft,
      run: () => task() && setReturning(true),
    },
    {
      id: "approvals next",
      name: "Next to decide",
      group: "Approvals",
      keys: "j",
      icon: ChevronDown,
      run: () => step(1),
    },
    {
      id: "approvals previous",
      name: "Previous to decide",
      group: "Approvals",
      keys: "k",
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
            <Empty
              title="Nothing waits for a decision"
              icon={CircleCheckBig}
              text="A task comes here when its agent hands it in for validation."
            >
              <A class="button" href="/board">
                See the board
              </A>
            </Empty>
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
                      onClick={() => query.set({ at: id })}
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
            <section class="case" aria-label="The task to decide" data-testid="case">
              <div class="case-body">
                <Show when={shown().id} keyed>
                  {(_id) => <Case task={shown()} />}
                </Show>
              </div>
              <div ref={decision} class="decision">
                <Show
                  when={returning()}
                  fallback={
                    <div class="row">
                      <Button
                        kind="main"
                        icon={Check}
                        busy={deciding().includes(current() ?? "")}
                        title="Approve (A)"
                        onClick={() => void approve()}
                      >
                        Approve
                      </Button>
                      <Button
                        icon={CornerUpLeft}
                        title="Return with a note (R)"
                        onClick={() => setReturning(true)}
                      >
                        Return…
                      </Button>
                      <span class="grow" />
                      <span class="dim number" aria-live="polite">
                        {place() + 1} of {ids().length}
                      </span>
                      <IconButton
                        label="Previous to decide"
                        keys="K"
                        icon={ChevronUp}
                        off={place() <= 0}
                        onClick={() => step(-1)}
                      />
                      <IconButton
                        label="Next to decide"
                        keys="J"
                        icon={ChevronDown}
                        off={place() >= ids().length - 1}
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
