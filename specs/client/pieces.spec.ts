/** Where long texts are cut so that a browser lays them out in a time that grows as they do. Neighbour: `parts/pieces.ts`. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { MAX_PIECE, piecesOf } from "../../client-solid/src/parts/pieces.ts";

const full = (unit: string) => unit.repeat(Math.ceil(20_000 / unit.length)).slice(0, 20_000);
const TEXTS: Record<string, string> = {
  words: full("word "),
  letters: full("W"),
  brackets: full("[a]("),
  "marks on one letter": `a${full("\u0301")}`,
  "letters with marks": full("a\u0301\u0302"),
  "from right to left": full("שלום"),
  "joined emoji": full("👨‍👩‍👧‍👦"),
  "joined without an end": full("👩\u200d"),
  flags: full("🇩🇪"),
  "hands in a colour": full("👍🏽"),
  "unseen blanks": full("\u200b"),
  lines: full("\n"),
  "halves of characters": full("\ud83d"),
};
const ENDLESS = new Set(["marks on one letter", "joined without an end", "flags"]);

test("PAGE-69: pieces are short, and together the text", () => {
  for (const [name, text] of Object.entries(TEXTS)) {
    const pieces = piecesOf(text);
    assert.is(pieces.join(""), text, name);
    assert.ok(
      pieces.every(({ length }) => length > 0 && length <= MAX_PIECE),
      name,
    );
    // Beside what has no place to cut.
    if (!ENDLESS.has(name)) assert.ok(pieces.length <= (2 * text.length) / MAX_PIECE + 1, name);
  }
  assert.equal(piecesOf(""), []);
  assert.equal(piecesOf("W".repeat(MAX_PIECE)).length, 1);
});

test("PAGE-69: cut behind a blank where there is one, and never within what is seen as one character", () => {
  const first = (name: string) => piecesOf(TEXTS[name] ?? "").slice(0, -1);
  assert.ok(first("words").every((piece) => piece.endsWith(" ")));
  const shown = new Intl.Segmenter("en", { granularity: "grapheme" });
  for (const name of ["letters with marks", "joined emoji", "hands in a colour"]) {
    const whole = new Set([...shown.segment(TEXTS[name] ?? "")].map(({ index }) => index));
    let at = 0;
    for (const piece of first(name)) {
      at += piece.length;
      assert.ok(whole.has(at), `${name}: cut at ${at}`);
    }
  }
});

test.run();
