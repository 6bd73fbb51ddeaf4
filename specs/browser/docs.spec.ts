/** The documentation page in a real browser: it shows the operations, sends one, and keeps the policy. */
import type { Browser } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { queries, writes } from "../../core/index.ts";
import { launchBrowser } from "../support/browser.ts";
import { openHouse, TOKEN } from "./house.ts";

let browser: Browser;
test.before(async () => {
  browser = await launchBrowser();
});
test.after(() => browser.close());

for (const colorScheme of ["light", "dark"] as const) {
  test(`API-1 ACC-6: /docs shows every operation under the policy, in the ${colorScheme}`, async () => {
    const house = await openHouse(browser);
    const context = await browser.newContext({ colorScheme });
    try {
      const page = await context.newPage();
      const complaints: string[] = [];
      const hosts = new Set<string>();
      page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("request", (request) => {
        const { protocol, host } = new URL(request.url());
        if (protocol !== "data:" && protocol !== "blob:") hosts.add(host);
      });
      await page.addInitScript(() => {
        document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
          console.error(`policy: ${violatedDirective} ${blockedURI}`),
        );
      });
      const response = await page.goto(`${house.url()}/docs`);
      const policy = response?.headers()["content-security-policy"] ?? "";
      assert.match(policy, /script-src 'self'/);
      assert.not.match(policy, /unsafe/);
      await page.locator(".opblock").first().waitFor();
      assert.is(await page.locator(".opblock-post").count(), writes.size);
      // Declared apart: the event stream, the socket, the backup, two probes and the metrics.
      assert.is(await page.locator(".opblock-get").count(), queries.size + 6);

      await page.locator("#operations-tasks-tasksClaim .opblock-summary-control").click();
      await page
        .locator("#operations-tasks-tasksClaim")
        .getByText("Idempotency-Key", { exact: true })
        .waitFor();
      await page.locator("#operations-system-health .opblock-summary-control").click();
      const health = page.locator("#operations-system-health");
      await health.getByRole("button", { name: "Try it out" }).click();
      await health.getByRole("button", { name: "Execute" }).click();
      await health.locator(".live-responses-table").getByText('"restart_safe"').first().waitFor();

      await page.getByRole("button", { name: "Authorize" }).first().click();
      await page.locator(".auth-container input").fill(TOKEN);
      await page
        .locator(".auth-container")
        .getByRole("button", { name: /^Apply/ })
        .click();
      await page.locator(".modal-ux").getByRole("button", { name: "Close" }).first().click();
      const claim = page.locator("#operations-tasks-tasksClaim");
      await claim.getByRole("button", { name: "Try it out" }).click();
      await claim.getByRole("button", { name: "Execute" }).click();
      await claim.locator(".live-responses-table").getByText('"holder"').first().waitFor();

      const isDark = await page.evaluate(() =>
        document.documentElement.classList.contains("dark-mode"),
      );
      assert.is(isDark, colorScheme === "dark");
      assert.equal(complaints, []);
      assert.equal([...hosts], [new URL(house.url()).host]);
    } finally {
      await context.close();
      await house.close();
    }
  });
}

test.run();
