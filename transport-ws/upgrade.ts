/**
 * The upgrade, before it is a WebSocket: what the request asks for, and a plain HTTP answer where it
 * cannot have it. Neighbours: `index.ts` asks here first, because HTTP middleware never sees an
 * upgrade; core/access.ts is the gate. Invariant: a refused socket is ended, and its errors are heard.
 */
import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type Gate, type RejectionCode, rejection, SOCKET_PATH } from "../core/index.ts";

/** What a page that joins knows already. */
export interface Resume {
  since: number;
  /** The journal it counted in; the present one where it did not say. */
  journal: string | null;
}

export interface UpgradeRefusal {
  status: number;
  error: string;
  code?: RejectionCode;
  headers?: Record<string, string>;
}

/** Null for one who knows nothing yet. */
export function readUpgrade(req: IncomingMessage, gate: Gate): Resume | null | UpgradeRefusal {
  const { host, origin } = req.headers;
  const forbidden = gate.admit({ host, origin });
  if (forbidden) return { status: 403, error: forbidden.message, code: forbidden.code };
  const [path = "", search = ""] = (req.url ?? "").split("?", 2);
  if (path !== SOCKET_PATH) return { status: 404, error: "unknown route" };
  const asked = new URLSearchParams(search);
  const since = asked.get("since");
  if (since === null) return null;
  if (!/^\d{1,15}$/.test(since)) {
    const { code, message } = rejection("invalid", "since must be a whole number, 0 or more");
    return { status: 400, error: message, code };
  }
  return { since: Number(since), journal: asked.get("journal") };
}

export function isRefusal(answer: Resume | null | UpgradeRefusal): answer is UpgradeRefusal {
  return answer !== null && "status" in answer;
}

/** Answers on the raw socket and ends it. */
export function refuseUpgrade(socket: Duplex, refusal: UpgradeRefusal): void {
  const { status, error, code, headers } = refusal;
  const body = JSON.stringify({ error, ...(code !== undefined && { code }) });
  const lines = Object.entries({
    Connection: "close",
    "Content-Type": "application/json",
    "Content-Length": String(Buffer.byteLength(body)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.on("error", () => socket.destroy());
  // Not left half open for a client that never ends its side.
  socket.once("finish", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`);
}
