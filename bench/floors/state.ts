/**
 * The floor of a join: `ws` sends so many bytes, which it has at hand, to everyone who connects; a write
 * that comes meanwhile is read, answered and forgotten. Neighbours: `serve.ts`; `rows/join.ts`.
 */
import { randomBytes } from "node:crypto";
import { WebSocketServer } from "ws";
import { answering, listen } from "./serve.ts";

const bytes = randomBytes(Number(process.argv[2]));
const server = listen(
  answering((text) => {
    JSON.parse(text);
    return '{"ok":true}';
  }),
);
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on("connection", (socket) => socket.send(bytes));
