/**
 * An answer as a value, and the one place that puts it on the wire. Neighbours: `read.ts`, `write.ts`
 * and `problem.ts` make answers, `app.ts` sends them. Invariant: every answer of the API is JSON text
 * made once, with its length, and may not be reused without asking again; a body that nobody read is
 * taken off the wire up to a bound.
 */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";

/** What is still read after an early answer, so that its sender gets to see it. */
const MAX_DISCARDED_BYTES = 1024 * 1024;

export interface Answer {
  status: number;
  /** JSON text, or its bytes; empty for 204 and 304. */
  body: string | Buffer;
  headers?: OutgoingHttpHeaders;
}

export function send(res: ServerResponse, { status, body: json, headers }: Answer): void {
  // A terminal shows its prompt on a line of its own.
  const body = typeof json === "string" && json.length > 0 ? `${json}\n` : json;
  res.writeHead(status, {
    "Cache-Control": "no-cache",
    ...(body.length > 0 && {
      "Content-Type": "application/json; charset=utf-8",
      "Content-Length": Buffer.byteLength(body),
    }),
    ...headers,
  });
  // For HEAD, Node keeps the headers and drops the body.
  res.end(body);
  discardRest(res.req);
}

/** Ends the connection when there is too much to discard; otherwise it stays usable. */
function discardRest(req: IncomingMessage): void {
  const { "content-length": length, "transfer-encoding": encoding } = req.headers;
  if ((length === undefined && encoding === undefined) || req.readableEnded) return;
  let left = MAX_DISCARDED_BYTES;
  req.on("error", () => {});
  req.on("data", (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) req.socket.destroy();
  });
  req.resume();
}
