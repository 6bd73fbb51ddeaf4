/**
 * The burndown of a sprint as a chart of our own: what is left day by day, beside an even pace; the same
 * numbers as a table for who does not see it. Neighbours: the core derives, dashboard and sprints show.
 */
import "./burndown.css";
import { createMemo, For, Show } from "solid-js";
import type { Burndown as Data } from "../../../core/state/sprints/views.ts";

const WIDTH = 360;
const PAD = { left: 30, right: 8, top: 10, bottom: 20 };

const dayName = new Intl.DateTimeFormat(undefined, {
  month: "short",
  day: "numeric",
  timeZone: "UTC",
});
const toDay = (date: string) => dayName.format(Date.parse(`${date}T00:00:00Z`));

/** @param props.height in the units of the drawing, which is 360 wide */
export function Burndown(props: { data: Data; name: string; height?: number }) {
  const height = () => props.height ?? 150;
  const top = () => Math.max(1, props.data.total);
  const x = (at: number) =>
    PAD.left + ((WIDTH - PAD.left - PAD.right) * at) / Math.max(1, props.data.days.length - 1);
  const y = (left: number) => PAD.top + (height() - PAD.top - PAD.bottom) * (1 - left / top());
  const known = createMemo(() => props.data.days.filter(({ remaining }) => remaining !== null));
  const line = () =>
    known().map(({ remaining }, at) => `${x(at).toFixed(1)},${y(remaining ?? 0).toFixed(1)}`);
  const last = () => known().length - 1;
  const ticks = () => [...new Set([0, Math.round(top() / 2), top()])];
  const labels = () => {
    const { length } = props.data.days;
    return [...new Set([0, Math.floor((length - 1) / 2), length - 1])];
  };
  return (
    <figure class="burndown">
      <svg viewBox={`0 0 ${WIDTH} ${height()}`} aria-hidden="true">
        <For each={ticks()}>
          {(tick) => (
            <>
              <line class="grid" x1={PAD.left} x2={WIDTH - PAD.right} y1={y(tick)} y2={y(tick)} />
              <text x={PAD.left - 6} y={y(tick) + 3.5} text-anchor="end">
                {tick}
              </text>
            </>
          )}
        </For>
        <For each={labels()}>
          {(at) => (
            <text
              x={x(at)}
              y={height() - 5}
              text-anchor={
                at === 0 ? "start" : at === props.data.days.length - 1 ? "end" : "middle"
              }
            >
              {toDay(props.data.days[at]?.date ?? "")}
            </text>
          )}
        </For>
        <Show when={known().length > 0}>
          <polygon
            class="area"
            points={`${x(0)},${y(0)} ${line().join(" ")} ${x(last())},${y(0)}`}
          />
        </Show>
        <line
          class="ideal"
          x1={x(0)}
          y1={y(props.data.total)}
          x2={x(props.data.days.length - 1)}
          y2={y(0)}
        />
        <Show when={known().length > 0}>
          <polyline class="left" points={line().join(" ")} />
          <circle class="now" cx={x(last())} cy={y(known()[last()]?.remaining ?? 0)} r="3.5" />
        </Show>
      </svg>
      <table class="unseen">
        <caption>
          Burndown of {props.name}, in {props.data.unit}
        </caption>
        <thead>
          <tr>
            <th scope="col">End of</th>
            <th scope="col">Left</th>
            <th scope="col">At an even pace</th>
          </tr>
        </thead>
        <tbody>
          <For each={props.data.days}>
            {({ date, remaining, ideal }) => (
              <tr>
                <th scope="row">{toDay(date)}</th>
                <td>{remaining ?? "to come"}</td>
                <td>{Math.round(ideal * 10) / 10}</td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </figure>
  );
}
