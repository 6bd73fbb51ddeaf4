/**
 * Long texts in pieces, with places between them where a line may end. A browser shapes a stretch of
 * letters anew for each of its lines, where the font joins them (kerning of "WWWW", arrows of "->"): the
 * square of its length, seconds for twenty thousand letters, with blanks or without. Neighbours:
 * `Markdown.tsx`, and whatever else shows what others wrote at length.
 * Invariant: not a character is added, lost or moved; a text that is no longer than a piece stays whole.
 */
import type { JSX } from "solid-js";

export const MAX_PIECE = 160;
/** Of what is one character to the eye but has no end, such as joined emoji: more would fit no line. */
const MAX_JOINED = 16;

/** What belongs to the character before it. */
const STAYS =
  /^(?:\p{M}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\p{Join_Control}|[\u{e0020}-\u{e007f}])/u;
const JOINER = "\u200d";

/** Where a piece that begins at `from` ends. */
function endOf(text: string, from: number, max: number): number {
  const rest = text.length - from;
  if (rest <= MAX_JOINED) return text.length;
  const last = from + Math.min(max, rest - 1);
  const place = placeWithin(text, from + ((last - from) >> 1), last);
  if (place !== null) return rest <= max ? text.length : place;
  // Marks without an end, which no line could hold either.
  const short = Math.min(from + MAX_JOINED, last);
  return isInPair(text, short) && short - 1 > from ? short - 1 : short;
}

/** Behind a blank, else between two characters as they are seen. */
function placeWithin(text: string, after: number, last: number): number | null {
  for (let at = last; at > after; at--) if (/\s/.test(text.charAt(at - 1))) return at;
  for (let at = last; at > after; at--) {
    const here = text.slice(at, at + 2);
    if (!isInPair(text, at) && !STAYS.test(here) && text.charAt(at - 1) !== JOINER) return at;
  }
  return null;
}

/** Between the two halves of a character beyond the first 65,536. */
function isInPair(text: string, at: number): boolean {
  return (text.codePointAt(at - 1) ?? 0) > 0xffff;
}

export function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length; ) {
    const end = endOf(text, from, MAX_PIECE);
    pieces.push(text.slice(from, end));
    from = end;
  }
  return pieces;
}

/** For a text that is shown as it is. */
export function inPieces(text: string): JSX.Element {
  if (text.length <= MAX_PIECE) return text;
  return piecesOf(text).flatMap((piece, nth) =>
    nth === 0 ? [piece] : [document.createElement("wbr"), piece],
  );
}

/** For all texts below a node; they are counted on from one to the next, as they are shaped together. */
export function cutBelow(root: Node): void {
  if ((root.textContent?.length ?? 0) <= MAX_PIECE) return;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const nodes: Text[] = [];
  while (walker.nextNode()) nodes.push(walker.currentNode as Text);
  let left = MAX_PIECE;
  for (let node of nodes) {
    // Between rows and items, where nothing may stand.
    if (!/\S/.test(node.data)) continue;
    for (;;) {
      const end = endOf(node.data, 0, Math.max(left, 2));
      if (end >= node.length) break;
      node = node.splitText(end);
      node.before(document.createElement("wbr"));
      left = MAX_PIECE;
    }
    left -= node.length;
  }
}
