/**
 * What a company of any size costs a view: so much is drawn at first, and more when it is asked for, so
 * that nobody's page stands still because somebody made thousands of something. Neighbours:
 * `parts/First.tsx`, `parts/filling.ts`.
 */
import type { Browser, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { launchBrowser } from "../support/browser.ts";
import { type House, openHouse, TOKEN } from "./house.ts";

let browser: Browser;
test.before(async () => {
  browser = await launchBrowser();
});
test.after(() => browser.close());

const DAY = "2027-03-10";
const VIEWS = [
  "/",
  "/approvals",
  "/approvals?at=T-400",
  "/office",
  "/board",
  "/board?group=mission",
  "/pipeline",
  "/missions",
  "/missions/M-300",
  "/missions/new",
  "/sprints",
  "/sprints?new=1",
  `/calendar?day=${DAY}`,
  `/calendar?span=week&day=${DAY}`,
  "/projects",
  "/projects/ceo-console",
  "/projects?tab=access",
  "/team/skills",
  "/conversations",
  "/conversations/directives",
  "/runs",
  "/events",
  "/?task=T-203",
];
/** What differs by chance, such as a toast, or an agent that falls silent. */
const SLACK = 40;

/** So many more of everything that one may make by the hundred. */
async function grow(house: House, from: number, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, at) => from + at);
  const all = (action: string, body: (at: number) => object) =>
    house.post("batch", { actions: numbers.map((at) => ({ action, body: body(at) })) });
  const project_id = "ceo-console";
  await all("missions/plan", (at) => ({
    title: `Mission ${at}`,
    objective: "Reach it",
    project_id,
    milestones: [{ title: "Half of it", due_date: DAY }],
  }));
  await all("sprints/create", (at) => ({
    name: `Sprint ${at}`,
    project_id,
    start_date: DAY,
    end_date: "2027-03-20",
  }));
  await all("projects/configure", (at) => ({ project_id: `p${at}`, name: `Project ${at}` }));
  await all("tasks/create", (at) => ({
    title: `Task ${at}`,
    owner: "codex",
    status: "validation",
    due_date: DAY,
    project_id,
    mission_id: "M-300",
    labels: [`label-${at}`],
  }));
  await all("openclaw/publish", (at) => ({
    agent_id: "codex",
    title: `Run ${at}`,
    summary: "Ran",
  }));
  await all("ceo/directive", (at) => ({ text: `Do ${at}`, target: "codex" }));
  // Each task takes 200 that wait for it.
  const waiting = numbers.slice(0, 90).map((at) => ({
    action: "tasks/create",
    body: { title: `Waits ${at}`, owner: "", depends_on: ["T-203"] },
  }));
  await house.post("batch", { actions: waiting });
}

/** Elements drawn, without the options of selects, which are in sight only when one opens. */
async function drawn(page: Page): Promise<number> {
  await page.waitForLoadState("networkidle");
  return page.evaluate(() => document.querySelectorAll("body *:not(option)").length);
}

test("PAGE-70: what a view draws at first does not grow with the company", async () => {
  const house = await openHouse(browser);
  try {
    const count = async () => {
      const counts = new Map<string, number>();
      for (const path of VIEWS) {
        const page = await house.visit(path);
        counts.set(path, await drawn(page));
        await page.context().close();
      }
      return counts;
    };
    await grow(house, 0, 220);
    const before = await count();
    await grow(house, 220, 220);
    for (const [path, elements] of await count()) {
      const was = before.get(path) ?? 0;
      assert.ok(was > 50, `${path} draws ${was}`);
      assert.ok(elements <= was + SLACK, `${path} draws ${elements} elements, ${was} before`);
    }
  } finally {
    await house.close();
  }
});

test("PAGE-70: a day of the calendar shows more of its tasks when they are asked for, in the month, the week and on a phone", async () => {
  const house = await openHouse(browser);
  try {
    const task = { title: "Due", owner: "", due_date: "2027-03-10" };
    const actions = Array.from({ length: 300 }, () => ({ action: "tasks/create", body: task }));
    await house.post("batch", { actions });
    for (const [path, first, width] of [
      ["/calendar?day=2027-03-10", 4, 1_440],
      ["/calendar?span=week&day=2027-03-10", 50, 1_440],
      ["/calendar?day=2027-03-10", 50, 390],
    ] as const) {
      const page = await house.visit(path);
      await page.setViewportSize({ width, height: 900 });
      const rest = page.getByRole("button", { name: /^\d+ more$/ });
      await rest.waitFor();
      assert.is(await rest.textContent(), `${300 - first} more`, path);
      // Of the other form, which is hidden at this width, as well.
      const drawn = await page.locator("[data-due-task]").count();
      assert.ok(drawn >= first && drawn <= 120, `${drawn} are drawn`);
      await rest.click();
      await page.getByRole("button", { name: `${100 - first} more` }).waitFor();
      await page.close();
    }
  } finally {
    await house.close();
  }
});

test("PAGE-70: of many that wait for a decision those around the current one are drawn, and go with it", async () => {
  const house = await openHouse(browser);
  try {
    await house.post("tasks/update", { task_id: "T-203", status: "in_progress" });
    const body = { title: "Decide", owner: "codex", status: "validation", priority: "P1" };
    const actions = Array.from({ length: 450 }, () => ({ action: "tasks/create", body }));
    await house.post("batch", { actions });
    const page = await house.visit(`/approvals?at=T-450#token=${TOKEN}`);
    const rows = page.getByTestId("queue").locator("[data-task-id]");
    const current = page.getByTestId("queue").locator('[aria-current="true"]');
    assert.is(await rows.count(), 100);
    assert.is(await current.getAttribute("data-task-id"), "T-450");
    assert.ok(await current.isVisible());
    const at = Number(
      /^\d+/.exec((await page.locator(".decision .number").textContent()) ?? "")?.[0],
    );
    await page.getByRole("button", { name: `${at - 51} before these` }).waitFor();
    // As far as the last that is drawn, and one further.
    for (let step = 0; step < 50; step += 1) await page.keyboard.press("j");
    await page.waitForFunction(
      (place) =>
        document.querySelector(".decision .number")?.textContent?.startsWith(`${place} of`),
      at + 50,
    );
    assert.is(await rows.count(), 100);
    assert.is(await current.getAttribute("data-task-id"), "T-500");
    await page.getByRole("button", { name: / before these$/ }).click();
    assert.is(await rows.count(), 300);
    assert.is(await current.getAttribute("data-task-id"), "T-500");
  } finally {
    await house.close();
  }
});

test("PAGE-70: of a thousand comments the newest are drawn, each new one too, and earlier ones when they are asked for", async () => {
  const house = await openHouse(browser);
  try {
    const comments = (from: number, count: number) =>
      Array.from({ length: count }, (_, at) => ({
        action: "tasks/comment",
        body: { task_id: "T-212", text: `Said ${from + at}`, author: "ceo" },
      }));
    await house.post("batch", { actions: comments(0, 300) });
    const page = await house.visit("/?task=T-212");
    const said = page.getByTestId("comments").locator(".markdown");
    const newest = page.getByTestId("comments").getByText("Said 299", { exact: true });
    await newest.waitFor();
    assert.is(await said.count(), 50);
    await house.post("batch", { actions: comments(300, 1) });
    await page.getByTestId("comments").getByText("Said 300", { exact: true }).waitFor();
    assert.ok((await said.count()) <= 75, "however many come");
    await page.getByRole("button", { name: / earlier$/ }).click();
    await page.waitForFunction(
      () => document.querySelectorAll('[data-testid="comments"] .markdown').length >= 250,
    );
  } finally {
    await house.close();
  }
});

test("PAGE-70: a select has all of a thousand missions soon, and the chosen one at once", async () => {
  const house = await openHouse(browser);
  try {
    const body = { title: "One of many", objective: "Reach it" };
    const actions = Array.from({ length: 1_000 }, () => ({ action: "missions/plan", body }));
    for (const at of [0, 500]) {
      await house.post("batch", { actions: actions.slice(at, at + 500) });
    }
    await house.post("tasks/update", { task_id: "T-203", mission_id: "M-1300" });
    const page = await house.visit(`/?task=T-203#token=${TOKEN}`);
    const select = page.getByTestId("task-panel").getByLabel("Mission", { exact: true });
    assert.is(await select.inputValue(), "M-1300");
    await page.waitForFunction(
      () =>
        document.querySelectorAll('[data-testid="task-panel"] option[value^="M-"]').length > 1_000,
    );
    assert.is(await select.inputValue(), "M-1300");
    assert.is(await select.locator('option[value="M-1300"]').count(), 1);
  } finally {
    await house.close();
  }
});

test.run();
