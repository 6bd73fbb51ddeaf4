/** The stream as it is filtered and joined with what the journal still tells. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { newsSince } from "../../client-solid/src/views/dashboard/model.ts";
import { joined, matches } from "../../client-solid/src/views/events/model.ts";

type Event = Parameters<typeof matches>[0];

const event = (id: number, meta: Record<string, unknown> = {}, details = ""): Event => ({
  id,
  timestamp: "2026-03-21T09:30:00+00:00",
  kind: "task_updated",
  title: "Codex updated T-203",
  details,
  meta: { action: "tasks/update", ...meta },
});
const none = { kind: "", agent: "", task: "", text: "" };

test("PAGE-45: an event is found by kind, by who and what it touched, and by every word", () => {
  const one = event(1, { task_id: "T-203", agent_ids: ["codex", "pixel"] }, "status→done");
  assert.ok(matches(one, none));
  assert.ok(matches(one, { ...none, task: "t-203", agent: "pixel", text: "done CODEX" }));
  assert.not(matches(one, { ...none, task: "T-20" }));
  assert.not(matches(one, { ...none, agent: "tasks/update" }), "the action is no id");
  assert.not(matches(one, { ...none, kind: "message_posted" }));
  assert.not(matches(one, { ...none, text: "done pixie" }));
});

test("PAGE-45: kept and older events are one list, each once", () => {
  const list = joined([event(5), event(4)], [event(4), event(3)]);
  assert.equal(
    list.map(({ id }) => id),
    [5, 4, 3],
  );
});

test("PAGE-40: several changes of one task are one thing; a sign of life is none; a gap is told", () => {
  const heartbeat = { ...event(9), kind: "agent_heartbeat" as const, meta: {} };
  const events = [
    heartbeat,
    event(8, { task_id: "T-1" }, "status→done"),
    event(7, { task_id: "T-2" }),
    event(6, { task_id: "T-2" }),
  ];
  const { groups, more } = newsSince(events, 5);
  assert.equal(
    groups.map(({ words, taskIds }) => `${words}: ${taskIds}`),
    ["1 task is done: T-1", "1 task changed: T-2"],
  );
  assert.is(more, false);
  assert.is(newsSince(events, 3).more, true);
  assert.equal(newsSince(events, 8).groups, [], "the last one that was seen is no news");
});

test.run();
