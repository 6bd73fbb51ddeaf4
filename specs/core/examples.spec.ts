/** Every declaration's examples, each on a demo company of its own. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type ActionName, actions, EVENT_KINDS, type State } from "../../core/index.ts";
import { checkLaws, demoState, frozen, run } from "../support/core.ts";

const test = suite("examples");
frozen(test);

/** The demo company, after what the declaration says must come first. */
function stateFor(name: string): State {
  const given = actions.get(name)?.given ?? [];
  return given.reduce(
    (state, [first, body]) => run(state, first as ActionName, body).state,
    demoState(),
  );
}

for (const [name, { examples, summary, kind, internal }] of actions) {
  test(`CORE-13: ${name}`, () => {
    assert.ok(examples.length > 0, "has no example");
    assert.ok(summary.length > 10 && summary.endsWith("."), "has no summary");
    assert.ok(EVENT_KINDS.includes(kind));
    for (const example of examples) {
      const result = checkLaws(stateFor(name), name as ActionName, structuredClone(example));
      assert.ok(result.ok, result.ok ? "" : result.message);
    }
    assert.is(
      internal === true,
      name.startsWith("system/"),
      "only the system's actions have no route",
    );
  });
}

/** routes.md, "Events": the kind of every route. */
const KINDS: Record<string, string[]> = {
  agent_registered: ["agents/register", "agents/update", "openclaw/roster_sync"],
  agent_heartbeat: ["agents/heartbeat"],
  task_updated: [
    "tasks/create",
    "tasks/update",
    "tasks/delete",
    "tasks/link",
    "tasks/comment",
    "tasks/event",
    "tasks/claim",
    "tasks/renew",
    "tasks/release",
    "tasks/reopen",
    "system/expire",
    "openclaw/publish",
  ],
  mission_planned: ["missions/plan"],
  message_posted: ["conversations/message"],
  directive_queued: ["ceo/directive"],
  agent_decommission: [
    "agents/decommission",
    "agents/retire",
    "agents/replace",
    "agents/merge",
    "agents/delete",
  ],
};

test("CORE-13: every action makes the kind of event that the contract says", () => {
  for (const [name, { kind, examples }] of actions) {
    const expected = Object.keys(KINDS).find((one) => KINDS[one]?.includes(name)) ?? "state_saved";
    assert.is(kind, expected, name);
    const result = checkLaws(stateFor(name), name as ActionName, structuredClone(examples[0]));
    assert.ok(result.ok);
    assert.is(result.event.kind, expected, name);
    assert.is(result.event.meta.action, name);
  }
});

test.run();
