/** How much a peer has taken. Neighbours: `being-sent.ts`, and the server's look at who takes nothing. */
import type { Socket } from "node:net";

interface Handle {
  bytesWritten: number;
  writeQueueSize: number;
}

/**
 * How many bytes the kernel has taken for it, in all. A large write stands in `writableLength` whole until its
 * last byte has left: what is left of it only the handle knows, which Node too asks before it calls a socket idle.
 */
export function takenBy(socket: Socket): number {
  const { _handle: handle } = socket as { _handle?: Handle | null };
  return (handle?.bytesWritten ?? 0) - (handle?.writeQueueSize ?? 0);
}
