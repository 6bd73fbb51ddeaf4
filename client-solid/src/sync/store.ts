/**
 * The page's copy of the state as a Solid store: flat tables, changed by the same patches that the
 * server made. Neighbours: `connection.ts` brings hello and commits, `reading.ts` and the views read.
 * Invariant: one commit is one batch, and touches only the signals of what it changed.
 */
import { type Accessor, batch, createSignal } from "solid-js";
import { createStore, produce, reconcile } from "solid-js/store";
import { applyPatches, fromPointer, type Patch } from "../../../core/patch.ts";
import {
  createState,
  TABLES,
  type TableName,
  toWireState,
  type WireState,
} from "../../../core/state/state.ts";
import type { Commit, Hello, WireEvent } from "./wire.ts";

export const MAX_EVENTS = 200;

export interface Mirror {
  /** Reactive; to be read only. */
  readonly wire: WireState;
  /** Newest first. */
  events: Accessor<readonly WireEvent[]>;
  /** Of the last entry that is in the state. */
  seq: Accessor<number>;
  /** Whether there has been a state at all. */
  ready: Accessor<boolean>;
  /** Takes a hello; one with a state replaces all, but keeps what is equal in place. */
  replaceState(hello: Hello): void;
  /** @throws Error when a patch does not fit or would reach a prototype: ask for a new state then. */
  applyCommit(commit: Commit): void;
}

export function createMirror(): Mirror {
  const [wire, setWire] = createStore<WireState>(toWireState(createState()));
  const [events, setEvents] = createSignal<readonly WireEvent[]>([]);
  const [seq, setSeq] = createSignal(0);
  const [ready, setReady] = createSignal(false);

  function applyPatch(patch: Patch): void {
    const [table, id, ...deeper] = fromPointer(patch.path);
    const whole = patch.op !== "remove" && isTable(table) && deeper.length === 0;
    // A whole table or record that is sent again: what is equal in it keeps its signals.
    if (whole && id === undefined) {
      setWire(table as "tasks", reconcile(patch.value as WireState["tasks"]));
    } else if (whole && id !== undefined && Object.hasOwn(wire[table], id)) {
      setWire(table as "tasks", id, reconcile(patch.value as WireState["tasks"][string]));
    } else {
      setWire(produce((draft) => applyPatches(draft, [patch])));
    }
  }

  return {
    wire,
    events,
    seq,
    ready,
    replaceState(hello) {
      batch(() => {
        if (hello.state !== undefined) setWire(reconcile(hello.state as WireState));
        if (hello.events) setEvents(mergeEvents(events(), hello.events));
        setSeq(hello.seq);
        setReady(true);
      });
    },
    applyCommit({ seq, event, patches }) {
      batch(() => {
        for (const patch of patches) applyPatch(patch);
        setEvents((before) => [event, ...before].slice(0, MAX_EVENTS));
        setSeq(seq);
      });
    },
  };
}

function isTable(name: unknown): name is TableName {
  return (TABLES as readonly unknown[]).includes(name);
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
