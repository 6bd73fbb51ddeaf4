/** The page where reading asks for a token: it asks the person, and then it is live. */
import type { Browser } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { launchBrowser } from "../support/browser.ts";
import { openHouse, TOKEN, untilLive } from "./house.ts";

let browser: Browser;
test.before(async () => {
  browser = await launchBrowser();
});
test.after(() => browser.close());

test("ACC-10: a page without a token asks for one, and opens its socket with it, not with an address", async () => {
  const house = await openHouse(browser, { readAuth: true });
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const urls: string[] = [];
    page.on("request", (request) => urls.push(request.url()));
    page.on("websocket", (socket) => urls.push(socket.url()));
    await page.goto(house.url());
    const form = page.getByTestId("token-form");
    await form.waitFor();
    await form.locator("input[name=token]").fill("wrong");
    await form.getByRole("button", { name: "Use token" }).click();
    // The wrong one is refused, and the page asks again.
    await page.getByText("The server refused that token.").waitFor();
    await form.locator("input[name=token]").fill(TOKEN);
    await form.getByRole("button", { name: "Use token" }).click();
    await untilLive(page);
    assert.ok(urls.some((url) => url.startsWith("ws:")));
    const encoded = Buffer.from(TOKEN).toString("base64url");
    assert.equal(
      urls.filter((url) => url.includes(TOKEN) || url.includes(encoded)),
      [],
    );
  } finally {
    await context.close();
    await house.close();
  }
});

test.run();
