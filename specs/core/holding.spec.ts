/** What is held of bodies for those to whom they are being sent. Over sockets: `http-being-sent.spec.ts`, `ws-commits.spec.ts`. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createHolding, type Holding } from "../../core/index.ts";

const test = suite("holding");

const body = (size: number): Uint8Array[] => [new Uint8Array(size)];

/** One who has taken nothing of a body of its own; names itself when it is let go. */
function hold(holding: Holding, name: string, size: number, gone: string[]): () => void {
  return holding.hold(body(size), {
    progress: () => ({ taken: 0, left: size }),
    letGo: () => void gone.push(name),
  });
}

test("STR-8: twice the largest body is held, also where that is more than the bound", () => {
  const holding = createHolding({ now: () => 0, maxBytes: 100 });
  const gone: string[] = [];
  hold(holding, "first", 300, gone);
  hold(holding, "second", 300, gone);
  assert.equal([gone, holding.bytes()], [[], 600]);
  hold(holding, "third", 300, gone);
  assert.is(gone.length, 2);
  assert.not.ok(gone.includes("third"), "a newcomer is not let go for itself");
  assert.is(holding.bytes(), 300);
});

test("STR-8: what is released counts no more, once, also after it was let go", () => {
  const holding = createHolding({ now: () => 0, maxBytes: 100 });
  const gone: string[] = [];
  const releases = ["a", "b"].map((name) => hold(holding, name, 60, gone));
  assert.is(holding.bytes(), 120);
  for (const release of [...releases, ...releases]) release();
  assert.equal([gone, holding.bytes()], [[], 0]);
});

test.run();
