/**
 * What to do with a request that asks to upgrade: WebSocket goes to its transport; any other upgrade
 * (`h2c`, which some clients offer with every request) is passed over, as RFC 9110 section 7.8 allows,
 * and the request is answered as if it had not asked. Neighbours: `compose.ts`, and `connections.ts`,
 * which lets no upgrade through while an answer is under way. Invariant: the connection ends with the answer.
 */
import { type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { lastWords } from "../core/index.ts";
import { hasBody } from "../transport-http/index.ts";
import type { Listeners } from "./connections.ts";

export function createUpgradeHandler(
  toWebSocket: (req: IncomingMessage, socket: Socket, head: Buffer) => void,
): Listeners["upgrade"] {
  return (req, socket, head, answer) => {
    const isWebSocket = req.headers.upgrade?.toLowerCase() === "websocket";
    const isRead = req.method === "GET" || req.method === "HEAD";
    // An upgrade ends the parsing of the request, so a body would be left unread.
    if (isRead ? hasBody(req) : !isWebSocket) return refuseBody(socket);
    if (isWebSocket) return toWebSocket(req, socket, head);
    const res = new ServerResponse(req);
    res.shouldKeepAlive = false;
    res.assignSocket(socket);
    res.once("finish", () => socket.destroySoon());
    // Node's own listeners went with the upgrade: without them a large answer stands still, and
    // nobody sees the client go.
    socket.on("drain", () => res.emit("drain"));
    socket.once("end", () => socket.end()).resume();
    answer(res);
  };
}

function refuseBody(socket: Socket): void {
  const error = "only WebSocket upgrades are served; send this request without an Upgrade header";
  // Not left half open for a client that never ends its side.
  socket.once("finish", () => socket.destroy());
  socket.end(lastWords("400 Bad Request", { error, code: "bad_request" }));
}
