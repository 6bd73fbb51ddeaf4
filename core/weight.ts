/**
 * What a text costs those who are given it: its characters as JSON writes them, which for a control character
 * are six. Neighbours: the bounds of what records gather. Invariant: never less than its length.
 */

/** Written as `\u0001`; the usual ones, such as an end of line, are two characters and count as one. */
const ESCAPED = /(?![\b\t\n\f\r])\p{Cc}|\p{Cs}/u;
const MORE = 5;

export function weightOf(text: string): number {
  if (!ESCAPED.test(text)) return text.length;
  let weight = text.length;
  for (const character of text) if (ESCAPED.test(character)) weight += MORE;
  return weight;
}

/** The same of what records hold, which is looked at once for each. */
export function createWeights<T extends object>(textsOf: (record: T) => readonly unknown[]) {
  const known = new WeakMap<T, number>();
  return (record: T): number => {
    let weight = known.get(record);
    if (weight === undefined) {
      weight = 0;
      for (const text of textsOf(record)) if (typeof text === "string") weight += weightOf(text);
      known.set(record, weight);
    }
    return weight;
  };
}

/** About the characters of a whole record as JSON; of nothing none. */
export function sizeOf(value: unknown): number {
  if (typeof value === "string") return weightOf(value) + 2;
  if (value === undefined) return 0;
  if (typeof value !== "object" || value === null) return 8;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + sizeOf(item) + 1, 2);
  return Object.entries(value).reduce((sum, [key, of]) => sum + sizeOfPlace(key) + sizeOf(of), 2);
}

/** What stands beside a value: its key where it has a name, and what parts it from the next. */
export function sizeOfPlace(key: string | number | undefined): number {
  return typeof key === "string" ? key.length + 4 : 1;
}
