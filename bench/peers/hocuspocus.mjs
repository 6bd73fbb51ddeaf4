/**
 * A peer: Hocuspocus, one change of one Yjs map for each write, nothing stored. The value holds the
 * number of the write, by which the watchers count. Neighbours: `serve.mjs`; `rows/sockets.ts` measures.
 */
import { Hocuspocus } from "@hocuspocus/server";
import { WebSocketServer } from "ws";
import { serve } from "./serve.mjs";

const hocuspocus = new Hocuspocus({ quiet: true });
const connection = await hocuspocus.openDirectConnection("d");
const server = serve((patch) =>
  connection.transact((doc) => {
    doc.getMap("tasks").set(patch.path, JSON.stringify(patch));
  }),
);
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on("connection", (socket, request) => hocuspocus.handleConnection(socket, request));
