/** The page's wire as a machine: sockets, timers, clock and chance are steered by the spec. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  type ConnectionState,
  createConnection,
  MAX_RETRY_MS,
  MIN_RETRY_MS,
  retryDelayMs,
  SILENCE_MS,
  type SocketHandlers,
  toWords,
} from "../../client-solid/src/sync/connection.ts";
import type { Commit } from "../../client-solid/src/sync/wire.ts";
import { KEEPALIVE_MS, PROTOCOL_VERSION } from "../../core/wire.ts";

const START = Date.parse("2026-03-21T09:30:00Z");

/** A connection whose whole surroundings are in the spec's hands. */
function steer(onCommit: (commit: Commit) => void = () => {}, onHello: () => void = () => {}) {
  let now = START;
  let timers: { at: number; run(): void }[] = [];
  const sockets: { url: string; handlers: SocketHandlers; closed: boolean }[] = [];
  const states: ConnectionState[] = [];
  const taken: string[] = [];
  const connection = createConnection({
    url: "ws://here/api/ws",
    createSocket(url, handlers) {
      const socket = { url, handlers, closed: false };
      sockets.push(socket);
      return {
        close() {
          socket.closed = true;
        },
      };
    },
    setTimer(run, delayMs) {
      const timer = { at: now + delayMs, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    clock: () => now,
    random: () => 1,
    onHello({ seq, state }) {
      onHello();
      taken.push(`hello ${seq}${state === undefined ? "" : " state"}`);
    },
    onCommits(commits) {
      for (const commit of commits) onCommit(commit);
      taken.push(`commit ${commits.map(({ seq }) => seq).join(" ")}`);
    },
    onState: (state) => states.push(state),
  });
  const socket = () => {
    const last = sockets.at(-1);
    if (!last) throw new Error("no socket yet");
    return last;
  };
  const say = (message: object) => socket().handlers.onMessage(JSON.stringify(message));
  return {
    connection,
    sockets,
    states,
    taken,
    socket,
    timers: () => timers.length,
    open: () => sockets.filter(({ closed }) => !closed).length,
    /** The person's clock is set. */
    setClock(by: number) {
      now += by;
      for (const timer of timers) timer.at += by;
    },
    status: () => states.at(-1)?.status,
    asOf() {
      const last = states.at(-1);
      return last?.status === "offline" ? last.asOf : undefined;
    },
    drop: () => socket().handlers.onClose(),
    say,
    hello: (seq: number, more: object = { state: {} }) =>
      say({
        type: "hello",
        protocol: PROTOCOL_VERSION,
        version: "0",
        journal: "j 1",
        seq,
        head: seq,
        now,
        ...more,
      }),
    resumed: (seq: number, head = seq) =>
      say({
        type: "hello",
        protocol: PROTOCOL_VERSION,
        version: "0",
        journal: "j 1",
        seq,
        head,
        now,
      }),
    commit: (...seqs: number[]) =>
      say({
        type: "commits",
        commits: seqs.map((seq) => ({
          seq,
          event: { timestamp: new Date(now).toISOString() },
          patches: [],
        })),
      }),
    keepalive: (seq: number) => say({ type: "keepalive", seq, now }),
    /** Lets time pass, running what is due in its order. */
    pass(ms: number) {
      const end = now + ms;
      for (;;) {
        const due = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        timers = timers.filter((other) => other !== due);
        now = Math.max(now, due.at);
        due.run();
      }
      now = end;
    },
  };
}

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
