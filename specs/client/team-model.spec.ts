/** The team's pure parts: the chart, what is foretold of leaving, coverage, the roster, the form. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { toChanges, toDraft } from "../../client-solid/src/views/team/agent-draft.ts";
import { coverageOf } from "../../client-solid/src/views/team/coverage.ts";
import {
  previewLeaving,
  takesSuccessor,
  WAYS,
  type Way,
} from "../../client-solid/src/views/team/leaving.ts";
import {
  CARD,
  type Reporting,
  type Row,
  reportsOf,
  toLayout,
  toRows,
  walk,
} from "../../client-solid/src/views/team/model.ts";
import { toRoster } from "../../client-solid/src/views/team/roster.ts";
import type { ActionName, State } from "../../core/index.ts";
import { toWireState } from "../../core/index.ts";
import type { Agent } from "../../core/state/agents/agent.ts";
import { compareIds, get, list } from "../../core/table.ts";
import { act, demoState, run, runAll } from "../support/core.ts";

const none = new Set<string>();

function reporting(id: string, manager: string, standing: Agent["standing"] = "active"): Reporting {
  return { id, name: id, manager, standing };
}

/** A company in which the manager of the n-th is chosen by a fixed rule, wide and deep. */
function company(size: number): Reporting[] {
  return Array.from({ length: size }, (_, n) =>
    reporting(`a${n}`, n < 3 ? "ceo" : `a${(n * 7919) % Math.ceil(n / 2)}`),
  );
}

function checkLayout(rows: readonly Row[]): void {
  const { places, lines, width, height } = toLayout(rows);
  assert.is(places.size, rows.length, "everybody has a place");
  assert.is(lines.length, rows.length - 1, "everybody but the CEO has a line");
  const boxes = [...places.values()];
  for (const [at, a] of boxes.entries()) {
    assert.ok(a.x >= -0.001 && a.x + CARD.width <= width + 0.001, `${a.id} is inside`);
    assert.ok(a.y >= 0 && a.y + CARD.height <= height + 0.001, `${a.id} is inside`);
    for (const b of boxes.slice(at + 1)) {
      if (a.y !== b.y) continue;
      assert.ok(Math.abs(a.x - b.x) >= CARD.width + 1, `${a.id} and ${b.id} overlap`);
    }
  }
  for (const { id, parent } of rows) {
    const own = places.get(id);
    const above = parent === null ? undefined : places.get(parent);
    if (own && above) assert.ok(own.y > above.y, `${id} stands below ${parent}`);
  }
}

test("PAGE-65: no cards overlap and all have a place, with 1, 13 and 300 agents, open and closed", () => {
  const demo = reportsOf(list(demoState().agents));
  for (const reports of [demo, reportsOf([]), reportsOf(company(1)), reportsOf(company(300))]) {
    checkLayout(toRows(reports, none));
    checkLayout(toRows(reports, new Set([...reports.keys()].filter((_, at) => at % 3 === 1))));
  }
  const rows = toRows(demo, none);
  const { places } = toLayout(rows);
  const middle = (id: string) => (places.get(id)?.x ?? 0) + CARD.width / 2;
  assert.is(middle("ceo"), middle("orion"), "over the only report");
  assert.is(middle("orion"), (middle("charlie") + middle("violet")) / 2, "over the middle");
});

test("PAGE-65: whoever has no sound manager stands under the CEO, once; who left stands nowhere", () => {
  const reports = reportsOf([
    reporting("b", "gone"),
    reporting("c", "left"),
    reporting("left", "ceo", "retired"),
    reporting("x", "y"),
    reporting("y", "x"),
    reporting("z", "y"),
  ]);
  const ids = toRows(reports, none).map(({ id }) => id);
  assert.equal([...ids].sort(), ["b", "c", "ceo", "x", "y", "z"]);
  assert.is(new Set(ids).size, ids.length);
});

test("PAGE-65: a line of managers longer than a stack is deep is shown, down to its end", () => {
  const LINE = 3_000;
  const line = Array.from({ length: LINE }, (_, n) =>
    reporting(`a${n}`, n > 0 ? `a${n - 1}` : "ceo"),
  );
  const rows = toRows(reportsOf(line.reverse()), none);
  assert.is(rows.length, LINE + 1);
  assert.equal([rows.at(-1)?.id, rows.at(-1)?.level], [`a${LINE - 1}`, LINE + 1]);
  assert.equal([rows[0]?.below, rows.at(-1)?.below], [LINE, 0]);
  const { places, width } = toLayout(rows);
  assert.is(places.size, LINE + 1);
  assert.is(width, CARD.width);
});

test("PAGE-65: the keys of a tree: down and up by row, right opens then enters, left closes then leaves", () => {
  const reports = reportsOf(list(demoState().agents));
  const rows = toRows(reports, new Set(["codex"]));
  assert.equal(walk(rows, "ceo", "next"), { go: "orion" });
  assert.equal(walk(rows, "ceo", "previous"), null);
  assert.equal(walk(rows, "codex", "in"), { open: "codex" });
  assert.equal(walk(rows, "codex", "out"), { go: "orion" });
  assert.equal(walk(rows, "violet", "in"), { go: "echo" });
  assert.equal(walk(rows, "violet", "out"), { close: "violet" });
  assert.equal(walk(rows, "echo", "in"), null);
  assert.equal(walk(rows, "echo", "first"), { go: "ceo" });
  assert.equal(walk(rows, "ceo", "last"), { go: "scout" });
  assert.equal(walk(rows, "nobody", "next"), { go: "ceo" });
});

const BODIES: Record<Way, (id: string, to: string | null) => object> = {
  decommission: (agent_id) => ({ agent_id }),
  retire: (agent_id, to) => ({ agent_id, ...(to && { successor_id: to }) }),
  replace: (old_agent_id, new_agent_id) => ({ old_agent_id, new_agent_id }),
  merge: (source_agent_id, target_agent_id) => ({ source_agent_id, target_agent_id }),
  delete: (agent_id) => ({ agent_id }),
};

/** What really changed, in the form of the preview. */
function changesOf(before: State, after: State, leaving: string, to: string | null) {
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  const tasks = list(before.tasks).flatMap((old) => {
    const now = get(after.tasks, old.id);
    return now ? [{ old, now }] : [];
  });
  const ids = (changed: typeof tasks) => changed.map(({ old }) => old.id).sort(compareIds);
  const owners = tasks.filter(({ old, now }) => old.owner !== now.owner);
  assert.ok(owners.every(({ now }) => now.owner === to));
  const agents = list(before.agents).flatMap((old) => {
    const now = get(after.agents, old.id);
    return now && old.id !== leaving ? [{ old, now }] : [];
  });
  const into = to === null ? undefined : get(after.agents, to);
  const learned = (field: "skills" | "specialists") => {
    const had = get(before.agents, to ?? "")?.[field] ?? [];
    return (into?.[field] ?? []).filter((one) => !had.includes(one));
  };
  return {
    to,
    open: owners
      .filter(({ old }) => old.status !== "done")
      .map(({ old, now }) => ({
        id: old.id,
        title: old.title,
        status: old.status,
        leaseEnds: old.lease !== null && now.lease === null,
        backToReady: old.status !== now.status && now.status === "ready",
      }))
      .sort((a, b) => compareIds(a.id, b.id)),
    done: ids(owners.filter(({ old }) => old.status === "done")),
    validating: ids(tasks.filter(({ old, now }) => old.validation_owner !== now.validation_owner)),
    helping: ids(
      tasks.filter(
        ({ old, now }) =>
          !same(old.assignees, now.assignees) || !same(old.collaborators, now.collaborators),
      ),
    ),
    missions: list(before.missions).flatMap((old) => {
      const now = get(after.missions, old.id);
      if (!now) return [];
      if (old.owner === now.owner && same(old.assigned_agents, now.assigned_agents)) return [];
      return [{ id: old.id, title: old.title, owned: old.owner !== now.owner }];
    }),
    reports: agents
      .filter(({ old, now }) => old.manager !== now.manager)
      .map(({ now }) => ({ id: now.id, manager: now.manager })),
    collaborators: agents
      .filter(({ old, now }) => !same(old.collaborating_with, now.collaborating_with))
      .map(({ now }) => now.id),
    chief: before.company.chief_agent_id !== after.company.chief_agent_id,
    skills: learned("skills"),
    specialists: learned("specialists"),
  };
}

test("PAGE-66: what is foretold of every way of leaving is what the reducer then does", () => {
  const claims = list(demoState().tasks)
    .filter(({ status, owner }) => status === "in_progress" && owner)
    .map(({ id, owner }): [ActionName, object] => [
      "tasks/claim",
      { task_id: id, agent_id: owner },
    ]);
  const steps: [ActionName, object][] = [
    ["tasks/update", { task_id: "T-205", assignees: ["codex", "iris"], collaborators: ["scout"] }],
    ["tasks/update", { task_id: "T-206", validation_owner: "echo" }],
    ...claims,
  ];
  const state = runAll(demoState(), steps);
  assert.ok(
    list(state.tasks).some(({ lease }) => lease),
    "some work is under a lease",
  );
  const everybody = list(state.agents).map(({ id }) => id);
  let compared = 0;
  for (const id of everybody) {
    for (const way of WAYS) {
      const never = takesSuccessor(way) === "never";
      const heirs: (string | null)[] = never ? [null] : everybody.filter((other) => other !== id);
      if (takesSuccessor(way) === "may") heirs.push(null);
      for (const to of heirs) {
        const result = act(state, `agents/${way}` as ActionName, BODIES[way](id, to));
        if (!result.ok) {
          assert.is(`${way} ${id}`, "delete orion", result.message);
          continue;
        }
        const foretold = previewLeaving(state, id, way, to);
        assert.equal(foretold, changesOf(state, result.state, id, to), `${way} ${id} to ${to}`);
        // The page asks the same of its flat tables.
        assert.equal(previewLeaving(toWireState(state), id, way, to), foretold);
        compared++;
      }
    }
  }
  assert.ok(compared > 13 * 12 * 3, `${compared} leavings compared`);
});

test("PAGE-67: gaps: what open tasks ask for and nobody has, and what nobody present has", () => {
  const state = runAll(demoState(), [
    ["tasks/create", { title: "Speak to the press", specialist: "pr", project_id: "ceo-console" }],
    ["agents/update", { agent_id: "shield", status: "offline" }],
  ]);
  const covers = coverageOf(state, "specialisms");
  assert.equal(
    covers.filter(({ gap }) => gap).map(({ name, gap }) => `${name} ${gap}`),
    ["pr uncovered", "security absent"],
  );
  assert.is(covers.find(({ name }) => name === "pr")?.openTasks, 1);
  const skills = coverageOf(state, "skills");
  assert.ok(
    skills.some(({ name, gap, holders }) => gap === "absent" && holders[0] === "shield" && name),
  );
});

test("PAGE-67: the roster by any column, both ways; filtered by word, status and who left", () => {
  const state = run(demoState(), "agents/decommission", { agent_id: "iris" }).state;
  const agents = list(state.agents);
  const load: Record<string, number> = { codex: 9, ralph: 3 };
  const ask = (query: object) =>
    toRoster(
      agents,
      {
        text: "",
        status: "",
        specialism: "",
        project: "",
        sort: "name",
        descending: false,
        ...query,
      },
      (id) => load[id] ?? 0,
    );
  assert.equal(ask({}).slice(0, 3), ["charlie", "codex", "echo"]);
  assert.equal(ask({ sort: "load", descending: true }).slice(0, 3), ["codex", "ralph", "charlie"]);
  assert.equal(ask({ status: "left" }), ["iris"]);
  assert.equal(ask({ text: "engineering codex" }), ["codex"]);
  assert.equal(ask({ specialism: "security" }), ["shield"]);
  assert.not(ask({}).includes("iris"));
});

test("PAGE-66: an update of an agent carries what was changed and nothing else", () => {
  const codex = get(demoState().agents, "codex");
  if (!codex) throw new Error("no codex");
  const before = toDraft(codex);
  assert.equal(toChanges(toDraft(codex), before), {});
  const draft = {
    ...toDraft(codex),
    name: " Codex II ",
    department: "",
    skills: ["go", " "],
    org_level: "2",
    profile_hue: "120",
  };
  assert.equal(toChanges(draft, before), {
    name: "Codex II",
    department: null,
    skills: ["go"],
    org_level: 2,
    profile_hue: 120,
  });
});

test.run();
