/**
 * Asks axe-core about the page as it is shown. Neighbours: the specs of the views. Invariant: the
 * source runs in the page by the debugger, so the policy of the page stays as strict as it is.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import * as assert from "uvu/assert";

interface Found {
  id: string;
  impact: string | null;
  help: string;
  nodes: { target: string[]; failureSummary?: string }[];
}

interface WithAxe {
  axe: { run(context: object, options: object): Promise<{ violations: Found[] }> };
}

const SOURCE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SERIOUS = new Set(["serious", "critical"]);

/** Nothing serious by WCAG 2.2 AA, in the light and in the dark. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.waitForFunction(
      (shade) => document.documentElement.dataset.shade === shade,
      colorScheme,
    );
    await page.evaluate(SOURCE);
    const found = await page.evaluate(async () => {
      const { axe } = window as unknown as WithAxe;
      const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
      return (await axe.run(document, { runOnly: tags })).violations;
    });
    const serious = found
      .filter(({ impact }) => impact !== null && SERIOUS.has(impact))
      .map(
        ({ id, help, nodes }) =>
          `${colorScheme} ${id}: ${help}\n  ${nodes.map(({ target, failureSummary }) => `${target.join(" ")} ${failureSummary ?? ""}`).join("\n  ")}`,
      );
    assert.equal(serious, [], serious.join("\n"));
  }
}
