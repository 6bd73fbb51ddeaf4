/** The AsyncAPI document held against what the two streams really send. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type AsyncApiDocument, toAsyncApi } from "../../core/asyncapi.ts";
import { actions, CLOSE_CODES, queries, type ServerMessage, writes } from "../../core/index.ts";
import { toOpenApi } from "../../core/openapi.ts";
import { at, checkReferences, createJudge, isCommitted } from "../support/document.ts";
import { withHttp } from "../support/http.ts";
import {
  connectSse,
  connectWs,
  type StreamServer,
  type WsReader,
  withStreams,
} from "../support/streams.ts";

const document = JSON.parse(JSON.stringify(toAsyncApi())) as AsyncApiDocument;
const judge = createJudge(document);

/** The payload of the message of a channel that has this name on the wire. */
function payloadOf(channel: string, name: string): string {
  const messages = document.channels[channel]?.messages ?? {};
  for (const { $ref } of Object.values(messages)) {
    const place = $ref.slice(1);
    if (at(document, `${place}/name`) === name) return `${place}/payload`;
  }
  return assert.unreachable(`${channel} has no message ${name}`) as never;
}

test("API-2: the document that is served is the one that is committed", () =>
  withHttp({}, async (http) => {
    const { body } = await http.get("/api/asyncapi.json");
    assert.equal(body, document);
    isCommitted("asyncapi.json", body);
  }));

test("API-1: the document is well-formed, and its channels are routes of the other one", () => {
  assert.is(document.asyncapi, "3.0.0");
  checkReferences(document);
  const { paths } = toOpenApi({ writes: writes.values(), queries: queries.values() });
  const channels = Object.values(document.channels);
  assert.equal(channels.map(({ address }) => address).sort(), ["/api/events/stream", "/api/ws"]);
  for (const { address, messages } of channels) {
    assert.ok(address in paths, address);
    assert.ok(Object.keys(messages).length > 1);
  }
  const told = document.channels.socket?.description ?? "";
  for (const code of Object.values(CLOSE_CODES)) assert.match(told, String(code));
});

/** Everything that an action can make of an event: each one's first example, on the demo company. */
async function tellMuch({ engine }: StreamServer): Promise<number> {
  for (const { name, examples, given = [] } of actions.values()) {
    await engine.dispatch("demo/reset", {});
    for (const [first, body] of given) await engine.dispatchUnknown(first, body);
    await engine.dispatchUnknown(name, examples[0]);
  }
  return engine.view().seq;
}

test("API-1 SSE-1: every frame of the event stream is one of the documented messages", () =>
  withStreams({}, async (streams) => {
    const head = await tellMuch(streams);
    const reader = await connectSse(`${streams.sseUrl}?since=0`);
    for (let seq = 1; seq <= head; seq++) {
      const frame = await reader.frames.next();
      judge.holds(payloadOf("events", frame.event), JSON.parse(frame.data), frame.data);
      assert.is(frame.id, String(seq));
    }
    reader.close();
    const ahead = await connectSse(streams.sseUrl, { lastEventId: String(head + 100) });
    const reset = await ahead.frames.next();
    assert.is(reset.event, "reset");
    judge.holds(payloadOf("events", "reset"), JSON.parse(reset.data), reset.data);
    ahead.close();
  }));

test("API-1 WS-6: every message of the socket is one of the documented ones", () =>
  withStreams({ ws: { keepaliveMs: 20 } }, async (streams) => {
    const fresh = await connectWs(streams.wsUrl);
    const seen = new Set<string>();
    const hold = async ({ texts }: WsReader) => {
      const message = JSON.parse(await texts.next()) as ServerMessage;
      seen.add(message.type);
      judge.holds(
        payloadOf("socket", message.type),
        message,
        JSON.stringify(message).slice(0, 300),
      );
      return message;
    };
    await hold(fresh);
    const head = await tellMuch(streams);
    for (let seq = 0; seq < head; ) {
      const message = await hold(fresh);
      if (message.type === "commits") seq += message.commits.length;
    }
    while ((await hold(fresh)).type !== "keepalive");
    const resumed = await connectWs(`${streams.wsUrl}?since=${head - 1}`);
    await hold(resumed);
    await hold(resumed);
    const told = await connectWs(`${streams.wsUrl}?since=${head + 9}`);
    const hello = await hold(told);
    assert.is(hello.type === "hello" && hello.reset, "ahead");
    assert.equal([...seen].sort(), ["commits", "hello", "keepalive"]);
    for (const reader of [fresh, resumed, told]) reader.ws.close();
  }));

test.run();
