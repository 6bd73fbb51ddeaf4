/**
 * The org tree as it is shown: what is open (in the address), where the keyboard is, and its keys as a
 * tree has them. Neighbours: the drawn chart and the indented tree share it. Invariant: one row takes
 * the focus by Tab, and it is one that is shown.
 */
import { useNavigate } from "@solidjs/router";
import { type Accessor, createMemo, createSignal } from "solid-js";
import { CEO } from "../../../../core/state/agents/agent.ts";
import { usePage } from "../../page.ts";
import { useQuery } from "../../parts/query.ts";
import { type Row, reportsOf, toRows, type Walk, walk } from "./model.ts";

const KEYS: Record<string, Walk> = {
  ArrowDown: "next",
  ArrowUp: "previous",
  ArrowRight: "in",
  ArrowLeft: "out",
  Home: "first",
  End: "last",
};

export interface OrgTree {
  rows: Accessor<readonly Row[]>;
  /** The ids of the rows; the same list while nobody comes or goes. */
  ids: Accessor<readonly string[]>;
  rowOf(id: string): Row | undefined;
  /** The row that Tab reaches. */
  current: Accessor<string>;
  setCurrent(id: string): void;
  toggle(id: string): void;
  setAll(open: boolean): void;
  /** The page of that person. */
  hrefOf(id: string): string;
  onKeyDown(event: KeyboardEvent): void;
}

/** @param focus gives a row the focus, once it is shown */
export function useOrgTree(focus: (id: string) => void): OrgTree {
  const { wire } = usePage().mirror;
  const query = useQuery();
  const navigate = useNavigate();
  const [focused, setFocused] = createSignal(CEO);
  const reports = createMemo(() => reportsOf(Object.values(wire.agents)), undefined, {
    equals: (a, b) => a !== undefined && JSON.stringify([...a]) === JSON.stringify([...b]),
  });
  const closed = createMemo(() => new Set(query.get("closed").split(",").filter(Boolean)));
  const rows = createMemo(() => toRows(reports(), closed()));
  const byId = createMemo(() => new Map(rows().map((row) => [row.id, row])));
  const ids = createMemo(() => rows().map(({ id }) => id), [], {
    equals: (a, b) => a.length === b.length && a.every((id, at) => id === b[at]),
  });
  const current = () => (byId().has(focused()) ? focused() : CEO);

  function setOpen(id: string, open: boolean): void {
    const next = new Set(closed());
    if (open) next.delete(id);
    else next.add(id);
    query.set({ closed: [...next].join(",") });
  }

  const tree: OrgTree = {
    rows,
    ids,
    rowOf: (id) => byId().get(id),
    current,
    setCurrent: setFocused,
    toggle: (id) => setOpen(id, closed().has(id)),
    setAll(open) {
      const managers = [...reports()].filter(([id, team]) => id !== CEO && team.length > 0);
      query.set({ closed: open ? "" : managers.map(([id]) => id).join(",") });
    },
    hrefOf: (id) => (id === CEO ? "/settings" : `/team/agents/${id}`),
    onKeyDown(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      const id = current();
      if (event.key === "Enter") navigate(tree.hrefOf(id));
      else if (event.key === " ") {
        if ((byId().get(id)?.reports.length ?? 0) > 0) tree.toggle(id);
      } else {
        const way = KEYS[event.key];
        if (!way) return;
        const step = walk(rows(), id, way);
        if (step && "go" in step) {
          setFocused(step.go);
          focus(step.go);
        } else if (step) setOpen(id, "open" in step);
      }
      event.preventDefault();
    },
  };
  return tree;
}
