/**
 * The constants of `core/protocol.ts` that the page needs at run time, without the schemas that stand
 * beside them there: those would triple the page. Invariant: the compiler refuses a value that differs.
 */
import type * as protocol from "../../../core/protocol.ts";

export const PROTOCOL_VERSION: typeof protocol.PROTOCOL_VERSION = 1;
export const SOCKET_PATH: typeof protocol.SOCKET_PATH = "/api/ws";
export const KEEPALIVE_MS: typeof protocol.KEEPALIVE_MS = 15_000;
export const RESET_CODE: typeof protocol.CLOSE_CODES.reset = 4002;

export type { Commit, Hello, ServerMessage } from "../../../core/protocol.ts";
/** An event as it travels. */
export type WireEvent = protocol.Commit["event"];
