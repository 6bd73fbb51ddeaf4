/**
 * Addresses in what agents write. Neighbours: `Line.tsx` and `markdown.ts` make links of them, `sync/token.ts`
 * takes a token from the page's own. Invariant: judged as the browser will take them, tabs and line ends dropped.
 */
import { tokenIn } from "../sync/token.ts";

/** The address without a token in its fragment, with which the page would act as somebody else; null for none. */
export function toOutward(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (tokenIn(url.hash) === null) return text;
  url.hash = "";
  return url.href;
}
