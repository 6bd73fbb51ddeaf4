/** The dashboard: exceptions one key from their remedy, what is new, and how everything stands. */
import type { Browser, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { launchBrowser } from "../support/browser.ts";
import { expectAccessible } from "./axe.ts";
import { type House, openHouse, TOKEN, untilReady, untilSent } from "./house.ts";

let browser: Browser;
test.before(async () => {
  browser = await launchBrowser();
});
test.after(() => browser.close());

async function within(run: (house: House, page: Page) => Promise<void>): Promise<void> {
  const house = await openHouse(browser);
  try {
    await run(house, await house.visit(`/#token=${TOKEN}`));
  } finally {
    await house.close();
  }
}

const bucket = (page: Page, name: string) => page.getByTestId(`bucket-${name}`);

test("PAGE-41: exceptions are settled by key alone, and the focus stays in the list (tasks/update)", () =>
  within(async (house, page) => {
    // The keys are the view's own: they are there once it is.
    await bucket(page, "needs_approval").locator("[data-exception=T-201]").waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    const focused = () =>
      page.evaluate(() =>
        document.activeElement?.closest("[data-exception]")?.getAttribute("data-exception"),
      );
    assert.is(await focused(), "T-201");
    await page.keyboard.press("a");
    await bucket(page, "needs_approval").getByText("Nothing waits for a decision.").waitFor();
    // The page shows it before the server has it; the toast comes with the answer.
    await page.getByTestId("toasts-done").getByRole("button", { name: "Undo" }).waitFor();
    assert.is((await house.snapshot()).tasks.find(({ id }) => id === "T-201")?.status, "done");
    await page.waitForFunction(() => document.activeElement?.closest("[data-exception]"));
    assert.is(await focused(), "T-205", "the next row has the focus");

    await page.getByTestId("toasts-done").getByRole("button", { name: "Undo" }).click();
    await bucket(page, "needs_approval").locator("[data-exception=T-201]").waitFor();

    await bucket(page, "needs_approval").getByRole("link").first().focus();
    await untilReady(page);
    await page.keyboard.press("r");
    const dialog = page.getByTestId("remedy");
    await dialog.getByLabel("What is missing").fill("The empty state");
    await dialog.getByRole("button", { name: "Return" }).click();
    await bucket(page, "needs_approval").getByText("Nothing waits for a decision.").waitFor();
    await page.waitForFunction(() => document.activeElement?.closest("[data-exception]"));
  }));

test("PAGE-41: unblock, message, reassign and move the date (conversations/message)", () =>
  within(async (house, page) => {
    await bucket(page, "blocked").getByRole("button", { name: "Unblock T-209" }).click();
    await bucket(page, "blocked").getByText("Nothing is held up.").waitFor();

    await bucket(page, "stale").getByRole("button", { name: "Nudge T-205" }).click();
    const dialog = page.getByTestId("remedy");
    await dialog.getByLabel("Message to Quill").fill("What do you need?");
    await dialog.getByRole("button", { name: "Send" }).click();
    await page.getByTestId("toasts-done").getByText("Message sent to Quill").waitFor();

    await bucket(page, "stale").getByRole("button", { name: "More for T-205" }).click();
    await page.getByRole("menuitem", { name: "Reassign" }).click();
    await dialog.getByLabel("Owner").selectOption("pixel");
    await dialog.getByRole("button", { name: "Reassign" }).click();
    await page.getByTestId("toasts-done").getByText("T-205 given to Pixel").waitFor();

    await bucket(page, "overdue").getByRole("button", { name: "Move date T-205" }).click();
    await dialog.getByLabel("Due date").fill("2099-01-31");
    await dialog.getByRole("button", { name: "Move the due date" }).click();
    await bucket(page, "overdue").getByText("Nothing is late.").waitFor();
    await untilSent(page);
    const task = (await house.snapshot()).tasks.find(({ id }) => id === "T-205");
    assert.is(task?.owner_name, "Pixel");
  }));

test("PAGE-40: what changed since the last look is said in words, kept over a reload, and marked as seen", () =>
  within(async (house, page) => {
    const since = page.getByTestId("since");
    await since.getByText("Nothing has changed since you last looked.").waitFor();
    await house.post("tasks/update", { task_id: "T-203", status: "validation" });
    await house.post("conversations/message", { sender: "orion", target: "ceo", text: "Ready?" });
    await house.post("agents/heartbeat", { agent_id: "codex" });
    await since.getByText("1 task went to validation").waitFor();
    await since.getByText("1 message").waitFor();
    await page.reload();
    await since.getByText("1 message").waitFor();
    assert.is(await since.getByRole("listitem").count(), 2, "a sign of life is no news");
    await page.keyboard.press("s");
    await since.getByText("Nothing has changed since you last looked.").waitFor();
  }));

test("PAGE-40: mission, sprint, projects and fleet follow the state", () =>
  within(async (house, page) => {
    await page.getByTestId("mission-focus").getByText("Harden the workflow").waitFor();
    const chart = page.getByTestId("sprint-card").getByRole("table");
    const left = () => chart.locator("td:nth-child(2)").allTextContents();
    const before = (await left()).filter((cell) => cell !== "to come").at(-1);
    await house.post("tasks/update", { task_id: "T-201", status: "done" });
    await page.waitForFunction((was) => {
      const cells = [...document.querySelectorAll('[data-testid="sprint-card"] td:nth-child(2)')];
      return cells.filter((cell) => cell.textContent !== "to come").at(-1)?.textContent !== was;
    }, before);
    await house.post("tasks/update", { task_id: "T-209", blockers: [] });
    await page.getByTestId("projects-health").getByText("At risk").waitFor({ state: "detached" });
    for (let n = 0; n < 4; n++) await house.post("tasks/create", { title: "More", owner: "codex" });
    await page.getByTestId("fleet").getByText("6 over").waitFor();
  }));

test("PAGE-41: a blank company is offered the demo, a manifest and the lines that join (demo/reset)", async () => {
  const house = await openHouse(browser, { begin: "blank" });
  try {
    const page = await house.visit(`/#token=${TOKEN}`);
    const welcome = page.getByTestId("welcome");
    await welcome.getByText(`export CLAWTASKER_URL=${house.url()}`).waitFor();
    await expectAccessible(page);
    await welcome.getByRole("button", { name: "Load the demo company" }).click();
    await bucket(page, "blocked").locator("[data-exception=T-209]").waitFor();
    await expectAccessible(page);
  } finally {
    await house.close();
  }
});

test.run();
