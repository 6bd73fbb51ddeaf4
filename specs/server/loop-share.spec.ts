/** What reads may take of a turn of the loop, over real connections. Neighbours: `server/loop-share.ts`, `line.ts`. */
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OWNER } from "../../core/index.ts";
import { createGoesAhead } from "../../server/ahead.ts";
import { createLoopShare, type LoopSharePorts } from "../../server/loop-share.ts";
import { dial, GET, turns, withHouse } from "../support/connections.ts";
import { eventually } from "../support/streams.ts";

const test = suite("loop share");

const TOKEN = "Authorization: Bearer known\r\n";
const post = (path: string, head = "") =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\n${head}Content-Length: 0\r\n\r\n`;

const goesAhead = createGoesAhead({
  identify: (token) => (token === "known" ? OWNER : null),
});

/** A share whose clock and turns are moved by hand. */
function createShareByHand(ports: Partial<LoopSharePorts> = { afterThis: (run) => run() }) {
  const hand = { now: 0, turns: [] as (() => void)[] };
  const share = createLoopShare({
    now: () => hand.now,
    nextTurn: (run) => hand.turns.push(run),
    ...ports,
  });
  return { hand, share, turn: () => hand.turns.shift()?.() };
}

test("ACC-29: reads of all connections take a bounded part of a turn, by turns one each, and a write goes between", () => {
  const { hand, share, turn } = createShareByHand();
  const paths = (came: ServerResponse[]) => came.map(({ req }) => req.url);
  return withHouse(
    () => {
      hand.now += 4;
    },
    async ({ port, came }) => {
      const dialled = [];
      for (const name of ["a", "b", "c", "d", "e"]) {
        const requests = [1, 2, 3].map((n) => `GET /${name}${n} HTTP/1.1\r\nHost: a\r\n\r\n`);
        dialled.push(dial(port, requests.join("")));
        await turns(20);
      }
      assert.equal(paths(came), ["/a1", "/a2", "/a3"], "in one turn");
      const writer = dial(port, post("/api/w", TOKEN));
      await eventually(() => came.length === 4, "a write does not wait for them");
      turn();
      assert.equal(paths(came).slice(4), ["/b1", "/c1", "/d1"]);
      turn();
      assert.equal(paths(came).slice(7), ["/e1", "/b2", "/c2"]);
      turn();
      assert.equal(paths(came).slice(10), ["/d2", "/e2", "/b3"]);
      turn();
      assert.equal(paths(came).slice(13), ["/c3", "/d3", "/e3"]);
      assert.is(hand.turns.length, 1);
      turn();
      assert.is(hand.turns.length, 0, "no turn is asked for once nobody waits");
      for (const { socket } of [...dialled, writer]) socket.destroy();
    },
    { share, goesAhead },
  );
});

test("ACC-29: an address comes by turns with others, however many connections it has; a probe is answered at once", () => {
  const { hand, share, turn } = createShareByHand();
  const paths = (came: ServerResponse[]) => came.map(({ req }) => req.url);
  let count = 0;
  return withHouse(
    () => {
      hand.now += 4;
    },
    async ({ port, came }) => {
      const ask = (path: string) => dial(port, `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).socket;
      const sockets: Socket[] = [];
      for (const path of ["/1", "/2", "/3", "/4", "/5", "/6", "/7", "/8", "/9", "/livez"]) {
        const { length } = came;
        sockets.push(ask(path));
        await turns(20);
        assert.is(came.length, length + (length < 3 || path === "/livez" ? 1 : 0), path);
      }
      // The first six are one's, the others another's.
      for (const expected of [
        ["/4", "/7", "/5"],
        ["/8", "/6", "/9"],
      ]) {
        const { length } = came;
        turn();
        assert.equal(paths(came).slice(length), expected);
      }
      for (const socket of sockets) socket.destroy();
    },
    { share, whoOf: () => (count++ < 6 ? "one" : "another") },
  );
});

test("ACC-29: what follows from a read by promises counts for the turn, before the next begins; a call of /mcp waits as reads do", () => {
  const { hand, share, turn } = createShareByHand({});
  return withHouse(
    async () => {
      for (let n = 0; n < 5; n++) await null;
      hand.now += 6;
    },
    async ({ port, came }) => {
      const call = "POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
      const dialled = [GET, GET, GET, GET, call, call].map((request) => dial(port, request).socket);
      await eventually(() => hand.now >= 12, "the first two");
      for (const expected of [4, 6]) {
        await turns(20);
        assert.is(came.length, expected - 2);
        turn();
        await turns(20);
        assert.is(came.length, expected);
      }
      for (const socket of dialled) socket.destroy();
    },
    { share },
  );
});

test("ACC-29: the requests of one connection keep their order, a write behind a read that waits too", () => {
  const { hand, share, turn } = createShareByHand();
  return withHouse(
    () => {
      hand.now += 20;
    },
    async ({ port, came }) => {
      const write = "POST /api/w HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
      const { socket } = dial(port, GET + GET + write);
      await eventually(() => came.length === 1, "the first read has come");
      await turns(20);
      assert.is(came.length, 1);
      const methods = () => came.map(({ req }) => req.method);
      turn();
      assert.equal(methods(), ["GET", "GET"], "one more, which takes longer than a turn");
      turn();
      assert.equal(methods(), ["GET", "GET", "POST"]);
      socket.destroy();
    },
    { share },
  );
});

test("ACC-29: nothing goes ahead of its turn but probes and writes with a token that is known, whatever is asked and however it will be answered", () => {
  const { hand, share, turn } = createShareByHand();
  return withHouse(
    () => {
      hand.now += 20;
    },
    async ({ port, came }) => {
      const sockets = [dial(port, GET).socket];
      await eventually(() => came.length === 1, "a read takes all of the turn");
      const head = (method: string, path: string) =>
        `${method} ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
      const others = [
        post("/api/w"),
        post("/api/w", "Authorization: Bearer wrong\r\n"),
        post("/api/w", "Authorization: Bearer \r\n"),
        post("/api/w", "Expect: 100-continue\r\n"),
        post("/api/w", "Expect: something\r\n"),
        post("/api/nothing"),
        post("/mcp", TOKEN),
        post("/livez"),
        post("/other", TOKEN),
        head("PUT", "/api/w"),
        head("OPTIONS", "/api/w"),
        head("HEAD", "/"),
        head("GET", "/api/w"),
        head("GET", "/docs"),
      ];
      for (const text of others) {
        sockets.push(dial(port, text).socket);
        await turns(20);
        assert.is(came.length, 1, text);
      }
      const ahead = [post("/api/w", TOKEN), head("GET", "/livez"), head("HEAD", "/readyz")];
      for (const [n, text] of ahead.entries()) {
        sockets.push(dial(port, text).socket);
        await eventually(() => came.length === n + 2, text);
      }
      for (let n = 0; n < others.length; n++) turn();
      assert.is(came.length, 1 + ahead.length + others.length, "each had its turn");
      for (const socket of sockets) socket.destroy();
    },
    { share, goesAhead },
  );
});

test("ACC-29: of each connection one request goes ahead in a turn, so that no flood is made of what does", () => {
  const { hand, share, turn } = createShareByHand();
  const paths = (came: ServerResponse[]) => came.map(({ req }) => req.url);
  return withHouse(
    (res) => {
      hand.now += 20;
      res.end();
    },
    async ({ port, came }) => {
      const sockets = [dial(port, GET).socket];
      await eventually(() => came.length === 1, "a read takes all of the turn");
      for (const path of ["/api/a", "/api/b"]) {
        const { length } = came;
        sockets.push(dial(port, post(path, TOKEN).repeat(3)).socket);
        await eventually(() => came.length > length, path);
        await turns(20);
        assert.equal(paths(came).slice(length), [path]);
      }
      sockets.push(dial(port, "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2)).socket);
      await turns(20);
      assert.equal(paths(came).slice(3), ["/livez"]);
      const expected = ["/api/a", "/api/b", "/livez", "/api/a", "/api/b"];
      for (let n = 0; n < expected.length; n++) {
        turn();
        await turns(20);
      }
      assert.equal(paths(came).slice(4), expected, "the others come by turns");
      for (const socket of sockets) socket.destroy();
    },
    { share, goesAhead },
  );
});

test.run();
