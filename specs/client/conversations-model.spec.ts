/** Threads as the list shows them: the latest first, unread by what was read. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { markRead, threadsOf, unreadOf } from "../../client-solid/src/views/conversations/model.ts";
import { toWireState } from "../../core/index.ts";
import { AT, demoState, MINUTE_MS, run } from "../support/core.ts";

function spoken() {
  let state = demoState();
  for (const [at, [sender, target]] of [
    ["violet", "orion"],
    ["orion", "ceo"],
    ["ceo", "orion"],
    ["orion", "ceo"],
  ].entries()) {
    const body = { sender, target, text: `${at}` };
    ({ state } = run(state, "conversations/message", body, AT + (at + 1) * MINUTE_MS));
  }
  return toWireState(state);
}

test("PAGE-44: the thread that spoke last is first, its messages the oldest first", () => {
  const { rows, messages } = threadsOf(spoken());
  assert.equal(
    rows.slice(0, 2).map(({ id }) => id),
    ["TH-CEO-ORION", "TH-ORION-VIOLET"],
  );
  assert.is(rows.length, 5);
  assert.equal(messages.get("TH-CEO-ORION")?.slice(-3), ["M-043", "M-044", "M-045"]);
});

test("PAGE-44: unread are the messages of others since the last one seen, never one's own", () => {
  const wire = spoken();
  const id = "TH-CEO-ORION";
  const ids = threadsOf(wire).messages.get(id) ?? [];
  const unread = (marks: Record<string, number>) => unreadOf(wire.messages, id, ids, marks, "ceo");
  assert.is(unread({ "": 41 }), 2);
  assert.is(unread(markRead({ "": 41 }, id, "M-043")), 1);
  const read = markRead({ "": 41 }, id, "M-045");
  assert.is(unread(read), 0);
  assert.is(markRead(read, id, "M-044"), read, "looking back unreads nothing");
});

test.run();
