/**
 * The upgrade, before it is a WebSocket: what the request asks for, and a plain HTTP answer where it
 * cannot have it. Neighbours: `index.ts` asks here first, because HTTP middleware never sees an
 * upgrade; core/access.ts is the gate. Invariant: a refused socket is ended, and its errors are heard.
 */
import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import {
  type Gate,
  isRunningIt,
  lastWords,
  type Principal,
  type RejectionCode,
  rejection,
  SOCKET_PATH,
  SOCKET_PROTOCOL,
  statusOf,
  TOKEN_PROTOCOL,
} from "../core/index.ts";

/** A request that may become a socket. */
export interface Joining {
  /** Null for one who knows nothing yet. */
  resume: Resume | null;
  /** The name of the token it came with, where reading asks for one. */
  token: string | undefined;
  /** Whether it came with a token of those who run the company, asked for or not. */
  isRunning: boolean;
}

/** What a page that joins knows already. */
export interface Resume {
  since: number;
  /** The journal it counted in; the present one where it did not say. */
  journal: string | null;
}

export interface UpgradeRefusal {
  status: number;
  error: string;
  code?: RejectionCode | "unauthorised";
  headers?: Record<string, string>;
}

export function readUpgrade(req: IncomingMessage, gate: Gate): Joining | UpgradeRefusal {
  const refused = gate.admit(req);
  if (refused) {
    const { code, message } = refused;
    return { status: statusOf(code), error: message, code };
  }
  const [path = "", search = ""] = (req.url ?? "").split("?", 2);
  if (path !== SOCKET_PATH) return { status: 404, error: "unknown route" };
  const caller = callerOf(req, gate);
  if (gate.readsAsk && !caller) return READING_ASKS;
  const token = gate.readsAsk ? caller?.name : undefined;
  const isRunning = isRunningIt(caller);
  const asked = new URLSearchParams(search);
  const since = asked.get("since");
  if (since === null) return { resume: null, token, isRunning };
  if (!/^\d{1,15}$/.test(since)) {
    const { code, message } = rejection("invalid", "since must be a whole number, 0 or more");
    return { status: 400, error: message, code };
  }
  return { resume: { since: Number(since), journal: asked.get("journal") }, token, isRunning };
}

const READING_ASKS: UpgradeRefusal = {
  status: 401,
  error: `reading needs a token here; send Authorization: Bearer <token>, or the subprotocol ${TOKEN_PROTOCOL}<token in base64url>`,
  code: "unauthorised",
  headers: { "WWW-Authenticate": "Bearer" },
};

/** A program has the header; a browser can only name subprotocols. Never the address, which is logged. */
function callerOf({ headers }: IncomingMessage, gate: Gate): Principal | null {
  const bearer = /^bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? "")?.[1];
  const named = (headers["sec-websocket-protocol"] ?? "")
    .split(",")
    .map((name) => name.trim())
    .find((name) => name.startsWith(TOKEN_PROTOCOL))
    ?.slice(TOKEN_PROTOCOL.length);
  return gate.identify(bearer ?? (named && Buffer.from(named, "base64url").toString()));
}

/** The one that is spoken here, if it was offered; what else was offered is not repeated. */
export function chooseProtocol(offered: ReadonlySet<string>): string | false {
  return offered.has(SOCKET_PROTOCOL) && SOCKET_PROTOCOL;
}

/**
 * Takes back an offer of compression that asks for a smaller window than the state is compressed with:
 * `ws` would refuse the socket, where it can do without.
 */
export function dropNarrowOffer({ headers }: IncomingMessage): void {
  const offer = headers["sec-websocket-extensions"];
  if (offer !== undefined && /server_max_window_bits\s*=\s*"?(?!15)/i.test(offer)) {
    delete headers["sec-websocket-extensions"];
  }
}

export function isRefusal(answer: Joining | UpgradeRefusal): answer is UpgradeRefusal {
  return "status" in answer;
}

/** Answers on the raw socket and ends it. */
export function refuseUpgrade(socket: Duplex, refusal: UpgradeRefusal): void {
  const { status, error, code, headers } = refusal;
  const problem = { error, ...(code !== undefined && { code }) };
  socket.on("error", () => socket.destroy());
  // Not left half open for a client that never ends its side.
  socket.once("finish", () => socket.destroy());
  socket.end(lastWords(`${status} ${STATUS_CODES[status]}`, problem, headers));
}
