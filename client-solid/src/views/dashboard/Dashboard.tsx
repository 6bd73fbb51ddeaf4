/**
 * The first look: what needs the CEO and what to do about it, what changed, how missions, sprint,
 * projects and agents stand, what happens now. Neighbours: the core's selectors derive, the cards beside
 * show. Invariant: nothing here is kept beside the mirror.
 */
import "./dashboard.css";
import { A } from "@solidjs/router";
import Megaphone from "lucide-solid/icons/megaphone";
import { createEffect, createMemo, createSignal, For, on, onCleanup, Show } from "solid-js";
import { unwrap } from "solid-js/store";
import type { Task } from "../../../../core/state/tasks/task.ts";
import { EXCEPTION_BUCKETS } from "../../../../core/state/tasks/views.ts";
import { size } from "../../../../core/table.ts";
import { useCommands } from "../../commands.ts";
import { usePage } from "../../page.ts";
import { EventList } from "../../parts/EventList.tsx";
import { useSettled } from "../../parts/settled.ts";
import { ViewHead } from "../../parts/ViewHead.tsx";
import { plural } from "../../parts/words.ts";
import { createPause } from "../../task/pause.ts";
import { seenOf } from "../../task/seen.ts";
import { useUpdate } from "../../task/update.ts";
import { Bucket } from "./Bucket.tsx";
import { Fleet } from "./Fleet.tsx";
import { MissionFocus } from "./MissionFocus.tsx";
import { ProjectsHealth } from "./ProjectsHealth.tsx";
import { RemedyDialog } from "./RemedyDialog.tsx";
import { DECIDES, REMEDIES, REMEDIES_OF, type RemedyName, remedyAtOnce } from "./remedies.ts";
import { createRows } from "./rows.ts";
import { Since, useMarkSeen } from "./Since.tsx";
import { SprintCard } from "./SprintCard.tsx";
import { Welcome } from "./Welcome.tsx";

const MAX_EVENTS = 7;
/** An answer and its entry come so close together. */
const SETTLED_MS = 1_000;

export default function Dashboard() {
  const { mirror, read } = usePage();
  const { update, unread } = useUpdate();
  const markSeen = useMarkSeen();
  const blank = useSettled(
    ({ agents, missions }) => read.taskCount() + size(agents) + size(missions) === 0,
  );
  const [asking, setAsking] = createSignal<{ name: RemedyName; task: Task } | null>(null);
  let buckets!: HTMLDivElement;
  const rows = createRows(() => buckets);
  const ids = createMemo(() => EXCEPTION_BUCKETS.flatMap((bucket) => read.exceptionIds(bucket)));
  /** After a decision, for what comes to its place. */
  const pause = createPause();
  let isSettling = false;
  let settling: ReturnType<typeof setTimeout> | undefined;
  /** Decided on and not answered yet. */
  const deciding = new Set<string>();
  createEffect(
    on(
      ids,
      () => {
        queueMicrotask(rows.restore);
        if (isSettling) pause.begin();
        isSettling = false;
      },
      { defer: true },
    ),
  );

  /** The next change of the list is by what was decided, if it comes soon: later it is somebody else's. */
  function settle(): void {
    clearTimeout(settling);
    settling = setTimeout(() => {
      if (deciding.size === 0) isSettling = false;
    }, SETTLED_MS);
  }
  onCleanup(() => clearTimeout(settling));

  function remedy(name: RemedyName, taskId: string): void {
    const task = unwrap(mirror.wire).tasks[taskId];
    if (!task || (name === "message" && !task.owner)) return;
    if (DECIDES.has(name) && (pause.isOn() || deciding.has(taskId))) return;
    if (name === "return" && unread(seenOf(task))) return;
    rows.note();
    const takeBack = rows.settle();
    isSettling = true;
    const done = remedyAtOnce(name, task, update);
    if (done) {
      deciding.add(taskId);
      void done.then((went) => {
        deciding.delete(taskId);
        if (went) return void settle();
        isSettling = false;
        takeBack();
      });
      return;
    }
    isSettling = false;
    takeBack();
    setAsking({ name, task });
  }

  function close(went: boolean): void {
    if (went) {
      rows.settle();
      isSettling = true;
      settle();
    }
    setAsking(null);
    queueMicrotask(rows.restore);
  }

  useCommands(() => [
    {
      id: "dashboard next",
      name: "Next exception",
      group: "Dashboard",
      keys: "j",
      moves: true,
      hidden: true,
      run: () => rows.step(1),
    },
    {
      id: "dashboard previous",
      name: "Previous exception",
      group: "Dashboard",
      keys: "k",
      moves: true,
      hidden: true,
      run: () => rows.step(-1),
    },
    ...(Object.keys(REMEDIES) as RemedyName[]).map((name) => ({
      id: `dashboard ${name}`,
      name: `${REMEDIES[name].name}: the exception in focus`,
      group: "Dashboard",
      keys: REMEDIES[name].keys,
      hidden: true,
      run() {
        const row = rows.current();
        if (row && REMEDIES_OF[row.bucket].includes(name)) remedy(name, row.id);
      },
    })),
    {
      id: "dashboard seen",
      name: "Mark what changed as seen",
      group: "Dashboard",
      keys: "s",
      run: markSeen,
    },
  ]);

  return (
    <>
      <ViewHead title="Dashboard">
        <A href="/conversations/directives" class="button" data-kind="plain" data-small="">
          <Megaphone size={15} aria-hidden="true" />
          Directive
        </A>
      </ViewHead>
      <div class="view-body dashboard">
        <Show when={!blank()} fallback={<Welcome />}>
          <div class="lead">
            <p class="strong" data-testid="summary">
              {read.exceptionCount() === 0
                ? "Nothing needs your eye"
                : `${plural(read.exceptionCount(), "thing needs", "things need")} your eye`}
            </p>
            <Since />
          </div>
          <div
            class="buckets"
            ref={buckets}
            data-pause={pause.isOn() ? "" : undefined}
            onFocusIn={rows.note}
          >
            <For each={EXCEPTION_BUCKETS}>
              {(bucket) => <Bucket bucket={bucket} paused={pause.isOn()} onRemedy={remedy} />}
            </For>
          </div>
          <div class="thirds">
            <MissionFocus />
            <SprintCard />
            <ProjectsHealth />
          </div>
          <div class="split">
            <Fleet />
            <section class="card live" aria-labelledby="live-title">
              <header class="row">
                <h2 id="live-title">Live activity</h2>
                <span class="grow" />
                <A href="/events" class="link small dim">
                  All events
                </A>
              </header>
              <EventList limit={MAX_EVENTS} />
            </section>
          </div>
        </Show>
      </div>
      <Show when={asking()} keyed>
        {({ name, task }) => <RemedyDialog name={name} task={task} onClose={close} />}
      </Show>
    </>
  );
}
