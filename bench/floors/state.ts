/**
 * The floor of a join: `ws` sends so many bytes, which it has at hand, to everyone who connects; a write
 * that comes meanwhile is read, answered and forgotten.
 * Neighbour: `rows/join.ts`.
 */
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";

const bytes = randomBytes(Number(process.argv[2]));
const server = createServer((req, res) => {
  let text = "";
  req.setEncoding("utf8");
  req.on("data", (chunk: string) => {
    text += chunk;
  });
  req.on("end", () => {
    JSON.parse(text);
    res.setHeader("Content-Type", "application/json");
    res.end('{"ok":true}');
  });
});
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on("connection", (socket) => socket.send(bytes));
server.listen(0, "127.0.0.1", 4_096, () => {
  process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`);
});
process.once("SIGTERM", () => process.exit());
