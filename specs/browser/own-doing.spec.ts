/**
 * What the person's own scrolling and pressing moves is held by nobody, also beside agents that write all the time.
 * Neighbour: `steady.spec.ts`, for what others move.
 */
import type { Browser, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { launchBrowser } from "../support/browser.ts";
import { type House, openHouse, TOKEN, untilSent } from "./house.ts";

let browser: Browser;
test.before(async () => {
  browser = await launchBrowser();
});
test.after(() => browser.close());

async function within(path: string, act: (page: Page, house: House) => Promise<void>) {
  const house = await openHouse(browser);
  try {
    await act(await house.visit(`${path}#token=${TOKEN}`), house);
  } finally {
    await house.close();
  }
}

test("PAGE-75: who scrolls the board sideways beside a busy agent presses what they see", () =>
  within("/board", async (page, house) => {
    await page.setViewportSize({ width: 700, height: 900 });
    const button = page.locator('[data-task-id="T-201"] [data-move=done]');
    await button.waitFor();
    let isBusy = true;
    const agent = (async () => {
      for (let progress = 1; isBusy; progress = (progress % 90) + 1) {
        await house.post("tasks/update", { task_id: "T-203", agent_id: "codex", progress });
      }
    })();
    try {
      await page.getByTestId("column-ready").hover();
      for (let turn = 0; turn < 40; turn++) {
        const box = await button.boundingBox();
        if (box && box.x + box.width < 680) break;
        await page.mouse.wheel(120, 0);
      }
      await button.click();
      await page.locator('[data-testid=column-done] [data-task-id="T-201"]').waitFor();
    } finally {
      isBusy = false;
      await agent;
    }
    assert.is(await page.getByText("Nothing was done").count(), 0);
  }));

test("PAGE-75: who dismisses one notice after the other at one place dismisses each", () =>
  within("/", async (page) => {
    await page.getByTestId("bell").click();
    const notices = page.getByTestId("notices").locator("li");
    await notices.nth(2).waitFor();
    const box = await notices.first().getByRole("button").boundingBox();
    assert.ok(box);
    for (let left = await notices.count(); left > 1; left--) {
      await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
      await notices.nth(left - 1).waitFor({ state: "detached" });
      // Quick, and no double click.
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 280)));
    }
    await untilSent(page);
    assert.is(await notices.count(), 1);
  }));

test.run();
