/** The board in hand: by pointer, by keyboard, many at once, and at ten thousand tasks. */
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

async function withBoard(
  path: string,
  act: (page: Page, house: House) => Promise<void>,
): Promise<void> {
  const house = await openHouse(browser);
  try {
    const page = await house.visit(`${path}#token=${TOKEN}`);
    await page.getByTestId("board").waitFor();
    await act(page, house);
  } finally {
    await house.close();
  }
}

const cardIn = (page: Page, status: string, id: string) =>
  page.locator(`[data-testid="column-${status}"] [data-task-id="${id}"]`);

const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.getAttribute("data-task-id"));

function countPosts(page: Page): () => number {
  let posts = 0;
  page.on("request", (request) => {
    if (request.method() === "POST") posts++;
  });
  return () => posts;
}

async function statusOf(house: House, id: string): Promise<string | undefined> {
  return (await house.snapshot()).tasks.find((task) => task.id === id)?.status;
}

/** Holds the card with the pointer over that column, without letting it go. */
async function dragOver(page: Page, id: string, status: string): Promise<void> {
  const from = await page.locator(`[data-task-id="${id}"]`).boundingBox();
  const to = await page.getByTestId(`column-${status}`).boundingBox();
  assert.ok(from && to);
  await page.locator("[data-draggable]").waitFor();
  await page.mouse.move(from.x + 60, from.y + 14);
  await page.mouse.down();
  await page.mouse.move(from.x + 80, from.y + 30, { steps: 4 });
  await page.locator(`[data-task-id="${id}"][data-held="pointer"]`).waitFor();
  await page.mouse.move(to.x + to.width / 2, to.y + 80, { steps: 8 });
  await page.locator(`[data-testid="column-${status}"][data-drop]`).waitFor();
}

test("PAGE-22: tasks/update by drag; an illegal drop is refused beforehand and writes nothing", async () => {
  await withBoard("/board", async (page, house) => {
    const posts = countPosts(page);
    await dragOver(page, "T-208", "done");
    await page
      .getByTestId("column-done")
      .getByText("From Ready a task goes to Backlog or In progress.")
      .waitFor();
    await page.mouse.up();
    await page.locator("[data-held]").waitFor({ state: "detached" });
    assert.is(posts(), 0);
    assert.is(await statusOf(house, "T-208"), "ready");

    await dragOver(page, "T-208", "in_progress");
    await page.mouse.up();
    await cardIn(page, "in_progress", "T-208").waitFor();
    const toast = page.getByTestId("toasts-done").locator(".toast", { hasText: "T-208 moved" });
    await toast.getByRole("button", { name: "Undo" }).click();
    await cardIn(page, "ready", "T-208").waitFor();
    assert.not.ok(page.url().includes("task="), "a drag opens nothing");
  });
});

test("PAGE-22: the same with the keyboard alone, and the focus goes along", async () => {
  await withBoard("/board", async (page, house) => {
    const posts = countPosts(page);
    await page.locator('[data-task-id="T-211"]').focus();
    await page.keyboard.press("ArrowDown");
    assert.is(await focused(page), "T-213");
    await page.keyboard.press("ArrowRight");
    assert.is(await focused(page), "T-208");
    await page.keyboard.press("Space");
    for (const _ of ["validation", "done"]) await page.keyboard.press("ArrowRight");
    await page.getByTestId("held").getByText("T-208 over Validation. Not possible.").waitFor();
    await page.keyboard.press("Enter");
    await page.getByTestId("held").getByText("T-208 stays.").waitFor();
    assert.is(posts(), 0);
    assert.is(await focused(page), "T-208");
    await page.keyboard.press("m");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await cardIn(page, "in_progress", "T-208").waitFor();
    await page.waitForFunction(
      () => document.activeElement?.getAttribute("data-task-id") === "T-208",
    );
    await page.getByTestId("toasts-done").getByText("T-208 moved to In progress.").waitFor();
    assert.is(await statusOf(house, "T-208"), "in_progress");
    await page.keyboard.press("Enter");
    await page.getByTestId("task-panel").waitFor();
  });
});

test("PAGE-22: a move that the server refuses is taken back, in its words", async () => {
  await withBoard("/board", async (page) => {
    await page.route("**/api/tasks/update", (route) =>
      route.fulfill({ status: 400, json: { error: "not today" } }),
    );
    await page.getByRole("button", { name: "Move T-208 to In progress" }).click();
    await page.getByTestId("toasts-refused").getByText("not today").waitFor();
    await cardIn(page, "ready", "T-208").waitFor();
  });
});

test("PAGE-24: batch: many tasks in one request, and back in one", async () => {
  await withBoard("/board", async (page, house) => {
    const bodies: unknown[] = [];
    page.on("request", (request) => {
      if (request.method() === "POST") bodies.push([new URL(request.url()).pathname]);
    });
    await page.locator('[data-task-id="T-210"]').focus();
    await page.keyboard.press("x");
    await page.locator('[data-task-id="T-212"]').click({ modifiers: ["Shift"] });
    const bar = page.getByTestId("bulk-bar");
    await bar.getByText("3 tasks").waitFor();
    await bar.getByLabel("Priority").selectOption("P3");
    await page.getByTestId("toasts-done").getByText("3 tasks changed.").waitFor();
    assert.equal(bodies, [["/api/batch"]]);
    const ready = async () =>
      ((await house.snapshot()) as unknown as { tasks: { id: string; priority: string }[] }).tasks
        .filter(({ id }) => ["T-208", "T-210", "T-212"].includes(id))
        .map(({ priority }) => priority);
    assert.equal(await ready(), ["P3", "P3", "P3"]);
    await page
      .getByTestId("toasts-done")
      .locator(".toast", { hasText: "3 tasks changed." })
      .getByRole("button", { name: "Undo" })
      .click();
    await page.getByTestId("toasts-done").getByText("3 tasks taken back.").waitFor();
    assert.equal([...(await ready())].sort(), ["P0", "P1", "P1"]);

    await page.locator('[data-task-id="T-211"]').focus();
    await page.keyboard.press("x");
    await bar.getByLabel("Status").selectOption("in_progress");
    await page.getByTestId("confirm").getByText("T-211 cannot go there").waitFor();
    await page.getByTestId("confirm").getByRole("button", { name: "Cancel" }).click();
    await bar.getByRole("button", { name: "Choose none" }).click();
    await bar.waitFor({ state: "detached" });
  });
});

test("PAGE-24: filters and lanes are in the address, and are kept as a named view", async () => {
  await withBoard("/board", async (page) => {
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    await page.getByLabel("Project", { exact: true }).selectOption("market-radar");
    await page.getByLabel("Find in these tasks").fill("radar");
    await page.locator('[data-task-id="T-203"]').waitFor({ state: "detached" });
    assert.match(page.url(), "project=market-radar");
    await page.getByLabel("Group by").selectOption("owner");
    await page.getByRole("region", { name: "Scout" }).waitFor();
    await page.getByRole("button", { name: "Saved views" }).click();
    await page.getByRole("menuitem", { name: "Save this view…" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("Radar");
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await page.reload();
    await untilLive(page);
    assert.is(await page.getByLabel("Find in these tasks").inputValue(), "radar");
    await page.getByRole("region", { name: "Scout" }).waitFor();
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByRole("region", { name: "Codex" }).waitFor();
    await page.getByRole("button", { name: "Saved views" }).click();
    await page.getByRole("menuitem", { name: "Radar" }).click();
    await page.getByRole("region", { name: "Codex" }).waitFor({ state: "detached" });
  });
});

test("PAGE-22: a column of hundreds makes the cards in sight alone, and scrolls to the last", async () => {
  await withBoard("/board", async (page, house) => {
    const COUNT = 400;
    const actions = Array.from({ length: COUNT }, (_, at) => ({
      action: "tasks/create",
      body: { title: `Number ${at}`, status: "ready", priority: "P3" },
    }));
    await house.post("batch", { actions });
    const column = page.getByTestId("column-ready");
    await column.getByText(`Ready ${COUNT + 3}`).waitFor();
    assert.ok((await column.locator("[data-task-id]").count()) < 60);
    await column.locator(".cards").evaluate((cards) => {
      cards.scrollTop = cards.scrollHeight;
    });
    await column.getByText(`Number ${COUNT - 1}`).waitFor();
    assert.ok((await column.locator("[data-task-id]").count()) < 60);
  });
});

test("PAGE-23: the board keeps nobody out, in columns and in lanes", async () => {
  await withBoard("/board", async (page) => {
    await expectAccessible(page);
    await page.getByLabel("Group by").selectOption("project");
    await page.getByRole("region", { name: "Atlas Core" }).waitFor();
    await expectAccessible(page);
  });
});

test.run();
