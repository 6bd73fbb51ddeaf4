/**
 * The constants of the WebSocket protocol, apart from its schemas, so that the page need not load those.
 * Neighbours: `protocol.ts`, transport-ws, the page's sync.
 */
export const PROTOCOL_VERSION = 1;
export const SOCKET_PATH = "/api/ws";

/** The server says something at least this often; silence for much longer means a dead wire. */
export const KEEPALIVE_MS = 15_000;

export const CLOSE_CODES = {
  /** RFC 6455: the server restarts; come back. */
  restart: 1012,
  /** RFC 6455: what was sent is not of this protocol. */
  policy: 1008,
  /** The reader was too slow; come back with `?since=`. */
  tooSlow: 4001,
} as const;
