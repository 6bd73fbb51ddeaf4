/**
 * Between Node's HTTP server and those who answer. Clients may pipeline: send a request while the answer to
 * the one before is still under way. Node then keeps the later answer without a socket, and forgets it when
 * the connection closes; and what a listener throws ends the process. Neighbours: `compose.ts` puts it on
 * the server, `line.ts` has those who wait, `room.ts` what all hold, `upgrade.ts` takes the upgrades. Invariants: every answer that was
 * handed out closes with its connection at the latest, which is not held for a client that is gone; nothing is
 * written into another answer; no connection can end the process.
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import { CutOff, type CutOffReason } from "../core/index.ts";
import { requestIdOf } from "../transport-http/index.ts";
import { createGoesAhead, type GoesAhead } from "./ahead.ts";
import type { Log } from "./compose.ts";
import { createLine, type Line } from "./line.ts";
import { createLoopShare, type LoopShare } from "./loop-share.ts";
import { boundPieces, type Pieces } from "./pieces.ts";
import { createRoom, endLongest, type HeldOptions, type Room, watchHeld } from "./room.ts";

export interface Listeners {
  request(req: IncomingMessage, res: ServerResponse): void;
  /** Called only while no answer is under way on the connection. */
  upgrade(
    req: IncomingMessage,
    socket: Socket,
    head: Buffer,
    /** Where it is answered as if it had not asked: a request like others. */
    answer: (res: ServerResponse) => void,
  ): void;
  /** Called only where its answer cannot be taken for that to another request. */
  clientError(error: Error, socket: Socket): void;
}

/**
 * Puts the listeners on the server; a connection on which one throws is ended, and the fault logged.
 * @param unheardMs for so long a connection may be neither read from nor written to while an answer is due
 * @param held how much of answers all may hold
 * @param goesAhead what does not wait for its turn, the probes where it is not said
 * @param whoOf whose an address is: what has one allowance
 * @param onCutOff told of each that is ended in the midst of what it is sent
 * @returns the open connections, also those that were upgraded, which Node no longer counts as its own
 */
export function listenTo(
  server: Server,
  { request, upgrade, clientError }: Listeners,
  log: Pick<Log, "error">,
  {
    unheardMs = 5_000,
    held = {},
    room = createRoom(),
    share = createLoopShare(),
    goesAhead = createGoesAhead({ identify: () => null }),
    whoOf = () => "",
    onCutOff = () => {},
  }: {
    unheardMs?: number;
    held?: HeldOptions;
    room?: Room;
    share?: LoopShare;
    goesAhead?: GoesAhead;
    whoOf?(remote: string): string;
    onCutOff?(remote: string, reason: CutOffReason): void;
  } = {},
): ReadonlySet<Socket> {
  const connections = new Set<Socket>();
  /** Of each connection; it is the last to close. */
  const newest = new WeakMap<Socket, ServerResponse>();
  const lines = new Map<Socket, Line>();
  const pieces = new WeakMap<Socket, Pieces>();
  // One that cannot listen closes nothing either.
  server.once("listening", () => server.once("close", watchHeld(lines, held)));

  function guard(socket: Socket, req: IncomingMessage | null, run: () => void): void {
    try {
      run();
    } catch (error) {
      const facts = { err: error, ...(req && { request_id: requestIdOf(req) }) };
      log.error(facts, "a connection was ended by a fault");
      socket.destroy();
    }
  }

  /**
   * Where the answers behind one that waits fill a buffer, Node reads no more, and nobody notices that the
   * client goes; nor where more wait than may be under way. Who only reads slowly is let be: what is written
   * to it fails once it is gone.
   */
  function endUnheard(socket: Socket): void {
    let unheard: NodeJS.Timeout | undefined;
    let written = 0;
    const heard = () => clearTimeout(unheard);
    const look = () => {
      const isStill = socket.writableLength === 0 && socket.bytesWritten === written;
      if (newest.get(socket)?.closed === false && isStill) return void socket.destroy();
      written = socket.bytesWritten;
      unheard?.refresh();
    };
    socket.on("pause", () => {
      heard();
      written = socket.bytesWritten;
      unheard = setTimeout(look, unheardMs);
    });
    socket.on("resume", () => {
      // Told late, it may be of before the pause.
      if (!socket.isPaused()) heard();
    });
    socket.once("close", heard);
  }

  server.on("connection", (socket: Socket) => {
    const handOut = (res: ServerResponse) => guard(socket, res.req, () => request(res.req, res));
    // Once it is destroyed nobody knows.
    const { remoteAddress: remote = "" } = socket;
    const who = whoOf(remote);
    const onCrowded = () => endLongest(lines.values());
    const line = createLine(socket, { who, room, share, goesAhead, handOut, onCrowded });
    const bound = boundPieces(socket);
    pieces.set(socket, bound);
    connections.add(socket);
    lines.set(socket, line);
    endUnheard(socket);
    // With an upgrade Node takes its own listener away, and an error that nobody hears is thrown.
    socket.on("error", (error) => {
      if (error instanceof CutOff) onCutOff(remote, error.reason);
      socket.destroy();
    });
    // Ahead of Node, which gives the parser to somebody else.
    socket.prependOnceListener("close", bound.end);
    socket.once("close", () => {
      connections.delete(socket);
      lines.delete(socket);
      for (const res of line.leave()) guard(socket, res.req, () => abandon(res));
    });
  });

  function onRequest(req: IncomingMessage, res: ServerResponse): void {
    const { socket } = req;
    pieces.get(socket)?.restart();
    newest.set(socket, res);
    // Came in one piece with what ended the connection: there is nobody to answer.
    if (socket.destroyed) return;
    lines.get(socket)?.add(res);
  }

  server.on("request", onRequest);
  // Without a listener Node would answer by itself, and that answer would be under way unknown to us.
  server.on("checkExpectation", onRequest);

  server.on("upgrade", (req, _stream, head) => {
    // Not the stream beside it, which newer releases of Node wrap while a body is missing.
    const { socket } = req;
    pieces.get(socket)?.end();
    if (lines.get(socket)?.isEnding()) return;
    // A stream before it would never end, and Node no longer looks after the answers.
    if (newest.get(socket)?.closed === false) socket.destroy();
    else guard(socket, req, () => upgrade(req, socket, head, (res) => lines.get(socket)?.add(res)));
  });

  server.on("clientError", (error, stream) => {
    const socket = stream as Socket;
    if (lines.get(socket)?.isEnding()) return;
    const last = newest.get(socket);
    const isFree = !last || last.closed;
    // The request that is broken off is the one whose answer is due.
    const isDue = last?.socket && !last.headersSent && !last.req.complete;
    if (isFree || isDue) guard(socket, null, () => clientError(error, socket));
    else socket.destroy();
  });

  return connections;
}

/**
 * What Node does for the answer that has the socket. A file that is sent would stay open: those who send
 * one wait for the end of the answer or of its socket, and here neither comes.
 */
function abandon(res: ServerResponse): void {
  const end = (source: Readable) => source.destroy();
  res.on("unpipe", end).on("pipe", end);
  res.destroy();
  res.emit("close");
}
