/** What is around every view: palette, bell, announcements, and reading where it asks for a token. */
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

const palette = async (page: Page, typed: string) => {
  await page.keyboard.press("Control+k");
  await page.getByTestId("palette").getByRole("combobox").fill(typed);
};

test("PAGE-46: the palette makes, moves the task in focus, and changes the theme", () =>
  within("/", async (house, page) => {
    await page.keyboard.press("j");
    await palette(page, "Move T-209 to Validation");
    await page.keyboard.press("Enter");
    await page.getByTestId("toasts-done").getByText("T-209 moved to Validation").waitFor();
    assert.is(
      (await house.snapshot()).tasks.find(({ id }) => id === "T-209")?.status,
      "validation",
    );
    await palette(page, "Theme: dark");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.documentElement.dataset.shade === "dark");
    await palette(page, "Plan a mission");
    await page.keyboard.press("Enter");
    await page.waitForURL(/missions\/new/);
    await palette(page, "Write a directive");
    await page.keyboard.press("Enter");
    await page.waitForURL(/conversations\/directives/);
  }));

test("PAGE-46: a new exception is announced and in the bell, one or all are dismissed (notifications/dismiss)", () =>
  within("/events", async (house, page) => {
    await page.getByTestId("alerts").waitFor({ state: "attached" });
    assert.is(await page.getByTestId("alerts").textContent(), "", "what was there is no news");
    await house.post("tasks/update", { task_id: "T-203", blockers: ["no key"] });
    await page.getByTestId("alerts").getByText("T-203 is blocked").waitFor({ state: "attached" });
    await page.getByTestId("bell").click();
    const notices = page.getByTestId("notices");
    await notices.getByText("no key").waitFor();
    await expectAccessible(page);
    await notices.getByRole("button", { name: "Dismiss T-203 is blocked" }).click();
    await notices.getByText("no key").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Dismiss all" }).click();
    await notices.getByText("Nothing new.").waitFor();
  }));

test("PAGE-46: hidden, and only where it is wanted, the system is asked to show it", () =>
  within("/settings/notifications", async (house, page) => {
    await page.evaluate(() => {
      const shown: string[] = [];
      class Fake {
        static permission = "granted";
        static requestPermission = async () => "granted";
        constructor(title: string) {
          shown.push(title);
        }
      }
      Object.assign(window, { Notification: Fake, shown });
    });
    const shown = () => page.evaluate(() => (window as unknown as { shown: string[] }).shown);
    const block = async (id: string) => {
      await house.post("tasks/update", { task_id: id, blockers: ["no key"] });
      await page.getByTestId("alerts").getByText(`${id} is blocked`).waitFor({ state: "attached" });
    };
    await page.getByRole("button", { name: "Turn on" }).click();
    await page.getByText("On in this browser.").waitFor();
    await block("T-203");
    assert.equal(await shown(), [], "in view the bell is enough");
    await page.evaluate(() => Object.defineProperty(document, "hidden", { value: true }));
    await block("T-204");
    assert.equal(await shown(), ["T-204 is blocked"]);
    await page.getByRole("button", { name: "Turn off" }).click();
    await block("T-206");
    assert.equal(await shown(), ["T-204 is blocked"]);
  }));

test("ACC-10: where reading asks for a token, the page asks for it, and then works", async () => {
  const house = await openHouse(browser, { readAuth: true });
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(`${house.url()}/settings/system`);
    const form = page.getByTestId("token-form");
    await form.getByLabel("Token").fill(TOKEN);
    await form.getByRole("button", { name: "Use token" }).click();
    await untilLive(page);
    await page.getByTestId("health").getByText("15 tasks").waitFor();
    await page.goto(`${house.url()}/settings/webhooks`);
    await page.getByRole("button", { name: "Show the webhooks" }).click();
    await page.getByTestId("webhooks").getByText("None yet.").waitFor();
  } finally {
    await context.close();
    await house.close();
  }
});

test.run();
