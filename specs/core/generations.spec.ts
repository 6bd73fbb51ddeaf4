/**
 * Entries of releases before there were generations of rules (`RULES`) are decided again as they were: `verify`
 * would call an honest journal tampered. Neighbours: `lease-bounds.spec.ts`, `specs/journal/verify.spec.ts`.
 * Invariant: what is expected here of before was written by those releases, whatever the rules of today say.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type ActionName, type State, table } from "../../core/index.ts";
import { MAX_HANDED_WITH_LEAVING } from "../../core/state/agents/hand-over.ts";
import { MAX_LINE } from "../../core/state/agents/line.ts";
import type { Lease } from "../../core/state/tasks/task.ts";
import { list, put } from "../../core/table.ts";
import { toTime } from "../../core/time.ts";
import { AT, asBefore, copyOf, DAY_MS, demoState, frozen, record, run } from "../support/core.ts";

const test = suite("generations of rules");
frozen(test);

/** Codex is called as the CEO is. */
function twoAlexes(): State {
  const state = copyOf(demoState());
  state.company.ceo_name = "Alex";
  record(state.agents, "codex").name = "Alex";
  return state;
}

const TITLES: readonly [ActionName, object, before: string, now: string][] = [
  [
    "tasks/update",
    { task_id: "T-203", agent_id: "codex", progress: 50 },
    "Alex updated T-203",
    "Alex (codex) updated T-203",
  ],
  [
    "tasks/create",
    { title: "x", agent_id: "codex" },
    "Alex created T-216",
    "Alex (codex) created T-216",
  ],
  ["agents/update", { agent_id: "codex", note: "x" }, "Alex updated", "Alex (codex) updated"],
  [
    "tasks/comment",
    { task_id: "T-203", author: "codex", text: "x" },
    "Alex commented on T-203",
    "Alex (codex) commented on T-203",
  ],
  [
    "tasks/link",
    { source_id: "T-208", target_id: "T-206", link_type: "relates-to", author: "codex" },
    "Alex linked T-208",
    "Alex (codex) linked T-208",
  ],
  [
    "ceo/directive",
    { target: "codex", text: "x" },
    "Alex directed Alex",
    "Alex directed Alex (codex)",
  ],
  [
    "missions/plan",
    { agent_id: "codex", title: "x", objective: "y" },
    "Alex planned M-",
    "Alex (codex) planned M-",
  ],
];

test("ACC-17 DUR-18: who was called as the CEO stands by the name alone in entries of before, and with its id in those of today", () => {
  for (const [name, body, before, now] of TITLES) {
    const { title } = asBefore(twoAlexes(), name, body).event;
    assert.is(title.replace(/M-\d+$/, "M-"), before, name);
    assert.is(run(twoAlexes(), name, body).event.title.replace(/M-\d+$/, "M-"), now, name);
  }
});

test("ACC-17 DUR-18: so do a conversation's title, and the reason why a lease was taken", () => {
  const body = { sender: "codex", target: "iris", text: "x" };
  const threadOf = ({ state }: { state: State }) =>
    list(state.threads).find(({ participants }) => participants.join() === "codex,iris")?.title;
  const fresh = twoAlexes();
  assert.is(threadOf({ state: fresh }), undefined);
  assert.is(threadOf(asBefore(fresh, "conversations/message", body)), "Alex and Iris");
  assert.is(threadOf(run(fresh, "conversations/message", body)), "Alex (codex) and Iris");
  const held = twoAlexes();
  const task = record(held.tasks, "T-203");
  task.lease = { holder: "codex", token: 1, ttl_seconds: 60, expires_at: toTime(AT - DAY_MS) };
  const lost = { task_ids: ["T-203"], max_expiries: 3 };
  const reasons = [asBefore(held, "system/expire", lost), run(held, "system/expire", lost)].map(
    ({ state }) =>
      record(state.tasks, "T-203").activity.find(({ field, from }) => field === "lease" && from)
        ?.to,
  );
  assert.equal(reasons, ["the lease of Alex ran out", "the lease of Alex (codex) ran out"]);
});

test("CORE-26 DUR-18: a manifest of before registered a line however long; one of today up to where it may go", () => {
  const agents = Array.from({ length: MAX_LINE + 10 }, (_, n) => ({
    agent_id: `a${n}`,
    name: `A${n}`,
    role: "x",
    manager: n > 0 ? `a${n - 1}` : "ceo",
  }));
  const body = { company_name: "X", agents };
  assert.is(table.size(asBefore(demoState(), "org/bootstrap", body).state.agents), MAX_LINE + 10);
  assert.is(table.size(run(demoState(), "org/bootstrap", body).state.agents), MAX_LINE);
});

/** Echo leaves; so many report to it. */
function withReports(count: number): State {
  const state = copyOf(demoState());
  const one = record(state.agents, "iris");
  for (let n = 0; n < count; n++) {
    put(state.agents, `b${n}`, { ...one, id: `b${n}`, name: `B${n}`, manager: "echo" });
  }
  return state;
}

const LEAVING = { agent_id: "echo", successor_id: "violet" };

test("CORE-25 DUR-18: of before all agents that named who left changed with it, however many", () => {
  const state = withReports(MAX_HANDED_WITH_LEAVING + 1);
  const { state: after } = asBefore(state, "agents/retire", LEAVING);
  assert.is(record(after.agents, "b1000").manager, "violet");
  assert.not.ok("handing_over_to" in record(after.agents, "echo"));
  const now = run(state, "agents/retire", LEAVING).state;
  assert.is(record(now.agents, "b1000").manager, "echo", "and today behind it");
  const { state: gone } = asBefore(state, "agents/delete", { agent_id: "echo" });
  assert.not.ok(table.has(gone.agents, "echo"));
});

test("CORE-26 DUR-18: of before reports went to the successor however long their line, or to the manager whoever that was", () => {
  const state = withReports(1);
  const one = record(state.agents, "iris");
  for (let n = 0; n < MAX_LINE; n++) {
    const manager = n > 0 ? `c${n - 1}` : "ceo";
    put(state.agents, `c${n}`, { ...one, id: `c${n}`, name: `C${n}`, manager });
  }
  const body = { agent_id: "echo", successor_id: `c${MAX_LINE - 1}` };
  const managerIn = (after: State) => record(after.agents, "b0").manager;
  assert.is(managerIn(asBefore(state, "agents/retire", body).state), body.successor_id);
  assert.is(
    managerIn(run(state, "agents/retire", body).state),
    record(state.agents, "echo").manager,
  );
  const circle = copyOf(state);
  record(circle.agents, "echo").manager = "b0";
  const { state: left } = asBefore(circle, "agents/decommission", { agent_id: "echo" });
  assert.is(managerIn(left), "b0");
  assert.is(managerIn(run(circle, "agents/decommission", { agent_id: "echo" }).state), "ceo");
});

test("CORE-25 DUR-18: behind a leaving of before what was left went to the named successor or to nobody, and ended with tasks and missions", () => {
  const state = copyOf(demoState());
  const owned = list(state.tasks).flatMap(({ id, owner }) => (owner === "echo" ? [id] : []));
  const [first = ""] = owned;
  record(state.agents, "echo").standing = "retired";
  record(state.agents, "echo").handing_over_to = "scout";
  record(state.agents, "scout").standing = "retired";
  record(state.agents, "scout").handing_over_to = "violet";
  record(state.agents, "iris").manager = "echo";
  const all = list(state.tasks).map(({ id }) => id);
  const missions = list(state.missions).map(({ id }) => id);
  const body = { agent_id: "echo", task_ids: all, mission_ids: missions };
  const before = asBefore(state, "system/hand_over", body);
  assert.is(record(before.state.tasks, first).owner, null);
  assert.not.ok("handing_over_to" in record(before.state.agents, "echo"));
  const now = run(state, "system/hand_over", { ...body, agent_ids: [] }).state;
  assert.is(record(now.tasks, first).owner, "violet");
  assert.is(record(now.agents, "echo").handing_over_to, "scout", "an agent still names it");
  const active = copyOf(state);
  record(active.agents, "echo").standing = "active";
  const { state: handed } = asBefore(active, "system/hand_over", body);
  assert.is(record(handed.tasks, first).owner, null);
  assert.is(record(run(active, "system/hand_over", body).state.tasks, first).owner, "echo");
});

function withLease(lease: Lease): State {
  const state = copyOf(demoState());
  record(state.tasks, "T-203").lease = lease;
  return state;
}

test("CORE-5 DUR-18: of before a restored counter was believed, and so was how long a restored lease lasts and when it ends", () => {
  const state = copyOf(demoState());
  state.counters.task = 202;
  const create = { title: "x" };
  assert.is(record(asBefore(state, "tasks/create", create).state.tasks, "T-203").title, "x");
  const { state: kept } = run(state, "tasks/create", create);
  assert.is(record(kept.tasks, "T-203"), record(state.tasks, "T-203"));

  const lease = { holder: "codex", token: 1, ttl_seconds: 2 * 86_400 };
  const heart = { agent_id: "codex", current_task_id: "T-203", status: "working" };
  const held = withLease({ ...lease, expires_at: toTime(AT + DAY_MS) });
  const ends = (after: State) => record(after.tasks, "T-203").lease?.ttl_seconds;
  assert.is(ends(asBefore(held, "agents/heartbeat", heart).state), 2 * 86_400);
  assert.is(ends(run(held, "agents/heartbeat", heart).state), 86_400);

  for (const expires_at of ["no time", toTime(AT + 2 * DAY_MS)]) {
    const odd = withLease({ ...lease, expires_at });
    for (const named of [{}, { task_ids: ["T-203"] }]) {
      const lost = { max_expiries: 3, ...named };
      const holder = (after: State) => record(after.tasks, "T-203").lease?.holder;
      assert.is(holder(asBefore(odd, "system/expire", lost).state), "codex", expires_at);
      assert.is(holder(run(odd, "system/expire", lost).state), undefined, expires_at);
    }
  }
});

test.run();
