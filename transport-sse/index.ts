/**
 * Server-sent events: `GET /api/events/stream`. Neighbours: transport-http hands over the requests
 * after its checks, the core's feed gives the entries, `session.ts` serves one reader.
 * Invariants: at most `maxClients` readers at a time, each with a connection to itself, the last places for those
 * who run the company; after `close` none is left.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  createPlaces,
  type Engine,
  KEEPALIVE_MS,
  type Rejection,
  rejection,
} from "../core/index.ts";
import { toChunks } from "./frame.ts";
import { openSession, type Session, type SessionLimits, sendHead } from "./session.ts";

export interface SseTransportOptions extends Partial<SessionLimits> {
  engine: Engine;
  maxClients?: number;
  /** Of these the last ones are for those who run the company. */
  keptPlaces?: number;
  /** Whose a reader is: where all places are taken, who has fewer gets one of who has the most. */
  whoIs?(req: IncomingMessage, token?: string): string;
  /** Told when a stream ended because the journal could not be read. */
  onError?(error: Error): void;
}

export interface SseTransport {
  /**
   * Answers one GET; the request has passed the gate, with this token where one was asked for.
   * @param isRunning whether it came with a token of those who run the company, asked for or not
   */
  handle(req: IncomingMessage, res: ServerResponse, token?: string, isRunning?: boolean): void;
  /** Ends the streams that this token, by its name, was let in with. */
  expel(token: string): void;
  /** Ends all streams; resolves when the last one is gone. */
  close(): Promise<void>;
  clients(): number;
}

const now = () => performance.now();
const later = (run: () => void, delayMs: number) => {
  if (delayMs > 0) setTimeout(run, delayMs);
  else setImmediate(run);
};
const RETRY_AFTER_SECONDS = 5;
const BEHIND = "another answer is under way on this connection; open the stream on one of its own";

/**
 * Creates the transport. A quiet stream carries a comment every `keepaliveMs`; a reader for whom
 * `maxBufferBytes` wait is sent no more until they have left, and is cut off after `stallMs`.
 */
export function createSseTransport({
  engine,
  keepaliveMs = KEEPALIVE_MS,
  maxBufferBytes = 256 * 1024,
  stallMs = 30_000,
  graceMs = 1_000,
  maxClients = 1_000,
  keptPlaces = 50,
  whoIs = () => "",
  onError = () => {},
}: SseTransportOptions): SseTransport {
  /** With the name of the token each was let in with. */
  const sessions = new Map<Session, string | undefined>();
  const fanOut = engine.feed.fanOut({ encode: toChunks, now, soon: queueMicrotask, later });
  const running = new Set<Session>();
  const others = createPlaces<Session>();
  let closing: Promise<void> | null = null;
  let allGone = () => {};

  /** Those who run the company lose theirs to nobody. */
  function hasPlace(who: string, isRunning: boolean): boolean {
    const most = isRunning ? maxClients : maxClients - keptPlaces;
    if (running.size + others.size() < most) return true;
    const other = others.takeFor(isRunning ? "" : who);
    other?.end("others have fewer streams and need the place");
    return other !== undefined;
  }

  return {
    handle(req, res, token, isRunning = false) {
      // Gone before it was served: its close has passed, and would never be heard.
      if (res.destroyed) return;
      const since = toSince(req);
      if (typeof since === "object") {
        refuse(res, 400, since);
      } else if (closing) {
        refuse(res, 503, rejection("stopping", "the server is stopping; try again"));
      } else if (req.method === "HEAD") {
        sendHead(res);
      } else if (!res.socket) {
        // It would hold a place, and be sent nothing until the other has left: of another stream, never.
        refuse(res, 503, rejection("unavailable", BEHIND));
      } else if (!hasPlace(whoIs(req, token), isRunning)) {
        refuse(res, 503, rejection("unavailable", "too many event streams are open; try again"));
      } else {
        const session = openSession({
          engine,
          fanOut,
          res,
          socket: res.socket,
          since,
          keepaliveMs,
          maxBufferBytes,
          stallMs,
          graceMs,
          onError,
          onGone() {
            sessions.delete(session);
            running.delete(session);
            others.leave(session);
            if (sessions.size === 0) allGone();
          },
        });
        sessions.set(session, token);
        if (isRunning) running.add(session);
        else others.add(whoIs(req, token), session);
      }
    },
    expel(token) {
      for (const [session, name] of sessions)
        if (name === token) session.end("the token was revoked");
    },
    close() {
      closing ??= new Promise((resolve) => {
        allGone = resolve;
        if (sessions.size === 0) resolve();
        for (const session of sessions.keys()) session.end("the server restarts");
      });
      return closing;
    },
    clients: () => sessions.size,
  };
}

/** Where to begin. The header wins: a browser that comes back sends it beside its first `?since=`. */
function toSince(req: IncomingMessage): number | undefined | Rejection {
  const [, search = ""] = /\?([^#]*)/.exec(req.url ?? "") ?? [];
  const header = req.headers["last-event-id"];
  const field = header === undefined ? "since" : "Last-Event-ID";
  // Empty is absent: a browser takes a 400 as final.
  const given = header || new URLSearchParams(search).get("since") || undefined;
  if (given === undefined) return undefined;
  if (typeof given === "string" && /^\d{1,15}$/.test(given)) return Number(given);
  return rejection("invalid", `${field} must be a whole number, 0 or more`, { field });
}

function refuse(res: ServerResponse, status: number, { code, message }: Rejection): void {
  const headers: Record<string, string | number> = { "content-type": "application/json" };
  if (status === 503) headers["retry-after"] = RETRY_AFTER_SECONDS;
  res.writeHead(status, headers).end(JSON.stringify({ error: message, code }));
}
