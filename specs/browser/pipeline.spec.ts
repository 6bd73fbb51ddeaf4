/** All the work as a table, in lanes, and as it was: sorted, changed in bulk, brought back. */
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

async function withHouse(act: (house: House) => Promise<void>): Promise<void> {
  const house = await openHouse(browser);
  try {
    await act(house);
  } finally {
    await house.close();
  }
}

const rows = (page: Page) =>
  page.$$eval("[data-testid=task-table] [data-task-id]", (all) =>
    all.map((row) => row.getAttribute("data-task-id")),
  );

test("PAGE-24: sorted by a column, in the address, the same after a reload", () =>
  withHouse(async (house) => {
    const page = await house.visit("/pipeline");
    await page.getByRole("button", { name: "Title", exact: true }).click();
    await page.locator('th[aria-sort="ascending"]').waitFor();
    const titles = (await house.snapshot()).tasks.map(({ id, title }) => ({
      id,
      title: title.toLowerCase(),
    }));
    const wanted = titles.sort((a, b) => (a.title < b.title ? -1 : 1)).map(({ id }) => id);
    assert.equal(await rows(page), wanted);
    await page.getByRole("button", { name: /^Title/ }).click();
    await page.locator('th[aria-sort="descending"]').waitFor();
    assert.match(page.url(), "sort=-title");
    await page.reload();
    await untilLive(page);
    await page.locator('th[aria-sort="descending"]').waitFor();
    assert.equal(await rows(page), [...wanted].reverse());
  }));

test("PAGE-24: batch from the keyboard: rows chosen with shift, deleted after a typed word", () =>
  withHouse(async (house) => {
    const page = await house.visit(`/pipeline?owner=codex#token=${TOKEN}`);
    await page.locator('[data-task-id="T-203"]').waitFor();
    const before = (await house.snapshot()).tasks.length;
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Shift+ArrowDown");
    const bar = page.getByTestId("bulk-bar");
    await bar.getByText("2 tasks").waitFor();
    await bar.getByLabel("Sprint").selectOption("-");
    await page.getByTestId("toasts-done").getByText("2 tasks changed.").waitFor();
    await bar.getByRole("button", { name: "Delete the chosen tasks" }).click();
    await page.getByTestId("confirm").getByRole("button", { name: "Delete" }).click();
    await page.getByTestId("toasts-done").getByText("2 tasks deleted.").waitFor();
    assert.is((await house.snapshot()).tasks.length, before - 2);
    await page.getByText("Nothing matches").waitFor();
  }));

test("PAGE-26: tasks/claim from a lane, which says who has too much", () =>
  withHouse(async (house) => {
    for (const title of ["One", "Two", "Three"]) {
      await house.post("tasks/create", { title, owner: "codex", status: "ready" });
    }
    const page = await house.visit(`/pipeline?tab=lanes#token=${TOKEN}`);
    const lane = page.locator('[data-agent-id="codex"]');
    await lane.getByText("overloaded: 5 open").waitFor();
    await lane.getByText("Ready 4").waitFor();
    await lane.getByRole("button", { name: "Start next for Codex" }).click();
    await page.getByTestId("toasts-done").getByText("Codex holds T-208.").waitFor();
    await lane.getByText("Ready 3").waitFor();
    await lane.getByText("Active 2").waitFor();
  }));

test("PAGE-26: tasks/archive is searched, and tasks/reopen brings one back", () =>
  withHouse(async (house) => {
    // What a sprint that goes on counts is not archived.
    await house.post("tasks/update", { task_id: "T-214", sprint_id: null });
    await house.archive(["T-202", "T-214"]);
    const page = await house.visit(`/board?task=T-202#token=${TOKEN}`);
    await page.getByRole("link", { name: "Look in the archive" }).click();
    await page.locator('[data-archived="T-202"]').waitFor();
    await page.getByLabel("Find in the archive").fill("no such words");
    await page.getByText("Nothing matches").waitFor();
    await page.getByLabel("Find in the archive").fill("prompt pack");
    await page.locator('[data-archived="T-214"]').waitFor();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Reopen T-214" }).click();
    await page
      .getByTestId("toasts-done")
      .locator(".toast", { hasText: "T-214 is back, in validation." })
      .getByRole("button", { name: "Open" })
      .click();
    await page.getByTestId("task-panel").getByRole("img", { name: "Validation" }).first().waitFor();
    const task = (await house.snapshot()).tasks.find(({ id }) => id === "T-214");
    assert.is(task?.status, "validation");
  }));

test("PAGE-23: the pipeline keeps nobody out, as a table and in lanes", () =>
  withHouse(async (house) => {
    const page = await house.visit("/pipeline");
    await page.getByTestId("task-table").waitFor();
    await expectAccessible(page);
    await page.goto(`${house.url()}/pipeline?tab=lanes`);
    await page.getByTestId("lanes").waitFor();
    await expectAccessible(page);
  }));

test.run();
