/**
 * How many connections may be open, and whose they are. Neighbours: the core's places share them out, `compose.ts`
 * says by what, `connections.ts` ends those that are cut off. Invariant: while there is room anybody connects;
 * once there is none, who has fewer than another gets one of theirs, until all have as many.
 */
import type { Server } from "node:http";
import type { Socket } from "node:net";
import { createPlaces, cutOff } from "../core/index.ts";

export interface ConnectionPlacesOptions {
  most: number;
  /** Whose an address is: what has one allowance. */
  whoOf(remoteAddress: string): string;
}

/** Node's own bound (`maxConnections`) knows no addresses: one could take all, and nobody else would come in. */
export function shareConnections(server: Server, { most, whoOf }: ConnectionPlacesOptions): void {
  const places = createPlaces<Socket>();
  // Before all others that hear of it: for them one without a place is one that is gone.
  server.prependListener("connection", (socket: Socket) => {
    const who = whoOf(socket.remoteAddress ?? "");
    if (places.size() >= most) {
      const given = places.takeFor(who);
      // Not now, when nobody hears yet why it is.
      if (!given) return void setImmediate(() => cutOff(socket, "full"));
      cutOff(given, "full");
    }
    places.add(who, socket);
    socket.once("close", () => places.leave(socket));
  });
}
