/**
 * Links to what the page is about. A task opens as a panel over the view one is in, so its address is
 * the present one with `?task=`. Neighbours: the router; `task/TaskPanel` reads the parameter.
 */
import { A, useLocation } from "@solidjs/router";
import type { JSX } from "solid-js";
import { nameOf } from "../../../core/state/lookup.ts";
import { usePage } from "../page.ts";

/** The address of the present view with that task's panel over it; without a task, the panel closed. */
export function useTaskHref(): (id: string | null) => string {
  const location = useLocation();
  return (id) => {
    const query = new URLSearchParams(location.search);
    if (id === null) query.delete("task");
    else query.set("task", id);
    const text = query.toString();
    return text ? `${location.pathname}?${text}` : location.pathname;
  };
}

export function TaskLink(props: {
  id: string;
  class?: string;
  /** -1 where the row around it is what Tab reaches. */
  tabindex?: number;
  children?: JSX.Element;
}) {
  const hrefOf = useTaskHref();
  const { wire } = usePage().mirror;
  return (
    <A
      href={hrefOf(props.id)}
      class={props.class ?? "link"}
      noScroll
      tabindex={props.tabindex}
      aria-label={props.children ? undefined : `${props.id} ${wire.tasks[props.id]?.title ?? ""}`}
    >
      {props.children ?? <span class="task-id">{props.id}</span>}
    </A>
  );
}

export function AgentLink(props: { id: string; children?: JSX.Element }) {
  const { wire } = usePage().mirror;
  return (
    <A href={props.id === "ceo" ? "/settings" : `/team/agents/${props.id}`} class="link">
      {props.children ?? nameOf(wire, props.id)}
    </A>
  );
}
