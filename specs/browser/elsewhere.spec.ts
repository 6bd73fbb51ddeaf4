/** Changes that wait while another company takes the address. Neighbour: `sync.spec.ts` for the rest of the wire. */
import type { Browser } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { launchBrowser } from "../support/browser.ts";
import { expectAccessible } from "./axe.ts";
import { openHouse, TOKEN, untilLive, untilSent } from "./house.ts";

interface Priorities {
  tasks: { id: string; priority: string }[];
}

let browser: Browser;
test.before(async () => {
  browser = await launchBrowser();
});
test.after(() => browser.close());

for (const isSent of [false, true]) {
  test(`PAGE-77: what waits when another company answers is ${isSent ? "sent there" : "dropped"} by the person's word, not before`, async () => {
    const house = await openHouse(browser);
    try {
      const page = await house.visit(`/board?task=T-204#token=${TOKEN}`);
      const panel = page.getByTestId("task-panel");
      await panel.getByLabel("Priority").waitFor();
      await house.stop();
      await panel.getByLabel("Priority").selectOption("P3");
      await page.getByTestId("writes").getByText("1 change waits").first().waitFor();
      await house.startElsewhere();
      const question = page.getByTestId("elsewhere");
      await question.getByText("1 change waits for your word.").waitFor();
      const priority = async () => {
        const { tasks } = (await house.snapshot()) as unknown as Priorities;

        return tasks.find(({ id }) => id === "T-204")?.priority;
      };
      const before = await priority();
      assert.is.not(before, "P3");
      await page.waitForSelector('[data-testid="connection"][data-status="live"]');
      // Of another company's task nothing is shown that is not so.
      assert.is(await panel.getByLabel("Priority").inputValue(), before);
      await expectAccessible(page);
      // What is done in the new company meanwhile is done there.
      await panel.getByLabel("Title").fill("Of the new company");
      await page.keyboard.press("Tab");
      await page.getByTestId("toasts-done").getByText("T-204").first().waitFor();
      await question
        .getByRole("button", { name: isSent ? "Send it here" : "Drop it", exact: true })
        .click();
      await question.waitFor({ state: "detached" });
      assert.is(await page.evaluate(() => document.activeElement?.id), "main");
      await untilSent(page);
      assert.is(await priority(), isSent ? "P3" : before);
      if (!isSent) await page.getByText("and was dropped").first().waitFor();
    } finally {
      await house.close();
    }
  });
}

test("PAGE-77: when its own company is back the question is gone, and the change is done there", async () => {
  const house = await openHouse(browser);
  try {
    const page = await house.visit(`/board?task=T-204#token=${TOKEN}`);
    await house.stop();
    await page.getByTestId("task-panel").getByLabel("Priority").selectOption("P3");
    await house.startElsewhere();
    const question = page.getByTestId("elsewhere");
    await question.waitFor();
    await untilLive(page);
    await house.stop();
    await house.startAgain();
    await question.waitFor({ state: "detached" });
    await untilSent(page);
    const { tasks } = (await house.snapshot()) as unknown as Priorities;
    assert.is(tasks.find(({ id }) => id === "T-204")?.priority, "P3");
  } finally {
    await house.close();
  }
});

test("PAGE-76: the question about another company's changes that follows at once is not answered by the same double click", async () => {
  const house = await openHouse(browser);
  try {
    const page = await house.visit(`/board?task=T-204#token=${TOKEN}`);
    const panel = page.getByTestId("task-panel");
    await house.stop();
    await panel.getByLabel("Priority").selectOption("P3");
    await house.startElsewhere();
    const question = page.getByTestId("elsewhere");
    await question.waitFor();
    await untilLive(page);
    await house.stop();
    await panel.getByLabel("Priority").selectOption("P2");
    await house.startElsewhere();
    await untilLive(page);
    const drop = question.getByRole("button", { name: "Drop it", exact: true });
    await drop.click();
    const isHeldBack = await page.waitForFunction(() => {
      const left = JSON.parse(sessionStorage.getItem("clawtasker-unsent") ?? "[]") as unknown[];
      const button = document.querySelector("[data-testid=elsewhere] button");
      return left.length === 1 && button && { is: button.getAttribute("aria-disabled") };
    });
    assert.equal(await isHeldBack.jsonValue(), { is: "true" });
    await drop.click();
    await question.waitFor({ state: "detached" });
  } finally {
    await house.close();
  }
});

test("PAGE-77: the question stands over a dialog that waits for its answer, and frees it", async () => {
  const house = await openHouse(browser);
  try {
    const page = await house.visit(`/board#token=${TOKEN}`);
    await page.keyboard.press("c");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Title").fill("Made in the old company");
    await house.stop();
    await page.keyboard.press("Control+Enter");
    await dialog.locator('[aria-busy="true"]').waitFor();
    await house.startElsewhere();
    const question = page.getByTestId("elsewhere");
    await question.getByRole("button", { name: "Drop it", exact: true }).click();
    await question.waitFor({ state: "detached" });
    await dialog.locator('[aria-busy="true"]').waitFor({ state: "detached" });
    await dialog.getByText("was dropped").waitFor();
  } finally {
    await house.close();
  }
});

test.run();
