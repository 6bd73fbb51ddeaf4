/**
 * The floors of the streams: bare HTTP takes a write and shows it to all who watch, by `ws` at once
 * (`each`), by `ws` once for each turn of the loop (`turn`), or as server-sent events (`sse`).
 * Nothing is checked, nothing is kept. Neighbours: `rows/sockets.ts`, `rows/events.ts`.
 */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";

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

const server = createServer((req, res) => {
  if (req.method === "GET") {
    res.writeHead(200, { "Content-Type": "text/event-stream" }).flushHeaders();
    res.socket?.setNoDelay(true);
    streams.add(res);
    res.once("close", () => streams.delete(res));
    return;
  }
  let text = "";
  req.setEncoding("utf8");
  req.on("data", (chunk: string) => {
    text += chunk;
  });
  req.on("end", () => {
    for (const update of updatesOf(text)) show(toPatch(update));
    res.setHeader("Content-Type", "application/json");
    res.end('{"ok":true}');
  });
});
server.on("upgrade", (req, socket, head) => {
  sockets.handleUpgrade(req, socket, head, (client) => sockets.emit("connection", client, req));
});
server.listen(0, "127.0.0.1", 4_096, () => {
  process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`);
});
process.once("SIGTERM", () => process.exit());
