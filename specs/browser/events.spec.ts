/** The event stream and the run log: filtered by the address, paused, read back from the journal. */
import type { Browser, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { launchBrowser } from "../support/browser.ts";
import { expectAccessible } from "./axe.ts";
import { type House, openHouse, TOKEN, untilLive } from "./house.ts";

let browser: Browser;
test.before(async () => {
  browser = await launchBrowser();
});
test.after(() => browser.close());

async function within(path: string, run: (house: House, page: Page) => Promise<void>) {
  const house = await openHouse(browser);
  try {
    await run(house, await house.visit(`${path}#token=${TOKEN}`));
  } finally {
    await house.close();
  }
}

test("PAGE-45: the stream is filtered by its address, and held by key while what comes is counted", () =>
  within("/events?kind=message_posted", async (house, page) => {
    const list = page.getByTestId("events");
    await house.post("tasks/update", { task_id: "T-203", progress: 70 });
    await house.post("conversations/message", { sender: "orion", target: "ceo", text: "Hello" });
    await list.getByText("Hello").waitFor();
    assert.is(await list.locator("[data-event-id]").count(), 1);
    await page.getByLabel("Kind").selectOption("");
    await page.getByLabel("Task", { exact: true }).fill("T-203");
    await list.getByText("updated T-203").waitFor();
    assert.match(page.url(), /about=T-203/);
    await page.reload();
    await untilLive(page);
    await list.getByRole("link", { name: /T-203/ }).waitFor();
    assert.is(await list.locator("[data-event-id]").count(), 1);

    await page.getByRole("button", { name: "Clear" }).click();
    await page.locator("main").focus();
    await page.keyboard.press("p");
    await house.post("tasks/update", { task_id: "T-203", progress: 80 });
    await page.getByTestId("missed").getByText("1 event meanwhile").waitFor();
    const held = await list.locator("[data-event-id]").count();
    await page.keyboard.press("p");
    await page.waitForFunction(
      (before) => document.querySelectorAll("[data-event-id]").length === before + 1,
      held,
    );
    await list.last().waitFor();
    await list.locator("summary").first().click();
    await list.locator("pre", { hasText: '"action": "tasks/update"' }).first().waitFor();
    await expectAccessible(page);
  }));

test("PAGE-45: what the page does not keep any more is read from the journal", () =>
  within("/events", async (house, page) => {
    for (let n = 0; n < 230; n++) {
      await house.post("tasks/comment", { task_id: "T-203", author: "ceo", text: `Note ${n}` });
    }
    const count = () => page.locator("[data-event-id]").count();
    await page.waitForFunction(() => document.querySelectorAll("[data-event-id]").length === 200);
    await page.getByRole("button", { name: "Read 200 older" }).click();
    await page.getByText("This is all that the journal still tells.").waitFor();
    assert.is(await count(), 231, "each once, down to the demo company");
    await page.locator('[data-event-id="1"]').waitFor();
  }));

test("PAGE-45: runs are filtered and opened by the address", () =>
  within("/runs", async (house, page) => {
    const runs = page.getByTestId("runs");
    await house.post("openclaw/publish", {
      agent_id: "pixel",
      task_id: "T-204",
      title: "Zones drawn",
      outcome: "needs_attention",
      summary: "All **four** zones.",
      artifacts: ["https://example.com/zones.svg", "office/zones.ts"],
    });
    await page.getByLabel("Outcome").selectOption("needs_attention");
    await page.getByLabel("Agent").selectOption("pixel");
    await runs.getByRole("button", { name: "Zones drawn" }).click();
    await runs.locator("strong", { hasText: "four" }).waitFor();
    await page.reload();
    await untilLive(page);
    await runs.locator("strong", { hasText: "four" }).waitFor();
    const link = runs.getByRole("link", { name: "https://example.com/zones.svg" });
    assert.is(await link.getAttribute("rel"), "noopener noreferrer nofollow");
    await expectAccessible(page);
  }));

test.run();
