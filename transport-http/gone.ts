/**
 * Whether the client of an answer is still there. Neighbours: `read.ts` and `write.ts` tell what takes
 * long. Invariant: not its socket is heard, which many answers may share.
 */
import type { ServerResponse } from "node:http";

export interface Gone {
  /** Aborted when the client goes away. */
  signal: AbortSignal;
  /** Hears no more. */
  stop(): void;
}

export function watchGone(res: ServerResponse): Gone {
  const gone = new AbortController();
  const onClose = () => gone.abort();
  res.on("close", onClose);
  if (res.destroyed) gone.abort();
  return { signal: gone.signal, stop: () => void res.off("close", onClose) };
}
