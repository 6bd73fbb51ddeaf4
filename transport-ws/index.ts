/**
 * WebSockets: `/api/ws`, for pages that follow the state patch by patch. Neighbours: the server hands
 * over every upgrade of its HTTP server; `upgrade.ts` lets it in, `session.ts` serves one socket.
 * Invariants: nobody joins without having passed the gate; after `close` no socket is left.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import {
  CLOSE_CODES,
  createHolding,
  createPlaces,
  type Engine,
  type Gate,
  KEEPALIVE_MS,
} from "../core/index.ts";
import { createCatchUp, toMessages } from "./commits.ts";
import { openSession, type Session, type SessionLimits } from "./session.ts";
import { createStateSource } from "./state-bytes.ts";
import {
  chooseProtocol,
  dropNarrowOffer,
  isRefusal,
  readUpgrade,
  refuseUpgrade,
} from "./upgrade.ts";

export interface WsTransportOptions extends Partial<SessionLimits> {
  engine: Engine;
  gate: Gate;
  maxClients?: number;
  /** Whose a socket is: where all places are taken, who has fewer gets one of who has the most. */
  whoIs?(req: IncomingMessage, token?: string): string;
  /** Of these so many are for the owner and operators, whose page others must not shut out. */
  keptPlaces?: number;
  /** Of states that are being sent to those who join, in bytes. */
  maxStateBytes?: number;
  /** Told when a socket was closed because the journal could not be read. */
  onError?(error: Error): void;
}

export interface WsTransport {
  /** For the `upgrade` event of an HTTP server; answers every upgrade, also those it refuses. */
  handleUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes the sockets that this token, by its name, was let in with. */
  expel(token: string): void;
  /** Closes every socket with 1012; resolves when the last one is gone. */
  close(): Promise<void>;
  clients(): number;
}

/** Clients have nothing to say here; what they do say is ignored. */
const MAX_PAYLOAD_BYTES = 4 * 1024;
/**
 * Offered for the state and for many commits, which are compressed once for all and not by `ws`: hence no
 * context from one message to the next, no smaller window, and nothing long enough for `ws` to compress.
 */
const DEFLATE = {
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  serverMaxWindowBits: 15,
  threshold: Number.POSITIVE_INFINITY,
};
const now = () => performance.now();
const later = (run: () => void, delayMs: number) => {
  if (delayMs > 0) setTimeout(run, delayMs);
  else setImmediate(run);
};
const RETRY_AFTER = { "Retry-After": "5" };

export function createWsTransport({
  engine,
  gate,
  keepaliveMs = KEEPALIVE_MS,
  pingMs = 20_000,
  maxBufferBytes = 256 * 1024,
  stallMs = 30_000,
  maxBehind = 5_000,
  graceMs = 1_000,
  maxClients = 1_000,
  keptPlaces = 50,
  maxStateBytes,
  whoIs = () => "",
  onError = () => {},
}: WsTransportOptions): WsTransport {
  const limits = { keepaliveMs, pingMs, maxBufferBytes, stallMs, maxBehind, graceMs };
  /** With the name of the token each was let in with. */
  const sessions = new Map<Session, string | undefined>();
  const running = new Set<Session>();
  const others = createPlaces<Session>();
  const states = createStateSource(
    engine,
    createHolding({ now: () => performance.now(), maxBytes: maxStateBytes }),
  );
  const fanOut = engine.feed.fanOut({ encode: toMessages, now, soon: queueMicrotask, later });
  const catchUp = createCatchUp();
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MAX_PAYLOAD_BYTES,
    perMessageDeflate: DEFLATE,
    handleProtocols: chooseProtocol,
  });
  let closing: Promise<void> | null = null;
  let allGone = () => {};

  /** Those who run the company lose theirs to nobody. */
  function hasPlace(who: string, isRunning: boolean): boolean {
    const most = isRunning ? maxClients : maxClients - keptPlaces;
    if (running.size + others.size() < most) return true;
    const other = others.takeFor(isRunning ? "" : who);
    other?.close(CLOSE_CODES.crowded, "others have fewer sockets and need the place");
    return other !== undefined;
  }

  server.on("wsClientError", (error, socket, req) => {
    if (req.method !== "GET") {
      refuseUpgrade(socket, { status: 405, error: error.message, headers: { Allow: "GET" } });
    } else {
      const headers = { "Sec-WebSocket-Version": "13" };
      refuseUpgrade(socket, { status: 400, error: error.message, headers });
    }
  });

  return {
    handleUpgrade(req, socket, head) {
      const asked = readUpgrade(req, gate);
      if (isRefusal(asked)) return refuseUpgrade(socket, asked);
      if (closing) {
        const error = "the server is stopping; try again";
        return refuseUpgrade(socket, {
          status: 503,
          error,
          code: "stopping",
          headers: RETRY_AFTER,
        });
      }
      const who = whoIs(req, asked.token);
      if (!hasPlace(who, asked.isRunning)) {
        const error = "too many sockets are open; try again";
        return refuseUpgrade(socket, {
          status: 503,
          error,
          code: "unavailable",
          headers: RETRY_AFTER,
        });
      }
      dropNarrowOffer(req);
      server.handleUpgrade(req, socket, head, (ws) => {
        const session = openSession({
          engine,
          states,
          fanOut,
          catchUp,
          ws,
          socket,
          resume: asked.resume,
          limits,
          onError,
          onGone() {
            sessions.delete(session);
            running.delete(session);
            others.leave(session);
            if (sessions.size === 0) allGone();
          },
        });
        sessions.set(session, asked.token);
        if (asked.isRunning) running.add(session);
        else others.add(who, session);
      });
    },
    expel(token) {
      for (const [session, name] of sessions) {
        if (name === token) session.close(CLOSE_CODES.revoked, "the token was revoked");
      }
    },
    close() {
      closing ??= new Promise((resolve) => {
        allGone = resolve;
        states.close();
        server.close();
        if (sessions.size === 0) resolve();
        for (const session of sessions.keys())
          session.close(CLOSE_CODES.restart, "the server restarts");
      });
      return closing;
    },
    clients: () => sessions.size,
  };
}
