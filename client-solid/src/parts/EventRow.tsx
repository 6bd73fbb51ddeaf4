/** One event: when, what kind, what happened, and links to what it touched. Neighbours: event list, events view. */
import { A } from "@solidjs/router";
import { type JSX, Show } from "solid-js";
import { Dynamic } from "solid-js/web";
import { usePage } from "../page.ts";
import type { WireEvent } from "../sync/wire.ts";
import { kindOf } from "./kinds.ts";
import { AgentLink, TaskLink } from "./links.tsx";
import { inPieces } from "./pieces.ts";
import { toMoment } from "./words.ts";

export function EventRow(props: { event: WireEvent; linked?: boolean; children?: JSX.Element }) {
  const { mirror, now } = usePage();
  const kind = () => kindOf(props.event.kind);
  const text = (key: string) => {
    const value = props.event.meta[key];
    return typeof value === "string" ? value : undefined;
  };
  return (
    <li class="event" data-event-id={props.event.id}>
      <span class="event-kind" title={kind()?.name ?? props.event.kind}>
        <Dynamic component={kind()?.icon} size={15} aria-hidden="true" />
        <span class="unseen">{kind()?.name ?? props.event.kind}: </span>
      </span>
      <span class="grow">
        <bdi>{inPieces(props.event.title)}</bdi>
        <Show when={props.event.details}>
          <span class="dim"> {inPieces(props.event.details)}</span>
        </Show>
      </span>
      <Show when={props.linked}>
        <span class="event-links">
          <Show when={text("task_id")}>{(id) => <TaskLink id={id()} />}</Show>
          <Show when={text("mission_id")}>
            {(id) => (
              <A href={`/missions/${id()}`} class="link">
                {id()}
              </A>
            )}
          </Show>
          <Show when={text("thread_id")}>
            {(id) => (
              <A href={`/conversations/${id()}`} class="link">
                {id()}
              </A>
            )}
          </Show>
          <Show when={mirror.wire.agents[text("agent_id") ?? ""]}>
            {(agent) => <AgentLink id={agent().id} />}
          </Show>
        </span>
      </Show>
      <time class="number dim small" datetime={props.event.timestamp}>
        {toMoment(props.event.timestamp, now())}
      </time>
      {props.children}
    </li>
  );
}
