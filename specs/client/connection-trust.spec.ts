/** What the page's wire says of itself: never live where something did not fit, was silent, or is older. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { MAX_RETRY_MS, SILENCE_MS } from "../../client-solid/src/sync/connection.ts";
import { PROTOCOL_VERSION } from "../../core/wire.ts";
import { START, steer } from "../support/steered-connection.ts";

/** An entry that does not fit, told as the intake does: not thrown, but asked for within the taking. */
function misfits() {
  let next = () => {};
  const steered = steer(
    () => next(),
    () => next(),
  );
  const once = (act: () => void) => {
    next = () => {
      next = () => {};
      act();
    };
  };
  steered.connection.start();
  steered.hello(7);
  return { ...steered, distrustNext: () => once(steered.connection.distrust), once };
}

test("PAGE-9: an entry that did not fit is never followed by live, before a state has come", () => {
  const wire = misfits();
  wire.distrustNext();
  wire.commit(8);
  assert.is(wire.status(), "catching-up");
  assert.is(wire.socket().url, "ws://here/api/ws");
  wire.hello(8);
  assert.is(wire.status(), "live");
  wire.pass(500);
  wire.distrustNext();
  wire.commit(9);
  assert.is(wire.open(), 0, "a second time in a row it waits");
  assert.is(wire.status(), "offline");
  wire.pass(MAX_RETRY_MS);
  assert.is(wire.socket().url, "ws://here/api/ws");
  assert.is(wire.status(), "offline");
  wire.hello(9);
  wire.commit(10);
  assert.is(wire.status(), "live");
  wire.connection.stop();
});

test("PAGE-9: what does not fit at the moment of a hello is not followed by live either", () => {
  for (const more of [{}, { state: {} }]) {
    const wire = misfits();
    wire.drop();
    wire.pass(MAX_RETRY_MS);
    wire.distrustNext();
    wire.hello(7, more);
    assert.is(wire.status(), "catching-up");
    assert.is(wire.open(), 1);
    assert.is(wire.socket().url, "ws://here/api/ws");
    wire.hello(7);
    assert.is(wire.status(), "live");
    wire.connection.stop();
  }
});

test("PAGE-9: a hello that cannot be taken asks for a state anew; nothing is shown on its ground", () => {
  for (const more of [{}, { state: {} }]) {
    const wire = misfits();
    wire.drop();
    wire.pass(MAX_RETRY_MS);
    wire.once(() => {
      throw new Error("a view failed");
    });
    wire.hello(7, more);
    assert.is(wire.status(), "catching-up");
    assert.is(wire.open(), 1);
    wire.sockets
      .at(-2)
      ?.handlers.onMessage(JSON.stringify({ type: "commits", commits: [{ seq: 8 }] }));
    assert.equal(wire.taken, ["hello 7 state"]);
    wire.hello(8);
    assert.is(wire.status(), "live");
    wire.connection.stop();
  }
});

test("PAGE-9: told twice, by the intake and by what it throws, it is one misfit", () => {
  const wire = misfits();
  wire.once(() => {
    wire.connection.distrust();
    throw new Error("and a view failed");
  });
  wire.commit(8);
  assert.is(wire.status(), "catching-up");
  assert.is(wire.open(), 1);
  wire.connection.stop();
});

test("PAGE-9: stopped while it takes an entry, it opens nothing and says nothing more", () => {
  const wire = misfits();
  wire.once(() => {
    wire.connection.stop();
    throw new Error("gone");
  });
  const said = wire.states.length;
  wire.commit(8);
  assert.is(wire.open(), 0);
  assert.is(wire.timers(), 0);
  assert.is(wire.states.length, said);
  wire.connection.start();
  assert.is(wire.status(), "connecting", "started again, it has heard nothing yet");
  wire.connection.stop();
});

test("PAGE-9: offline it says as of when what is shown was true, not when the server was last heard", () => {
  const away = 3_600_000;
  const steered = (fails: () => boolean = () => false) => {
    const wire = steer(
      () => {},
      () => {
        if (fails()) throw new Error("a view failed");
      },
    );
    wire.connection.start();
    wire.hello(7);
    wire.drop();
    assert.is(wire.asOf(), START);
    wire.pass(away);
    // What was tried meanwhile was not answered.
    wire.connection.wake();
    return wire;
  };

  const behind = steered();
  behind.resumed(7, 9);
  behind.commit(8);
  behind.drop();
  assert.is(behind.asOf(), START, "lost before it had caught up");
  behind.pass(MAX_RETRY_MS);
  behind.resumed(8, 9);
  behind.commit(9);
  behind.drop();
  assert.ok((behind.asOf() ?? 0) > START + away, "caught up");

  const fresh = steered();
  fresh.hello(9, { state: {}, head: 11 });
  fresh.pass(1_000);
  fresh.keepalive(9);
  fresh.drop();
  const made = fresh.asOf() ?? 0;
  assert.ok(made >= START + away && made <= START + away + 2_000, "a state, and not all after it");
  fresh.pass(MAX_RETRY_MS);
  fresh.resumed(9, 11);
  fresh.pass(1_000);
  fresh.keepalive(9);
  fresh.drop();
  assert.is(fresh.asOf(), made, "catching up, a keepalive brings nothing");

  const older = steered();
  older.hello(7, { protocol: PROTOCOL_VERSION + 1 });
  assert.is(older.asOf(), START, "a server that this page does not understand");

  let failing = false;
  const failed = steered(() => failing);
  failing = true;
  failed.hello(9);
  failed.hello(9);
  assert.is(failed.asOf(), START, "a state that could not be taken");

  const unfit = steered();
  unfit.resumed(7);
  unfit.pass(1_000);
  unfit.keepalive(7);
  unfit.pass(1_000);
  unfit.commit(9);
  unfit.drop();
  assert.ok((unfit.asOf() ?? 0) >= START + away + 1_000);
  assert.ok((unfit.asOf() ?? 0) < START + away + 2_000 + MAX_RETRY_MS);
  for (const wire of [behind, fresh, older, failed, unfit]) wire.connection.stop();
});

test("PAGE-9: distrusted while there is no wire, it stays offline and asks for a state when it is back", () => {
  const wire = misfits();
  wire.drop();
  const { length } = wire.states;
  wire.connection.distrust();
  assert.is(wire.states.length, length);
  assert.is(wire.open(), 0, "the wait goes on");
  wire.pass(MAX_RETRY_MS);
  assert.is(wire.socket().url, "ws://here/api/ws");
  wire.connection.stop();
});

test("PAGE-9: distrusted while it resumes, that resumption is not gone on with", () => {
  const wire = misfits();
  wire.drop();
  wire.pass(MAX_RETRY_MS);
  wire.connection.distrust();
  assert.is(wire.open(), 1);
  assert.is(wire.status(), "offline", "a try is not yet a connection");
  assert.is(wire.socket().url, "ws://here/api/ws");
  wire.connection.stop();
});

test("PAGE-9: distrusted after the word to reload the page, it says so still", () => {
  const wire = misfits();
  wire.drop();
  wire.pass(MAX_RETRY_MS);
  wire.hello(7, { protocol: PROTOCOL_VERSION + 1 });
  wire.connection.distrust();
  const state = wire.states.at(-1);
  assert.is(state?.status === "offline" && state.retryAt, null);
  assert.is(wire.open(), 0);
  wire.connection.stop();
});

test("PAGE-9: an older socket, late, speaks for nothing: no message, no close, no timer of it", () => {
  const wire = misfits();
  const [old] = wire.sockets;
  wire.drop();
  wire.pass(MAX_RETRY_MS);
  wire.resumed(7);
  const said = wire.states.length;
  for (const message of [
    { type: "commits", commits: [{ seq: 8 }] },
    { type: "keepalive", seq: 7, now: 0 },
    { type: "hello", protocol: PROTOCOL_VERSION, journal: "j 1", seq: 90, head: 90, state: {} },
  ]) {
    old?.handlers.onMessage(JSON.stringify(message));
  }
  old?.handlers.onClose();
  assert.is(wire.states.length, said);
  assert.equal(wire.taken, ["hello 7 state", "hello 7"]);
  assert.is(wire.timers(), 1, "of the socket that there is");
  wire.pass(SILENCE_MS - 1);
  assert.is(wire.status(), "live");
  wire.pass(1);
  assert.is(wire.status(), "offline");
  wire.connection.stop();
});

test("PAGE-9: a clock that is set back does not make a silent wire a living one", () => {
  const wire = misfits();
  wire.setClock(-3_600_000);
  wire.pass(2 * SILENCE_MS);
  assert.is(wire.status(), "offline");
  wire.connection.stop();
});

test("PAGE-9: after the machine has slept, what it slept through counts as silence within seconds", () => {
  const wire = misfits();
  wire.pass(1_000);
  wire.setClock(3_600_000);
  wire.pass(5_000);
  assert.is(wire.status(), "offline");
  assert.is(wire.asOf(), START);
  wire.connection.stop();
});

test.run();
