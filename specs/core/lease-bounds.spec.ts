/**
 * What one agent may hold at a time, and which of the leases that it loses count against a task. Neighbours:
 * `leases.spec.ts`, `core/state/tasks/leases.ts`, `routing.ts`.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type ActionName, createRelations, type State } from "../../core/index.ts";
import { explainTask } from "../../core/state/tasks/routing.ts";
import { list } from "../../core/table.ts";
import { asBefore, createStory, frozen, record, type Story } from "../support/core.ts";
import { activeOf, claim, claimedId, pool, SECOND_MS, taskIn } from "../support/leases.ts";

const test = suite("bounds of leases");
frozen(test);

const MOST = 50;
const FULL =
  "Iris has 50 tasks that it holds or that wait for a human on its account, the most that an agent may; finish or release some, or ask a human for what waits";

const heldBy = (story: Story, id: string) =>
  list(story.state.tasks).filter(({ lease }) => lease?.holder === id).length;

/** Iris holds as many as one may; made once, since each step is held against the laws. */
function full(): { story: Story; ids: string[]; free: string } {
  made ??= fill();
  const { story, ids, free } = made;
  const { state, seq, at } = story;
  return { story: Object.assign(createStory(state), { seq, at }), ids, free };
}

let made: ReturnType<typeof fill> | undefined;

function fill() {
  const story = createStory();
  const ids = Array.from({ length: MOST }, () => pool(story));
  for (const task_id of ids) claim(story, { agent_id: "iris", task_id });
  return { story, ids, free: pool(story, { priority: "P0" }) };
}

/** As a release decided it that had no generations of rules. */
const nextBefore = ({ state, at, seq }: Story, name: ActionName, payload: object) =>
  asBefore(state, name, payload, at + SECOND_MS, seq + 1);

test("AGT-13: an agent holds 50 leases at most: a named claim beyond them is refused with the way on, one of any task finds none", () => {
  const { story, ids, free } = full();
  const [first = "", second = ""] = ids;
  const named = { agent_id: "iris", task_id: free };
  const refusal = story.refused("tasks/claim", named, `${free} cannot be claimed: ${FULL}`);
  assert.is(refusal.code, "conflict");
  const { reply, idle } = story.does("tasks/claim", { agent_id: "iris" }, []);
  assert.equal(reply, { task: null, lease: null, message: `no eligible tasks: ${FULL}` });
  assert.ok(idle);
  // Its own work, of which it has no lease, makes one more; what it holds does not.
  const own = pool(story);
  story.does("tasks/event", { type: "started", task_id: own, agent_id: "iris" });
  story.refused(
    "tasks/claim",
    { agent_id: "iris", task_id: own },
    `${own} cannot be claimed: ${FULL}`,
  );
  assert.is(claimedId(story, { agent_id: "iris", task_id: first }), first);
  assert.is(heldBy(story, "iris"), MOST);
  assert.is(claimedId(story, { agent_id: "quill", task_id: free }), free, "others go on");
  const next = pool(story);
  story.does("tasks/release", { task_id: first, agent_id: "iris", reason: "too many" });
  assert.is(claimedId(story, { agent_id: "iris", task_id: next }), next);
  story.does("tasks/event", { type: "needs-validation", task_id: second, agent_id: "iris" });
  assert.ok(claimedId(story, { agent_id: "iris" }));
  assert.is(heldBy(story, "iris"), MOST);
});

test("AGT-13 AGT-5: who holds the most is explained as not eligible, and the others are", () => {
  const { story, free } = full();
  const told = explainTask(
    story.state,
    createRelations(story.state),
    record(story.state.tasks, free),
  );
  assert.not.ok(told.eligible_agents.includes("iris"));
  assert.ok(told.eligible_agents.includes("quill"));
  const iris = told.candidates.find(({ agent_id }) => agent_id === "iris");
  assert.equal(
    iris?.reasons.filter(({ blocking }) => blocking).map(({ text }) => text),
    [FULL],
  );
});

/** What is left of the task once the lease is over, lost by Iris. */
function lost(ttl_seconds: number, renewAfter?: number): { story: Story; id: string } {
  const story = createStory();
  const id = pool(story);
  claim(story, { agent_id: "iris", task_id: id, ttl_seconds });
  if (renewAfter !== undefined) {
    story.wait((renewAfter - 1) * SECOND_MS);
    story.does("tasks/renew", { task_id: id, agent_id: "iris" });
  }
  story.wait(ttl_seconds * SECOND_MS);
  story.does("system/expire", { max_expiries: 1 });
  return { story, id };
}

test("AGT-14: a lease that was shorter than a minute and never renewed is lost without counting: told in the activity, and free again", () => {
  for (const ttl_seconds of [2, 30, 58]) {
    const { story, id } = lost(ttl_seconds);
    const { status, lease, owner, lease_expiries, needs_human, activity } = taskIn(story, id);
    assert.equal([status, lease, owner], ["ready", null, null]);
    assert.equal([lease_expiries, needs_human], [0, false], `${ttl_seconds} s`);
    assert.ok(activity.some(({ to }) => to === "the lease of Iris ran out"));
    assert.equal([activeOf(story, "lease_lost"), activeOf(story, "needs_human")], [[], []]);
    assert.is(claimedId(story, { agent_id: "quill", task_id: id }), id);
  }
});

test("AGT-14: one that was for a minute counts, and so does one that was renewed", () => {
  for (const [ttl_seconds, renewAfter] of [[60], [300], [2, 2], [30, 10]] as const) {
    const { story, id } = lost(ttl_seconds, renewAfter);
    const { status, lease_expiries, needs_human } = taskIn(story, id);
    assert.equal([status, lease_expiries, needs_human], ["ready", 1, true], `${ttl_seconds} s`);
  }
});

test("AGT-14: what a server was down for does not make a short lease a long one", () => {
  const story = createStory();
  const id = pool(story);
  claim(story, { agent_id: "iris", task_id: id, ttl_seconds: 2 });
  story.wait(600 * SECOND_MS);
  story.does("system/expire", { max_expiries: 1, heard_from: story.at - 5 * SECOND_MS });
  assert.equal([taskIn(story, id).status, taskIn(story, id).lease_expiries], ["ready", 0]);
});

test("AGT-13: what waits for a human on an agent's account counts among its 50, released, lost or handed over, until a human ends it", () => {
  const { story, ids, free } = full();
  const [asked = "", handed = "", checked = "", ended = ""] = ids;
  const isFull = () =>
    story.refused(
      "tasks/claim",
      { agent_id: "iris", task_id: free },
      `${free} cannot be claimed: ${FULL}`,
    );
  for (const task_id of [asked, handed, checked, ended]) {
    story.does("tasks/update", { task_id, agent_id: "iris", needs_human: true });
    assert.is(taskIn(story, task_id).asked_by, "iris");
    assert.equal(createRelations(story.state).tasks("held", "iris").size, MOST, "counted once");
  }
  story.does("tasks/release", { task_id: asked, agent_id: "iris", reason: "waits" });
  story.does("tasks/update", { task_id: handed, agent_id: "iris", owner: "quill" });
  story.does("tasks/update", { task_id: checked, agent_id: "iris", status: "validation" });
  assert.is(heldBy(story, "iris"), MOST - 3);
  isFull();
  const openings = createRelations(story.state);
  openings.tasks("held", "iris");
  const before = story.state;
  story.does("tasks/update", { task_id: asked, needs_human: false });
  assert.not.ok("asked_by" in taskIn(story, asked));
  openings.advance(before, story.state, new Map([["tasks", new Set([asked])]]));
  assert.ok(openings.openings() > 0, "who waits for a task is asked again");
  assert.is(claimedId(story, { agent_id: "iris", task_id: free }), free);
  assert.is(claimedId(story, { agent_id: "iris" }), undefined, "full again");
  story.does("tasks/update", { task_id: checked, status: "done" });
  assert.not.ok("asked_by" in taskIn(story, checked), "approved by the CEO");
  assert.ok(claimedId(story, { agent_id: "iris" }));
});

test("AGT-13: so does what waits for one since its lease ran out too often; what a human set aside is on nobody's account", () => {
  const { story, id } = lost(60);
  assert.is(taskIn(story, id).asked_by, "iris");
  assert.equal([...createRelations(story.state).tasks("held", "iris")], [id]);
  const other = pool(story);
  story.does("tasks/update", { task_id: other, needs_human: true });
  assert.not.ok("asked_by" in taskIn(story, other));
});

test("AGT-13 AGT-14 DUR-18: entries of releases before are decided again as they were", () => {
  const { story, free } = full();
  const claimed = nextBefore(story, "tasks/claim", { agent_id: "iris" });
  assert.is(record(claimed.state.tasks, free).lease?.holder, "iris");
  const own = nextBefore(story, "tasks/claim", { agent_id: "iris", task_id: free });
  assert.is(record(own.state.tasks, free).lease?.holder, "iris");
  const short = createStory();
  const id = pool(short);
  claim(short, { agent_id: "iris", task_id: id, ttl_seconds: 2 });
  short.wait(5 * SECOND_MS);
  const left: State = nextBefore(short, "system/expire", { max_expiries: 1 }).state;
  const { lease_expiries, needs_human } = record(left.tasks, id);
  assert.equal([lease_expiries, needs_human], [1, true]);
  assert.not.ok("asked_by" in record(left.tasks, id));
  const [marking, { state }] = [{ task_id: "T-203", needs_human: true }, createStory()];
  const body = { ...marking, agent_id: "codex" };
  const first = asBefore(state, "tasks/update", body, short.at, short.seq + 1, 1).state;
  assert.not.ok("asked_by" in record(first.tasks, "T-203"), "nor with the first rules");
  const now = asBefore(state, "tasks/update", body, short.at, short.seq + 1, 2).state;
  assert.is(record(now.tasks, "T-203").asked_by, "codex");
});

test.run();
