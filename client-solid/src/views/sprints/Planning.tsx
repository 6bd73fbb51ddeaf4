/**
 * What a sprint holds, beside what could join it: moved by drag with pointer or keyboard, or by the
 * button of each row. Neighbours: `PlanList`; dnd-kit drags. Invariant: one move is one write, and both
 * lists are the mirror's own.
 */
import { DragDropProvider } from "@dnd-kit/solid";
import { createMemo, createSignal } from "solid-js";
import { isOpen } from "../../../../core/state/tasks/task.ts";
import { usePage } from "../../page.ts";
import { DragGhost } from "../../parts/DragGhost.tsx";
import { withoutStyles } from "../../parts/drag.ts";
import { useUpdate } from "../../task/update.ts";
import { PlanList } from "./PlanList.tsx";

export function Planning(props: { id: string; project: string | null }) {
  const { mirror, read } = usePage();
  const { wire } = mirror;
  const { update } = useUpdate();
  const [typed, setTyped] = createSignal("");
  const [everywhere, setEverywhere] = createSignal(false);
  const held = () => read.taskIdsBy("sprint", props.id);
  const free = createMemo(() => {
    const words = typed().toLowerCase();
    return read.taskIdsBy("sprint", "").filter((id) => {
      const task = wire.tasks[id];
      if (!task || !isOpen(task)) return false;
      if (!everywhere() && props.project && task.project_id !== props.project) return false;
      return !words || `${id} ${task.title}`.toLowerCase().includes(words);
    });
  });

  function move(id: string, into: boolean): void {
    const before = wire.tasks[id]?.sprint_id ?? null;
    const sprint_id = into ? props.id : null;
    if (before === sprint_id) return;
    const done = into ? `${id} is in the sprint.` : `${id} left the sprint.`;
    void update(id, { sprint_id }, { label: `Plan ${id}`, done });
  }

  return (
    <DragDropProvider
      plugins={withoutStyles}
      onDragEnd={({ operation, canceled }) => {
        const { source, target } = operation;
        if (!canceled && source && target) move(String(source.id), target.id === "sprint");
      }}
    >
      <div class="planning">
        <PlanList
          id="free"
          title="Could join"
          ids={free()}
          empty="Nothing is left that could join."
          verb="Add"
          onMove={(id) => move(id, true)}
        >
          <div class="row wrap">
            <input
              class="grow"
              type="search"
              aria-label="Find a task that could join"
              placeholder="Find a task"
              value={typed()}
              onInput={({ currentTarget }) => setTyped(currentTarget.value)}
            />
            <label class="chip tick" hidden={!props.project}>
              <input
                type="checkbox"
                checked={everywhere()}
                onChange={({ currentTarget }) => setEverywhere(currentTarget.checked)}
              />
              All projects
            </label>
          </div>
        </PlanList>
        <PlanList
          id="sprint"
          title="In this sprint"
          ids={held()}
          empty="Nothing yet. Drag a task here, or press its Add."
          verb="Remove"
          onMove={(id) => move(id, false)}
        />
      </div>
      <DragGhost>
        {(id) => (
          <span class="row">
            <span class="task-id">{id}</span>
            <span class="cut">{wire.tasks[id]?.title}</span>
          </span>
        )}
      </DragGhost>
    </DragDropProvider>
  );
}
