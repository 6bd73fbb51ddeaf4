/** Deciding what waits for approval, from the keyboard. */
import type { Browser, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { launchBrowser } from "../support/browser.ts";
import { expectAccessible } from "./axe.ts";
import { type House, openHouse, TOKEN, untilLive, untilReady, untilSent } from "./house.ts";

let browser: Browser;
test.before(async () => {
  browser = await launchBrowser();
});
test.after(() => browser.close());

async function taskOf(house: House, id: string) {
  const { tasks } = (await house.snapshot()) as unknown as {
    tasks: { id: string; status: string; activity: { action: string; to: unknown }[] }[];
  };
  const task = tasks.find((one) => one.id === id);
  if (!task) throw new Error(`no ${id}`);
  return task;
}

/** It came up, and is not so new any more that no key decides on it. */
async function shown(page: Page, title: string): Promise<void> {
  await page.getByTestId("case").getByRole("heading", { level: 2, name: title }).waitFor();
  await untilReady(page);
}

test("PAGE-25: tasks/update: approve, return with a note, the next comes by itself, undo", async () => {
  const house = await openHouse(browser);
  try {
    for (const task_id of ["T-203", "T-204"]) {
      await house.post("tasks/update", { task_id, status: "validation" });
    }
    const page = await house.visit(`/approvals#token=${TOKEN}`);
    await shown(page, "Ship the approval queue");
    await page.keyboard.press("j");
    await shown(page, "Add board filters");
    await page.reload();
    await untilLive(page);
    await shown(page, "Add board filters");

    await page.keyboard.press("r");
    const form = page.getByTestId("case");
    await form.getByLabel("What is missing in T-203").press("Control+Enter");
    assert.is((await taskOf(house, "T-203")).status, "validation", "not without a note");
    await form.getByLabel("What is missing in T-203").fill("The label filter.");
    await page.keyboard.press("Control+Enter");
    await shown(page, "Polish the office");
    await page.getByTestId("toasts-done").getByText("T-203 returned to Codex.").waitFor();
    const returned = await taskOf(house, "T-203");
    assert.is(returned.status, "in_progress");
    assert.ok(returned.activity.some(({ to }) => to === "The label filter."));

    await page.keyboard.press("a");
    await page.getByTestId("toasts-done").getByText("T-204 approved.").waitFor();
    assert.is((await taskOf(house, "T-204")).status, "done");
    await shown(page, "Ship the approval queue");
    await page
      .getByTestId("toasts-done")
      .locator(".toast", { hasText: "T-204 approved." })
      .getByRole("button", { name: "Undo" })
      .click();
    await page.getByTestId("queue").getByRole("button", { name: "T-204" }).waitFor();
    // No key is lost while an answer is on its way.
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route("**/api/*/*", async (route) => {
      await held;
      await route.continue();
    });
    await page.keyboard.press("a");
    await shown(page, "Polish the office");
    await page.keyboard.press("a");
    await page.getByTestId("empty").waitFor();
    answer();
    await page.getByTestId("toasts-done").getByText("T-204 approved.").first().waitFor();
  } finally {
    await house.close();
  }
});

const OURS = "**/api/{batch,tasks/update}";

/** What the page writes waits at the door until it is let in. */
async function holdWrites(page: Page, which = OURS): Promise<() => void> {
  let letIn = () => {};
  const held = new Promise<void>((resolve) => {
    letIn = resolve;
  });
  await page.route(which, async (route) => {
    await held;
    await route.continue();
  });
  return letIn;
}

const exchange = (house: House, task_id: string) =>
  house.post("tasks/update", { task_id, artifacts: ["other.pdf"], description: "Something else" });

test("PAGE-73: tasks/update: what was changed while an approval was under way is not approved; it is shown as it is, and the decision is open", async () => {
  const house = await openHouse(browser);
  try {
    const page = await house.visit(`/approvals#token=${TOKEN}`);
    await shown(page, "Ship the approval queue");
    const letIn = await holdWrites(page);
    await page.keyboard.press("a");
    await page.getByTestId("empty").waitFor();
    await exchange(house, "T-201");
    letIn();
    const no = page.getByTestId("toasts-refused");
    await no.getByText("T-201 was changed since you looked").waitFor();
    assert.is((await taskOf(house, "T-201")).status, "validation");
    const here = page.getByTestId("case");
    await here.getByText("other.pdf").waitFor();
    await here.getByRole("alert").getByText("description, artifacts").waitFor();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Approve", disabled: false }).waitFor();
    await page.keyboard.press("a");
    const done = page.getByTestId("toasts-done").locator(".toast", { hasText: "T-201 approved." });
    await done.waitFor();
    assert.is((await taskOf(house, "T-201")).status, "done");
    await done.getByRole("button", { name: "Undo" }).click();
    await shown(page, "Ship the approval queue");
    assert.is(await page.getByTestId("changed").count(), 0, "seen by then");

    // The return as well, with its note kept.
    await untilSent(page);
    const letBack = await holdWrites(page);
    await page.keyboard.press("r");
    await here.getByLabel("What is missing in T-201").fill("The page for phones.");
    await page.keyboard.press("Control+Enter");
    await house.post("tasks/update", { task_id: "T-201", title: "Ship another queue" });
    letBack();
    await no.getByText("T-201 was changed since you looked: title").waitFor();
    assert.is((await taskOf(house, "T-201")).status, "validation");
    await shown(page, "Ship another queue");
    await page.keyboard.press("r");
    assert.is(
      await here.getByLabel("What is missing in T-201").inputValue(),
      "The page for phones.",
    );
  } finally {
    await house.close();
  }
});

test("PAGE-73: an approval that waited for the server, over a reload too, approves nothing else", async () => {
  const house = await openHouse(browser);
  try {
    const page = await house.visit(`/approvals#token=${TOKEN}`);
    await shown(page, "Ship the approval queue");
    await page.route("**/api/tasks/update", (route) => route.abort());
    await page.keyboard.press("a");
    await page.getByTestId("writes").getByText("1 change waits").first().waitFor();
    await exchange(house, "T-201");
    page.on("dialog", (dialog) => void dialog.accept());
    await page.reload();
    await page.unroute("**/api/tasks/update");
    const no = page.getByTestId("toasts-refused");
    await no.getByText("Approve T-201: not done, for it was changed since you looked").waitFor();
    assert.is((await taskOf(house, "T-201")).status, "validation");
    await shown(page, "Ship the approval queue");
  } finally {
    await house.close();
  }
});

test("PAGE-73: what the person wrote on it just before is no change by others", async () => {
  const house = await openHouse(browser);
  try {
    const page = await house.visit(`/approvals#token=${TOKEN}`);
    await shown(page, "Ship the approval queue");
    const box = page.getByTestId("case").getByLabel("Write a comment");
    await box.fill("Well done.");
    const letIn = await holdWrites(page, "**/api/tasks/comment");
    await box.press("Control+Enter");
    await page.getByTestId("case").getByRole("button", { name: "Approve" }).click();
    letIn();
    await page.getByTestId("toasts-done").getByText("T-201 approved.").waitFor();
    assert.is((await taskOf(house, "T-201")).status, "done");
  } finally {
    await house.close();
  }
});

test("PAGE-73: the dashboard, the panel and a choice of several approve what was shown, and nothing else", async () => {
  const house = await openHouse(browser);
  try {
    const ways: [path: string, act: (page: Page) => Promise<unknown>][] = [
      [
        "/",
        (page) =>
          page
            .locator('[data-exception="T-201"]')
            .getByRole("button", { name: "Approve" })
            .first()
            .click(),
      ],
      [
        "/board?task=T-201",
        (page) => page.getByTestId("task-panel").getByLabel("Status").selectOption("done"),
      ],
      [
        "/pipeline?q=T-201",
        async (page) => {
          await page.getByRole("checkbox", { name: "Choose T-201" }).check();
          await page.getByTestId("bulk-bar").getByLabel("Status").selectOption("done");
        },
      ],
    ];
    for (const [index, [path, act]] of ways.entries()) {
      const page = await house.visit(`${path}#token=${TOKEN}`);
      const letIn = await holdWrites(page);
      await Promise.all([page.waitForRequest(OURS), act(page)]);
      await house.post("tasks/update", { task_id: "T-201", artifacts: [`other-${index}.pdf`] });
      letIn();
      await page
        .getByText(/T-201 was changed since you looked/)
        .first()
        .waitFor();
      assert.is((await taskOf(house, "T-201")).status, "validation", path);
      await page.close();
    }
  } finally {
    await house.close();
  }
});

test("PAGE-23: approvals keep nobody out", async () => {
  const house = await openHouse(browser);
  try {
    const page = await house.visit("/approvals");
    await shown(page, "Ship the approval queue");
    await expectAccessible(page);
  } finally {
    await house.close();
  }
});

test.run();
