/**
 * What is far is not made, at any size of the company: lanes and rows come as one scrolls to them; and
 * the first board needs no more script than it shows. Counted in elements and bytes, never in time.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { launchBrowser } from "../support/browser.ts";
import { type House, openHouse } from "./house.ts";

const AGENTS = 24;
const TASKS = 480;
/** Of the first load, in bytes, gzipped. */
const MAX_SCRIPT = 140_000;
const ASSETS = fileURLToPath(new URL("../../page/assets", import.meta.url));

let browser: Browser;
let house: House;
test.before(async () => {
  browser = await launchBrowser();
  house = await openHouse(browser, { begin: "blank" });
  const agents = Array.from({ length: AGENTS }, (_, at) => ({
    action: "agents/register",
    body: { agent_id: idOf(at), name: `Agent ${twoDigits(at)}`, role: "Engineer" },
  }));
  const tasks = Array.from({ length: TASKS }, (_, at) => ({
    action: "tasks/create",
    body: { title: `Number ${at}`, status: "ready", owner: idOf(at % AGENTS) },
  }));
  await house.post("batch", { actions: agents });
  await house.post("batch", { actions: tasks });
});
test.after(async () => {
  await house.close();
  await browser.close();
});

const twoDigits = (at: number) => String(at).padStart(2, "0");
const idOf = (at: number) => `agent-${twoDigits(at)}`;
const countOf = (page: Page) => page.locator("[data-task-id]").count();

test("PAGE-8: of the lanes those near are made, the last once one has come to it", async () => {
  const page = await house.visit("/board?group=owner");
  const lane = (at: number) => page.getByRole("region", { name: `Agent ${twoDigits(at)}` });
  await lane(0).locator("[data-task-id]").first().waitFor();
  assert.is(await page.locator(".lane").count(), AGENTS, "every lane has its name and its place");
  const last = lane(AGENTS - 1);
  assert.is(await last.locator("[data-task-id]").count(), 0);
  assert.ok((await countOf(page)) < TASKS / 4);
  await last.scrollIntoViewIfNeeded();
  await last.locator("[data-task-id]").first().waitFor();
});

test("PAGE-8: of a table of hundreds the rows in sight are made, sorted or not", async () => {
  for (const sort of ["", "?sort=-title"]) {
    const page = await house.visit(`/pipeline${sort}`);
    const table = page.getByTestId("task-table");
    await table.locator("[data-task-id]").first().waitFor();
    assert.is(await table.getAttribute("aria-rowcount"), String(TASKS + 1));
    assert.ok((await countOf(page)) < 80, sort);
    await page.locator(".table-scroll").evaluate((scroller) => {
      scroller.scrollTop = scroller.scrollHeight;
    });
    await table.locator(`[aria-rowindex="${TASKS + 1}"]`).waitFor();
    assert.ok((await countOf(page)) < 80, sort);
  }
});

test("PAGE-1: a change of one task on a sorted table of hundreds leaves every other row as it is", async () => {
  const page = await house.visit("/pipeline?sort=-title");
  const first = page.locator("[data-task-id]").first();
  await first.waitFor();
  const { tasks } = await house.snapshot();
  const far = tasks.find(({ title }) => title === "Number 100");
  assert.ok(far);
  await page.evaluate(() => {
    for (const row of document.querySelectorAll("[data-task-id]")) row.setAttribute("data-was", "");
  });
  const before = await page.locator("[data-was]").count();
  await house.post("tasks/update", { task_id: far.id, title: "Zero" });
  await page.locator("[data-task-id]:not([data-was])", { hasText: "Zero" }).waitFor();
  assert.is(await first.getAttribute("data-task-id"), far.id);
  assert.is(await page.locator("[data-task-id]:not([data-was])").count(), 1);
  assert.ok((await page.locator("[data-was]").count()) >= before - 1);
});

/** The scripts that this one cannot run without, itself among them, by the imports it begins with. */
function closureOf(name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  const source = readFileSync(`${ASSETS}/${name}`, "utf8");
  for (const [, next] of source.matchAll(/(?:from|import)\s*"\.\/([\w.-]+\.js)"/g)) {
    closureOf(next as string, found);
  }
  return found;
}

// By the built files: what comes early or late on a real wire depends on the machine.
test("PAGE-27: the first board needs at most 140 kB of script, without drag and drop", () => {
  const index = readFileSync(`${ASSETS}/../index.html`, "utf8");
  const entry = /src="\/assets\/([^"]+\.js)"/.exec(index)?.[1];
  const board = readdirSync(ASSETS).find((name) => /^Board-[\w-]+\.js$/.test(name));
  assert.ok(entry && board);
  const needed = [...closureOf(board, closureOf(entry))];
  const sources = needed.map((name) => readFileSync(`${ASSETS}/${name}`));
  const total = sources.reduce((sum, source) => sum + gzipSync(source).length, 0);
  assert.ok(total > 60_000, `only ${needed.join(" ")}`);
  assert.ok(total <= MAX_SCRIPT, `${total} bytes: ${needed.join(" ")}`);
  assert.not.ok(
    sources.some((source) => source.includes("dnd-kit")),
    "drag and drop comes after it",
  );
});

test.run();
