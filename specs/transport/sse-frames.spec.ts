/** What an SSE reader sees: frames, headers, first bytes, keepalives, refusals. */
import { type IncomingMessage, request } from "node:http";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Principal } from "../../core/index.ts";
import { connectSse, createTasks, eventually, withStreams } from "../support/streams.ts";

test("SSE-1: a frame is id, event and data with the event, as documented", async () => {
  await withStreams({}, async ({ engine, sseUrl }) => {
    const reader = await connectSse(`${sseUrl}?since=0`);
    await engine.dispatch("blank/reset", {});
    await engine.dispatch("tasks/create", { title: "line\nbreak € 😀" });
    const [, frame] = await reader.frames.take(2);
    assert.is(frame?.id, "2");
    assert.is(frame?.event, "clawtasker");
    const event = JSON.parse(frame?.data ?? "") as Record<string, unknown>;
    assert.equal(Object.keys(event), ["id", "timestamp", "kind", "title", "details", "meta"]);
    assert.equal(event, JSON.parse(JSON.stringify(engine.recentEvents(1)[0])));
    const wire = `id: 2\nevent: clawtasker\ndata: ${frame?.data}\n\n`;
    assert.ok(reader.text().endsWith(wire), reader.text());
    reader.close();
  });
});

test("SSE-3: status, headers, retry and a comment come at once, before any event", async () => {
  await withStreams({}, async ({ sseUrl }) => {
    const reader = await connectSse(sseUrl);
    assert.is(reader.status, 200);
    assert.match(String(reader.headers["content-type"]), /^text\/event-stream/);
    assert.is(reader.headers["cache-control"], "no-cache, no-transform");
    assert.is(reader.headers["x-accel-buffering"], "no");
    assert.is(reader.headers.connection, "keep-alive");
    assert.is(await reader.comments.next(), "clawtasker events");
    assert.is(reader.retryMs(), 2_000);
    reader.close();
  });
});

test("SSE-3: a quiet stream carries a keepalive comment, and outlives the server's idle timeout", async () => {
  await withStreams({ sse: { keepaliveMs: 60 } }, async ({ server, sseUrl }) => {
    server.setTimeout(15);
    const reader = await connectSse(sseUrl);
    await reader.comments.next();
    assert.equal(await reader.comments.take(2), ["keepalive", "keepalive"]);
    assert.is(reader.frames.waiting(), 0);
    reader.close();
  });
});

test("SSE-2: a live stream names its own starting point, so that a browser that comes back misses nothing", async () => {
  await withStreams({}, async ({ engine, sseUrl }) => {
    await createTasks(engine, 3);
    const quiet = await connectSse(sseUrl);
    await quiet.comments.next();
    quiet.close();
    await quiet.closed;
    await createTasks(engine, 1);
    const lastEventId = quiet.lastEventId();
    assert.is(lastEventId, "3");
    const back = await connectSse(sseUrl, { lastEventId: lastEventId ?? "" });
    assert.is((await back.frames.next()).id, "4");
    back.close();
  });
});

test("SSE-2: what is no whole number is refused and named", async () => {
  await withStreams({}, async ({ sseUrl, sse }) => {
    const refused = async (query: string, headers: Record<string, string>, named: string) => {
      const response = await fetch(`${sseUrl}${query}`, { headers });
      assert.is(response.status, 400, query);
      const { error, code } = (await response.json()) as Record<string, string>;
      assert.is(error, `${named} must be a whole number, 0 or more`);
      assert.is(code, "invalid");
    };
    for (const since of ["-1", "x", "1.5", "1e3", "9999999999999999"]) {
      await refused(`?since=${since}`, {}, "since");
    }
    await refused("?since=1", { "last-event-id": "abc" }, "Last-Event-ID");
    assert.is(sse.clients(), 0);
    const empty = await connectSse(`${sseUrl}?since=`, { lastEventId: "" });
    assert.is(empty.status, 200, "empty is absent");
    empty.close();
  });
});

test("SSE-1: HEAD answers the headers and is over", async () => {
  await withStreams({}, async ({ sseUrl, sse }) => {
    const response = await fetch(sseUrl, { method: "HEAD" });
    assert.is(response.status, 200);
    assert.match(response.headers.get("content-type") ?? "", /^text\/event-stream/);
    assert.is(sse.clients(), 0);
  });
});

test("STR-3: one reader too many is told to come back later", async () => {
  await withStreams({ sse: { maxClients: 2, keptPlaces: 0 } }, async ({ sseUrl }) => {
    const readers = [await connectSse(sseUrl), await connectSse(sseUrl)];
    const response = await fetch(sseUrl);
    assert.is(response.status, 503);
    assert.ok(Number(response.headers.get("retry-after")) > 0);
    assert.match(((await response.json()) as { error: string }).error, /too many/);
    for (const reader of readers) reader.close();
  });
});

test("STR-11: where all places are taken who has fewer streams gets one of who has the most, which is told so and may resume", async () => {
  const whoIs = (req: IncomingMessage) => String(req.headers["x-who"]);
  await withStreams({ sse: { maxClients: 5, keptPlaces: 1, whoIs } }, async ({ sse, sseUrl }) => {
    const open = (who: string) => connectSse(sseUrl, { headers: { "x-who": who } });
    const many = [];
    for (let n = 0; n < 4; n++) many.push(await open("many"));
    const statusOf = async (who: string) => (await open(who)).status;
    assert.is(await statusOf("many"), 503);
    const first = await open("few");
    await many[3]?.closed;
    assert.match(
      many[3]?.text() ?? "",
      /: others have fewer streams and need the place; come back/,
    );
    const second = await open("few");
    await many[2]?.closed;
    assert.equal([await statusOf("few"), await statusOf("many")], [503, 503], "they have as many");
    await eventually(() => sse.clients() === 4, "four are open");
    const third = await open("third");
    assert.is(third.status, 200, "of two that have two each, one may go");
    assert.equal([await statusOf("third"), sse.clients() >= 4], [503, true]);
    third.close();
    for (const reader of [...many, first, second]) reader.close();
  });
});

test("STR-9: the last places are for those who run the company, who lose theirs to nobody", async () => {
  const identify = (name: string): Principal | null =>
    name === "owner" || name === "observer" ? { name, role: name, agent_id: null } : null;
  await withStreams(
    { identify, sse: { maxClients: 3, keptPlaces: 2 } },
    async ({ sse, sseUrl }) => {
      const open = (name: string) =>
        connectSse(sseUrl, { headers: { authorization: `Bearer ${name}` } });
      const anybody = await open("nobody");
      assert.is(anybody.status, 200);
      for (const name of ["nobody", "observer"]) assert.is((await open(name)).status, 503, name);
      const owners = [await open("owner"), await open("owner")];
      assert.equal(
        owners.map(({ status }) => status),
        [200, 200],
      );
      assert.is((await open("owner")).status, 503, "all are taken");
      owners.pop()?.close();
      await eventually(() => sse.clients() === 2, "it is gone");
      const again = await open("owner");
      assert.is(again.status, 200, "its place is free again");
      again.close();
      anybody.close();
      for (const reader of owners) reader.close();
    },
  );
});

test("STR-4: close ends every stream, also that of a connection kept alive, and refuses new ones", async () => {
  await withStreams({}, async ({ sse, sseUrl, server, sockets }) => {
    const readers = await Promise.all(Array.from({ length: 5 }, () => connectSse(sseUrl)));
    const kept = request(sseUrl, { headers: { connection: "keep-alive" } }).end();
    await new Promise((resolve) => kept.on("response", (res) => resolve(res.resume())));
    assert.is(sse.clients(), 6);
    await sse.close();
    await Promise.all(readers.map(({ closed }) => closed));
    for (const { text } of readers) assert.match(text(), /\n: the server restarts; come back with/);
    assert.is(sse.clients(), 0);
    const late = await fetch(sseUrl, { headers: { connection: "close" } });
    assert.is(late.status, 503);
    await late.text();
    await new Promise((resolve) => server.close(resolve));
    assert.is(sockets.size, 0);
  });
});

test.run();
