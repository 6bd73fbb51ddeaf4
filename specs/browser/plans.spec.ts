/** Missions, sprints, projects and the calendar: every write of theirs, from the page. */
import type { Browser, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { launchBrowser } from "../support/browser.ts";
import { expectAccessible } from "./axe.ts";
import { type House, openHouse, TOKEN, untilSent } from "./house.ts";

let browser: Browser;
test.before(async () => {
  browser = await launchBrowser();
});
test.after(() => browser.close());

async function at(path: string, act: (page: Page, house: House) => Promise<void>): Promise<void> {
  const house = await openHouse(browser);
  try {
    await act(await house.visit(`${path}#token=${TOKEN}`), house);
  } finally {
    await house.close();
  }
}

interface Whole {
  tasks: { id: string; title: string; mission_id: string | null; sprint_id: string | null }[];
  missions: { id: string; title: string; status: string; milestones: { done: boolean }[] }[];
  sprints: { id: string; status: string; name: string }[];
  projects: { id: string; name: string }[];
  agents: { id: string; project_id: string | null }[];
}

const whole = async (house: House) => (await house.snapshot()) as unknown as Whole;
const told = (page: Page, text: string | RegExp) =>
  page.getByTestId("toasts-done").getByText(text).waitFor();
const main = (page: Page) => page.getByRole("main");

test("PAGE-60: missions/plan writes a mission and its tasks in one go; a refusal keeps what was typed", async () => {
  await at("/missions", async (page, house) => {
    await page.keyboard.press("n");
    await page.getByLabel("Title", { exact: true }).fill("Open a second office");
    await page.getByRole("button", { name: "Plan the mission" }).click();
    await page.getByRole("alert").getByText("objective is required").waitFor();
    assert.is(await page.getByLabel("Title", { exact: true }).inputValue(), "Open a second office");
    await page.getByLabel("Objective").fill("Room for **twelve** more.");
    for (const [at, title] of ["Find a place", "Move in"].entries()) {
      await page.getByRole("button", { name: "Add a task" }).click();
      await page.getByLabel(`New task ${at + 1}`, { exact: true }).fill(title);
    }
    const sent: string[] = [];
    page.on("request", (request) => request.method() === "POST" && sent.push(request.url()));
    await page.getByRole("button", { name: "Plan the mission" }).click();
    await page.waitForURL(/\/missions\/M-303$/);
    await main(page).getByText("Move in").waitFor();
    assert.is(sent.length, 1, "one write for the mission and its tasks");
    const { tasks } = await whole(house);
    const made = tasks.filter(({ mission_id }) => mission_id === "M-303");
    assert.equal(made.map(({ title }) => title).sort(), ["Find a place", "Move in"]);
    await page.reload();
    await main(page).getByText("Find a place").waitFor();
  });
});

test("PAGE-60: missions/plan changes only what was changed, and refuses to overwrite somebody else", async () => {
  await at("/missions/M-300?edit", async (page, house) => {
    await house.post("missions/plan", { mission_id: "M-300", summary: "Said meanwhile." });
    await page.getByLabel("Title", { exact: true }).fill("Ship it");
    await page.getByRole("button", { name: "Save the mission" }).click();
    await page
      .getByRole("alert")
      .getByText(/is at version/)
      .waitFor();
    assert.is(await page.getByLabel("Title", { exact: true }).inputValue(), "Ship it");

    await page.goto(`${house.url()}/missions/M-301?edit`);
    const sent = page.waitForRequest((request) => request.method() === "POST");
    await page.getByLabel("Title", { exact: true }).fill("Brief earlier");
    await page.getByRole("button", { name: "Save the mission" }).click();
    const body = (await sent).postDataJSON() as object;
    assert.equal(Object.keys(body).sort(), ["expected_version", "mission_id", "title"]);
    await page.getByRole("heading", { level: 1, name: "Brief earlier" }).waitFor();
  });
});

test("PAGE-60: a milestone is ticked, a status set and taken back, missions/delete says what will happen", async () => {
  await at("/missions/M-301", async (page, house) => {
    const box = page.getByRole("checkbox").last();
    await box.check();
    await page.getByLabel("Status of the mission").selectOption("blocked");
    await told(page, "M-301 is blocked.");
    await page.getByRole("button", { name: "Undo" }).click();
    await page.waitForFunction(() => document.querySelector("select")?.value === "active");
    const before = (await whole(house)).missions.find(({ id }) => id === "M-301");
    assert.ok(before?.milestones.every(({ done }) => done));
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByTestId("confirm").getByText("Its 3 tasks stay").waitFor();
    await page.getByRole("button", { name: "Delete the mission" }).click();
    await page.waitForURL(/\/missions$/);
    await told(page, "M-301 is deleted.");
    const after = await whole(house);
    assert.not(after.missions.some(({ id }) => id === "M-301"));
    assert.ok(after.tasks.some(({ id }) => id === "T-206"));
  });
});

test("PAGE-61: sprints/create, update and delete; a task joins by button, by key and by pointer", async () => {
  await at("/sprints", async (page, house) => {
    await page.keyboard.press("n");
    const form = page.getByTestId("sprint-form");
    await form.getByLabel("Name").fill("Sprint of light");
    await form.getByLabel("First day").fill("2027-02-10");
    await form.getByLabel("Last day").fill("2027-02-01");
    await form.getByRole("button", { name: "Create the sprint" }).click();
    await form
      .getByRole("alert")
      .getByText(/must not be after/)
      .waitFor();
    await form.getByLabel("Last day").fill("2027-02-20");
    await form.getByRole("button", { name: "Create the sprint" }).click();
    await page.waitForURL(/\/sprints\/SP-007$/);

    const held = page.getByTestId("plan-sprint");
    const free = page.getByTestId("plan-free");
    await free.getByRole("button", { name: "Add T-211" }).click();
    await held.locator('[data-plan-task="T-211"]').waitFor();
    await held.getByRole("button", { name: "Remove T-211" }).focus();
    await page.keyboard.press("Enter");
    await free.locator('[data-plan-task="T-211"]').waitFor();

    const row = free.getByRole("button", { name: "Drag T-213" });
    await row.scrollIntoViewIfNeeded();
    const from = await row.boundingBox();
    const to = await held.boundingBox();
    if (!from || !to) throw new Error("the lists are not shown");
    await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await page.mouse.down();
    await page.mouse.move(from.x + 60, from.y + 8, { steps: 4 });
    await page.mouse.move(to.x + to.width / 2, to.y + 80, { steps: 8 });
    await page.locator(".drag-ghost", { hasText: "T-213" }).waitFor();
    await page.mouse.up();
    await held.locator('[data-plan-task="T-213"]').waitFor();
    await page.locator(".drag-ghost").waitFor({ state: "detached" });
    await told(page, "T-213 is in the sprint.");
    assert.is((await whole(house)).tasks.find(({ id }) => id === "T-213")?.sprint_id, "SP-007");

    await page.getByRole("button", { name: "Start", exact: true }).click();
    await told(page, "Sprint of light has begun.");
    await page.getByRole("button", { name: "Complete", exact: true }).click();
    await page
      .getByTestId("confirm")
      .getByText(/1 task is not done/)
      .waitFor();
    await page.getByRole("button", { name: "Complete the sprint" }).click();
    await told(page, "Sprint of light is complete.");
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page
      .getByTestId("confirm")
      .getByText(/Its 1 task stays/)
      .waitFor();
    await page.getByRole("button", { name: "Delete the sprint" }).click();
    await told(page, "Sprint of light is deleted.");
    assert.not((await whole(house)).sprints.some(({ id }) => id === "SP-007"));
  });
});

test("PAGE-61: projects/configure and projects/delete; agents/update by the matrix, with the way back", async () => {
  await at("/projects", async (page, house) => {
    await page.keyboard.press("n");
    const form = page.getByTestId("project-form");
    await form.getByLabel("Name").fill("Grüne Wiese 2");
    assert.is(await form.getByLabel("Id").inputValue(), "grune-wiese-2");
    await form.getByRole("button", { name: "Create the project" }).click();
    await page.waitForURL(/\/projects\/grune-wiese-2$/);
    await page.getByRole("button", { name: "Edit" }).click();
    await form.getByLabel("Status").selectOption("paused");
    await form.getByRole("button", { name: "Save" }).click();
    await told(page, "Grüne Wiese 2 is saved.");
    await main(page).getByText("Paused", { exact: true }).waitFor();

    await page.goto(`${house.url()}/projects?tab=access`);
    await page.getByRole("radio", { name: "Iris: Grüne Wiese 2" }).check();
    await told(page, "Iris works on Grüne Wiese 2.");
    await page.getByRole("button", { name: "Undo" }).click();
    await page.waitForFunction(
      () => document.querySelector<HTMLInputElement>('[aria-label="Iris: CEO Console"]')?.checked,
    );
    await untilSent(page);
    assert.is(
      (await whole(house)).agents.find(({ id }) => id === "iris")?.project_id,
      "ceo-console",
    );

    await page.goto(`${house.url()}/projects/grune-wiese-2`);
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("button", { name: "Delete the project" }).click();
    await page.waitForURL(/\/projects$/);
    assert.not((await whole(house)).projects.some(({ id }) => id === "grune-wiese-2"));
    await page.goto(`${house.url()}/projects/ceo-console`);
    const protectedOne = page.getByRole("button", { name: "Delete", exact: true });
    assert.is(await protectedOne.getAttribute("aria-disabled"), "true");
  });
});

test("PAGE-62: a due task stands on its day and moves by Shift and the arrows, the focus with it", async () => {
  const house = await openHouse(browser);
  try {
    await house.post("tasks/update", { task_id: "T-208", due_date: "2027-03-10" });
    const page = await house.visit(`/calendar?day=2027-03-10#token=${TOKEN}`);
    await page.locator('[data-date="2027-03-10"] [data-due-task="T-208"]').waitFor();
    await page.locator('[data-date="2027-03-10"] [data-due-task="T-208"] a').focus();
    await page.keyboard.press("Shift+ArrowRight");
    await page.locator('[data-date="2027-03-11"] [data-due-task="T-208"]').waitFor();
    await told(page, /^T-208 is due/);
    await page.waitForFunction(
      () =>
        document.activeElement?.closest("[data-due-task]")?.getAttribute("data-due-task") ===
        "T-208",
    );
    await page.getByRole("button", { name: "Week", exact: true }).click();
    await page.waitForURL(/span=week/);
    await page.reload();
    await page.locator('[data-date="2027-03-11"] [data-due-task="T-208"]').waitFor();
    assert.is(await page.locator(".day").count(), 7);
  } finally {
    await house.close();
  }
});

test("PAGE-23: missions, sprints, projects and the calendar are accessible, light and dark", async () => {
  await at("/missions", async (page, house) => {
    const paths = [
      "/missions",
      "/missions/M-300",
      "/missions/M-300?edit",
      "/sprints",
      "/projects",
      "/projects/ceo-console",
      "/projects?tab=access",
      "/calendar",
    ];
    for (const path of paths) {
      await page.goto(house.url() + path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await expectAccessible(page);
    }
    await page.goto(`${house.url()}/sprints?new=1`);
    await page.getByTestId("sprint-form").waitFor();
    await expectAccessible(page);
  });
});

test.run();
