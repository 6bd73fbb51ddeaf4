/** Deciding what waits for approval, from the keyboard. */
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

async function taskOf(house: House, id: string) {
  const { tasks } = (await house.snapshot()) as unknown as {
    tasks: { id: string; status: string; activity: { action: string; to: unknown }[] }[];
  };
  const task = tasks.find((one) => one.id === id);
  if (!task) throw new Error(`no ${id}`);
  return task;
}

const shown = (page: Page, title: string) =>
  page.getByTestId("case").getByRole("heading", { level: 2, name: title }).waitFor();

test("PAGE-25: tasks/update: approve, return with a note, the next comes by itself, undo", async () => {
  const house = await openHouse(browser);
  try {
    for (const task_id of ["T-203", "T-204"]) {
      await house.post("tasks/update", { task_id, status: "validation" });
    }
    const page = await house.visit(`/approvals#token=${TOKEN}`);
    await shown(page, "Ship the approval queue");
    await page.keyboard.press("j");
    await shown(page, "Add board filters");
    await page.reload();
    await untilLive(page);
    await shown(page, "Add board filters");

    await page.keyboard.press("r");
    const form = page.getByTestId("case");
    await form.getByLabel("What is missing in T-203").press("Control+Enter");
    assert.is((await taskOf(house, "T-203")).status, "validation", "not without a note");
    await form.getByLabel("What is missing in T-203").fill("The label filter.");
    await page.keyboard.press("Control+Enter");
    await shown(page, "Polish the office");
    await page.getByTestId("toasts-done").getByText("T-203 returned to Codex.").waitFor();
    const returned = await taskOf(house, "T-203");
    assert.is(returned.status, "in_progress");
    assert.ok(returned.activity.some(({ to }) => to === "The label filter."));

    await page.keyboard.press("a");
    await page.getByTestId("toasts-done").getByText("T-204 approved.").waitFor();
    assert.is((await taskOf(house, "T-204")).status, "done");
    await shown(page, "Ship the approval queue");
    await page
      .getByTestId("toasts-done")
      .locator(".toast", { hasText: "T-204 approved." })
      .getByRole("button", { name: "Undo" })
      .click();
    await page.getByTestId("queue").getByRole("button", { name: "T-204" }).waitFor();
    // No key is lost while an answer is on its way.
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route("**/api/*/*", async (route) => {
      await held;
      await route.continue();
    });
    await page.keyboard.press("a");
    await shown(page, "Polish the office");
    await page.keyboard.press("a");
    await page.getByTestId("empty").waitFor();
    answer();
    await page.getByTestId("toasts-done").getByText("T-204 approved.").first().waitFor();
  } finally {
    await house.close();
  }
});

test("PAGE-23: approvals keep nobody out", async () => {
  const house = await openHouse(browser);
  try {
    const page = await house.visit("/approvals");
    await shown(page, "Ship the approval queue");
    await expectAccessible(page);
  } finally {
    await house.close();
  }
});

test.run();
