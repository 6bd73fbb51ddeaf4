/**
 * The page's way to write: the client of every agent, made for a person. A missing or wrong token is
 * asked for, no wait is longer than a person's, and a refusal is a result that a view can show.
 * Neighbours: `client/` sends and retries, `token.ts` holds the token, the views call it.
 * Invariant: a refusal is a result with the server's sentence, never an exception.
 */
import { createClient, type RouteName } from "../../../client/client.ts";
import { ClawTaskerError } from "../../../client/errors.ts";
import type { ClientPorts } from "../../../client/ports.ts";
import type { PayloadOf, ReplyOf } from "../../../core/registry.ts";

export type ApiResult<R> =
  | { ok: true; reply: R; warnings: readonly string[] }
  /** `status` is 0 when the server was not reached. */
  | { ok: false; status: number; code: string | null; message: string };

export interface ApiPorts extends Partial<ClientPorts> {
  token(): string | null;
  /** Asks the person for a token; null when they would rather not. */
  requestToken(): Promise<string | null>;
}

export interface Api {
  post<N extends RouteName>(name: N, payload: PayloadOf<N>): Promise<ApiResult<ReplyOf<N>>>;
}

const MAX_ATTEMPTS = 4;
/** A person does not wait longer than this without a word; the server's sentence is shown instead. */
export const MAX_WAIT_MS = 10_000;

export function createApi({ token, requestToken, ...ports }: ApiPorts): Api {
  const client = createClient({
    ...ports,
    url: "",
    token: (refused) => (refused ? null : token()) ?? requestToken(),
    attempts: MAX_ATTEMPTS,
    maxWaitMs: MAX_WAIT_MS,
  });
  return {
    async post<N extends RouteName>(name: N, payload: PayloadOf<N>) {
      try {
        const { warnings = [], ...reply } = await client.post(name, payload);
        return { ok: true as const, reply: reply as ReplyOf<N>, warnings };
      } catch (error) {
        if (error instanceof ClawTaskerError) return refused(error);
        throw error;
      }
    },
  };
}

function refused({ status, code, message, retryAfterMs }: ClawTaskerError) {
  const later =
    status === 429 && retryAfterMs !== undefined
      ? ` (again in ${Math.ceil(retryAfterMs / 1_000)} s)`
      : "";
  return { ok: false as const, status, code, message: message + later };
}
