/** The office as somebody watches it: places, walks, bubbles, and rest. */
import type { Browser } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { launchBrowser } from "../support/browser.ts";
import { expectAccessible } from "./axe.ts";
import { openHouse } from "./house.ts";

let browser: Browser;
test.before(async () => {
  browser = await launchBrowser();
});
test.after(() => browser.close());

test("PAGE-63, PAGE-64: agents walk when their state changes, then the room is at rest", async () => {
  const house = await openHouse(browser);
  try {
    const page = await house.visit("/office");
    const codex = page.locator('[data-person="codex"]');
    await page.locator('[data-person="codex"][data-zone="desks"]').waitFor();
    const running = () => page.evaluate(() => document.getAnimations().length);
    assert.is(await running(), 0, "nothing moves");

    await house.post("agents/heartbeat", {
      agent_id: "codex",
      status: "blocked",
      speaking: true,
      doing_summary: "I need a key",
    });
    await page.locator('[data-person="codex"][data-zone="table"][data-walking]').waitFor();
    assert.ok((await running()) > 0, "it walks");
    await codex.getByText("I need a key").waitFor();
    await page.locator('[data-person="codex"]:not([data-walking])').waitFor();
    await page.waitForFunction(() => document.getAnimations().length === 0);

    await house.post("agents/heartbeat", { agent_id: "codex", status: "offline" });
    await page.locator('[data-person="codex"][data-zone="door"]').waitFor();
    await codex.waitFor({ state: "detached" });
    await house.post("agents/heartbeat", { agent_id: "codex", status: "working" });
    await page.locator('[data-person="codex"][data-zone="desks"]').waitFor();
  } finally {
    await house.close();
  }
});

test("PAGE-63: a click leads to the agent; the zoom is in the address; accessible, light and dark", async () => {
  const house = await openHouse(browser);
  try {
    const page = await house.visit("/office");
    await page.keyboard.press("+");
    await page.waitForURL(/zoom=1\.25/);
    await page.reload();
    await page.getByRole("link", { name: /^Orion: Working/ }).focus();
    await expectAccessible(page);
    await page.getByRole("link", { name: /^Orion: Working/ }).press("Enter");
    await page.waitForURL(/\/team\/agents\/orion$/);
  } finally {
    await house.close();
  }
});

test.run();
