/** How a page joins over the socket: with the state, by resuming, or with a state and the reason. */
import { Ajv2020 } from "ajv/dist/2020.js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  actions,
  applyPatches,
  CommitsSchema,
  createHolding,
  createMemoryJournal,
  type Hello,
  HelloSchema,
  KeepaliveSchema,
  PROTOCOL_VERSION,
  type ServerMessage,
  toParts,
  toWireState,
  VERSION,
} from "../../core/index.ts";
import { createStateSource } from "../../transport-ws/state-bytes.ts";
import { createRandom, seedOf } from "../support/random.ts";
import {
  connectWs,
  createTasks,
  START_MS,
  type Told,
  type WsReader,
  withStreams,
} from "../support/streams.ts";

function asHello(message: Told): Hello {
  if (message.type !== "hello") throw new Error(`expected a hello, got a ${message.type}`);
  return message;
}

/** Follows a socket as a page does, up to a sequence number; answers the state it then has. */
async function stateAt(reader: WsReader, seq: number): Promise<object> {
  const hello = asHello(await reader.messages.next());
  const state = hello.state as object;
  const newest = hello.events?.at(-1)?.id ?? 0;
  if (newest > hello.seq) throw new Error(`event ${newest} with the state of ${hello.seq}`);
  for (let at = hello.seq; at < seq; ) {
    const message = await reader.messages.next();
    if (message.type !== "commit") continue;
    if (message.seq !== at + 1) throw new Error(`commit ${message.seq} after ${at}`);
    applyPatches(state, message.patches as Parameters<typeof applyPatches>[1]);
    at = message.seq;
  }
  return state;
}

test("WS-1: a page that knows nothing is greeted with the state and the latest events", async () => {
  await withStreams({}, async ({ engine, wsUrl }) => {
    await engine.dispatch("demo/reset", {});
    await createTasks(engine, 120);
    const reader = await connectWs(wsUrl);
    const { now, state, events, ...rest } = asHello(await reader.messages.next());
    assert.equal(rest, {
      type: "hello",
      protocol: PROTOCOL_VERSION,
      version: VERSION,
      journal: "memory",
      seq: 121,
      head: 121,
    });
    assert.ok(now > START_MS);
    assert.equal(state, toWireState(engine.view().state));
    assert.equal(
      events?.map(({ id }) => id),
      Array.from({ length: 100 }, (_, index) => 22 + index),
    );
    reader.drop();
  });
});

test("WS-1: since, with or without the journal, resumes without a state", async () => {
  await withStreams({}, async ({ engine, wsUrl }) => {
    await createTasks(engine, 10);
    for (const query of ["?since=7", "?since=7&journal=memory", "?since=10&journal=memory"]) {
      const head = engine.view().seq;
      const reader = await connectWs(`${wsUrl}${query}`);
      const { now: _, ...hello } = asHello(await reader.messages.next());
      const since = Number(/since=(\d+)/.exec(query)?.[1]);
      assert.equal(hello, {
        type: "hello",
        protocol: PROTOCOL_VERSION,
        version: VERSION,
        journal: "memory",
        seq: since,
        head,
      });
      await createTasks(engine, 1);
      for (let seq = since + 1; seq <= head + 1; seq++) {
        const message = await reader.messages.next();
        assert.is(message.type === "commit" && message.seq, seq);
      }
      reader.drop();
    }
  });
});

test("WS-3 STR-2: another journal, ahead, gone or too far behind: the state, and the reason", async () => {
  const journal = createMemoryJournal();
  // Few enough that no text of the state is large enough to be used again.
  const options = { engine: { journal }, ws: { maxBehind: 20 } };
  await withStreams(options, async ({ engine, wsUrl }) => {
    await createTasks(engine, 40);
    await journal.saveSnapshot(25, "", toParts(engine.view().state));
    await journal.prune(25);
    for (const [query, reset] of [
      ["?since=40&journal=other", "journal"],
      ["?since=1000", "ahead"],
      ["?since=24&journal=memory", "gone"],
      ["?since=20", "far"],
    ] as const) {
      const reader = await connectWs(`${wsUrl}${query}`);
      const hello = asHello(await reader.messages.next());
      assert.is(hello.reset, reset, query);
      assert.is(hello.seq, engine.view().seq);
      assert.equal(hello.state, toWireState(engine.view().state));
      await createTasks(engine, 1);
      const next = await reader.messages.next();
      assert.is(next.type === "commit" && next.seq, hello.seq + 1, query);
      reader.drop();
    }
    const served = await connectWs(`${wsUrl}?since=${engine.view().seq - 10}`);
    assert.is(asHello(await served.messages.next()).state, undefined);
    served.drop();
  });
});

test("WS-3: a page whose history is pruned while it is behind gets a new hello with the state", async () => {
  const journal = createMemoryJournal();
  const options = { engine: { journal }, ws: { maxBufferBytes: 64 * 1024 } };
  await withStreams(options, async ({ engine, wsUrl }) => {
    // Compressed, such texts would be next to nothing.
    const reader = await connectWs(wsUrl, { perMessageDeflate: false });
    await reader.messages.next();
    reader.pause();
    // More than the feed has at hand, and than the kernel takes for one who does not read.
    for (let round = 0; round < 25; round++) await createTasks(engine, 100, "x".repeat(8_000));
    // Leaves a text of the state behind that the reset must not use: it is too old for it.
    const joiner = await connectWs(wsUrl);
    await joiner.messages.next();
    joiner.drop();
    await createTasks(engine, 3);
    const { seq, state } = engine.view();
    await journal.saveSnapshot(seq - 1, "", toParts(state));
    await journal.prune(seq - 1);
    reader.resume();
    let last = 0;
    let reset: Hello | null = null;
    while (!reset) {
      const message = await reader.messages.next();
      if (message.type === "hello") reset = message;
      else if (message.type === "commit") assert.is(message.seq, ++last);
    }
    assert.is(reset.reset, "gone");
    assert.is(reset.seq, seq);
    assert.ok(last > 0 && last < seq - 1, `${last} of ${seq} came before`);
    assert.equal(reset.state, toWireState(state));
    await createTasks(engine, 1);
    const next = await reader.messages.until(({ type }) => type === "commit");
    assert.is(next.type === "commit" && next.seq, seq + 1);
    reader.drop();
  });
});

test("WS-6: every message conforms to its schema", async () => {
  const ajv = new Ajv2020();
  const schemas = { hello: HelloSchema, commits: CommitsSchema, keepalive: KeepaliveSchema };
  const conforms = new Map(
    Object.entries(schemas).map(([type, schema]) => [type, ajv.compile(schema)] as const),
  );
  await withStreams({ ws: { keepaliveMs: 5 } }, async ({ engine, wsUrl }) => {
    const reader = await connectWs(`${wsUrl}?since=3&journal=memory`);
    const seen = new Set<string>();
    const check = async () => {
      const message = JSON.parse(await reader.texts.next()) as ServerMessage;
      const validate = conforms.get(message.type);
      assert.ok(validate?.(message), JSON.stringify(validate?.errors));
      seen.add(message.type);
      return message;
    };
    assert.is((await check()).type, "hello");
    await engine.dispatch("demo/reset", {});
    await createTasks(engine, 5);
    while (seen.size < 3) await check();
    reader.drop();
    const resumed = await connectWs(`${wsUrl}?since=3`);
    const hello = await resumed.messages.next();
    assert.ok(conforms.get("hello")?.(hello));
    resumed.drop();
  });
});

test("PAGE-5: the hello's state and the commits after it lead to the server's state, for every action", async () => {
  // A server for each: examples name the first of what is counted, and no number is given again.
  for (const { name, examples, given = [] } of actions.values()) {
    await withStreams({}, async ({ engine, wsUrl }) => {
      const reader = await connectWs(wsUrl);
      for (const example of examples) {
        await engine.dispatch("demo/reset", {});
        for (const [action, body] of [...given, [name, example as object] as const]) {
          const outcome = await engine.dispatchUnknown(action, body);
          assert.ok(outcome.ok, `${action}: ${JSON.stringify(outcome)}`);
        }
      }
      const { state, seq } = engine.view();
      const wanted = JSON.parse(JSON.stringify(toWireState(state))) as object;
      assert.equal(await stateAt(reader, seq), wanted, name);
      reader.drop();
    });
  }
});

test("PAGE-5: pages that join a large state at any moment of many writes all end equal", async () => {
  const seed = seedOf(99);
  const random = createRandom(seed);
  await withStreams({}, async ({ engine, wsUrl }) => {
    // Beyond many pieces, with characters that no piece boundary respects.
    await createTasks(engine, 30, "é€😀".repeat(1_500));
    const readers: WsReader[] = [];
    const writes: Promise<void>[] = [];
    for (let round = 0; round < 20; round++) {
      writes.push(createTasks(engine, random.whole(4)));
      readers.push(await connectWs(wsUrl, { perMessageDeflate: round % 2 === 0 }));
    }
    await Promise.all(writes);
    const { state, seq } = engine.view();
    const wanted = JSON.stringify(toWireState(state));
    for (const reader of readers) {
      const got = await stateAt(reader, seq);
      assert.equal(got, JSON.parse(wanted), `seed ${seed}`);
      reader.drop();
    }
  });
});

test("WS-1: those who join together share one text of the state; it is never older than asked", async () => {
  await withStreams({}, async ({ engine }) => {
    const states = createStateSource(engine, createHolding({ now: () => 0 }));
    await createTasks(engine, 1);
    const first = states.take(0, false);
    await createTasks(engine, 1);
    assert.is(
      (await states.take(2, false)).seq,
      2,
      "one that is being made is not taken for newer",
    );
    assert.is((await first).seq, 1);
    const small = await states.take(0, false);
    assert.is(await states.take(0, false), small);
    await createTasks(engine, 1);
    assert.is((await states.take(0, false)).seq, 3, "a small state is written out anew");
    await createTasks(engine, 20, "x".repeat(15_000));
    const making = states.take(0, false);
    assert.is(states.take(0, false), making, "one that is being made is shared");
    const large = await making;
    assert.is(large.seq, 23);
    await createTasks(engine, 1);
    assert.is(await states.take(0, false), large, "a large one is used again");
    assert.is((await states.take(24, false)).seq, 24);
    await createTasks(engine, 80);
    assert.is((await states.take(0, false)).seq, 104, "but not when much has followed");
    assert.is((await states.take(0, true)).seq, 104);
    states.close();
  });
});

test.run();
