/**
 * A name for each request, so that an answer, a log line and a proxy's log can be put together.
 * Neighbours: `app.ts` shows it on refusals and in the log. Invariant: what a caller sends is taken only
 * when it is short and plain; a request that nobody asks about costs nothing.
 */
import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";

const SANE = /^[\w.:-]{1,128}$/;
const PREFIX = randomBytes(6).toString("base64url");

const made = new WeakMap<IncomingMessage, string>();
let count = 0;

/** The caller's `X-Request-Id`, else one of our own; always the same for the same request. */
export function requestIdOf(req: IncomingMessage): string {
  const given = req.headers["x-request-id"];
  if (typeof given === "string" && SANE.test(given)) return given;
  let id = made.get(req);
  if (id === undefined) {
    id = `${PREFIX}-${(++count).toString(36)}`;
    made.set(req, id);
  }
  return id;
}
