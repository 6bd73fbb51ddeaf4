/**
 * Where a request carries its token. Neighbours: `read.ts` and `write.ts` ask, the gate compares.
 * Invariant: once read, the token goes no further than the comparison.
 */
import type { IncomingMessage } from "node:http";

const SCHEME = "bearer ";

/** The token of `Authorization: Bearer <token>`, if there is one. */
export function bearerOf({ headers }: IncomingMessage): string | undefined {
  const { authorization } = headers;
  if (authorization?.slice(0, SCHEME.length).toLowerCase() !== SCHEME) return undefined;
  return authorization.slice(SCHEME.length).trim();
}

/** The body without `write_token`, and what stood there. */
export function takeToken(body: Record<string, unknown>): {
  token: unknown;
  payload: Record<string, unknown>;
} {
  if (!Object.hasOwn(body, "write_token")) return { token: undefined, payload: body };
  const { write_token: token, ...payload } = body;
  return { token, payload };
}
