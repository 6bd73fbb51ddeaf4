/** What is made ready after the start. Neighbour: `server/warm-up.ts`. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { actions, createValidator } from "../../core/index.ts";
import { type WarmUpPorts, warmUp } from "../../server/warm-up.ts";

function steered() {
  const turns: (() => void)[] = [];
  const checked: unknown[] = [];
  const { check } = createValidator();
  const ports: WarmUpPorts = {
    validator: {
      check(schema, value) {
        checked.push(schema);
        return check(schema, value);
      },
    },
    later(run) {
      turns.push(run);
      return () => turns.splice(0);
    },
    nextTurn: (run) => turns.push(run),
  };
  return { ports, turns, checked };
}

test("HTTP-21: after the start each body's validator is compiled, one a turn", () => {
  const { ports, turns, checked } = steered();
  warmUp(ports);
  assert.equal(checked, [], "the start itself does not wait for it");
  for (let turn = turns.shift(), n = 1; turn; turn = turns.shift(), n++) {
    turn();
    assert.is(checked.length, Math.min(n, actions.size));
  }
  assert.equal(
    checked,
    [...actions.values()].map(({ body }) => body),
  );
});

test("HTTP-21: a server that ends leaves nothing of it behind", () => {
  const { ports, turns, checked } = steered();
  const end = warmUp(ports);
  turns.shift()?.();
  const next = turns.shift();
  end();
  next?.();
  assert.is(checked.length, 1);
  assert.equal(turns, []);
});

test.run();
