/**
 * An answer as a value, and the one place that puts it on the wire. Neighbours: `read.ts`, `write.ts`
 * and `problem.ts` make answers, `app.ts` sends them. Invariant: every answer of the API is JSON text
 * made once, with its length and the security headers, and may not be reused without asking again; a
 * body that nobody read is taken off the wire up to a bound.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { lengthOf, SECURITY_HEADERS } from "../core/index.ts";
import { holdUntilSent } from "./being-sent.ts";
import { hasBody } from "./body.ts";
import { requestIdOf } from "./request-id.ts";

/** What is still read after an early answer, so that its sender gets to see it. */
const MAX_DISCARDED_BYTES = 1024 * 1024;
/** The same in pieces: tiny ones cost more than their bytes say. */
const MAX_DISCARDED_PIECES = 1_024;

export interface Answer {
  status: number;
  /** JSON text, or its bytes in pieces; empty for 204 and 304. */
  body: string | readonly Uint8Array[];
  /** Where it is something else than JSON. */
  type?: string;
  headers?: Readonly<Record<string, string | number>>;
}

const ALWAYS: readonly string[] = [...SECURITY_HEADERS, ["Cache-Control", "no-cache"]].flat();
const JSON_TYPE = "application/json; charset=utf-8";

/** For the answers that others write. */
export function secure(res: ServerResponse): void {
  for (const [name, value] of SECURITY_HEADERS) res.setHeader(name, value);
}

export function send(res: ServerResponse, { status, body: json, type, headers }: Answer): void {
  // A terminal shows its prompt on a line of its own.
  const body = typeof json === "string" && json.length > 0 ? `${json}\n` : json;
  const length = typeof body === "string" ? Buffer.byteLength(body) : lengthOf(body);
  // One list, handed over at once: headers set one by one cost more than the rest of an answer.
  const list: (string | number)[] = ALWAYS.slice();
  if (length > 0) list.push("Content-Type", type ?? JSON_TYPE, "Content-Length", length);
  // Where it can be of use: on a refusal, and to who named the request.
  if (status >= 400 || res.req.headers["x-request-id"] !== undefined) {
    list.push("X-Request-Id", requestIdOf(res.req));
  }
  for (const name in headers) list.push(name, headers[name] as string | number);
  res.writeHead(status, list);
  // For HEAD, Node keeps the headers and drops the body.
  if (typeof body === "string") res.end(body);
  else endWith(res, body, length);
  discardRest(res.req);
}

/** In one write: without the cork each piece would be a packet of its own. */
function endWith(res: ServerResponse, pieces: readonly Uint8Array[], length: number): void {
  holdUntilSent(pieces, length, res);
  res.cork();
  for (const piece of pieces) res.write(piece);
  res.uncork();
  res.end();
}

/** Ends the connection when there is too much to discard; otherwise it stays usable. */
function discardRest(req: IncomingMessage): void {
  if (req.readableEnded || !hasBody(req)) return;
  let left = MAX_DISCARDED_BYTES;
  let pieces = 0;
  req.on("error", () => {});
  req.on("data", (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0 || ++pieces > MAX_DISCARDED_PIECES) req.socket.destroy();
  });
  req.resume();
}
