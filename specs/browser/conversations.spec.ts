/** Conversations: threads, messages and directives, by hand and as they come in. */
import type { Browser, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { launchBrowser } from "../support/browser.ts";
import { expectAccessible } from "./axe.ts";
import { type House, openHouse, TOKEN } from "./house.ts";

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

test("PAGE-44: a message is written by key, a draft outlives another thread, a refusal stands at it (conversations/message)", () =>
  within("/conversations/TH-CEO-ORION", async (_house, page) => {
    const composer = page.getByTestId("composer");
    const text = composer.getByLabel("Message");
    await page.keyboard.press("r");
    await page.keyboard.type("Ship it **today**.");
    await composer.getByLabel("Category").selectOption("directive");
    await page.getByRole("link", { name: /Codex and Orion/ }).click();
    await page.getByRole("link", { name: /CEO and Orion/ }).click();
    assert.is(await text.inputValue(), "Ship it **today**.");
    await text.press("Control+Enter");
    await page.locator(".message strong", { hasText: "today" }).waitFor();
    await page.waitForFunction(() => document.querySelector("textarea")?.value === "");

    await text.fill("x".repeat(20_001));
    await text.press("Control+Enter");
    await composer.getByRole("alert").getByText("text").waitFor();
    assert.is((await text.inputValue()).length, 20_001);
  }));

test("PAGE-44: what others write is marked unread until it is read; who reads further up is not moved", () =>
  within("/conversations/TH-CODEX-ORION", async (house, page) => {
    const row = page.locator('[data-thread="TH-CEO-ORION"]');
    await house.post("conversations/message", { sender: "orion", target: "ceo", text: "One" });
    await row.getByText("1 unread").waitFor();
    await page.reload();
    await row.getByText("1 unread").waitFor();
    await row.click();
    await page.locator(".message", { hasText: "One" }).waitFor();
    await row.getByText("unread").waitFor({ state: "detached" });

    const body = { sender: "orion", target: "ceo", text: "Long\n".repeat(30) };
    for (let n = 0; n < 3; n++) await house.post("conversations/message", body);
    const list = page.getByRole("log");
    await page.locator(".message", { hasText: "Long" }).nth(2).waitFor();
    await page.waitForFunction(() => {
      const log = document.querySelector("[role=log]");
      return log && log.scrollHeight - log.scrollTop - log.clientHeight < 5 && log.scrollTop > 300;
    });
    await list.evaluate((log) => log.scrollTo(0, 40));
    await page.waitForFunction(() => document.querySelector("[role=log]")?.scrollTop === 40);
    await house.post("conversations/message", body);
    const more = page.getByRole("button", { name: "1 new message" });
    await more.waitFor();
    assert.is(await list.evaluate((log) => log.scrollTop), 40);
    await more.click();
    await more.waitFor({ state: "detached" });
  }));

test("PAGE-44: somebody new is written to, in a thread that is begun", () =>
  within("/conversations", async (_house, page) => {
    await page.keyboard.press("n");
    const dialog = page.getByTestId("new-message");
    await dialog.getByLabel("To").selectOption("pixel");
    await dialog.getByLabel("Message").fill("Welcome");
    await dialog.getByRole("button", { name: "Send" }).click();
    await page.waitForURL(/TH-CEO-PIXEL/);
    await page.locator(".message", { hasText: "Welcome" }).waitFor();
  }));

test("PAGE-44: a directive becomes a task and stands in the history (ceo/directive)", () =>
  within("/conversations/directives", async (_house, page) => {
    const form = page.getByTestId("directive-form");
    await form.getByLabel("Directive").fill("Write the launch note");
    await form.getByLabel("For").selectOption("quill");
    await form.getByLabel("Specialist").fill("docs");
    await form.getByRole("button", { name: "Send the directive" }).click();
    const first = page.getByTestId("directives").getByRole("listitem").first();
    await first.getByText("Write the launch note").waitFor();
    await first.getByRole("link", { name: /T-216/ }).click();
    await page.waitForURL(/task=T-216/);
  }));

test("PAGE-23: axe finds nothing serious in threads and directives", () =>
  within("/conversations/TH-CEO-ORION", async (house, page) => {
    await page.locator(".message").first().waitFor();
    await expectAccessible(page);
    await page.goto(`${house.url()}/conversations/directives`);
    await page.getByTestId("directives").waitFor();
    await expectAccessible(page);
  }));

test.run();
