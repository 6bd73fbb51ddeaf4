/**
 * Versions of records: what changes one, and what a change that expects another one gets.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ActionName } from "../../core/index.ts";
import type { Task } from "../../core/state/tasks/task.ts";
import { list } from "../../core/table.ts";
import { createStory, frozen, record } from "../support/core.ts";
import { claim, taskIn } from "../support/leases.ts";

const test = suite("versions");
frozen(test);

test("AGT-7: a version is the entry of the last change, which heartbeats and comments are not", () => {
  const story = createStory();
  const versions = () => [taskIn(story).version, record(story.state.agents, "codex").version];
  assert.equal(versions(), [2, 2]);
  story.does("agents/update", { agent_id: "iris", role: "Boss" });
  claim(story, { agent_id: "codex" });
  assert.equal(versions(), [3, 2]);
  story.does("tasks/update", { task_id: "T-208", progress: 5 });
  assert.equal(versions(), [4, 2]);
  story.does("agents/heartbeat", { agent_id: "codex", current_task_id: "T-208" });
  story.does("tasks/comment", { task_id: "T-208", text: "x" });
  story.does("tasks/renew", { task_id: "T-208", agent_id: "codex" });
  assert.equal(versions(), [4, 2]);
  story.does("agents/update", { agent_id: "codex", role: "Boss" });
  assert.equal(versions(), [4, 8]);
  const { id } = list(story.state.tasks).find((one) => one.mission_id === "M-300") as Task;
  story.does("missions/delete", { mission_id: "M-300" });
  assert.is(taskIn(story, id).version, 9, "it lost its mission");
});

test("AGT-7: a mission that is not there yet has no version to expect", () => {
  createStory().refused(
    "missions/plan",
    { title: "x", objective: "y", expected_version: 7 },
    "expected_version goes with the mission_id of a mission to update",
  );
});

test("AGT-7: a change that quotes another version is refused with the record as it is", () => {
  const rows: [ActionName, object, "tasks" | "agents" | "missions", string][] = [
    ["tasks/update", { task_id: "T-208", progress: 5 }, "tasks", "T-208"],
    ["tasks/event", { task_id: "T-208", agent_id: "codex", type: "started" }, "tasks", "T-208"],
    ["tasks/delete", { task_id: "T-208" }, "tasks", "T-208"],
    ["agents/update", { agent_id: "codex", role: "Boss" }, "agents", "codex"],
    ["agents/register", { agent_id: "codex", name: "Codex", role: "Boss" }, "agents", "codex"],
    ["agents/decommission", { agent_id: "codex" }, "agents", "codex"],
    ["agents/retire", { agent_id: "codex" }, "agents", "codex"],
    ["agents/delete", { agent_id: "codex" }, "agents", "codex"],
    ["missions/plan", { mission_id: "M-300", status: "blocked" }, "missions", "M-300"],
    ["missions/delete", { mission_id: "M-300" }, "missions", "M-300"],
  ];
  for (const [name, body, table, id] of rows) {
    const story = createStory();
    const now = record<{ version: number }>(story.state[table] as never, id);
    const refusal = story.refused(
      name,
      { ...body, expected_version: 1 },
      `${id} is at version 2, not 1; read it again`,
    );
    assert.equal(
      [refusal.code, refusal.field, refusal.current],
      ["stale", "expected_version", now],
    );
    story.does(name, { ...body, expected_version: 2 });
  }
});

test.run();
