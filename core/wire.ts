/**
 * The constants of the WebSocket protocol, apart from its schemas, so that the page need not load those.
 * Neighbours: `protocol.ts`, transport-ws, the page's sync.
 */
export const PROTOCOL_VERSION = 2;
export const SOCKET_PATH = "/api/ws";

/**
 * The subprotocol that a browser offers beside the one that carries its token. It names how one is let in,
 * not the messages: a page of an earlier release gets in too, and is told by the hello that it is one.
 */
export const SOCKET_PROTOCOL = "clawtasker.v1";
/** Then the token in base64url: a browser can send no header with a socket, and addresses are logged. */
export const TOKEN_PROTOCOL = "clawtasker.token.";

/** What to offer for a socket; nothing without a token. One that no server takes is not offered. */
export function socketProtocols(token: string | null): string[] {
  if (!token || !/^[\x21-\x7e]+$/.test(token)) return [];
  const encoded = btoa(token).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  return [SOCKET_PROTOCOL, TOKEN_PROTOCOL + encoded];
}

/** The server says something at least this often; silence for much longer means a dead wire. */
export const KEEPALIVE_MS = 15_000;

export const CLOSE_CODES = {
  /** RFC 6455: the server restarts; come back. */
  restart: 1012,
  /** RFC 6455: what was sent is not of this protocol. */
  policy: 1008,
  /** The reader was too slow; come back with `?since=`. */
  tooSlow: 4001,
  /** IANA: the places are needed by others, who have fewer; come back later. */
  crowded: 1013,
  /** The token it was opened with is nobody's any more. */
  revoked: 4003,
} as const;
