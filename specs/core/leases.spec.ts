/**
 * Leases, as (state, body) → patches or refusal: claim, renew, release, and what happens when one runs out.
 * Neighbours: `lease-tokens.spec.ts`, `core/state/tasks/leases.ts`.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createMemoryJournal, openEngine, toTime } from "../../core/index.ts";
import type { Lease } from "../../core/state/tasks/task.ts";
import {
  AT,
  copyOf,
  createIds,
  createStory,
  demoState,
  frozen,
  pathsOf,
  record,
  run,
} from "../support/core.ts";
import {
  activeOf,
  type Claimed,
  claim,
  claimedId,
  held,
  pool,
  SECOND_MS,
  succeeded,
  taskIn,
} from "../support/leases.ts";

const test = suite("leases");
frozen(test);

test("AGT-1: a claim picks, starts and leases in one step, and the patches say only that", () => {
  const story = createStory();
  const { reply, event } = story.does("tasks/claim", { agent_id: "codex" }, [
    "add /tasks/T-208/activity/1",
    "replace /agents/codex/current_task_id",
    "replace /agents/codex/last_heartbeat",
    "replace /agents/codex/updated_at",
    "replace /tasks/T-208/lease",
    "replace /tasks/T-208/status",
    "replace /tasks/T-208/status_since",
    "replace /tasks/T-208/updated_at",
  ]);
  const { task, lease } = reply as Claimed;
  assert.equal([task?.id, task?.status, task?.owner], ["T-208", "in_progress", "codex"]);
  assert.equal(lease, { holder: "codex", expires_at: "2026-03-21T09:35:01+00:00", token: 2 });
  assert.equal(event.title, "Codex claimed T-208");
});

test("AGT-1: its own ready tasks first, then the pool by urgency and specialism, then nothing", () => {
  const story = createStory();
  const low = pool(story, { priority: "P3" });
  const code = pool(story, { priority: "P1", specialist: "code" });
  const docs = pool(story, { priority: "P0", specialist: "docs" });
  const any = pool(story, { priority: "P2" });
  const codex = { agent_id: "codex" };
  assert.equal(
    [1, 2, 3, 4].map(() => claimedId(story, codex)),
    ["T-208", code, any, low],
  );
  const { seq } = story;
  const nothing = story.does("tasks/claim", codex, []);
  assert.equal(nothing.reply, { task: null, lease: null, message: "no eligible tasks" });
  assert.ok(nothing.idle, "is no entry of the journal");
  assert.is(claimedId(story, { agent_id: "quill" }), docs);
  assert.is(taskIn(story, docs).lease?.token, seq + 2);
});

test("AGT-1: a project narrows the choice; a ttl and the whole second are kept", () => {
  const story = createStory();
  const other = pool(story, { project_id: "atlas-core" });
  story.wait(400);
  const body = { agent_id: "codex", project: "atlas-core", ttl_seconds: 2 };
  const { task, lease } = claim(story, body);
  assert.is(task?.id, other);
  assert.ok(
    Date.parse(lease?.expires_at ?? "") >= story.at + 2 * SECOND_MS,
    "no shorter than asked",
  );
  assert.ok(Date.parse(lease?.expires_at ?? "") < story.at + 3 * SECOND_MS);
  story.refused("tasks/claim", { agent_id: "codex", project: "ghost" }, "unknown project: ghost");
});

test("AGT-1: a named claim is refused in words", () => {
  const story = held();
  story.does("tasks/create", { title: "x", status: "ready", depends_on: ["T-204"] });
  story.does("tasks/create", { title: "x", status: "ready", owner: "iris", blocked: true });
  const docs = pool(story, { specialist: "docs" });
  const rows: [object, string][] = [
    [
      { task_id: "T-208", agent_id: "iris" },
      "T-208 cannot be claimed: Codex holds it until 2026-03-21T09:35:01+00:00; it belongs to Codex",
    ],
    [{ task_id: "T-210", agent_id: "codex" }, "T-210 cannot be claimed: it belongs to Shield"],
    [
      { task_id: "T-211", agent_id: "pixel" },
      "T-211 cannot be claimed: its status is backlog; it waits for T-204, which is in_progress",
    ],
    [
      { task_id: "T-216", agent_id: "iris" },
      "T-216 cannot be claimed: it waits for T-204, which is in_progress",
    ],
    [
      { task_id: "T-217", agent_id: "iris" },
      "T-217 cannot be claimed: it is blocked: no reason was given",
    ],
    [
      { task_id: docs, agent_id: "codex" },
      `${docs} cannot be claimed: it asks for docs, which Codex does not take`,
    ],
    [{ task_id: "T-201", agent_id: "ralph" }, "T-201 cannot be claimed: its status is validation"],
    [{ task_id: "T-9", agent_id: "codex" }, "unknown task: T-9"],
    [{ task_id: "T-210", agent_id: "ghost" }, "unknown agent: ghost"],
    [{}, "agent_id is required"],
    [{ agent_id: "codex", ttl_seconds: 1 }, "ttl_seconds must be >= 2"],
    [{ agent_id: "codex", wait_seconds: 61 }, "wait_seconds must be <= 60"],
  ];
  for (const [body, sentence] of rows) story.refused("tasks/claim", body, sentence);
  const refusal = story.refused("tasks/claim", rows[0]?.[0], rows[0]?.[1] ?? "");
  assert.equal([refusal.code, refusal.holder], ["held", "codex"]);
  story.does("agents/retire", { agent_id: "echo" });
  story.refused(
    "tasks/claim",
    { agent_id: "echo" },
    "agent echo is retired; register it again to bring it back",
  );
});

test("AGT-1 AGT-3: after a restart an agent goes on with its own task, by a new token", () => {
  const story = held();
  const { lease } = claim(story, { agent_id: "codex", task_id: "T-208" });
  assert.is(lease?.token, 3);
  story.refused(
    "tasks/renew",
    { agent_id: "codex", task_id: "T-208", lease_token: 2 },
    "lease_token 2 for T-208 does not hold: codex holds it with another one; stop working on it",
  );
  const begun = createStory();
  assert.is(claimedId(begun, { agent_id: "codex", task_id: "T-203" }), "T-203");
});

test("AGT-2: a renewal, a heartbeat with the task and a publish extend the lease, no other heartbeat", () => {
  const story = held();
  const ends = () => Date.parse(taskIn(story).lease?.expires_at ?? "") - story.at;
  story.wait(100 * SECOND_MS);
  const renewed = story.does("tasks/renew", { agent_id: "codex", task_id: "T-208" }, [
    "replace /agents/codex/last_heartbeat",
    "replace /agents/codex/updated_at",
    "replace /tasks/T-208/lease/expires_at",
  ]);
  assert.equal((renewed.reply as Claimed).lease, taskIn(story).lease);
  assert.is(ends(), 300 * SECOND_MS);
  const long = { agent_id: "codex", task_id: "T-208", lease_token: 2, ttl_seconds: 600 };
  story.does("tasks/renew", long);
  assert.is(ends(), 600 * SECOND_MS);
  story.wait(100 * SECOND_MS);
  story.does("agents/heartbeat", { agent_id: "codex" });
  assert.is(ends(), 499 * SECOND_MS);
  story.does("agents/heartbeat", { agent_id: "iris", current_task_id: "T-208" });
  assert.is(ends(), 498 * SECOND_MS);
  story.does("agents/heartbeat", { agent_id: "codex", current_task_id: "T-208" });
  assert.is(ends(), 600 * SECOND_MS);
  story.wait(100 * SECOND_MS);
  story.does("openclaw/publish", { agent_id: "codex", task_id: "T-208", title: "half way" });
  assert.is(ends(), 600 * SECOND_MS);
  assert.is(taskIn(story).lease?.token, 2, "it stays the same lease");
});

test("AGT-1: release gives the task back, by its holder or the CEO, and by nobody else", () => {
  const story = held();
  const reason = "Something else comes first.";
  const body = { task_id: "T-208", reason };
  story.refused("tasks/release", { task_id: "T-208", agent_id: "codex" }, "reason is required");
  story.refused(
    "tasks/release",
    { ...body, agent_id: "iris" },
    "T-208 is held by codex until 2026-03-21T09:35:01+00:00",
  );
  story.refused(
    "tasks/release",
    { ...body, agent_id: "iris", lease_token: 2 },
    "T-208 is held by codex until 2026-03-21T09:35:01+00:00",
  );
  // Every reader can see the token: it opens nothing to anybody else.
  story.refused(
    "tasks/update",
    { task_id: "T-208", agent_id: "iris", lease_token: 2, owner: "iris" },
    "T-208 is held by codex until 2026-03-21T09:35:01+00:00",
  );
  const released = [
    "add /tasks/T-208/activity/2",
    "add /tasks/T-208/activity/3",
    "replace /agents/codex/current_task_id",
    "replace /tasks/T-208/lease",
    "replace /tasks/T-208/status",
    "replace /tasks/T-208/status_since",
    "replace /tasks/T-208/updated_at",
  ];
  story.does("tasks/release", { ...body, agent_id: "codex" }, released);
  const { owner, status, lease, activity, lease_expiries } = taskIn(story);
  assert.equal([owner, status, lease, lease_expiries], ["codex", "ready", null, 0]);
  const said = activity.find(({ action }) => action === "event");
  assert.equal(
    [said?.author, said?.field, said?.from, said?.to],
    ["codex", "lease", "codex", reason],
  );
  story.refused("tasks/release", body, "nobody holds T-208");
  story.refused(
    "tasks/release",
    { ...body, agent_id: "codex" },
    "codex does not hold T-208; claim it first",
  );

  claim(story, { agent_id: "codex", task_id: "T-208" });
  const { event } = story.does("tasks/release", body);
  assert.match(event.title, "released T-208");
  assert.is(taskIn(story).activity.filter(({ author }) => author === "ceo").length, 2);
  assert.equal(activeOf(story, "lease_lost"), [], "giving back is no loss");
});

test("AGT-2: a lease that runs out gives the task back, says why, and tells the CEO", () => {
  const story = held();
  story.wait(298 * SECOND_MS);
  const early = story.does("system/expire", { max_expiries: 3 }, []);
  assert.equal(early.reply, { task_ids: [] });
  const late = story.does("system/expire", { max_expiries: 3 }, [
    "add /notifications/N-005",
    "add /tasks/T-208/activity/2",
    "add /tasks/T-208/activity/3",
    "replace /agents/codex/current_task_id",
    "replace /counters/notification",
    "replace /tasks/T-208/lease",
    "replace /tasks/T-208/lease_expiries",
    "replace /tasks/T-208/status",
    "replace /tasks/T-208/status_since",
    "replace /tasks/T-208/updated_at",
  ]);
  assert.equal(late.event.meta, { action: "system/expire", task_ids: ["T-208"] });
  const { owner, status, lease, activity } = taskIn(story);
  assert.equal([owner, status, lease], ["codex", "ready", null], "nobody else takes code");
  assert.ok(activity.some(({ to }) => to === "the lease of Codex ran out"));
  assert.equal(activeOf(story, "lease_lost"), ["T-208"]);
  assert.is(claimedId(story, { agent_id: "codex" }), "T-208", "for whomever it suits");
  assert.equal(activeOf(story, "lease_lost"), []);
});

test("AGT-2: a task that is taken back is free where another may take it, and stays claimable where none may", () => {
  for (const [specialist, left] of [
    ["docs", null],
    ["a rare art", "iris"],
    [null, null],
  ] as const) {
    const story = createStory();
    const body = { title: "x", status: "ready", owner: "iris", ...(specialist && { specialist }) };
    const made = story.does("tasks/create", body);
    const { id } = (made.reply as { task: { id: string } }).task;
    claim(story, { agent_id: "iris", task_id: id });
    story.does("tasks/release", { task_id: id, agent_id: "iris", reason: "x" });
    assert.is(taskIn(story, id).owner, left, String(specialist));
    const someone = left ?? "quill";
    assert.is(claimedId(story, { agent_id: someone, task_id: id }), id);
  }
});

test("AGT-2: what the server itself gave to an agent that fell silent is free again, what a person gave is not", () => {
  const story = createStory();
  const task = { title: "x", status: "ready", specialist: "docs" };
  const idOf = (body: object) =>
    (story.does("tasks/create", body).reply as { task: { id: string } }).task.id;
  const [routed, named, nobodys] = [
    idOf(task),
    idOf({ ...task, owner: "quill" }),
    idOf({ ...task, owner: null }),
  ];
  assert.equal(
    [routed, named, nobodys].map((id) => taskIn(story, id).owner),
    ["quill", "quill", null],
  );
  story.wait(400 * SECOND_MS);
  story.does("system/sweep", { stale_seconds: 180 });
  assert.equal([taskIn(story, routed).owner, taskIn(story, named).owner], [null, "quill"]);
});

test("AGT-2: a heartbeat with the lease's token says when the lease is lost", () => {
  const story = succeeded();
  const beat = { agent_id: "codex", current_task_id: "T-208" };
  const warned = (body: object) =>
    (story.does("agents/heartbeat", body).reply as { warnings?: string[] }).warnings?.[0];
  assert.match(warned(beat) ?? "", /held by iris/);
  assert.match(warned({ ...beat, lease_token: 2 }) ?? "", /does not hold/);
  const { token } = taskIn(story).lease as Lease;
  const own = { agent_id: "iris", current_task_id: "T-208", lease_token: token };
  const { lease, warnings } = story.does("agents/heartbeat", own).reply as {
    lease?: Lease;
    warnings?: string[];
  };
  assert.equal([lease?.token, warnings], [token, undefined]);
});

test("AGT-2: after too many losses a task waits for a human, and comes back when told to", () => {
  const story = createStory();
  const id = pool(story);
  for (let lost = 1; lost <= 3; lost++) {
    assert.is(claimedId(story, { agent_id: "iris", task_id: id, ttl_seconds: 60 }), id);
    story.wait(65 * SECOND_MS);
    story.does("system/expire", { max_expiries: 3 });
    assert.equal(activeOf(story, "lease_lost"), lost < 3 ? [id] : []);
  }
  assert.equal(activeOf(story, "needs_human"), [id]);
  assert.ok(taskIn(story, id).needs_human);
  assert.is(claimedId(story, { agent_id: "iris" }), undefined);
  story.refused(
    "tasks/claim",
    { agent_id: "iris", task_id: id },
    `${id} cannot be claimed: it waits for a human: it lost its lease 3 times`,
  );
  story.does("tasks/update", { task_id: id, needs_human: false });
  assert.equal(activeOf(story, "needs_human"), []);
  assert.is(taskIn(story, id).lease_expiries, 0);
  assert.is(claimedId(story, { agent_id: "iris" }), id);
  const aside = pool(story);
  story.does("tasks/update", { task_id: aside, needs_human: true });
  story.refused(
    "tasks/claim",
    { agent_id: "iris", task_id: aside },
    `${aside} cannot be claimed: it waits for a human: it was set aside for one`,
  );
});

test("AGT-2: waiting for a human is ended by one, not by an agent that moves the task on", () => {
  const story = createStory();
  const id = pool(story);
  story.does("tasks/event", { type: "started", task_id: id, agent_id: "iris" });
  story.does("tasks/update", { task_id: id, needs_human: true });
  story.does("tasks/event", { type: "needs-validation", task_id: id, agent_id: "iris" });
  assert.ok(taskIn(story, id).needs_human);
  story.does("tasks/update", { task_id: id, status: "in_progress" });
  story.does("tasks/update", { task_id: id, status: "validation" });
  assert.not(taskIn(story, id).needs_human, "the CEO moved it on");
});

test("AGT-2: what waits for a human is not done, and what is done waits for none", () => {
  const story = createStory();
  const id = pool(story);
  story.does("tasks/event", { type: "started", task_id: id, agent_id: "iris" });
  story.does("tasks/update", { task_id: id, needs_human: true });
  story.does("tasks/event", { type: "needs-validation", task_id: id, agent_id: "iris" });
  const waits = `${id} waits for a human, who approves it or sets needs_human: false`;
  story.refused("tasks/update", { task_id: id, agent_id: "ralph", status: "done" }, waits);
  story.refused("tasks/event", { type: "done", task_id: id, agent_id: "iris" }, waits);
  story.does("tasks/update", { task_id: id, status: "done" });
  const done = `${id} is done and waits for nobody; reopen it first`;
  story.refused("tasks/update", { task_id: id, needs_human: true }, done);
});

test("AGT-2: what waits for a human is started by none but one, by no route", () => {
  const story = createStory();
  const id = pool(story);
  story.does("tasks/update", { task_id: id, needs_human: true });
  const waits = `${id} waits for a human, who approves it or sets needs_human: false`;
  const by = { task_id: id, agent_id: "iris" };
  story.refused("tasks/event", { ...by, type: "started" }, waits);
  story.refused("tasks/update", { ...by, status: "in_progress" }, waits);
  // Nor is it handed back to work while it waits in validation.
  story.does("tasks/update", { task_id: id, status: "in_progress" });
  story.does("tasks/update", { ...by, status: "validation" });
  story.does("tasks/update", { task_id: id, needs_human: true });
  story.refused("tasks/update", { ...by, status: "in_progress" }, waits);
  story.does("tasks/update", { task_id: id, status: "in_progress" });
});

test("AGT-2: work that went on is not counted against a task", () => {
  const story = createStory();
  const id = pool(story);
  claim(story, { agent_id: "iris", ttl_seconds: 60 });
  story.wait(65 * SECOND_MS);
  story.does("system/expire", { max_expiries: 3 });
  claim(story, { agent_id: "iris" });
  assert.is(taskIn(story, id).lease_expiries, 1);
  story.does("tasks/event", { type: "needs-validation", task_id: id, agent_id: "iris" });
  assert.is(taskIn(story, id).lease_expiries, 0);
});

test("AGT-2: what the server was down for is not held against the holder", () => {
  const story = held();
  story.wait(600 * SECOND_MS);
  const heard_from = story.at - 298 * SECOND_MS;
  story.does("system/expire", { max_expiries: 3, heard_from }, []);
  const { reply } = story.does("system/expire", { max_expiries: 3, heard_from });
  assert.equal(reply, { task_ids: ["T-208"] });
});

test("AGT-2: a lease of a restored state ends, and is renewed for a day at most, however long it says that it lasts", () => {
  const day = 86_400 * SECOND_MS;
  for (const ttl_seconds of [86_401, 2 ** 53, 1e300]) {
    for (const expires_at of ["9999-12-31T23:59:59+00:00", "2016-12-31T23:59:60Z", "", "never"]) {
      for (const holder of ["codex", "ghost"]) {
        const state = copyOf(demoState());
        const task = record(state.tasks, "T-208");
        Object.assign(task, {
          status: "in_progress",
          lease: { holder, token: 1, ttl_seconds, expires_at },
        });
        const at = AT + 60 * SECOND_MS;
        if (holder === "codex") {
          const renewed = run(state, "tasks/renew", { task_id: "T-208", agent_id: "codex" }, at);
          const { lease } = record(renewed.state.tasks, "T-208");
          assert.is(lease?.expires_at, toTime(at + day));
        }
        const left = run(state, "system/expire", { max_expiries: 3, heard_from: at }, at + day);
        assert.is(record(left.state.tasks, "T-208").lease, null, `${ttl_seconds} ${expires_at}`);
      }
    }
  }
});

test("CORE-1 CORE-9: what runs out together is taken back in the order of the ids", async () => {
  // An engine carries its look-ups along, in the order in which the leases were given.
  let at = AT;
  const engine = await openEngine({
    journal: createMemoryJournal(),
    clock: () => at,
    newId: createIds(),
  });
  await engine.dispatch("demo/reset", {});
  for (const [agent_id, task_id] of [
    ["echo", "T-212"],
    ["shield", "T-210"],
    ["codex", "T-208"],
  ] as const) {
    const outcome = await engine.dispatch("tasks/claim", { agent_id, task_id, ttl_seconds: 2 });
    assert.ok(outcome.ok);
  }
  at += 5 * SECOND_MS;
  const outcome = await engine.dispatch("system/expire", { max_expiries: 3 });
  assert.equal(outcome.ok && outcome.reply, { task_ids: ["T-208", "T-210", "T-212"] });
  await engine.close();
});

test("CORE-3: with a lease a task's change is as small as without", () => {
  const story = held();
  const { patches } = story.does("tasks/update", { task_id: "T-208", progress: 7, lease_token: 2 });
  assert.equal(pathsOf(patches), [
    "replace /tasks/T-208/progress",
    "replace /tasks/T-208/updated_at",
  ]);
});

test.run();
