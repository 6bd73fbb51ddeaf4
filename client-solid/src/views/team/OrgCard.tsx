/**
 * One person of the chart: name, role, how it is, how much it holds. Neighbours: the chart and the
 * indented tree place it. Invariant: a patch of an agent touches its own card alone.
 */
import { A } from "@solidjs/router";
import ChevronDown from "lucide-solid/icons/chevron-down";
import ChevronRight from "lucide-solid/icons/chevron-right";
import { type JSX, Show } from "solid-js";
import { CEO } from "../../../../core/state/agents/agent.ts";
import { nameOf } from "../../../../core/state/lookup.ts";
import { usePage } from "../../page.ts";
import { Avatar } from "../../parts/Avatar.tsx";
import { Load } from "../../parts/Load.tsx";
import { Presence } from "../../parts/signs.tsx";
import { plural } from "../../parts/words.ts";
import type { OrgTree } from "./org-tree.ts";

export function OrgCard(props: { id: string; tree: OrgTree; style?: JSX.CSSProperties }) {
  const { mirror, read } = usePage();
  const { wire } = mirror;
  const row = () => props.tree.rowOf(props.id);
  const agent = () => wire.agents[props.id];
  const role = () => (props.id === CEO ? wire.company.ceo_role || "CEO" : (agent()?.role ?? ""));
  return (
    <div
      class="org-card"
      role="treeitem"
      aria-level={row()?.level}
      aria-posinset={row()?.place}
      aria-setsize={row()?.siblings}
      aria-expanded={row()?.reports.length ? row()?.open : undefined}
      aria-selected={props.tree.current() === props.id}
      tabIndex={props.tree.current() === props.id ? 0 : -1}
      data-agent-id={props.id}
      data-ceo={props.id === CEO ? "" : undefined}
      style={props.style}
      onFocus={() => props.tree.setCurrent(props.id)}
    >
      <Avatar id={props.id} size={34} />
      <div class="grow org-words">
        <p class="row">
          <A href={props.tree.hrefOf(props.id)} class="link cut grow org-name" tabindex="-1">
            {nameOf(wire, props.id)}
          </A>
          <Show when={wire.company.chief_agent_id === props.id}>
            <span class="chip" data-tone="info">
              chief
            </span>
          </Show>
        </p>
        <div>
          <p class="small dim cut" title={role()}>
            {role()}
          </p>
          <Show
            when={agent()}
            fallback={<p class="small dim">{plural(row()?.below ?? 0, "agent")}</p>}
          >
            {(one) => (
              <p class="row">
                <Presence agent={one()} />
                <span class="grow" />
                <Load open={read.openCountOf(props.id)} />
              </p>
            )}
          </Show>
        </div>
      </div>
      <Show when={(row()?.reports.length ?? 0) > 0}>
        <button
          type="button"
          class="org-toggle"
          tabindex="-1"
          aria-label={`${row()?.open ? "Collapse" : "Expand"} ${nameOf(wire, props.id)}, ${row()?.below} below`}
          onClick={() => props.tree.toggle(props.id)}
        >
          <Show
            when={row()?.open}
            fallback={
              <>
                {row()?.below}
                <ChevronRight size={13} aria-hidden="true" />
              </>
            }
          >
            <ChevronDown size={14} aria-hidden="true" />
          </Show>
        </button>
      </Show>
    </div>
  );
}
