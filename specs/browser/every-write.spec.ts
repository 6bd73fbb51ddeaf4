/**
 * Every write route there is, from the page: the form made of its schema, filled with its example, is
 * sent and answered. The views' own specs try the same routes where a person would use them.
 */
import type { Browser } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { actions } from "../../core/index.ts";
import { launchBrowser } from "../support/browser.ts";
import { openHouse, TOKEN } from "./house.ts";

let browser: Browser;
test.before(async () => {
  browser = await launchBrowser();
});
test.after(() => browser.close());

test("PAGE-68: every write route of the API is exercised from the page", async () => {
  const house = await openHouse(browser, { webhookPrivate: true });
  try {
    const document = (await (await fetch(`${house.url()}/api/openapi.json`)).json()) as {
      paths: Record<string, { post?: object }>;
    };
    const names = Object.entries(document.paths).flatMap(([path, { post }]) =>
      post ? [path.slice("/api/".length)] : [],
    );
    const declared = [...actions.values()].filter(({ internal }) => !internal);
    for (const { name } of declared) assert.ok(names.includes(name), `${name} is documented`);
    const page = await house.visit(`/settings/api#token=${TOKEN}`);
    const form = page.getByTestId("run-action");
    const failed: string[] = [];
    for (const name of names) {
      // The examples work on the demo company as it stands.
      await house.post("demo/reset", {});
      let made: Record<string, unknown> = {};
      for (const [given, body] of actions.get(name)?.given ?? []) {
        made = await house.post(given, body);
      }
      await form.getByLabel("Action", { exact: true }).selectOption(name);
      const fill = form.getByRole("button", { name: "Fill in the example" });
      await form.getByRole("button", { name: `Send ${name}`, exact: true }).waitFor();
      if (await fill.isVisible()) await fill.click();
      // Ids are never used twice: the example's webhook has another number by now.
      const webhook = (made.webhook as { id: string } | undefined)?.id;
      if (webhook) await form.getByLabel(/^webhook_id/).fill(webhook);
      const answered = page.waitForResponse(
        (response) =>
          response.request().method() === "POST" && response.url().endsWith(`/api/${name}`),
      );
      await form.getByRole("button", { name: `Send ${name}`, exact: true }).click();
      const response = await answered;
      if (response.status() !== 200) failed.push(`${name}: ${await response.text()}`);
      else await form.getByTestId("answer").waitFor();
    }
    assert.equal(failed, []);
  } finally {
    await house.close();
  }
});

test.run();
