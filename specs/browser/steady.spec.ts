/**
 * What somebody looks at and types into stays, whatever others do meanwhile: a key never means what they did not
 * look at. Neighbours: `approvals.spec.ts`, `dashboard.spec.ts`, `commands.ts`.
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

const WAITING = ["T-203", "T-204", "T-205"] as const;

async function atWork(path: string, act: (page: Page, house: House) => Promise<void>) {
  const house = await openHouse(browser);
  try {
    for (const task_id of WAITING)
      await house.post("tasks/update", { task_id, status: "validation" });
    await act(await house.visit(`${path}#token=${TOKEN}`), house);
  } finally {
    await house.close();
  }
}

const withdraw = (house: House, task_id: string) =>
  house.post("tasks/update", { task_id, status: "in_progress", agent_id: "codex" });

async function doneOf(house: House): Promise<string[]> {
  const { tasks } = await house.snapshot();
  return tasks.filter(({ status }) => status === "done").map(({ id }) => id);
}

test("PAGE-75: who types a comment on a task that is withdrawn approves nothing by the letters that follow, and loses no word", async () => {
  await atWork("/approvals?at=T-203", async (page, house) => {
    const before = await doneOf(house);
    const field = page.getByTestId("case").getByLabel("Write a comment");
    await field.pressSequentially("Please do not ");
    await withdraw(house, "T-203");
    await page.getByTestId("withdrawn").getByText("T-203 does not wait any more").waitFor();
    await page.keyboard.type("go on with a task at all");
    assert.is(await field.inputValue(), "Please do not go on with a task at all");
    await field.blur();
    await page.keyboard.press("a");
    await page.keyboard.press("r");
    await untilSent(page);
    assert.equal(await doneOf(house), before);
    await page.keyboard.press("j");
    await page.getByTestId("case").getByText("T-204", { exact: true }).first().waitFor();
    await page.keyboard.press("a");
    await page.getByTestId("toasts-done").getByText("T-204 approved.").waitFor();
    await page.goto(`${house.url()}/approvals?at=T-203`);
    assert.is(await field.inputValue(), "");
  });
});

test("PAGE-75: where the field that one types into is taken away, the next letters are no shortcuts", async () => {
  await atWork("/approvals?at=T-205", async (page, house) => {
    const before = await doneOf(house);
    await page.getByTestId("case").getByLabel("Write a comment").pressSequentially("And then ");
    await house.post("tasks/delete", { task_id: "T-205" });
    await page.getByTestId("empty").getByText("T-205 is gone").waitFor();
    await page.keyboard.type("a jar of arrays");
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByTestId("case").waitFor();
    await untilSent(page);
    assert.equal(await doneOf(house), before);
    await page.keyboard.press("a");
    await page.getByTestId("toasts-done").getByText("approved.").waitFor();
    assert.is((await doneOf(house)).length, before.length + 1);
  });
});

test("PAGE-75: on the dashboard the keys act on the row that was looked at, or on none", async () => {
  await atWork("/", async (page, house) => {
    const before = await doneOf(house);
    const bucket = page.getByTestId("bucket-needs_approval");
    const rows = bucket.locator("[data-exception]");
    await rows.first().waitFor();
    const [first, second] = await rows.evaluateAll((all) =>
      all.map((row) => (row as HTMLElement).dataset.exception as string),
    );
    await rows.first().locator(".exception-link").focus();
    // It moves in the list: the focus goes with it.
    await house.post("tasks/update", { task_id: first, description: "Other words" });
    await page.waitForFunction(
      (id) =>
        document.activeElement?.closest<HTMLElement>("[data-exception]")?.dataset.exception === id,
      first,
    );
    await withdraw(house, first as string);
    await bucket.locator(`[data-exception="${first}"]`).waitFor({ state: "detached" });
    await page.waitForFunction(() => document.activeElement?.tagName === "MAIN");
    await page.keyboard.press("a");
    await untilSent(page);
    assert.equal(await doneOf(house), before);
    await page.keyboard.press("j");
    await page.waitForFunction(() => document.activeElement?.closest("[data-exception]"));
    await bucket.locator(`[data-exception="${second}"] .exception-link`).focus();
    await page.keyboard.press("a");
    await page.getByTestId("toasts-done").getByText(`${second} approved`).waitFor();
  });
});

test("PAGE-75: a remedy that was refused or left gives the focus to no other row when an agent withdraws this one", async () => {
  await atWork("/", async (page, house) => {
    const before = await doneOf(house);
    const bucket = page.getByTestId("bucket-needs_approval");
    const row = bucket.locator("[data-exception]").first();
    await row.waitFor();
    const id = await row.getAttribute("data-exception");
    await row.locator(".exception-link").focus();
    await page.route("**/api/tasks/update", (route) => {
      const body = { ...route.request().postDataJSON(), expected_version: 999 };
      return route.continue({ postData: JSON.stringify(body) });
    });
    await page.keyboard.press("a");
    await page.getByTestId("toasts-refused").locator(".toast").first().waitFor();
    await page.unroute("**/api/tasks/update");
    await bucket.locator(`[data-exception="${id}"] .exception-link`).focus();
    await page.keyboard.press("r");
    await page.getByTestId("remedy").waitFor();
    await page.keyboard.press("Escape");
    await page.getByTestId("remedy").waitFor({ state: "detached" });
    await page.waitForFunction(
      (one) =>
        document.activeElement?.closest<HTMLElement>("[data-exception]")?.dataset.exception === one,
      id,
    );
    await withdraw(house, id as string);
    await bucket.locator(`[data-exception="${id}"]`).waitFor({ state: "detached" });
    await page.waitForFunction(() => document.activeElement?.tagName === "MAIN");
    await page.keyboard.press("a");
    await untilSent(page);
    assert.equal(await doneOf(house), before);
  });
});

test("PAGE-75: a dialog that asks for something has the focus in its field: what is typed at once is written there", async () => {
  await atWork("/", async (page, house) => {
    const before = await doneOf(house);
    const row = page.getByTestId("bucket-needs_approval").locator(".exception-link").first();
    for (const key of ["r", "m"]) {
      await row.focus();
      await page.keyboard.press(key);
      const dialog = page.getByTestId("remedy");
      await dialog.waitFor();
      await page.keyboard.type("This is a bad idea");
      // Behind what is suggested, where something is.
      const text = await dialog.locator("textarea").inputValue();
      assert.ok(text.endsWith("This is a bad idea"), `${key}: ${text}`);
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
    }
    await page.keyboard.press("c");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.type("a new task");
    assert.is(await page.getByRole("dialog").locator("input").first().inputValue(), "a new task");
    await untilSent(page);
    assert.equal(await doneOf(house), before);
  });
});

test("PAGE-75: what was exchanged while a task was away from validation for a moment is told, in approvals and beside the board", async () => {
  for (const path of ["/approvals?at=T-203", "/board?task=T-203"]) {
    await atWork(path, async (page, house) => {
      await page.getByText("Narrow board, backlog and calendar").first().waitFor();
      const swap = { task_id: "T-203", agent_id: "codex" };
      const actions = [
        { action: "tasks/update", body: { ...swap, status: "in_progress" } },
        { action: "tasks/update", body: { ...swap, artifacts: ["swapped.pdf"] } },
      ];
      await house.post("batch", { actions });
      await house.post("tasks/event", { ...swap, type: "needs-validation", note: "Look" });
      await page.getByTestId("changed").getByText("artifacts").waitFor();
    });
  }
});

test("PAGE-75: a message goes to whom the dialog named, whoever has the task meanwhile", async () => {
  await atWork("/", async (page, house) => {
    const row = page.locator('[data-exception="T-203"] .exception-link').first();
    await row.focus();
    await page.keyboard.press("m");
    const field = page.getByTestId("remedy").getByLabel("Message to Codex");
    await field.waitFor();
    await house.post("tasks/update", { task_id: "T-203", owner: "scout" });
    const sent = page.waitForRequest("**/api/conversations/message");
    await page.getByTestId("remedy").locator("button[type=submit]").click();
    assert.is((await sent).postDataJSON().target, "codex");
    await page.getByTestId("toasts-done").getByText("Message sent to Codex").waitFor();
  });
});

test("PAGE-75: the thread that is shown stays, whatever comes in others", async () => {
  await atWork("/conversations", async (page, house) => {
    const field = page.locator(".composer textarea");
    await field.pressSequentially("Dear all, ");
    await house.post("conversations/message", { sender: "scout", target: "quill", text: "Newer" });
    await page.locator(".talk-list").getByText("Newer").waitFor();
    await page.keyboard.type("are you there");
    assert.is(await field.inputValue(), "Dear all, are you there");
  });
});

test.run();
