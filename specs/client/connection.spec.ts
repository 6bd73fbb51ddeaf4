/** The page's wire as a machine: sockets, timers, clock and chance are steered by the spec. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  type ConnectionState,
  MAX_RETRY_MS,
  MIN_RETRY_MS,
  retryDelayMs,
  SILENCE_MS,
  toWords,
} from "../../client-solid/src/sync/connection.ts";
import { KEEPALIVE_MS, PROTOCOL_VERSION } from "../../core/wire.ts";
import { START, steer } from "../support/steered-connection.ts";

test("PAGE-2: connecting, then live with the first state, then commits in order", () => {
  const wire = steer();
  wire.connection.start();
  assert.is(wire.status(), "connecting");
  assert.is(wire.socket().url, "ws://here/api/ws");
  wire.hello(7);
  wire.commit(8);
  assert.is(wire.status(), "live");
  assert.equal(wire.taken, ["hello 7 state", "commit 8"]);
  wire.connection.stop();
  assert.is(wire.timers(), 0);
  assert.ok(wire.socket().closed);
});

test("PAGE-3: after a loss it resumes from the last entry of the same journal, and says it catches up", () => {
  const wire = steer();
  wire.connection.start();
  wire.hello(7);
  wire.commit(8);
  wire.drop();
  assert.is(wire.status(), "offline");
  wire.pass(MAX_RETRY_MS);
  assert.is(wire.socket().url, "ws://here/api/ws?since=8&journal=j%201");
  assert.is(wire.status(), "offline", "a try is not yet a connection");
  wire.resumed(8, 10);
  assert.is(wire.status(), "catching-up");
  wire.commit(9);
  assert.is(wire.status(), "catching-up");
  wire.commit(10);
  assert.is(wire.status(), "live");
  assert.equal(wire.taken.slice(2), ["hello 8", "commit 9", "commit 10"]);
  wire.connection.stop();
});

test("PAGE-3: what came together is handed on together, and the last of it is where it resumes", () => {
  const wire = steer();
  wire.connection.start();
  wire.hello(7);
  wire.drop();
  wire.pass(MAX_RETRY_MS);
  wire.resumed(7, 12);
  wire.commit(8, 9, 10, 11);
  assert.is(wire.status(), "catching-up");
  wire.commit(12, 13);
  assert.is(wire.status(), "live");
  assert.equal(wire.taken.slice(2), ["commit 8 9 10 11", "commit 12 13"]);
  wire.drop();
  wire.pass(MAX_RETRY_MS);
  assert.match(wire.socket().url, /since=13&/);
  wire.connection.stop();
});

test("PAGE-2: with nothing to catch up with it is live at once", () => {
  const wire = steer();
  wire.connection.start();
  wire.hello(1);
  wire.drop();
  wire.pass(MAX_RETRY_MS);
  wire.resumed(1);
  assert.is(wire.status(), "live");
  wire.connection.stop();
});

test("PAGE-3: a gap, a repeated number, a patch that does not fit, nonsense: each asks for a new state", () => {
  const breaks: Record<string, (wire: ReturnType<typeof steer>) => void> = {
    gap: (wire) => wire.commit(10),
    "gap within": (wire) => wire.commit(9, 11),
    repeated: (wire) => wire.commit(8),
    "repeated within": (wire) => wire.commit(9, 9),
    "known already": (wire) => wire.commit(8, 9),
    unfit: (wire) => wire.commit(9),
    "unfit within": (wire) => wire.commit(9, 10),
    nonsense: (wire) => wire.socket().handlers.onMessage("{"),
    "no list": (wire) => wire.say({ type: "commits" }),
    "no entry": (wire) => wire.say({ type: "commits", commits: [null] }),
    "told of more than came": (wire) => wire.keepalive(9),
  };
  for (const [name, breakIt] of Object.entries(breaks)) {
    const wire = steer((commit) => {
      if (/^unfit/.test(name) && commit.seq === (name === "unfit" ? 9 : 10))
        throw new Error("diverged");
    });
    wire.connection.start();
    wire.hello(7);
    wire.commit(8);
    breakIt(wire);
    assert.is(wire.status(), "catching-up", name);
    assert.ok(wire.sockets[0]?.closed, name);
    assert.is(wire.socket().url, "ws://here/api/ws", name);
    wire.hello(12);
    assert.is(wire.status(), "live", name);
    assert.is(wire.taken.at(-1), "hello 12 state", name);
    wire.connection.stop();
  }
});

test("PAGE-3: a hello that resumes something else is not believed", () => {
  for (const more of [{ seq: 9 }, { journal: "another" }]) {
    const wire = steer();
    wire.connection.start();
    wire.hello(7);
    wire.drop();
    wire.pass(MAX_RETRY_MS);
    wire.hello(7, more);
    assert.equal(wire.taken, ["hello 7 state"]);
    assert.is(wire.socket().url, "ws://here/api/ws");
    wire.connection.stop();
  }
});

test("PAGE-3: a state sent in the middle of the stream replaces all and goes on from there", () => {
  const wire = steer();
  wire.connection.start();
  wire.hello(7);
  wire.hello(90, { state: {}, reset: "gone" });
  wire.commit(91);
  assert.equal(wire.taken, ["hello 7 state", "hello 90 state", "commit 91"]);
  assert.is(wire.sockets.length, 1);
  wire.connection.stop();
});

test("PAGE-3: resyncing again and again waits like any other loss", () => {
  const wire = steer();
  wire.connection.start();
  wire.hello(7);
  wire.commit(9);
  wire.hello(7);
  wire.commit(9);
  assert.is(wire.status(), "offline");
  assert.is(wire.sockets.length, 2);
  wire.pass(MAX_RETRY_MS);
  assert.is(wire.socket().url, "ws://here/api/ws");
  wire.connection.stop();
});

test("PAGE-2: silence counts as offline, also while no close is told; a keepalive breaks it", () => {
  assert.is(SILENCE_MS, 2.2 * KEEPALIVE_MS);
  const wire = steer();
  wire.connection.start();
  wire.hello(7);
  wire.pass(SILENCE_MS - 1);
  assert.is(wire.status(), "live");
  wire.keepalive(7);
  wire.pass(SILENCE_MS - 1);
  assert.is(wire.status(), "live");
  wire.pass(1);
  const state = wire.states.at(-1);
  assert.is(state?.status, "offline");
  if (state?.status === "offline") assert.is(state.asOf, START + SILENCE_MS - 1);
  assert.ok(wire.sockets[0]?.closed);
  wire.sockets[0]?.handlers.onMessage(JSON.stringify({ type: "keepalive", seq: 7, now: 0 }));
  assert.is(wire.status(), "offline", "a wire that was given up does not speak any more");
  wire.pass(MAX_RETRY_MS);
  assert.match(wire.socket().url, /since=7/);
  wire.connection.stop();
});

test("PAGE-2: a server that never greets is given up too", () => {
  const wire = steer();
  wire.connection.start();
  wire.pass(SILENCE_MS);
  assert.is(wire.status(), "offline");
  wire.connection.stop();
});

test("PAGE-3: waits grow from 0.5 s to 15 s, spread by chance, and begin anew after a stable wire", () => {
  assert.is(retryDelayMs(0, 0), MIN_RETRY_MS);
  assert.is(retryDelayMs(99, 0), MIN_RETRY_MS);
  assert.is(retryDelayMs(99, 1), MAX_RETRY_MS);
  const wire = steer();
  const waitMs = () => {
    const state = wire.states.at(-1);
    return state?.status === "offline" ? (state.retryAt ?? 0) : Number.NaN;
  };
  wire.connection.start();
  let clock = START;
  const waits: number[] = [];
  for (let attempt = 0; attempt < 7; attempt++) {
    wire.drop();
    waits.push(waitMs() - clock);
    clock = waitMs();
    wire.pass(waits.at(-1) ?? 0);
  }
  assert.equal(waits, [1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  wire.hello(1);
  wire.pass(6_000);
  wire.drop();
  assert.is(waitMs() - clock - 6_000, 1_000);
  wire.connection.stop();
});

test("PAGE-3: when the network or the person is back it tries at once, but never twice", () => {
  const wire = steer();
  wire.connection.start();
  wire.hello(7);
  wire.connection.wake();
  assert.is(wire.sockets.length, 1, "a living wire is left alone");
  wire.drop();
  wire.connection.wake();
  wire.connection.wake();
  assert.is(wire.sockets.length, 2);
  wire.resumed(7);
  wire.pass(MAX_RETRY_MS);
  assert.is(wire.sockets.length, 2, "the earlier timer is gone");
  wire.connection.stop();
  wire.connection.wake();
  assert.is(wire.sockets.length, 2);
});

test("PAGE-2: a protocol it does not know ends in asking for a reload, not in trying for ever", () => {
  const wire = steer();
  wire.connection.start();
  wire.hello(7, { protocol: PROTOCOL_VERSION + 1, state: {} });
  assert.equal(wire.states.at(-1), { status: "offline", retryAt: null, asOf: null });
  wire.pass(60_000);
  wire.connection.wake();
  assert.is(wire.sockets.length, 1);
  assert.equal(wire.taken, []);
  wire.connection.stop();
});

test("PAGE-2: the words", () => {
  const words = (state: ConnectionState) => {
    const { short, more } = toWords(state, START);
    return short + more;
  };
  const offline = { status: "offline", asOf: null } as const;
  assert.is(words({ status: "connecting" }), "Connecting…");
  assert.is(words({ status: "live" }), "Live");
  assert.is(words({ status: "catching-up" }), "Catching up…");
  assert.is(words({ ...offline, retryAt: START + 3_200 }), "Offline — retrying in 4 s");
  assert.is(words({ ...offline, retryAt: START }), "Offline — retrying…");
  assert.match(words({ ...offline, retryAt: null }), /reload/);
});

test.run();
