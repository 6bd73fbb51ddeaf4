/** What the page needs of the protocol at run time, without the schemas, which would triple the page. */

/** An event as it travels. */
export type { StreamEvent as WireEvent } from "../../../core/entry.ts";
export type { Commit, Hello, ServerMessage } from "../../../core/protocol.ts";
export {
  KEEPALIVE_MS,
  PROTOCOL_VERSION,
  SOCKET_PATH,
  socketProtocols,
} from "../../../core/wire.ts";
