/** Holds the page of guarantees, the rows and the specs together. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../support/core.ts";
import { readResults, toMarkdown } from "./guarantees.ts";
import { ROWS } from "./rows.ts";

const read = (path: string) => readFileSync(join(fileURLToPath(root), path), "utf8");

test("DOC-2: the page of guarantees says what the rows say (npm run soak -- --write)", () => {
  const page = read("docs/guarantees.md");
  assert.is(page, toMarkdown(readResults(page)));
});

test("DOC-2: every row is a spec that is there, and runs larger where it says so", () => {
  assert.is(new Set(ROWS.map(({ name }) => name)).size, ROWS.length, "a name is given twice");
  for (const { name, spec, count, risk, small } of ROWS) {
    const text = read(`specs/${spec}.spec.ts`);
    assert.is(text.includes(`sizeFor("${name}"`), count !== undefined, name);
    assert.not.match(risk + small, /[|\n]/, name);
  }
});

test("DOC-2: a result is kept until its row has another one", () => {
  const result = { figure: "1,000 kills: 0 missing", date: "2026-03-21", commit: "abc1234" };
  const page = toMarkdown(new Map([["crash", result]]));
  assert.equal([...readResults(page)], [["crash", result]]);
});

test.run();
