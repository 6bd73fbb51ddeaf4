/**
 * A peer: socket.io as its documentation sets it up, one broadcast for each write. Bare HTTP in front.
 * Neighbours: `serve.mjs`; `rows/sockets.ts` measures.
 */
import { Server } from "socket.io";
import { serve } from "./serve.mjs";

const server = serve((patch) => io.emit("patch", patch));
const io = new Server(server, { transports: ["websocket"], perMessageDeflate: false });
