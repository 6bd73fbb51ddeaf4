/** The org chart where there is no room to draw it: an indented tree for the thumb. */
import { For } from "solid-js";
import { OrgCard } from "./OrgCard.tsx";
import { useOrgTree } from "./org-tree.ts";

/** Deeper levels do not move further to the right, or nothing would be left of them. */
const MAX_INDENT = 5;

export function OrgList() {
  let list!: HTMLDivElement;
  const tree = useOrgTree((id) =>
    list.querySelector<HTMLElement>(`[data-agent-id="${CSS.escape(id)}"]`)?.focus(),
  );
  return (
    <div class="view-body">
      <div
        class="org-list"
        role="tree"
        aria-label="Org chart"
        data-testid="org"
        ref={list}
        onKeyDown={tree.onKeyDown}
      >
        <For each={tree.ids()}>
          {(id) => (
            <OrgCard
              id={id}
              tree={tree}
              style={{
                "margin-left": `${Math.min((tree.rowOf(id)?.level ?? 1) - 1, MAX_INDENT) * 16}px`,
              }}
            />
          )}
        </For>
      </div>
    </div>
  );
}
