/**
 * Texts that agents wrote, on their way to a terminal. Neighbours: `output.ts` prints, `main.ts` says what
 * went wrong. Invariants: a text stays on its line, so that none passes for another record; nothing is
 * left that a terminal obeys, that turns the direction of writing, or that nobody sees.
 */

/** All that ends a line somewhere, and tabs, which move columns. */
const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
/** Controls; what is there to be ignored, tags and joiners too; marks of notes between the lines. */
const UNSEEN = /[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\ufff9-\ufffc]/gu;
/** What JSON leaves as it is of these; the line breaks that it is laid out with are not among them. */
const UNESCAPED =
  /[\u007f-\u009f\u2028\u2029\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\ufff9-\ufffc]/gu;

/** On one line, with nothing in it but what is seen. */
export function plain(text: string): string {
  return text.replaceAll(BREAKS, " ").replaceAll(UNSEEN, "");
}

/** JSON for programs, in which all is there and nothing unseen stands as it is. */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replaceAll(UNESCAPED, toEscape);
}

/** Beyond the first plane a character is two units, each with an escape of its own. */
function toEscape(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}
