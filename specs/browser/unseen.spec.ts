/**
 * What one does not see is not taken along: notifications that came afterwards, what others made of milestones, chosen
 * tasks that left the list. Neighbours: `plans.spec.ts`, `pipeline.spec.ts`, `frame.spec.ts`.
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

async function at(path: string, act: (page: Page, house: House) => Promise<void>): Promise<void> {
  const house = await openHouse(browser);
  try {
    await act(await house.visit(`${path}#token=${TOKEN}`), house);
  } finally {
    await house.close();
  }
}

/** What the page writes waits at the door until it is let in. */
async function holdWrites(page: Page): Promise<() => void> {
  let letIn = () => {};
  const held = new Promise<void>((resolve) => {
    letIn = resolve;
  });
  await page.route("**/api/*/*", async (route) => {
    await held;
    await route.continue();
  });
  await page.route("**/api/batch", async (route) => {
    await held;
    await route.continue();
  });
  return letIn;
}

const isWrite = "**/api/{batch,notifications/dismiss,missions/plan}";

test("PAGE-75: notifications/dismiss takes along what was counted, and nothing that came while it waited", () =>
  at("/board", async (page, house) => {
    await house.post("tasks/update", { task_id: "T-203", status: "validation" });
    await page.getByTestId("bell").click();
    await page.getByTestId("notices").getByText("T-203 waits for approval").waitFor();
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 900)));
    const letIn = await holdWrites(page);
    const all = page.getByRole("button", { name: "Dismiss all" });
    await Promise.all([page.waitForRequest(isWrite), all.click()]);
    await house.post("tasks/update", { task_id: "T-204", blocked: true, blockers: ["A key"] });
    letIn();
    await untilSent(page);
    await page.getByTestId("notices").getByText("T-204 is blocked").waitFor();
    assert.is(await page.getByTestId("notices").locator("li.notice").count(), 1);
  }));

interface Missions {
  missions: { id: string; milestones: { title: string; done: boolean }[] }[];
}

test("PAGE-75: missions/plan ticks the milestone that was meant, whatever others made of the list meanwhile", () =>
  at("/board", async (page, house) => {
    const milestones = ["One", "Two"].map((title) => ({ title, done: false }));
    const made = (await house.post("missions/plan", {
      title: "Plan",
      objective: "Do it",
      milestones,
    })) as { mission: { id: string } };
    const { id } = made.mission;
    await page.goto(`${house.url()}/missions/${id}`);
    await page.getByRole("checkbox", { name: "Two" }).waitFor();
    const shown = async () => {
      const { missions } = (await house.snapshot()) as unknown as Missions;
      const mission = missions.find((one) => one.id === id);
      return mission?.milestones.map(({ title, done }) => `${title} ${done}`);
    };
    const letIn = await holdWrites(page);
    await Promise.all([
      page.waitForRequest(isWrite),
      page.getByRole("checkbox", { name: "Two" }).check(),
    ]);
    const others = [{ title: "Zero" }, { title: "One", done: true }, { title: "Two" }];
    await house.post("missions/plan", { mission_id: id, milestones: others });
    letIn();
    await untilSent(page);
    await page.getByRole("checkbox", { name: "Zero" }).waitFor();
    assert.equal(await shown(), ["Zero false", "One true", "Two true"]);
    await page.unrouteAll();
    // One after the other, as fast as one presses.
    await page.getByRole("checkbox", { name: "Zero" }).check();
    await page.getByRole("checkbox", { name: "One" }).uncheck();
    await untilSent(page);
    assert.equal(await shown(), ["Zero true", "One false", "Two true"]);
  }));

test("PAGE-24: chosen tasks that are not shown any more are told", () =>
  at("/pipeline?owner=codex", async (page, house) => {
    const boxes = page.locator("[data-task-id]").getByRole("checkbox");
    await boxes.first().waitFor();
    await page.getByRole("checkbox", { name: "Choose T-203" }).check();
    const bar = page.getByTestId("bulk-bar");
    await bar.getByText("1 task", { exact: true }).waitFor();
    assert.is(await bar.getByText("not shown").count(), 0);
    await house.post("tasks/update", { task_id: "T-203", owner: "scout" });
    await bar.getByText("1 of them is not shown").waitFor();
  }));

test.run();
