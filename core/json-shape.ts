/**
 * What the shape of a JSON text costs whoever parses and validates it, found without doing so. Neighbours:
 * transport-http and mcp ask it of what they are sent. Invariant: the look costs a step for each character and makes
 * nothing, and no body that an action or a tool takes is refused.
 */

export const MAX_DEPTH = 64;
/** Of one object; the widest of ours has some fifty. */
export const MAX_FIELDS = 500;
/** Depth and width take bytes: what is shorter than this has neither to a harm. */
const HARMLESS_LENGTH = 2_048;

/** What is wrong with the shape, said of the text: `is nested more than 64 levels deep`; null for nothing. */
export function shapeProblem(text: string): string | null {
  if (text.length <= HARMLESS_LENGTH) return null;
  /** Of each object or list that is open, how many fields it has so far. */
  const fields: number[] = [];
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) quoted = !quoted;
    else if (quoted) {
      if (code === BACKSLASH) at++;
    } else if (code === BRACKET || code === BRACE) {
      if (fields.push(0) > MAX_DEPTH) return `is nested more than ${MAX_DEPTH} levels deep`;
    } else if (code === BRACKET + 2 || code === BRACE + 2) fields.pop();
    else if (code === COLON && fields.length > 0) {
      const count = (fields.pop() ?? 0) + 1;
      if (count > MAX_FIELDS) return `has an object of more than ${MAX_FIELDS} fields`;
      fields.push(count);
    }
  }
  return null;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
/** Each closing one stands two further on. */
const BRACKET = 0x5b;
const BRACE = 0x7b;
