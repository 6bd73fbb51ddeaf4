/**
 * Whether a text would hold the page: marked takes a time that grows with the square of a run of delimiters, and
 * a call for each level of nesting. Neighbour: `markdown.ts`, which shows such a text as it is.
 * Invariant: decided in one pass, by counts alone, so that every reader sees the same.
 */

/** Of emphasis, code, links, tables and markup, in one paragraph. */
const MAX_DELIMITERS = 1_000;
/** In the whole text, which comes with others of its kind. */
const MAX_ALL_DELIMITERS = 4_000;
const MAX_LINES = 1_000;
/** Quotes and lists within one another. */
const MAX_DEPTH = 20;
/** Looked through again and again for an address in it. */
const MAX_WORD_CHARS = 2_000;

const DELIMITER = /[*_~`[\]<>|]/g;
const MARKERS = /^(?:\s*(?:>|[-+*](?=\s)|\d{1,9}[.)](?=\s)))+/;
const MARKER = />|[-+*]|\d+[.)]/g;

export function isCostly(text: string): boolean {
  const lines = text.split("\n");
  if (lines.length > MAX_LINES) return true;
  if (text.split(/\s/).some(({ length }) => length > MAX_WORD_CHARS)) return true;
  let all = 0;
  let paragraph = 0;
  for (const line of lines) {
    if (line.trim() === "") paragraph = 0;
    if (countOf(MARKER, MARKERS.exec(line)?.[0] ?? "") > MAX_DEPTH) return true;
    const here = countOf(DELIMITER, line);
    paragraph += here;
    all += here;
    if (paragraph > MAX_DELIMITERS || all > MAX_ALL_DELIMITERS) return true;
  }
  return false;
}

function countOf(pattern: RegExp, text: string): number {
  return text.match(pattern)?.length ?? 0;
}
