/**
 * The floors of the streams: bare HTTP takes a write and shows it to all who watch, by `ws` at once
 * (`each`), by `ws` once for each turn of the loop (`turn`), or as server-sent events (`sse`).
 * Nothing is checked, nothing is kept. Neighbours: `serve.ts`; `rows/sockets.ts`, `rows/events.ts`.
 */
import type { ServerResponse } from "node:http";
import { WebSocketServer } from "ws";
import { answering, listen } from "./serve.ts";

const [kind] = process.argv.slice(2);
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
const streams = new Set<ServerResponse>();
let seq = 0;
let patches: string[] = [];

interface Update {
  task_id: string;
  progress: number;
}

/** One update, or many in one request. */
function updatesOf(body: string): Update[] {
  const asked = JSON.parse(body) as Update | { actions: { body: Update }[] };
  return "actions" in asked ? asked.actions.map((action) => action.body) : [asked];
}

function toPatch({ task_id, progress }: Update): string {
  const patch = { op: "replace", path: `/tasks/${task_id}/progress`, value: progress };
  return JSON.stringify({ seq: ++seq, patches: [patch] });
}

function show(patch: string): void {
  if (kind === "sse") {
    const frame = `id: ${seq}\nevent: patch\ndata: ${patch}\n\n`;
    for (const stream of streams) stream.write(frame);
  } else if (kind === "each") {
    send(patch);
  } else {
    patches.push(patch);
    if (patches.length === 1) setImmediate(flush);
  }
}

function flush(): void {
  const text = `[${patches.join(",")}]`;
  patches = [];
  send(text);
}

function send(text: string): void {
  const bytes = Buffer.from(text);
  for (const socket of sockets.clients) socket.send(bytes, { binary: false });
}

const take = answering((text) => {
  for (const update of updatesOf(text)) show(toPatch(update));
  return '{"ok":true}';
});
const server = listen((req, res) => {
  if (req.method !== "GET") return take(req, res);
  res.writeHead(200, { "Content-Type": "text/event-stream" }).flushHeaders();
  res.socket?.setNoDelay(true);
  streams.add(res);
  res.once("close", () => streams.delete(res));
});
server.on("upgrade", (req, socket, head) => {
  sockets.handleUpgrade(req, socket, head, (client) => sockets.emit("connection", client, req));
});
