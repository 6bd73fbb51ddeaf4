/** The bytes below `ws`: frames made once for all, a state compressed once, sockets of every speed. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Writable } from "node:stream";
import { inflateRawSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as wsModule from "ws";
import { toWireState } from "../../core/index.ts";
import { toMessages } from "../../transport-ws/commits.ts";
import { deflateState, END_OF_STREAM, toDeflated, toStored } from "../../transport-ws/deflate.ts";
import { frameHeader } from "../../transport-ws/frame.ts";
import {
  connectWs,
  createTasks,
  eventually,
  type StreamServer,
  withStreams,
} from "../support/streams.ts";

/** What frames and reads the messages of `ws`; exported, but not in its types. */
const { Sender, Receiver, PerMessageDeflate } = wsModule as unknown as {
  Sender: { frame(data: Buffer, options: object): Buffer[] };
  Receiver: new (options: object) => Writable;
  PerMessageDeflate: new (options: object) => { accept(offers: object[]): object };
};

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

test("WS-7: a frame is byte for byte what ws itself would send", () => {
  const flags = [true, false];
  for (const length of [0, 1, 125, 126, 127, 65_535, 65_536, 100_000]) {
    const data = Buffer.alloc(length, "x");
    for (const first of flags) {
      for (const last of flags) {
        for (const compressed of flags) {
          const own = Buffer.concat([frameHeader(length, { first, last, compressed }), data]);
          const options = {
            fin: last,
            opcode: first ? 1 : 0,
            rsv1: first && compressed,
            mask: false,
            readOnly: true,
          };
          const theirs = Buffer.concat(Sender.frame(data, options));
          assert.ok(own.equals(theirs), JSON.stringify({ length, ...options }));
        }
      }
    }
  }
});

/** What a raw client is sent, once the bytes hold `until`. */
async function rawBytes(
  { server }: StreamServer,
  extensions: string,
  until: (seen: Buffer) => boolean,
) {
  const { port } = server.address() as { port: number };
  const socket: Socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.write(
    `GET /api/ws HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c3BlY3Mgc3BlY3Mgc3BlYw==\r\n${extensions}\r\n`,
  );
  let seen = Buffer.alloc(0);
  for await (const chunk of socket) {
    seen = Buffer.concat([seen, chunk as Buffer]);
    if (until(seen)) break;
  }
  socket.destroy();
  const head = seen.indexOf("\r\n\r\n") + 4;
  return { head: seen.toString("latin1", 0, head), frames: seen.subarray(head) };
}

/** Whether the frame that ends the first message has come whole. */
function isWhole(seen: Buffer): boolean {
  const head = seen.indexOf("\r\n\r\n") + 4;
  for (let at = head; head > 3 && at + 4 < seen.length; ) {
    const short = (seen[at + 1] as number) & 0x7f;
    const size = short < 126 ? 2 : short === 126 ? 4 : 10;
    const length =
      size === 2 ? short : size === 4 ? seen.readUInt16BE(at + 2) : seen.readUInt32BE(at + 6);
    const end = at + size + length;
    if (((seen[at] as number) & 0x80) !== 0) return end <= seen.length;
    at = end;
  }
  return false;
}

test("WS-8: a state goes compressed to those who take that, and only to them", async () => {
  await withStreams({}, async (streams) => {
    await createTasks(streams.engine, 300, "a title like many others");
    const offers = [
      ["", false],
      ["Sec-WebSocket-Extensions: permessage-deflate\r\n", true],
      ["Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n", true],
      // Its window would be too small for what is compressed for all.
      ["Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=9\r\n", false],
    ] as const;
    const sizes = [];
    for (const [offer, accepted] of offers) {
      const { head, frames } = await rawBytes(streams, offer, isWhole);
      assert.match(head, /^HTTP\/1\.1 101 /);
      assert.is(/permessage-deflate/.test(head), accepted, offer);
      assert.is(((frames[0] as number) & 0x40) !== 0, accepted, offer);
      sizes.push(frames.length);
    }
    const [plain = 0, packed = 0] = sizes;
    assert.ok(packed * 4 < plain, `${packed} of ${plain} bytes`);
  });
});

test("WS-8: the parts of a compressed state are one stream, made again only where a write was", async () => {
  await withStreams({}, async ({ engine }) => {
    await engine.dispatch("demo/reset", {});
    await createTasks(engine, 500, "é€😀");
    const textOf = (parts: readonly Buffer[]) =>
      inflateRawSync(Buffer.concat([...parts, END_OF_STREAM])).toString();
    const before = await deflateState(engine.view().state);
    assert.equal(JSON.parse(textOf(before)), toWireState(engine.view().state));
    await engine.dispatch("tasks/update", { task_id: "T-203", progress: 77 });
    const after = await deflateState(engine.view().state);
    assert.equal(JSON.parse(textOf(after)), toWireState(engine.view().state));
    const known = new Set(before.filter(({ length }) => length > 200));
    const anew = after.filter((part) => part.length > 200 && !known.has(part));
    assert.ok(known.size > 30 && anew.length < 4, `${anew.length} of ${known.size} made again`);
    assert.is(textOf([toStored("x".repeat(70_000)), toDeflated("y")]), `${"x".repeat(70_000)}y`);
  });
});

test("WS-9: many commits are compressed once, as one whole message; few are not", async () => {
  await withStreams({}, async ({ engine }) => {
    const ended = new AbortController();
    await createTasks(engine, 200, "é€😀");
    const stream = engine.feed.subscribe({ since: 0, signal: ended.signal });
    const { value: item } = await stream.next();
    if (item?.type !== "entries") throw new Error("no entries came");
    for (const count of [1, 20, 200]) {
      for (const { value } of toMessages(item.entries.slice(0, count))) {
        const { plain } = value;
        const packed = value.packed();
        assert.is(value.packed(), packed, "made once");
        if (count === 1) {
          assert.is(packed, plain);
          continue;
        }
        assert.ok(packed.length * 4 < plain.length, `${packed.length} of ${plain.length} bytes`);
        const inflater = new PerMessageDeflate({});
        inflater.accept([{ server_no_context_takeover: [true] }]);
        const receiver = new Receiver({ extensions: { "permessage-deflate": inflater } });
        const texts: string[] = [];
        receiver.on("message", (data: Buffer) => texts.push(data.toString()));
        for (const frame of [packed, plain, packed]) {
          receiver.write(frame);
          await eventually(() => texts.length > 0, "a message");
          const [text = ""] = texts.splice(0);
          assert.ok(plain.subarray(-Buffer.byteLength(text)).equals(Buffer.from(text)));
          assert.ok(text.startsWith('{"type":"commits","commits":[{"seq":'));
        }
      }
    }
    ended.abort();
  });
});

test("WS-7: the messages of a showing go out as one write, while there is room", async () => {
  const maxBufferBytes = 128 * 1024;
  await withStreams({ ws: { maxBufferBytes } }, async ({ engine, wsUrl, sockets }) => {
    for (const [perMessageDeflate, count, least, most] of [
      [true, 100, 1, 1],
      [false, 6, 1, 1],
      [false, 60, 2, 40],
    ] as const) {
      const reader = await connectWs(wsUrl, { perMessageDeflate });
      await reader.messages.next();
      const [socket] = sockets;
      let writes = 0;
      // Where a socket hands on to the system.
      for (const name of ["_write", "_writev"] as const) {
        const own = socket?.[name] as (...args: unknown[]) => void;
        Object.assign(socket as object, {
          [name](...args: unknown[]) {
            writes++;
            own.apply(socket, args);
          },
        });
      }
      await createTasks(engine, count, "x".repeat(19_000));
      await reader.messages.take(count);
      assert.ok(reader.texts.waiting() > 1, "more than one message");
      assert.ok(writes >= least && writes <= most, `${writes} writes of ${count} commits`);
      reader.drop();
      await eventually(() => sockets.size === 0, "it is gone");
    }
  });
});

test("WS-9: only those who take it are sent fewer bytes, and all the same commits", async () => {
  await withStreams({}, async ({ engine, wsUrl, sockets }) => {
    const bytes = [];
    for (const perMessageDeflate of [true, false]) {
      const reader = await connectWs(wsUrl, { perMessageDeflate });
      await reader.messages.next();
      const [socket] = sockets;
      const before = socket?.bytesWritten ?? 0;
      const { seq } = engine.view();
      await createTasks(engine, 100);
      const seqs = (await reader.messages.take(100)).map((message) => message.seq);
      assert.equal(seqs, range(seq + 1, seq + 100));
      bytes.push((socket?.bytesWritten ?? 0) - before);
      reader.drop();
      await eventually(() => sockets.size === 0, "it is gone");
    }
    const [packed = 0, plain = 0] = bytes;
    assert.ok(packed > 0 && packed * 4 < plain, `${packed} of ${plain} bytes`);
  });
});

test("WS-7 STR-3: a burst reaches everyone whole and in order, a slow socket among fast ones too", async () => {
  await withStreams({ ws: { maxBufferBytes: 64 * 1024 } }, async ({ engine, wsUrl }) => {
    const readers = await Promise.all(
      range(0, 19).map((n) => connectWs(wsUrl, { perMessageDeflate: n % 2 === 0 })),
    );
    for (const { messages } of readers) await messages.next();
    const slow = readers.slice(0, 3);
    for (const reader of slow) reader.pause();
    let written = 0;
    for (let burst = 0; burst < 40; burst++) {
      await createTasks(engine, 50, "x".repeat(burst % 4 === 0 ? 19_000 : 10));
      written += 50;
    }
    const seqsOf = async (reader: (typeof readers)[number]) =>
      (await reader.messages.take(written)).map((message) => message.seq);
    for (const reader of readers.slice(3)) assert.equal(await seqsOf(reader), range(1, written));
    for (const reader of slow) {
      assert.is(reader.messages.waiting() < written, true, "it was slow");
      reader.resume();
      assert.equal(await seqsOf(reader), range(1, written));
    }
    await createTasks(engine, 1);
    for (const reader of readers) {
      assert.is((await reader.messages.next()).seq, written + 1);
      reader.drop();
    }
  });
});

test("WS-8: of records that have grown long each is compressed by itself, with turns between, and again only where a write was", async () => {
  await withStreams({}, async ({ engine }) => {
    await engine.dispatch("demo/reset", {});
    // Ids that stand together in the state.
    const long = ["T-204", "T-205", "T-206", "T-207"];
    // No two alike, so that each part is as long as what was compressed.
    let seed = 1;
    const noise = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return String.fromCharCode(0x4e00 + (seed % 20_000));
    };
    for (const task_id of long) {
      for (let n = 0; n < 20; n++) {
        const text = Array.from({ length: 20_000 }, noise).join("");
        const said = await engine.dispatch("tasks/comment", { task_id, text, author: "ceo" });
        assert.ok(said.ok);
      }
    }
    const textOf = (parts: readonly Buffer[]) =>
      inflateRawSync(Buffer.concat([...parts, END_OF_STREAM])).toString();
    let turns = 0;
    let over = false;
    const turn = () => {
      turns++;
      if (!over) setImmediate(turn);
    };
    setImmediate(turn);
    const before = await deflateState(engine.view().state);
    over = true;
    assert.equal(JSON.parse(textOf(before)), toWireState(engine.view().state));
    assert.ok(turns >= 10, `the loop turned ${turns} times for 5 MB`);
    assert.ok(before.every(({ length }) => length < 300_000));
    await engine.dispatch("tasks/update", { task_id: "T-205", progress: 77 });
    const after = await deflateState(engine.view().state);
    assert.equal(JSON.parse(textOf(after)), toWireState(engine.view().state));
    const known = new Set(before);
    const anew = after.filter((part) => part.length > 100_000 && !known.has(part));
    const all = after.filter((part) => part.length > 100_000);
    assert.ok(anew.length * 3 < all.length, `${anew.length} of ${all.length} made again`);
  });
});

test.run();
