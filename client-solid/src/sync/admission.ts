/**
 * Why a socket was refused, which a browser is not told: perhaps reading needs a token. Neighbours:
 * `page.ts` calls it after each refusal, `token.ts` asks the person. Invariant: who would rather not is
 * not asked again by itself, but by the next change.
 */
import type { TokenKeeper } from "./token.ts";

export interface AdmissionPorts {
  token: Pick<TokenKeeper, "token" | "request">;
  /** Answers `GET /api/session`. */
  fetch(path: string, init: RequestInit): Promise<Response>;
  /** There is a token now: try again at once. */
  onToken(): void;
}

/** What of the answer matters here. */
interface Session {
  read_auth?: boolean;
  role?: string | null;
}

export function createAdmission({ token, fetch, onToken }: AdmissionPorts): () => Promise<void> {
  let asking = false;
  let declined = false;

  return async () => {
    if (asking || declined) return;
    asking = true;
    const given = token.token();
    const headers: HeadersInit = given ? { Authorization: `Bearer ${given}` } : {};
    try {
      const answer = await fetch("/api/session", { headers });
      const { read_auth, role } = (await answer.json()) as Session;
      if (!read_auth || role) return;
      declined = (await token.request()) === null;
      if (!declined) onToken();
    } catch {
      // Not reached: the wire tries again, and this with it.
    } finally {
      asking = false;
    }
  };
}
