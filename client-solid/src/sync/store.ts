/**
 * The page's copy of the state: what the server has said, with the effects of the page's own writes on
 * top. Neighbours: `connection.ts` brings hello and commits, `records.ts` holds, `optimistic.ts` lays
 * effects over it, `reading.ts` and the views read.
 * Invariant: what is taken at once is one batch, and touches only the signals of what it changed.
 */
import { type Accessor, batch, createSignal } from "solid-js";
import type { Patch, Touched } from "../../../core/patch.ts";
import type { WireState } from "../../../core/state/state.ts";
import { createExceptionIndex, type ExceptionIndex } from "./exception-index.ts";
import { createEffects, type Effects } from "./optimistic.ts";
import { createRecords } from "./records.ts";
import { createTaskIndex, type TaskIndex } from "./task-index.ts";
import type { Commit, Hello, WireEvent } from "./wire.ts";

export const MAX_EVENTS = 200;

/** What others did: their patches, none where an own write was taken back; or all, where the state was sent anew. */
export type Others = readonly Patch[] | "all";

export interface Mirror {
  /** Reactive; to be read only. */
  readonly wire: WireState;
  /** The ids of tasks in groups, and of those that need an eye; `reading.ts` has the words for views. */
  readonly tasks: Omit<TaskIndex, "follow">;
  readonly exceptions: Pick<ExceptionIndex, "ids" | "idsOf" | "tick">;
  /** Newest first. */
  events: Accessor<readonly WireEvent[]>;
  /** Of the last entry that is in the state. */
  seq: Accessor<number>;
  /** The name of the journal that it is of; null before there was a state. */
  journal(): string | null;
  /** Whether there has been a state at all. */
  ready: Accessor<boolean>;
  /** Takes a hello; one with a state replaces all, but keeps what is equal in place. */
  replaceState(hello: Hello): void;
  /** @throws Error when a patch does not fit or would reach a prototype: ask for a new state then. */
  applyCommit(commit: Commit): void;
  /** The same for many that follow one another, which are shown at once. */
  applyCommits(commits: readonly Commit[]): void;
  /** Calls `listener` within the batch of each change with the records it touched, until ended. */
  onChange(listener: (touched: Touched) => void): () => void;
  /** Calls `listener` within the batch of what is not the person's own doing, before it is shown, until ended. */
  onOthers(listener: (others: Others) => void): () => void;
  /** The effects of the page's own writes. */
  effects: Pick<Effects, "useReducer" | "size" | "isForetold"> & {
    add(effect: Omit<Parameters<Effects["add"]>[0], "seq">): void;
    answered(key: string, seqs: readonly (number | null)[]): void;
  };
}

export function createMirror(): Mirror {
  const records = createRecords();
  const effects = createEffects(records);
  const tasks = createTaskIndex(records.raw);
  const exceptions = createExceptionIndex(records.raw, tasks);
  const [events, setEvents] = createSignal<readonly WireEvent[]>([]);
  const [seq, setSeq] = createSignal(0);
  const [ready, setReady] = createSignal(false);
  const listeners = new Set<(touched: Touched) => void>();
  const strangers = new Set<(others: Others) => void>();
  let journal: string | null = null;

  /** One batch, after which what is derived has followed. */
  function change(act: () => void): void {
    batch(() => {
      act();
      const touched = records.takeTouched();
      tasks.follow(touched);
      exceptions.follow(touched);
      for (const listener of listeners) listener(touched);
    });
  }

  function tellOthers(others: Others): void {
    for (const listener of strangers) listener(others);
  }

  function applyCommits(commits: readonly Commit[]): void {
    const last = commits.at(-1);
    if (!last) return;
    change(() => {
      const entries = commits.map(({ seq: id, event, patches }) => ({
        event: { id, ...event },
        patches,
      }));
      const others = effects.commit(entries, last.seq);
      if (others.length > 0) tellOthers(others);
      const news = entries.map(({ event }) => event).reverse();
      setEvents((before) => [...news, ...before].slice(0, MAX_EVENTS));
      setSeq(last.seq);
    });
  }

  return {
    wire: records.wire,
    tasks,
    exceptions,
    events,
    seq,
    journal: () => journal,
    ready,
    replaceState(hello) {
      change(() => {
        if (hello.state !== undefined) {
          const anew = journal !== hello.journal || hello.reset === "ahead";
          const news = (hello.events ?? []).filter(({ id }) => anew || id > seq());
          effects.replace(hello.state as WireState, news, {
            seq: hello.seq,
            journal: hello.journal,
            anew,
          });
          if (ready()) tellOthers("all");
        }
        journal = hello.journal;
        if (hello.events) setEvents(mergeEvents(events(), hello.events));
        setSeq(hello.seq);
        setReady(true);
      });
    },
    applyCommit: (commit) => applyCommits([commit]),
    applyCommits,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onOthers(listener) {
      strangers.add(listener);
      return () => strangers.delete(listener);
    },
    effects: {
      useReducer: (reducer) => change(() => effects.useReducer(reducer)),
      size: effects.size,
      isForetold: effects.isForetold,
      add: (effect) => change(() => effects.add({ ...effect, seq: seq() + 1 })),
      answered: (key, seqs) =>
        change(() => {
          effects.answered(key, seqs, seq());
          // What was shown of it goes back, at a moment that is not the person's.
          if (seqs.length === 0 || seqs.includes(null)) tellOthers([]);
        }),
    },
  };
}

/** The new list, newest first; an event that was known already stays the same object, and its row. */
function mergeEvents(
  before: readonly WireEvent[],
  next: readonly WireEvent[],
): readonly WireEvent[] {
  const known = new Map(before.map((event) => [event.id, event]));
  return [...next]
    .sort((a, b) => b.id - a.id)
    .slice(0, MAX_EVENTS)
    .map((event) => {
      const same = known.get(event.id);
      return same && JSON.stringify(same) === JSON.stringify(event) ? same : event;
    });
}
