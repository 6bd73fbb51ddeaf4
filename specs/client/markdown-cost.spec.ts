/** Texts that would hold the page while they are rendered. Neighbour: `parts/markdown-cost.ts`. */
import { readFileSync } from "node:fs";
import { Marked } from "marked";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { isCostly } from "../../client-solid/src/parts/markdown-cost.ts";
import { root } from "../support/core.ts";

/** The longest text that a field takes. */
const CHARS = 20_000;
const full = (unit: string) => unit.repeat(Math.floor(CHARS / unit.length));

const HOSTILE: Record<string, string> = {
  "a run of stars": `${"*".repeat(CHARS - 2)}a*`,
  "stars with blanks": full("*a "),
  underscores: full("_a__"),
  tildes: full("~a~~"),
  backticks: full("`a``"),
  brackets: full("["),
  markup: full("<a "),
  quotes: full(">"),
  "quotes with lists": full("> - "),
  "numbers within numbers": full("1. "),
  "bullets within bullets": full("- "),
  "a word without an end": `${"a".repeat(CHARS - 1)}@`,
  headings: full("# a\n"),
  "a table of small cells": full("|a|b|\n"),
  // Each beyond one bound alone.
  "a paragraph of delimiters": "*a ".repeat(1_001),
  "many paragraphs of them": `${"*a ".repeat(900)}\n\n`.repeat(5),
};

for (const [what, text] of Object.entries(HOSTILE)) {
  test(`PAGE-49: a text that is ${what} is shown as it is`, () => {
    assert.ok(isCostly(text), what);
  });
}

test("PAGE-49: what people and agents write is rendered, long reports and documents too", () => {
  for (const name of ["README.md", "docs/agents.md", "docs/operations.md", "SECURITY.md"]) {
    const text = readFileSync(new URL(name, root), "utf8").slice(0, CHARS);
    assert.not(isCostly(text), name);
    assert.ok(new Marked().parse(text, { async: false }).includes("<h2>"), name);
  }
  assert.not(isCostly("**Done**: `npm test`\n\n- [x] one\n  - two\n    1. three\n> said"));
  assert.not(isCostly(""));
});

test("PAGE-49: just below the bounds a text is parsed without a fault", () => {
  const parse = (text: string) => new Marked({ gfm: true, breaks: true }).parse(text);
  for (const text of ["> ".repeat(20), "1. ".repeat(20), "*".repeat(999), "[".repeat(999)]) {
    assert.not(isCostly(`${text}a`));
    assert.type(parse(`${text}a`), "string");
  }
});

test.run();
