/**
 * Makes the pictures of the README from the demo company: `npm run screenshots`. Not a spec: it writes
 * into `docs/images/`. Neighbours: `house.ts` has the server and the page.
 */
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { launchBrowser } from "../support/browser.ts";
import { openHouse, TOKEN, untilLive } from "./house.ts";

const IMAGES = fileURLToPath(new URL("../../../docs/images/", import.meta.url));
const WIDE = { width: 1440, height: 900 };
const SMALL = { width: 390, height: 844 };

interface Picture {
  name: string;
  path: string;
  size: { width: number; height: number };
  /** Something to wait for beside the first state. */
  until?: string;
}

const PICTURES: readonly Picture[] = [
  { name: "dashboard", path: "/", size: WIDE },
  { name: "board", path: "/board", size: WIDE, until: '[data-task-id="T-203"]' },
  { name: "task", path: "/board?task=T-209", size: WIDE, until: '[data-testid="task-panel"]' },
  { name: "missions", path: "/missions", size: WIDE, until: "[data-mission-id]" },
  { name: "team", path: "/team", size: WIDE },
  { name: "office", path: "/office", size: WIDE, until: "[data-person]" },
  { name: "dashboard-small", path: "/", size: SMALL },
  { name: "board-small", path: "/board", size: SMALL, until: "[data-task-id]" },
];

/** What makes the company look like one at work. */
const LIFE: readonly (readonly [name: string, body: object])[] = [
  ["agents/heartbeat", { agent_id: "codex", status: "working", doing_summary: "Filters by label" }],
  ["tasks/update", { task_id: "T-203", agent_id: "codex", progress: 82, note: "Labels work" }],
  [
    "tasks/comment",
    { task_id: "T-209", author: "charlie", text: "The key is all that is missing." },
  ],
  [
    "agents/heartbeat",
    { agent_id: "pixel", status: "working", doing_summary: "Drawing the lounge" },
  ],
  ["tasks/update", { task_id: "T-204", agent_id: "pixel", progress: 70 }],
  ["tasks/event", { type: "needs-validation", task_id: "T-206", agent_id: "violet" }],
];

async function take(page: Page, { name, path, size, until }: Picture, url: string): Promise<void> {
  await page.setViewportSize(size);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.goto(`${url}${path}#token=${TOKEN}`);
    await untilLive(page);
    await page.getByRole("heading", { level: 1 }).waitFor();
    if (until) await page.locator(until).first().waitFor();
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: `${IMAGES}${name}-${colorScheme}.png` });
  }
}

mkdirSync(IMAGES, { recursive: true });
const browser = await launchBrowser();
const house = await openHouse(browser);
try {
  for (const [name, body] of LIFE) await house.post(name, body);
  const page = await house.visit("/");
  for (const picture of PICTURES) await take(page, picture, house.url());
} finally {
  await house.close();
  await browser.close();
}
