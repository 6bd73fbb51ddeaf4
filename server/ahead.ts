/**
 * What goes ahead of its turn where a turn of the loop has had its time: the probes, since who gets no answer to
 * them in time ends the process, and the writes of who holds a token. Neighbours: `line.ts` asks before it lets
 * a request wait, `loop-share.ts` bounds how many go ahead. Invariant: nothing that anybody can send in any number
 * and that costs more than a word; a write without a token is only ever refused, and that has time.
 */
import type { IncomingMessage } from "node:http";
import type { Gate } from "../core/index.ts";
import { bearerOf } from "../transport-http/index.ts";

const PROBES = new Set<string | undefined>(["/livez", "/readyz"]);

export type GoesAhead = (req: IncomingMessage) => boolean;

/** A token in the body is not read yet: such a write comes in its turn. */
export function createGoesAhead({ identify }: Pick<Gate, "identify">): GoesAhead {
  return (req) => {
    const { method, url } = req;
    if (method === "POST") return !!url?.startsWith("/api/") && identify(bearerOf(req)) !== null;
    return (method === "GET" || method === "HEAD") && PROBES.has(url);
  };
}
