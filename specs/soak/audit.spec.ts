/** The audit of what is installed in production; in a soak alone, since it asks the registry. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../support/core.ts";
import { sizeFor } from "../support/soak.ts";

interface Audit {
  metadata?: { vulnerabilities?: Record<string, number>; dependencies?: { prod?: number } };
}

/** The sentence for what the audit said; a failed one is no clean one. */
function judge(out: string): string {
  let audit: Audit = {};
  try {
    audit = JSON.parse(out) as Audit;
  } catch {
    // It said nothing that can be read.
  }
  const found = audit.metadata?.vulnerabilities;
  if (!found) return "not run: the registry gives no audit here";
  assert.is((found.high ?? 0) + (found.critical ?? 0), 0, JSON.stringify(found));
  return `${audit.metadata?.dependencies?.prod ?? "?"} packages: 0 high, 0 critical`;
}

test("the dependencies of production have no known hole that is high or critical", () => {
  const size = sizeFor("audit", 0);
  if (!size.soaking) return;
  const { stdout } = spawnSync("npm", ["audit", "--omit=dev", "--json"], {
    ...{ cwd: fileURLToPath(root), encoding: "utf8", timeout: 45_000 },
  });
  size.reached(judge(stdout));
});

test("the audit is read as it is: clean, holed, or not run", () => {
  const said = (high: number) =>
    JSON.stringify({
      metadata: { vulnerabilities: { high, critical: 0 }, dependencies: { prod: 9 } },
    });
  assert.is(judge(said(0)), "9 packages: 0 high, 0 critical");
  assert.is(judge('{"error":{"code":"ENOAUDIT"}}'), "not run: the registry gives no audit here");
  let refused = false;
  try {
    judge(said(1));
  } catch {
    refused = true;
  }
  assert.ok(refused);
});

test.run();
