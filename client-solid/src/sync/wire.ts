/** What the page needs of the protocol at run time, without the schemas, which would triple the page. */

/** An event as a hello has it; in a commit its id is the commit's `seq`. */
export type { StreamEvent as WireEvent } from "../../../core/entry.ts";
export type { Commit, Commits, Hello, ServerMessage } from "../../../core/protocol.ts";
export {
  KEEPALIVE_MS,
  PROTOCOL_VERSION,
  SOCKET_PATH,
  socketProtocols,
} from "../../../core/wire.ts";
