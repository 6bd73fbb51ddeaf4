/**
 * A peer: Colyseus, one room with a map of fields as its state, sent at the pace it ships with (every
 * 50 ms). So of several writes of one field only the latest is delivered; the watchers count what comes.
 * Neighbours: `serve.mjs`; `rows/sockets.ts` measures.
 */
import { matchMaker, Room } from "@colyseus/core";
import { schema } from "@colyseus/schema";
import { WebSocketTransport } from "@colyseus/ws-transport";
import { serve } from "./serve.mjs";

const State = schema({ fields: { map: "string" } });
let state;

class Company extends Room {
  maxClients = 10_000;
  onCreate() {
    state = new State();
    this.setState(state);
  }
}

await matchMaker.setup();
matchMaker.defineRoomType("company", Company);
await matchMaker.accept();
await matchMaker.createRoom("company", {});

const server = serve((patch) => state.fields.set(patch.path, JSON.stringify(patch)));
const { wss } = new WebSocketTransport({ noServer: true, pingInterval: 0 });
server.on("upgrade", async (req, socket, head) => {
  // The seat that a client would ask for by HTTP before it connects.
  const { room, sessionId } = await matchMaker.joinOrCreate("company", {});
  req.url = `/${room.processId}/${room.roomId}?sessionId=${sessionId}`;
  wss.handleUpgrade(req, socket, head, (client) => wss.emit("connection", client, req));
});
