/** Finds by what was typed: every word must occur, a word's beginning counts more. Neighbour: the palette. */

/** The best matches in order, at most `limit`; all of them, in their own order, where nothing is typed. */
export function bestMatches<T>(
  all: readonly T[],
  typed: string,
  textOf: (one: T) => string,
  limit: number,
): T[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return all.slice(0, limit);
  const ranked: { one: T; rank: number }[] = [];
  for (const one of all) {
    const rank = rankOf(textOf(one).toLowerCase(), words);
    if (rank > 0) ranked.push({ one, rank });
  }
  return ranked
    .sort((a, b) => b.rank - a.rank)
    .slice(0, limit)
    .map(({ one }) => one);
}

/** 0 when a word is missing. */
function rankOf(text: string, words: readonly string[]): number {
  let rank = 0;
  for (const word of words) {
    const at = text.indexOf(word);
    if (at < 0) return 0;
    if (at === 0) rank += text.length === word.length ? 5 : 3;
    else rank += /[\s\-/]/.test(text[at - 1] ?? "") ? 2 : 1;
  }
  return rank;
}
