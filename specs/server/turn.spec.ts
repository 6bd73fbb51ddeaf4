/** When a batch lets the loop turn, on a clock that is moved by hand. Neighbour: `core/turns.spec.ts`. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createTurn, TURN_MS } from "../../server/turn.ts";

const test = suite("turn");

test("HTTP-21: a batch goes on until its time is used up, then the loop turns, and its time begins again", async () => {
  let now = 1_000;
  const waiting: (() => void)[] = [];
  const turn = createTurn({ now: () => now, nextTurn: (run) => waiting.push(run) });
  for (let ms = 0; ms < TURN_MS; ms++, now++) assert.is(turn(), null);
  const turned = turn();
  assert.instance(turned, Promise);
  assert.is(waiting.length, 1);
  // Others have their part of the turn.
  now += 100;
  waiting.pop()?.();
  await turned;
  assert.is(turn(), null);
  now += TURN_MS;
  assert.instance(turn(), Promise);
});

test.run();
