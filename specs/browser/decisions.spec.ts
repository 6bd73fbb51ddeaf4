/**
 * What lets something through goes by what was shown, on whatever way it comes: by Undo, by ending what waits for a
 * human, for many at once; and what it is not about keeps it up for a few tries only. Neighbours: `approvals.spec.ts`,
 * `steady.spec.ts`; `client-solid/src/task/` decides.
 */
import type { Browser, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { launchBrowser } from "../support/browser.ts";
import { type House, openHouse, TOKEN, untilSent } from "./house.ts";

let browser: Browser;
test.before(async () => {
  browser = await launchBrowser();
});
test.after(() => browser.close());

interface Shown {
  id: string;
  status: string;
  needs_human: boolean;
  blocked: boolean;
  artifacts: string[];
}

async function taskOf(house: House, id: string): Promise<Shown> {
  const { tasks } = (await house.snapshot()) as unknown as { tasks: Shown[] };
  const task = tasks.find((one) => one.id === id);
  if (!task) throw new Error(`no ${id}`);
  return task;
}

async function atHome(act: (house: House) => Promise<void>): Promise<void> {
  const house = await openHouse(browser);
  try {
    await act(house);
  } finally {
    await house.close();
  }
}

const OURS = "**/api/{batch,tasks/update}";

/** What the page writes waits at the door until it is let in. */
async function holdWrites(page: Page): Promise<() => Promise<void>> {
  let letIn = () => {};
  const held = new Promise<void>((resolve) => {
    letIn = resolve;
  });
  await page.route(OURS, async (route) => {
    await held;
    await route.continue();
  });
  return async () => {
    letIn();
    await untilSent(page);
    await page.unroute(OURS);
  };
}

const afterMoment = (page: Page) =>
  page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 900)));

const refusals = (page: Page, text: string) => page.getByText(text).first().waitFor();

test("PAGE-73: Undo approves nothing that was exchanged since, from the board, the panel and for many", () =>
  atHome(async (house) => {
    const ways: [path: string, act: (page: Page) => Promise<unknown>][] = [
      ["/board", (page) => page.locator("[data-task-id=T-214] [data-move=validation]").click()],
      [
        "/board?task=T-214",
        (page) => page.getByTestId("task-panel").getByLabel("Status").selectOption("validation"),
      ],
      [
        "/pipeline?q=T-214",
        async (page) => {
          await page.getByRole("checkbox", { name: "Choose T-214" }).check();
          await page.getByTestId("bulk-bar").getByLabel("Status").selectOption("validation");
        },
      ],
    ];
    for (const [at, [path, move]] of ways.entries()) {
      const page = await house.visit(`${path}#token=${TOKEN}`);
      await move(page);
      const undo = page.getByTestId("toasts-done").getByRole("button", { name: "Undo" });
      await undo.waitFor();
      await house.post("tasks/update", { task_id: "T-214", artifacts: [`other-${at}.pdf`] });
      await afterMoment(page);
      await undo.click();
      await refusals(page, "T-214 was changed since you looked: artifacts");
      await untilSent(page);
      assert.is((await taskOf(house, "T-214")).status, "validation", path);
      await page.close();
      await house.post("tasks/update", { task_id: "T-214", status: "done" });
    }
    // Where nothing was, it goes back, whatever else became of it meanwhile.
    const page = await house.visit(`/board#token=${TOKEN}`);
    await page.locator("[data-task-id=T-214] [data-move=validation]").click();
    const undo = page.getByTestId("toasts-done").getByRole("button", { name: "Undo" });
    await undo.waitFor();
    await house.post("tasks/update", { task_id: "T-214", labels: ["another"] });
    await afterMoment(page);
    await undo.click();
    await page.getByTestId("column-done").locator("[data-task-id=T-214]").waitFor();
    await untilSent(page);
    assert.is((await taskOf(house, "T-214")).status, "done");
  }));

test("PAGE-73: what waits for a human is let through as it was shown, by the panel and the dashboard", () =>
  atHome(async (house) => {
    await house.post("tasks/update", { task_id: "T-208", needs_human: true });
    const ways: [path: string, act: (page: Page) => Promise<unknown>][] = [
      [
        "/board?task=T-208",
        (page) => page.getByRole("button", { name: "Let it be claimed again" }).click(),
      ],
      [
        "/",
        (page) =>
          page
            .locator("[data-bucket=blocked] [data-exception=T-208]")
            .getByRole("button", { name: "Unblock" })
            .click(),
      ],
    ];
    for (const [at, [path, act]] of ways.entries()) {
      const page = await house.visit(`${path}#token=${TOKEN}`);
      const letIn = await holdWrites(page);
      await Promise.all([page.waitForRequest(OURS), act(page)]);
      await house.post("tasks/update", { task_id: "T-208", description: `Delete the logs ${at}` });
      await letIn();
      await refusals(page, "T-208 was changed since you looked: description");
      assert.is((await taskOf(house, "T-208")).needs_human, true, path);
      await afterMoment(page);
      await act(page);
      await page.getByTestId("toasts-done").locator(".toast", { hasText: "T-208" }).waitFor();
      assert.is((await taskOf(house, "T-208")).needs_human, false, path);
      await house.post("tasks/update", { task_id: "T-208", needs_human: true });
      await page.close();
    }
  }));

test("PAGE-73: a block is not lifted where it became another one while that waited", () =>
  atHome(async (house) => {
    const page = await house.visit(`/#token=${TOKEN}`);
    const row = page.locator("[data-bucket=blocked] [data-exception=T-209]");
    const unblock = () => row.getByRole("button", { name: "Unblock" }).click();
    const letIn = await holdWrites(page);
    await Promise.all([page.waitForRequest(OURS), unblock()]);
    await house.post("tasks/update", { task_id: "T-209", blockers: ["May we wire the money?"] });
    await letIn();
    await refusals(page, "T-209 was changed since you looked: blockers");
    assert.is((await taskOf(house, "T-209")).blocked, true);
    await afterMoment(page);
    await unblock();
    const done = page.getByTestId("toasts-done").locator(".toast", { hasText: "T-209 unblocked" });
    await done.getByRole("button", { name: "Undo" }).click();
    await row.getByText("May we wire the money?").waitFor();
  }));

test("PAGE-73: a decision that waits for the person's own change of the task is seen to wait, and is done after it", () =>
  atHome(async (house) => {
    await house.post("tasks/update", { task_id: "T-204", needs_human: true });
    const page = await house.visit(`/board?task=T-204#token=${TOKEN}`);
    const panel = page.getByTestId("task-panel");
    const letIn = await holdWrites(page);
    await Promise.all([page.waitForRequest(OURS), panel.getByLabel("Priority").selectOption("P3")]);
    const button = panel.getByRole("button", { name: "Let it be claimed again" });
    await button.click();
    await panel.locator('[aria-busy="true"]', { hasText: "Let it be claimed again" }).waitFor();
    await letIn();
    await button.waitFor({ state: "detached" });
    await untilSent(page);
    assert.is((await taskOf(house, "T-204")).needs_human, false);
  }));

/** Others change it just before each write of the page, so often. */
async function before(page: Page, times: number, write: (at: number) => Promise<unknown>) {
  let at = 0;
  await page.route(OURS, async (route) => {
    if (at < times) await write(at);
    at++;
    await route.continue();
  });
  return () => at;
}

test("PAGE-73: who changes its priority all the time keeps nothing from being approved, one or many", () =>
  atHome(async (house) => {
    const urge = (at: number) =>
      house.post("tasks/update", { task_id: "T-201", priority: `P${at % 4}`, labels: [`l${at}`] });
    const page = await house.visit(`/approvals?at=T-201#token=${TOKEN}`);
    await page.getByRole("button", { name: "Approve", disabled: false }).waitFor();
    const tries = await before(page, 3, urge);
    await page.keyboard.press("a");
    await page.getByTestId("toasts-done").getByText("T-201 approved.").waitFor();
    assert.is((await taskOf(house, "T-201")).status, "done");
    assert.is(tries(), 4);
    await page.close();

    for (const [times, went] of [
      [3, true],
      [9, false],
    ] as const) {
      await house.post("tasks/update", { task_id: "T-201", status: "validation" });
      const many = await house.visit(`/pipeline?q=T-201#token=${TOKEN}`);
      await many.getByRole("checkbox", { name: "Choose T-201" }).check();
      const all = await before(many, times, urge);
      await many.getByTestId("bulk-bar").getByLabel("Status").selectOption("done");
      if (went) await many.getByTestId("toasts-done").getByText("1 task changed.").waitFor();
      else await refusals(many, "T-201 was changed since you looked");
      assert.is((await taskOf(house, "T-201")).status, went ? "done" : "validation");
      assert.is(all(), 4, "not for ever");
      await many.close();
    }
  }));

test("PAGE-73: for many at once what counts is what was shown when it was asked for, not when it was confirmed", () =>
  atHome(async (house) => {
    const page = await house.visit(`/pipeline#token=${TOKEN}`);
    await page.getByRole("checkbox", { name: "Choose T-201" }).check();
    await page.getByRole("checkbox", { name: "Choose T-208" }).check();
    await page.getByTestId("bulk-bar").getByLabel("Status").selectOption("done");
    await page.getByTestId("confirm").waitFor();
    await house.post("tasks/update", { task_id: "T-201", artifacts: ["other.pdf"] });
    await afterMoment(page);
    await page.getByTestId("confirm").getByRole("button", { name: "Move those that can" }).click();
    await refusals(page, "T-201 was changed since you looked: artifacts");
    await untilSent(page);
    assert.is((await taskOf(house, "T-201")).status, "validation");
  }));

test.run();
