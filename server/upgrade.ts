/**
 * What to do with a request that asks to upgrade: WebSocket goes to its transport; any other upgrade
 * (`h2c`, which some clients offer with every request) is passed over, as RFC 9110 section 7.8 allows,
 * and the request is answered as if it had not asked. Neighbour: `compose.ts`.
 */
import { type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

type UpgradeHandler = (req: IncomingMessage, socket: Duplex, head: Buffer) => void;

export function createUpgradeHandler(
  toWebSocket: UpgradeHandler,
  toHttp: (req: IncomingMessage, res: ServerResponse) => void,
): UpgradeHandler {
  return (req, socket, head) => {
    if (req.headers.upgrade?.toLowerCase() === "websocket") return toWebSocket(req, socket, head);
    // An upgrade ends the parsing of the request, so a body would be left unread.
    if (req.method !== "GET" && req.method !== "HEAD") return refuseBody(socket);
    const res = new ServerResponse(req);
    res.shouldKeepAlive = false;
    res.assignSocket(socket as Socket);
    res.on("finish", () => socket.end());
    socket.on("error", () => socket.destroy());
    toHttp(req, res);
  };
}

function refuseBody(socket: Duplex): void {
  const error = "only WebSocket upgrades are served; send this request without an Upgrade header";
  const body = `${JSON.stringify({ error, code: "bad_request" })}\n`;
  socket.on("error", () => socket.destroy());
  socket.end(
    "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json; charset=utf-8\r\n" +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
