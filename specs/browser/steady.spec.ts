/**
 * What somebody looks at and types into stays, whatever others do meanwhile: a key never means what they did not
 * look at. Neighbours: `approvals.spec.ts`, `dashboard.spec.ts`, `commands.ts`.
 */
import type { Browser, Locator, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { launchBrowser } from "../support/browser.ts";
import { type House, openHouse, TOKEN, untilReady, untilSent } from "./house.ts";

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
    await page.keyboard.press("Escape");
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
    await untilReady(page);
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
    await untilReady(page);
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

/** The dialog has taken the focus, to wherever it gives it. */
const untilFocused = (page: Page) =>
  page.waitForFunction(() => document.activeElement?.closest("[role=dialog]") !== null);

test("PAGE-75: a dialog that asks for something has the focus in its field: what is typed at once is written there", async () => {
  await atWork("/", async (page, house) => {
    const before = await doneOf(house);
    const row = page.getByTestId("bucket-needs_approval").locator(".exception-link").first();
    for (const key of ["r", "m"]) {
      await row.focus();
      await page.keyboard.press(key);
      const dialog = page.getByTestId("remedy");
      await dialog.waitFor();
      await untilFocused(page);
      await page.keyboard.type("This is a bad idea");
      // Behind what is suggested, where something is.
      const text = await dialog.locator("textarea").inputValue();
      assert.ok(text.endsWith("This is a bad idea"), `${key}: ${text}`);
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
    }
    await page.keyboard.press("c");
    await page.getByRole("dialog").waitFor();
    await untilFocused(page);
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

/** The page's clock goes past what counts as this moment. */
const afterMoment = (page: Page) =>
  page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 900)));

/** Where the hand is, over the middle of this. */
async function pointAt(page: Page, target: Locator): Promise<{ x: number; y: number }> {
  const box = await target.boundingBox();
  assert.ok(box);
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  await page.mouse.move(at.x, at.y);
  return at;
}

async function press(page: Page): Promise<void> {
  await page.mouse.down();
  await page.mouse.up();
}

test("PAGE-75: what an agent's write slides under the pointer is not pressed by a click that was meant for another", async () => {
  await atWork("/", async (page, house) => {
    const before = await doneOf(house);
    const rows = page.getByTestId("bucket-needs_approval").locator("[data-exception]");
    const idOf = (at: number) => rows.nth(at).getAttribute("data-exception");
    const approve = (at: number) => rows.nth(at).getByRole("button", { name: "Approve" });
    await approve(2).waitFor();
    for (const task_id of [...WAITING, "T-201"])
      await house.post("tasks/update", { task_id, priority: "P1" });
    await rows.nth(2).getByText("P1").waitFor();
    await afterMoment(page);
    const [first, second] = [await idOf(0), await idOf(1)];
    // One above goes: the third comes to where the second was.
    await pointAt(page, approve(1));
    await withdraw(house, first as string);
    await page.waitForFunction(
      (id) =>
        document
          .querySelectorAll("[data-bucket=needs_approval] [data-exception]")[0]
          ?.attributes.getNamedItem("data-exception")?.value === id,
      second,
    );
    await press(page);
    await page.getByTestId("toasts-refused").getByText("Nothing was done").waitFor();
    await untilSent(page);
    assert.equal(await doneOf(house), before);
    // One above comes.
    await afterMoment(page);
    await pointAt(page, approve(1));
    await house.post("tasks/update", { task_id: first, status: "validation", priority: "P0" });
    await page.waitForFunction(
      (id) =>
        document
          .querySelectorAll("[data-bucket=needs_approval] [data-exception]")[0]
          ?.attributes.getNamedItem("data-exception")?.value === id,
      first,
    );
    await press(page);
    await untilSent(page);
    assert.equal(await doneOf(house), before);
    await afterMoment(page);
    await press(page);
    await page.getByTestId("toasts-done").getByText(`${second} approved`).waitFor();
  });
});

test("PAGE-75: on the dashboard neither key nor button decides on what was changed this moment", async () => {
  await atWork("/", async (page, house) => {
    const before = await doneOf(house);
    const row = page.locator("[data-bucket=needs_approval] [data-exception=T-203]");
    /** The title beside, so that the spec sees when it is there. */
    async function swap(by: string): Promise<void> {
      const [title, artifacts] = [`Swapped for ${by}`, [`${by}.pdf`]];
      await house.post("tasks/update", { task_id: "T-203", agent_id: "codex", artifacts, title });
      await row.getByText(title).waitFor();
    }
    const no = page.getByTestId("toasts-refused").getByText("T-203 was changed since you looked");
    await row.locator(".exception-link").focus();
    for (const [at, key] of ["a", "r"].entries()) {
      await swap(key);
      await page.keyboard.press(key);
      await no.nth(at).waitFor();
      assert.match(await no.nth(at).innerText(), "artifacts");
      assert.is(await page.getByTestId("remedy").count(), 0);
      await afterMoment(page);
    }
    await row.getByRole("button", { name: "Approve" }).focus();
    await swap("button");
    await row.getByRole("button", { name: "Approve" }).focus();
    await page.keyboard.press("Enter");
    await no.nth(2).waitFor();
    await untilSent(page);
    assert.equal(await doneOf(house), before);
    await afterMoment(page);
    await row.locator(".exception-link").focus();
    await page.keyboard.press("a");
    await page.getByTestId("toasts-done").getByText("T-203 approved").waitFor();
  });
});

test("PAGE-75: what holds a task up is not lifted where it became something else this moment", async () => {
  await atWork("/", async (page, house) => {
    const row = page.locator("[data-bucket=blocked] [data-exception=T-209]");
    await row.locator(".exception-link").focus();
    await house.post("tasks/update", { task_id: "T-209", blockers: ["May we wire the money?"] });
    await row.getByText("May we wire the money?").waitFor();
    await page.keyboard.press("u");
    await page
      .getByTestId("toasts-refused")
      .getByText("T-209 was changed since you looked: blockers")
      .waitFor();
    await afterMoment(page);
    await page.keyboard.press("u");
    await page.getByTestId("toasts-done").getByText("T-209 unblocked").waitFor();
  });
});

test("PAGE-75: on the board and in the bell, too, what slid under the pointer is not pressed", async () => {
  await atWork("/board", async (page, house) => {
    const before = await house.snapshot();
    const cards = page.getByTestId("column-validation").locator("[data-task-id]");
    await cards.nth(1).waitFor();
    const [above, below] = [await cards.nth(0).getAttribute("data-task-id"), cards.nth(1)];
    await pointAt(page, below.locator("[data-move=done]"));
    await withdraw(house, above as string);
    await page.locator(`[data-testid=column-in_progress] [data-task-id=${above}]`).waitFor();
    // The hand is where a button of the next one is by now.
    const at = await pointAt(page, cards.first().locator("[data-move=done]"));
    assert.ok(at);
    await press(page);
    const no = page.getByTestId("toasts-refused").getByText("Nothing was done");
    await no.first().waitFor();
    await page.getByTestId("bell").click();
    const notices = page.getByTestId("notices").locator("li");
    const blocked = { task_id: "T-203", agent_id: "codex", blocked: true, blockers: ["A key"] };
    await pointAt(page, notices.first().getByRole("button"));
    const count = await notices.count();
    await house.post("tasks/update", blocked);
    await notices.nth(count).waitFor();
    await press(page);
    await no.nth(1).waitFor();
    await pointAt(page, page.getByRole("button", { name: "Dismiss all" }));
    await press(page);
    await no.nth(2).waitFor();
    await untilSent(page);
    assert.is(await notices.count(), count + 1);
    const done = (all: typeof before) => all.tasks.filter(({ status }) => status === "done").length;
    assert.is(done(await house.snapshot()), done(before));
  });
});

test("PAGE-75: who is alone settles one exception after the other, as fast as they look", async () => {
  await atWork("/", async (page, house) => {
    const before = await doneOf(house);
    const rows = page.getByTestId("bucket-needs_approval").locator("[data-exception]");
    await rows.first().waitFor();
    const at = await pointAt(page, rows.first().getByRole("button", { name: "Approve" }));
    // From the first moment on, before anything but the state has come.
    await page.reload();
    await rows.first().waitFor();
    await page.mouse.move(at.x, at.y);
    for (let left = 4; left > 0; left--) {
      const id = await rows.first().getAttribute("data-exception");
      await press(page);
      await rows.and(page.locator(`[data-exception="${id}"]`)).waitFor({ state: "detached" });
      await untilReady(page);
    }
    await untilSent(page);
    assert.is((await doneOf(house)).length, before.length + 4);
    assert.is(await page.getByTestId("toasts-refused").locator(".toast").count(), 0);
  });
});

test.run();
