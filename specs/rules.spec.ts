/** Holds SPEC.md and the specs together: every rule is cited by a test, every citation names a rule. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";

const SPECS = fileURLToPath(new URL("../../specs", import.meta.url));
const RULE =
  /\b(?:CORE|DUR|STR|SSE|WS|HTTP|ACC|PAGE|AGT|API|CLI|MCP|CLT|DOC|HOOK|ARC|SIM|OPS)-\d+\b/g;

test("every rule of SPEC.md is cited by the title of a test, and no title cites another", () => {
  const rules = [...readFileSync(join(SPECS, "SPEC.md"), "utf8").matchAll(/^- (\w+-\d+) /gm)];
  const known = new Set(rules.map(([, rule]) => rule));
  assert.is(known.size, rules.length, "a number is given twice");
  const cited = new Set<string>();
  for (const file of readdirSync(SPECS, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".spec.ts")) continue;
    const text = readFileSync(join(SPECS, file), "utf8");
    // The call and its title only: a rule named in a comment proves nothing.
    for (const [title] of text.matchAll(/\b\w*\(\s*[`"'][^`"'\n]*/g)) {
      for (const [rule] of title.matchAll(RULE)) {
        assert.ok(known.has(rule), `${file} cites ${rule}, which SPEC.md does not have`);
        cited.add(rule);
      }
    }
  }
  const uncited = [...known].filter((rule) => rule !== undefined && !cited.has(rule));
  assert.equal(uncited, []);
});

test.run();
