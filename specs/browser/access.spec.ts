/** The token and the policy of the page, as a browser meets them. */
import type { Browser, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { launchBrowser } from "../support/browser.ts";
import { isUncovered, openHouse, TOKEN, untilLive } from "./house.ts";

let browser: Browser;
test.before(async () => {
  browser = await launchBrowser();
});
test.after(() => browser.close());

/** Every address that the page asks for, sockets too. */
function collectUrls(page: Page): string[] {
  const urls: string[] = [];
  page.on("request", (request) => urls.push(request.url()));
  page.on("websocket", (socket) => urls.push(socket.url()));
  return urls;
}

test("PAGE-4: a token in the address leaves it at once, works, and is in no URL that is sent", async () => {
  const house = await openHouse(browser);
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const urls = collectUrls(page);
    await page.goto(`${house.url()}/board#token=${TOKEN}`);
    await untilLive(page);
    assert.is(page.url(), `${house.url()}/board`);
    const sent = page.waitForRequest((request) => request.method() === "POST");
    await page.getByRole("button", { name: "Move T-208 to In progress" }).click();
    const headers = await (await sent).allHeaders();
    assert.is(headers.authorization, `Bearer ${TOKEN}`);
    assert.ok(headers["idempotency-key"]);
    await page.locator('[data-testid="column-in_progress"] [data-task-id="T-208"]').waitFor();
    assert.ok(urls.some((url) => url.startsWith("ws:")));
    assert.equal(
      urls.filter((url) => url.includes(TOKEN)),
      [],
    );
    await page.reload();
    await untilLive(page);
    await page.getByRole("button", { name: "Move T-208 to Ready" }).click();
    await page.locator('[data-testid="column-ready"] [data-task-id="T-208"]').waitFor();
    const kept = await page.evaluate(() => JSON.stringify(localStorage));
    assert.not.match(kept, TOKEN, "kept for this tab only");
  } finally {
    await context.close();
    await house.close();
  }
});

/** As a link does that is followed in this tab. */
const follow = (page: Page, fragment: string) =>
  page.evaluate((hash) => {
    location.hash = hash;
  }, fragment);

test("PAGE-72: a link puts another token in the place of one only where the person says so", async () => {
  const house = await openHouse(browser);
  try {
    const { token } = await house.post("tokens/create", { name: "wall", role: "observer" });
    const page = await house.visit(`/board#token=${TOKEN}`);
    const asked = page.getByTestId("confirm").getByText("brings another one");
    const session = page.getByTestId("session");
    for (const fragment of [`token=${TOKEN}`, "token="]) {
      await follow(page, fragment);
      await page.waitForURL(`${house.url()}/board`);
    }
    assert.is(await asked.count(), 0, "it is the same one, or none");
    await follow(page, `token=${token}`);
    await asked.waitFor();
    assert.is(page.url(), `${house.url()}/board`);
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.goto(`${house.url()}/settings/access`);
    await session.getByText("the token of owner").waitFor();
    assert.is(await page.getByTestId("acting-as").count(), 0);
    // A link from elsewhere loads the page anew.
    await page.goto("about:blank");
    await page.goto(`${house.url()}/settings/access#token=${token}`);
    await asked.waitFor();
    await page.getByRole("button", { name: "Take it" }).click();
    await session.getByText("the token of wall, role observer").waitFor();
    await page.getByTestId("acting-as").getByText("You are here as wall, observer.").waitFor();
  } finally {
    await house.close();
  }
});

test("PAGE-72: a tab with an agent's token says so in every view; no link in a text has a token in it", async () => {
  const house = await openHouse(browser);
  try {
    const { token } = await house.post("tokens/create", {
      name: "bad",
      role: "agent",
      agent_id: "codex",
    });
    const link = `${house.url()}/board#token=${token}`;
    const split = `${house.url()}/board#to&#10;ken=${token}`;
    const text = `[open the plan](${house.url()}/#token=${token}) and ${house.url()}/board#a&token=${token} and [docs](${house.url()}/docs#top) and [this](${split}) and [that](${split.replace("10", "9")})`;
    await house.post("tasks/comment", { task_id: "T-212", author: "codex", text });
    await house.post("tasks/update", { task_id: "T-212", blockers: [link], artifacts: [link] });
    await house.post("openclaw/publish", { agent_id: "codex", title: "Plan", artifacts: [link] });
    const page = await house.visit(`/board?task=T-212#token=${TOKEN}`);
    const links = page.getByTestId("comments").locator(".markdown a");
    await links.first().waitFor();
    const hrefs = await links.evaluateAll((all) => all.map((one) => one.getAttribute("href")));
    assert.equal(hrefs.slice(-5), [
      `${house.url()}/`,
      `${house.url()}/board`,
      `${house.url()}/docs#top`,
      `${house.url()}/board`,
      `${house.url()}/board`,
    ]);
    const withToken = () =>
      page.evaluate(() => [...document.links].filter(({ hash }) => hash.includes("token=")).length);
    assert.ok((await page.getByRole("link", { name: link }).count()) > 0, "the text is there");
    assert.is(await withToken(), 0, "in lists neither");
    await page.goto(`${house.url()}/runs`);
    await page.getByRole("button", { name: "Plan" }).first().click();
    await page.getByRole("link", { name: link }).waitFor();
    assert.is(await withToken(), 0, "nor in runs");
    assert.is(await page.getByTestId("acting-as").count(), 0, "the owner is who one expects");
    const other = await house.visit(`/#token=${token}`);
    let asked = 0;
    await other.route("**/api/session", (route) =>
      ++asked === 1 ? route.abort() : route.continue(),
    );
    for (const path of ["/", "/board", "/settings/access"]) {
      await other.goto(house.url() + path);
      const words = other.getByTestId("acting-as");
      await words.getByText("This tab acts as the agent Codex").waitFor();
      assert.ok(await isUncovered(words), `in sight on ${path}`);
    }
    await house.post("tokens/revoke", { name: "bad" });
    await other.reload();
    await other.getByTestId("acting-as").getByText("does not know the token").waitFor();
  } finally {
    await house.close();
  }
});

test("PAGE-71: a comment whose answer was lost is not written again with the token of a link that was followed meanwhile", async () => {
  const house = await openHouse(browser);
  try {
    const { token } = await house.post("tokens/create", { name: "mary", role: "operator" });
    const page = await house.visit(`/board?task=T-212#token=${TOKEN}`);
    let posts = 0;
    await page.route("**/api/tasks/comment", async (route) => {
      if (posts++ > 0) return route.continue();
      assert.is((await route.fetch()).status(), 200);
      await follow(page, `token=${token}`);
      await page.getByRole("button", { name: "Take it" }).click();
      await route.abort();
    });
    const panel = page.getByTestId("task-panel");
    await panel.getByLabel("Write a comment").fill("Once");
    await panel.getByLabel("Write a comment").press("Control+Enter");
    await panel.getByRole("alert").getByText("It is not known whether this was done").waitFor();
    await panel.getByLabel("Write a comment").fill("Twice");
    await panel.getByLabel("Write a comment").press("Control+Enter");
    await panel.getByTestId("comments").getByText("Twice").waitFor();
    await panel.locator(".comment-form textarea:placeholder-shown").waitFor();
    const said = await panel.getByTestId("comments").locator(".markdown").allTextContents();
    assert.equal(
      said.map((text) => text.trim()).filter((text) => ["Once", "Twice"].includes(text)),
      ["Once", "Twice"],
    );
    assert.is(posts, 2);
  } finally {
    await house.close();
  }
});

test("ACC-1: without a token, and after a wrong one, the page asks; then the change goes through", async () => {
  const house = await openHouse(browser);
  try {
    const page = await house.visit("/board");
    const form = page.getByTestId("token-form");
    assert.not(await form.isVisible());
    await page.getByRole("button", { name: "Move T-208 to In progress" }).click();
    const refused = page.waitForResponse((response) => response.status() === 401);
    await form.getByLabel("Token").fill("wrong");
    await form.getByRole("button", { name: "Use token" }).click();
    await refused;
    await form.getByText("The server refused that token.").waitFor();
    await form.getByLabel("Token").fill(TOKEN);
    await form.getByRole("button", { name: "Use token" }).click();
    await page.locator('[data-testid="column-in_progress"] [data-task-id="T-208"]').waitFor();
    await form.waitFor({ state: "hidden" });
    assert.is(page.url(), `${house.url()}/board`);
  } finally {
    await house.close();
  }
});

test("PAGE-1: the second click of a double one does not move the card that slid under the pointer", async () => {
  const house = await openHouse(browser);
  try {
    const page = await house.visit(`/board#token=${TOKEN}`);
    const button = page.getByRole("button", { name: "Move T-210 to Backlog" });
    const box = await button.boundingBox();
    if (!box) throw new Error("the button is not shown");
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.click(x, y);
    await page.locator('[data-testid="column-backlog"] [data-task-id="T-210"]').waitFor();
    let posts = 0;
    page.on("request", (request) => {
      if (request.method() === "POST") posts++;
    });
    await page.mouse.down({ clickCount: 2 });
    await page.mouse.up({ clickCount: 2 });
    // Whatever the click sent was sent before this write is seen.
    await house.post("tasks/update", { task_id: "T-203", title: "Seen by now" });
    await page.getByRole("heading", { name: "Seen by now" }).waitFor();
    assert.is(posts, 0);
  } finally {
    await house.close();
  }
});

test("ACC-4: a refusal is shown in the server's own words", async () => {
  const house = await openHouse(browser, { writesPerMinute: 1 });
  try {
    const page = await house.visit(`/board#token=${TOKEN}`);
    await page.getByRole("button", { name: "Move T-208 to In progress" }).click();
    await page.locator('[data-testid="column-in_progress"] [data-task-id="T-208"]').waitFor();
    const refused = page.waitForResponse((response) => response.status() === 429);
    await page.getByRole("button", { name: "Move T-208 to Ready" }).click();
    const { error } = (await (await refused).json()) as { error: string };
    // It waits and is sent again (PAGE-6); until then the server's words are there, and its state.
    const strip = page.getByTestId("writes");
    await strip.getByText("1 change waits for the server's write limit").click();
    await strip.locator("details").getByText(error).waitFor();
    await strip.getByText("Move T-208").waitFor();
    const { tasks } = await house.snapshot();
    assert.is(tasks.find(({ id }) => id === "T-208")?.status, "in_progress");
  } finally {
    await house.close();
  }
});

test("ACC-6: every view runs under the policy, without a foreign host", async () => {
  const house = await openHouse(browser);
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const urls = collectUrls(page);
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning")
        complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    let policy: string | undefined;
    for (const path of ["/", "/board", "/team", "/events", "/no/such/page"]) {
      const response = await page.goto(house.url() + path);
      policy = response?.headers()["content-security-policy"];
      assert.ok(policy, path);
      assert.not.match(policy, /unsafe/);
      await untilLive(page);
      await page.getByRole("heading", { level: 1 }).waitFor();
    }
    await page.goto(`${house.url()}/board`);
    await page.getByRole("button", { name: "Move T-208 to In progress" }).click();
    await page.getByTestId("token-form").getByLabel("Token").fill(TOKEN);
    await page.getByTestId("token-form").getByRole("button", { name: "Use token" }).click();
    await page.getByTestId("toasts-done").getByRole("button", { name: "Dismiss" }).click();
    await page.getByRole("link", { name: "Events" }).click();
    await page.getByTestId("events").getByText("updated T-208").waitFor();
    assert.equal(complaints, []);
    const { host } = new URL(house.url());
    assert.equal(
      urls.filter((url) => new URL(url).host !== host),
      [],
    );
    assert.ok(urls.some((url) => url.endsWith("/favicon.svg")));
  } finally {
    await context.close();
    await house.close();
  }
});

test.run();
