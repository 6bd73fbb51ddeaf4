/**
 * How a view reads what the feed does not carry: one GET of a query, as any agent would ask. Neighbours:
 * `core/queries.ts` declares what may be asked, `token.ts` holds the token where reads need one.
 */
import type { AnswerOf, ParamsOf, QueryName } from "../../../core/queries.ts";
import { usePage } from "../page.ts";

export type Read = <N extends QueryName>(name: N, params: ParamsOf<N>) => Promise<AnswerOf<N>>;

/** @returns a read that asks the person for a token where it takes one, and rejects with the server's own sentence */
export function useRead(): Read {
  const { token } = usePage();
  return async <N extends QueryName>(name: N, params: ParamsOf<N>) => {
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries(params)) {
      if (value !== undefined && value !== "") query.set(key, String(value));
    }
    const text = query.toString();
    const ask = (held: string | null) =>
      fetch(`/api/${name}${text && `?${text}`}`, {
        headers: held ? { Authorization: `Bearer ${held}` } : {},
      });
    let response = await ask(token.token());
    while (response.status === 401) {
      const given = await token.request();
      if (given === null) break;
      response = await ask(given);
    }
    const answer = (await response.json()) as { error?: string };
    if (!response.ok) throw new Error(answer.error ?? `the server answered ${response.status}`);
    return answer as AnswerOf<N>;
  };
}
