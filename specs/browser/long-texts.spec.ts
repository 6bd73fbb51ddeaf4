/**
 * The longest texts that an agent may write, of what browsers take long to lay out, on every view that
 * shows one. Neighbours: `parts/pieces.ts`, `parts/Markdown.tsx`. The time of layout is held against that
 * of plain words of the same length in the same places.
 */
import type { Browser, CDPSession, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { launchBrowser } from "../support/browser.ts";
import { type House, openHouse } from "./house.ts";

let browser: Browser;
test.before(async () => {
  browser = await launchBrowser();
});
test.after(() => browser.close());

const full = (unit: string, length = 19_990) =>
  unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
const UNITS: Record<string, string> = {
  letters: "W",
  brackets: "[a](",
  "brackets and blanks": "[a]([a]( ",
  "struck letters": `~~${"W".repeat(36)}~~`,
  marks: "\u0301",
  "from right to left": "שלום",
  "joined emoji": "👩\u200d",
  "blanks without a width": "\u200b",
};
/** It begins so, whatever follows. */
const START = "Begin:";

/** An address, and what is there once the text is. */
type Place = readonly [path: string, shown: string];

/** All that may be long, made of one unit, and where it is shown. */
async function fill({ post }: House, unit: string): Promise<Place[]> {
  const text = START + full(unit);
  const line = START + full(unit, 1_990);
  await post("agents/register", { agent_id: "mallory", name: "Mallory", role: "Writer" });
  const { run } = (await post("openclaw/publish", {
    ...{ agent_id: "mallory", outcome: "working", title: "Said", summary: text },
    done_summary: text,
  })) as { run: { id: string } };
  await post("agents/heartbeat", {
    ...{ agent_id: "mallory", status: "working", doing_summary: text, blockers: [line, line] },
    ...{ done_summary: line, next_summary: line },
  });
  await post("agents/update", { agent_id: "mallory", note: text });
  const { task } = (await post("tasks/create", {
    ...{ title: "Long", description: text, owner: "mallory", status: "validation" },
    ...{ validation_owner: "ceo", acceptance_criteria: [line, line], artifacts: [line] },
  })) as { task: { id: string } };
  for (const _ of [1, 2, 3]) {
    await post("tasks/comment", { task_id: task.id, author: "mallory", text });
  }
  let thread = "";
  for (const _ of [1, 2, 3]) {
    const said = await post("conversations/message", { sender: "mallory", target: "ceo", text });
    thread = (said.thread as { id: string }).id;
  }
  await post("ceo/directive", { text });
  const plan = { title: "Long", objective: text, summary: text, tasks: [] };
  const { mission } = (await post("missions/plan", plan)) as { mission: { id: string } };
  await post("projects/configure", { project_id: "long", name: "Long", description: text });
  const { sprint } = (await post("sprints/create", {
    ...{ name: "Long", goal: text, start_date: "2026-03-20", end_date: "2026-04-01" },
  })) as { sprint: { id: string } };
  return [
    [`/?task=${task.id}`, '[data-testid="comments"] .markdown'],
    [`/approvals?at=${task.id}`, '[data-testid="case"] .markdown'],
    [`/conversations/${thread}`, '[data-testid="thread"] .markdown'],
    ["/conversations/directives", '[data-testid="directives"] .markdown'],
    ["/events", "[data-event-id]"],
    ["/missions", ".mission-card"],
    [`/missions/${mission.id}`, ".markdown"],
    ["/projects", ".project-card"],
    ["/projects/long", ".markdown"],
    [`/sprints/${sprint.id}`, "main p"],
    ["/team/agents/mallory", ".says"],
    [`/runs?run=${run.id}`, ".run-more"],
  ];
}

async function layoutMs(wire: CDPSession): Promise<number> {
  const { metrics } = await wire.send("Performance.getMetrics");
  return 1_000 * (metrics.find(({ name }) => name === "LayoutDuration")?.value ?? Number.NaN);
}

/** Without loading the page anew, so that the rest of it is laid out once. */
async function go(page: Page, [path, shown]: Place): Promise<void> {
  await page.evaluate((to) => {
    history.pushState(null, "", to);
    dispatchEvent(new PopStateEvent("popstate"));
  }, path);
  await page.locator(shown, { hasText: START }).first().waitFor();
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
  );
}

/** What is wider than its place, of which a part would not be seen. */
function tooWide(page: Page, [, shown]: Place): Promise<string[]> {
  return page
    .locator(shown)
    .evaluateAll((all) =>
      all
        .filter((one) => one.scrollWidth > one.clientWidth + 1)
        .map((one) => `${one.scrollWidth} in ${one.clientWidth}`),
    );
}

/** Milliseconds of layout of all views, each of which shows all of a text. */
async function measure(name: string, unit: string): Promise<number> {
  const house = await openHouse(browser);
  try {
    const places = await fill(house, unit);
    const page = await house.visit("/settings");
    const wire = await page.context().newCDPSession(page);
    await wire.send("Performance.enable");
    let took = 0;
    for (const place of places) {
      const before = await layoutMs(wire);
      await go(page, place);
      took += (await layoutMs(wire)) - before;
      assert.equal(await tooWide(page, place), [], `${name} on ${place[0]}`);
    }
    await go(page, places[0] as Place);
    const said = await page.locator('[data-testid="comments"] .markdown').first().textContent();
    // Blanks at the end are not part of a paragraph; what is struck is marked.
    const whole = (text: string | null) => text?.replaceAll("~", "").trim();
    assert.ok(whole(said) === whole(START + full(unit)), `${name} is not there whole`);
    return took;
  } finally {
    await house.close();
  }
}

/** Two to four; one view without the pieces adds ten, all of them three hundred. */
const MAX_TIMES = 8;

test("PAGE-69: what a browser takes long to lay out takes no more than a few times what plain words do", async () => {
  const plain = await measure("words", "word ");
  for (const [name, unit] of Object.entries(UNITS)) {
    const took = await measure(name, unit);
    assert.ok(took <= MAX_TIMES * plain, `${name}: ${took} ms, words ${plain} ms`);
  }
});

/** Layout of a thread and of a task with so many texts of two directions by turns, which no piece makes quick. */
async function measureMany(count: number): Promise<Record<"thread" | "task", number>> {
  const house = await openHouse(browser);
  try {
    const text = START + full("a\u05d0");
    await house.post("agents/register", { agent_id: "mallory", name: "Mallory", role: "Writer" });
    const said = { sender: "mallory", target: "ceo", text };
    const { task } = (await house.post("tasks/create", { title: "Long", owner: "mallory" })) as {
      task: { id: string };
    };
    let thread = "";
    for (let n = 0; n < count; n++) {
      const { thread: in_ } = await house.post("conversations/message", said);
      thread = (in_ as { id: string }).id;
      await house.post("tasks/comment", { task_id: task.id, author: "mallory", text });
    }
    const page = await house.visit("/settings");
    const wire = await page.context().newCDPSession(page);
    await wire.send("Performance.enable");
    const took = async (place: Place) => {
      const before = await layoutMs(wire);
      await go(page, place);
      return (await layoutMs(wire)) - before;
    };
    const ofThread = await took([
      `/conversations/${thread}`,
      '[data-testid="thread"] li:last-child .markdown',
    ]);
    const isAtEnd = await page
      .locator(".messages")
      .evaluate((list) => list.scrollHeight - list.scrollTop - list.clientHeight < 60);
    assert.ok(isAtEnd, "the newest is in sight");
    const ofTask = await took([`/?task=${task.id}`, '[data-testid="comments"] .markdown']);
    return { thread: ofThread, task: ofTask };
  } finally {
    await house.close();
  }
}

test("PAGE-69: of many long texts only those are laid out that are near", async () => {
  const [few, many] = [await measureMany(2), await measureMany(20)];
  for (const what of ["thread", "task"] as const) {
    assert.ok(many[what] < 4 * few[what], `${what}: 20 took ${many[what]} ms, 2 ${few[what]} ms`);
  }
});

test.run();
