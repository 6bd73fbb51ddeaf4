/**
 * Of a list of any length, what is drawn: the first ones, or those around the current one, and more when
 * they are asked for. Neighbours: views whose lists grow with the company. Invariant: what is drawn at
 * first does not grow with the list, or a company of thousands would freeze the page.
 */
import { type Accessor, createMemo, createSignal, For, type JSX, Show } from "solid-js";
import { Dynamic } from "solid-js/web";

/** Of a list that has a page to itself, or a card. */
export const MAX_IN_LIST = 50;
/** So many are shown beside those with each click. */
export const MORE = 200;

interface Props<T> {
  each: readonly T[];
  /** How many at first. */
  first?: number;
  /** What the button stands in, where only that may stand in the list. */
  within?: "li";
  fallback?: JSX.Element;
  children(item: T): JSX.Element;
}

export function First<T>(props: Props<T>) {
  const [more, setMore] = createSignal(0);
  const shown = createMemo(() => props.each.slice(0, (props.first ?? MAX_IN_LIST) + more()));
  return (
    <>
      <For each={shown()} fallback={props.fallback}>
        {(item) => props.children(item)}
      </For>
      <More
        left={props.each.length - shown().length}
        within={props.within}
        onMore={() => setMore((before) => before + MORE)}
      />
    </>
  );
}

/**
 * Those around a current one, which moves.
 * @param place index of the current one, -1 where there is none
 * @param most how many at first; half of them on either side
 */
export function useAround<T>(all: Accessor<readonly T[]>, place: Accessor<number>, most: number) {
  const [before, setBefore] = createSignal(0);
  const [after, setAfter] = createSignal(0);
  // It moves only when the current one leaves it: what is read must not slide away at each step.
  const from = createMemo<number>((last) => {
    const end = Math.max(0, all().length - most);
    const kept = Math.min(last, end);
    const at = place();
    const inSight = at < 0 || (at >= kept - before() && at < kept + most + after());
    return inSight ? kept : Math.max(0, Math.min(at - most / 2, end));
  }, 0);
  const first = () => Math.max(0, from() - before());
  const end = () => Math.min(all().length, from() + most + after());
  return {
    shown: createMemo(() => all().slice(first(), end())),
    /** How many are not shown before and after those. */
    earlier: first,
    later: () => all().length - end(),
    showEarlier: () => setBefore((count) => count + MORE),
    showLater: () => setAfter((count) => count + MORE),
  };
}

/** How many are not drawn, and the way to them. */
export function More(props: {
  left: number;
  /** "more", if not said otherwise. */
  word?: string;
  within?: "li" | undefined;
  onMore(): void;
}) {
  const button = () => (
    <button type="button" class="link more" onClick={() => props.onMore()}>
      {props.left} {props.word ?? "more"}
    </button>
  );
  return (
    <Show when={props.left > 0}>
      <Show when={props.within} fallback={button()}>
        {(element) => <Dynamic component={element()}>{button()}</Dynamic>}
      </Show>
    </Show>
  );
}
