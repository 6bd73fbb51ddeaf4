/**
 * Whether the process lives, and whether it takes work: for what starts, restarts and routes to it.
 * Neighbour: `compose.ts`. Invariant: neither shows anything of the company; before recovery is done
 * nobody listens, so a refused connection means "not yet".
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Engine } from "../core/index.ts";

type Handler = (req: IncomingMessage, res: ServerResponse) => void;

/** `/livez`: the event loop turns. */
export const live: Handler = (_req, res) => answer(res, 200, "ok");

/** `/readyz`: not once the server stops, or its journal has failed. */
export function createReady(engine: Pick<Engine, "stopped">): Handler {
  return (_req, res) =>
    engine.stopped() ? answer(res, 503, "the server is stopping") : answer(res, 200, "ok");
}

function answer(res: ServerResponse, status: number, text: string): void {
  res.writeHead(status, {
    "Content-Type": "text/plain; charset=utf-8",
    "Cache-Control": "no-store",
  });
  res.end(`${text}\n`);
}
