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

/** So many messages in one thread, the first of them the oldest. */
async function talk({ post }: House, count: number): Promise<void> {
  const said = (n: number) => ({
    action: "conversations/message",
    body: { sender: "orion", thread_id: "TH-CEO-ORION", text: `Note ${n} of what was said.` },
  });
  await post("batch", { actions: Array.from({ length: count }, (_, n) => said(n)) });
}

test("PAGE-48: older messages come from the archive, by the button and on reaching the top, and move nobody (conversations/archive)", () =>
  within("/conversations/TH-CODEX-ORION", async (house, page) => {
    await talk(house, 180);
    await house.archiveTalk(20);
    await page.locator('[data-thread="TH-CEO-ORION"]').click();
    const thread = page.getByTestId("thread");
    await thread.getByText("Note 160 of").waitFor();
    // The commit of the archive reaches the page a moment after the thread is opened.
    const button = thread.getByTestId("earlier").getByRole("button");
    await button.filter({ hasText: /^Older messages \(16\d\)$/ }).waitFor();
    assert.is(await thread.getByText("Note 159 of").count(), 0);
    // What the server cannot answer is said, and can be tried again.
    await page.route("**/api/conversations/archive*", (route) =>
      route.fulfill({ status: 503, json: { error: "the server is stopping; try again" } }),
    );
    await button.focus();
    await page.keyboard.press("Enter");
    await thread.getByRole("alert").getByText("the server is stopping; try again").waitFor();
    await page.unroute("**/api/conversations/archive*");
    const place = () =>
      thread
        .locator(".message", { hasText: "Note 160 of" })
        .evaluate((message) => message.getBoundingClientRect().top);
    const before = await place();
    await page.keyboard.press("Enter");
    await thread.getByText("Note 110 of").waitFor();
    await thread.getByRole("alert").waitFor({ state: "detached" });
    assert.ok(Math.abs((await place()) - before) < 40, "what was read moved");

    // What goes while it is looked at stays.
    await house.archiveTalk(5);
    await thread.getByText("Note 165 of").waitFor();
    await page.getByRole("log").evaluate((log) => log.scrollTo(0, 0));
    await thread.getByText("Note 60 of").waitFor();
    for (let n = 110; n < 180; n++) assert.is(await thread.getByText(`Note ${n} of`).count(), 1);
    await page.keyboard.press("Home");
    for (const n of [10, 0]) {
      await page.getByRole("log").evaluate((log) => log.scrollTo(0, 0));
      await thread.getByText(`Note ${n} of`).waitFor();
    }
    await button.waitFor({ state: "detached" });
    await expectAccessible(page);
  }));

test("PAGE-48: older directives come from the archive (directives/archive)", () =>
  within("/conversations/directives", async (house, page) => {
    for (let n = 0; n < 4; n++) await house.post("ceo/directive", { text: `Wish ${n}` });
    await house.archiveTalk(1);
    const list = page.getByTestId("directives");
    await list.getByText("Wish 3").waitFor();
    await page.reload();
    await list.getByText("Wish 3").waitFor();
    assert.is(await list.getByText("Wish 2").count(), 0);
    const button = page.getByTestId("earlier").getByRole("button", { name: /Older directives/ });
    await button.focus();
    await page.keyboard.press("Enter");
    await list.getByText("Wish 0").waitFor();
    await button.waitFor({ state: "detached" });
    await page.waitForFunction(() => document.activeElement !== document.body);
    await expectAccessible(page);
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
