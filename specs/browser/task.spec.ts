/** A task in the panel beside a view: every write about one task, from the page. */
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

/** A house, a page in it that may write, and the panel of that task. */
async function withPanel(
  id: string,
  act: (page: Page, house: House) => Promise<void>,
  path = "/board",
): Promise<void> {
  const house = await openHouse(browser);
  try {
    const page = await house.visit(`${path}?task=${id}#token=${TOKEN}`);
    await panelOf(page, id);
    await act(page, house);
  } finally {
    await house.close();
  }
}

async function panelOf(page: Page, id: string): Promise<void> {
  await page.getByTestId("task-panel-id").getByText(id, { exact: true }).waitFor();
}

interface FullTask {
  id: string;
  [field: string]: unknown;
}

async function taskOf(house: House, id: string): Promise<FullTask | undefined> {
  const { tasks } = (await house.snapshot()) as unknown as { tasks: FullTask[] };
  return tasks.find((task) => task.id === id);
}

const told = (page: Page, text: string) =>
  page.getByTestId("toasts-done").getByText(text, { exact: true }).waitFor();

test("PAGE-20: tasks/update, field by field where it stands, with the way back", async () => {
  await withPanel("T-208", async (page, house) => {
    const panel = page.getByTestId("task-panel");
    await panel.getByLabel("Priority").selectOption("P0");
    await told(page, "Priority of T-208 saved.");
    await panel.getByLabel("Due").fill("2027-01-31");
    await panel.getByLabel("Due").press("Enter");
    await told(page, "Due date of T-208 saved.");
    await panel.getByLabel("Title", { exact: true }).fill("Build the rail");
    await panel.getByLabel("Title", { exact: true }).press("Enter");
    await told(page, "Title of T-208 saved.");
    await panel.getByRole("button", { name: "Edit the description" }).click();
    await panel.getByLabel("Description, in Markdown").fill("With **care**.");
    await panel.getByRole("button", { name: "Save" }).click();
    await panel.locator(".markdown strong", { hasText: "care" }).waitFor();
    await panel.getByLabel("Labels", { exact: true }).fill("calm");
    await panel.getByLabel("Labels", { exact: true }).press("Enter");
    await told(page, "Labels of T-208 saved.");
    await panel.getByRole("button", { name: "Edit Acceptance criteria" }).click();
    await panel.getByRole("textbox", { name: "Acceptance criteria 1" }).fill("It rests");
    await panel.getByRole("button", { name: "Save" }).click();
    await panel.getByText("It rests").waitFor();
    // Only what is allowed from here is offered.
    assert.equal(await panel.getByLabel("Status").locator("option").allTextContents(), [
      "Ready",
      "Backlog",
      "In progress",
    ]);
    await panel.getByLabel("Status").selectOption("in_progress");
    const moved = page.getByTestId("toasts-done").locator(".toast", { hasText: "moved to" });
    // The page shows it before the server has said yes.
    const answered = page.waitForResponse("**/api/tasks/update");
    await moved.getByRole("button", { name: "Undo" }).click();
    await answered;
    await panel.locator('.status-icon[data-status="ready"]').first().waitFor();

    const task = await taskOf(house, "T-208");
    assert.is(task?.priority, "P0");
    assert.is(task?.due_date, "2027-01-31");
    assert.is(task?.title, "Build the rail");
    assert.is(task?.description, "With **care**.");
    assert.ok(JSON.stringify(task?.labels).includes("calm"));
    assert.match(JSON.stringify(task?.acceptance_criteria), '["It rests"');
    assert.is(task?.status, "ready");
  });
});

test("PAGE-20: a refused edit is said in the server's words, and what was typed stays", async () => {
  await withPanel("T-208", async (page) => {
    const panel = page.getByTestId("task-panel");
    await panel.getByLabel("Progress").fill("140");
    await panel.getByLabel("Progress").press("Enter");
    await panel.getByRole("alert").getByText("progress").waitFor();
    assert.is(await panel.getByLabel("Progress").inputValue(), "140");
    assert.is(await panel.getByLabel("Progress").getAttribute("aria-invalid"), "true");
  });
});

test("PAGE-74: tasks/update: a text that others wrote meanwhile is not overwritten unseen; the person says which one counts", async () => {
  await withPanel("T-208", async (page, house) => {
    const panel = page.getByTestId("task-panel");
    const box = panel.getByLabel("Description, in Markdown");
    const asked = panel.getByTestId("meanwhile");
    let count = 0;
    /** Somebody else's change, which the page shows when this ends. */
    const theirs = async (fields: object) => {
      const mark = `mark-${++count}`;
      await house.post("tasks/update", { task_id: "T-208", labels: [mark], ...fields });
      await panel.getByText(mark, { exact: true }).waitFor();
    };
    const edit = async (text: string) => {
      await panel.getByRole("button", { name: "Edit the description" }).click();
      await box.fill(text);
    };
    await edit("Mine.");
    await theirs({ description: "Theirs." });
    await panel.getByRole("button", { name: "Save" }).click();
    await asked.getByText("Theirs.").waitFor();
    assert.is((await taskOf(house, "T-208"))?.description, "Theirs.");
    assert.is(await box.inputValue(), "Mine.", "what was typed stays");
    await expectAccessible(page);
    await asked.getByRole("button", { name: "Keep mine" }).click();
    await told(page, "Description of T-208 saved.");
    assert.is((await taskOf(house, "T-208"))?.description, "Mine.");
    await panel.locator(".markdown", { hasText: "Mine." }).first().waitFor();

    await edit("Mine again.");
    await theirs({ description: "Theirs again." });
    await panel.getByRole("button", { name: "Save" }).click();
    await asked.getByRole("button", { name: "Take theirs" }).click();
    await panel.locator(".markdown", { hasText: "Theirs again." }).first().waitFor();
    assert.is((await taskOf(house, "T-208"))?.description, "Theirs again.");

    const title = panel.getByLabel("Title", { exact: true });
    await title.fill("My title");
    await theirs({ title: "Their title" });
    await title.press("Enter");
    await asked.getByText("Their title").waitFor();
    assert.is((await taskOf(house, "T-208"))?.title, "Their title");
    await asked.getByRole("button", { name: "Keep mine" }).click();
    await told(page, "Title of T-208 saved.");
    assert.is((await taskOf(house, "T-208"))?.title, "My title");

    // A list is not a text: what each added is in it.
    await theirs({ artifacts: ["a.md"] });
    await panel.getByRole("button", { name: "Edit Artifacts" }).click();
    await panel.getByRole("button", { name: "Add to Artifacts" }).click();
    await panel.getByRole("textbox", { name: "Artifacts 2" }).fill("mine.md");
    await theirs({ artifacts: ["a.md", "theirs.md"] });
    await panel.getByRole("button", { name: "Save" }).click();
    await told(page, "Artifacts of T-208 saved.");
    assert.equal((await taskOf(house, "T-208"))?.artifacts, ["a.md", "mine.md", "theirs.md"]);
  });
});

test("PAGE-20: tasks/link and tasks/comment, seen from both ends", async () => {
  await withPanel("T-208", async (page, house) => {
    const panel = page.getByTestId("task-panel");
    await panel.getByRole("button", { name: "Link a task" }).click();
    await panel.getByLabel("T-208…").selectOption("blocks");
    await panel.getByLabel("Task", { exact: true }).fill("T-208");
    await panel.getByRole("button", { name: "Link", exact: true }).click();
    await panel.getByRole("alert").getByText("cannot link a task to itself").waitFor();
    await panel.getByLabel("Task", { exact: true }).fill("T-212");
    await panel.getByRole("button", { name: "Link", exact: true }).click();
    await panel.getByTestId("relations").getByRole("link", { name: "T-212" }).click();
    await panelOf(page, "T-212");
    await panel.getByTestId("relations").getByText("Is blocked by").waitFor();
    await panel.getByTestId("why").getByText("it waits for T-208").waitFor();

    // Written, not sent, and still there after a look at another task.
    await panel.getByLabel("Write a comment").fill("Any **news**?");
    await panel.getByTestId("relations").getByRole("link", { name: "T-208" }).click();
    await panelOf(page, "T-208");
    await page.goBack();
    await panelOf(page, "T-212");
    assert.is(await panel.getByLabel("Write a comment").inputValue(), "Any **news**?");
    await panel.getByLabel("Write a comment").press("Control+Enter");
    await panel.getByTestId("comments").locator("strong", { hasText: "news" }).waitFor();
    await panel.locator(".comment-form textarea:placeholder-shown").waitFor();
    const { comments } = (await taskOf(house, "T-212")) as unknown as {
      comments: { text: string }[];
    };
    assert.is(comments.at(-1)?.text, "Any **news**?");
  });
});

test("PAGE-20: tasks/claim, tasks/renew, tasks/release and tasks/event, for an agent", async () => {
  await withPanel("T-208", async (page, house) => {
    const panel = page.getByTestId("task-panel");
    const choose = async (item: string) => {
      await panel.getByRole("button", { name: "More for this task" }).click();
      await page.getByRole("menuitem", { name: item }).click();
    };
    await choose("Give it to an agent");
    await page.getByRole("dialog").getByRole("button", { name: "Give it" }).click();
    await panel.getByTestId("lease").getByText("Codex is working on it").waitFor();
    await panel.getByRole("button", { name: "Extend" }).click();
    await told(page, "Codex has more time.");
    await panel.getByRole("button", { name: "Take it back" }).click();
    await page.getByRole("dialog").getByLabel("Reason").fill("Something else comes first.");
    await page.getByRole("dialog").getByRole("button", { name: "Take it back" }).click();
    await panel.getByTestId("why").getByText("It is ready for Codex.").waitFor();

    await choose("Report for an agent");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("What happened").selectOption("done");
    await dialog.getByRole("button", { name: "Report", exact: true }).click();
    await dialog.getByRole("alert").getByText("invalid task transition: ready -> done").waitFor();
    await dialog.getByLabel("What happened").selectOption("started");
    await dialog.getByLabel("Note").fill("On it.");
    await dialog.getByRole("button", { name: "Report", exact: true }).click();
    await told(page, "Reported on T-208.");
    await panel.getByTestId("comments").getByText("On it.").waitFor();
    assert.is((await taskOf(house, "T-208"))?.status, "in_progress");
  });
});

test("PAGE-20: tasks/delete says what goes with it, and asks", async () => {
  await withPanel("T-204", async (page, house) => {
    const panel = page.getByTestId("task-panel");
    const choose = async () => {
      await panel.getByRole("button", { name: "More for this task" }).click();
      await page.getByRole("menuitem", { name: "Delete" }).click();
    };
    await choose();
    await page.getByTestId("confirm").getByText("T-211 will not wait for it any more").waitFor();
    await page.getByTestId("confirm").getByRole("button", { name: "Cancel" }).click();
    assert.ok(await taskOf(house, "T-204"));
    await choose();
    await page.getByTestId("confirm").getByRole("button", { name: "Delete" }).click();
    await told(page, "T-204 deleted.");
    await panel.waitFor({ state: "detached" });
    assert.is(await taskOf(house, "T-204"), undefined);
    assert.not.ok(page.url().includes("task="));
  });
});

test("PAGE-20: the panel is in the address, steps by key, and gives the focus back", async () => {
  await withPanel("T-211", async (page) => {
    await page.keyboard.press("j");
    await panelOf(page, "T-213");
    await page.keyboard.press("k");
    await panelOf(page, "T-211");
    await page.reload();
    await untilLive(page);
    await panelOf(page, "T-211");
    await page.keyboard.press("Escape");
    await page.getByTestId("task-panel").waitFor({ state: "detached" });
    assert.is(
      await page.evaluate(() => document.activeElement?.getAttribute("data-task-id")),
      "T-211",
    );
  });
});

test("PAGE-21: tasks/create by key, from a template; a refusal leaves what was typed", async () => {
  await withPanel("T-208", async (page) => {
    await page.keyboard.press("c");
    const form = page.getByTestId("new-task");
    await form.getByLabel("Title").fill("Sign in with a passkey");
    await form.getByLabel("Template").selectOption("software-feature");
    assert.is(await form.getByLabel("Specialist").inputValue(), "code");
    await form.getByLabel("Due").fill("2027-02-01");
    await page.keyboard.press("Escape");
    await page.keyboard.press("c");
    assert.is(await form.getByLabel("Title").inputValue(), "Sign in with a passkey");
    await page.route("**/api/tasks/create", (route) =>
      route.continue({
        postData: JSON.stringify({ ...route.request().postDataJSON(), title: "" }),
      }),
    );
    await form.getByRole("button", { name: "Create" }).click();
    await form.getByRole("alert").getByText("title is required").waitFor();
    assert.is(await form.getByLabel("Title").inputValue(), "Sign in with a passkey");
    await page.unroute("**/api/tasks/create");
    await form.getByRole("button", { name: "Create" }).click();
    await form.waitFor({ state: "detached" });
    await page.getByTestId("toasts-done").getByRole("button", { name: "Open" }).click();
    await page.getByTestId("task-panel").getByText("Unit tests passing").waitFor();
    assert.is(
      await page.getByTestId("task-panel").getByLabel("Title").inputValue(),
      "Sign in with a passkey",
    );
  });
});

test("PAGE-23: the task panel and the form of a new task keep nobody out", async () => {
  await withPanel(
    "T-209",
    async (page) => {
      await expectAccessible(page);
      await page.keyboard.press("c");
      await page.getByTestId("new-task").getByLabel("Title").waitFor();
      await expectAccessible(page);
    },
    "/pipeline",
  );
});

test.run();
