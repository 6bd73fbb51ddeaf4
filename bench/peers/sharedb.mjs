/**
 * A peer: ShareDB on its memory database, one JSON operation on one document for each write.
 * Neighbours: `serve.mjs`; `rows/sockets.ts` measures.
 */
import { Duplex } from "node:stream";
import ShareDB from "sharedb";
import { WebSocketServer } from "ws";
import { serve } from "./serve.mjs";

const backend = new ShareDB();
const doc = backend.connect().get("c", "d");
await new Promise((resolve, reject) => {
  doc.create({ tasks: {} }, (error) => (error ? reject(error) : resolve()));
});

const server = serve(({ path, value }) => {
  const [, , task, field] = path.split("/");
  return new Promise((resolve, reject) => {
    const op = [{ p: ["tasks", `${task}.${field}`], oi: value }];
    doc.submitOp(op, (error) => (error ? reject(error) : resolve()));
  });
});
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on("connection", (socket) => {
  const stream = new Duplex({
    objectMode: true,
    read() {},
    write(message, _encoding, done) {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
      done();
    },
  });
  socket.on("message", (text) => stream.push(JSON.parse(text)));
  socket.on("close", () => stream.destroy());
  backend.listen(stream);
});
