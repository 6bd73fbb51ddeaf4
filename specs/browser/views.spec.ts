/**
 * What is true of every view, of the demo and of an empty company: it has its name, breaks no policy,
 * shows no hole of the program, fits a small screen, and stands still once it is there. Neighbour:
 * `routes.ts` lists the views; a new one is visited by adding its address here.
 */
import type { Browser, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { launchBrowser } from "../support/browser.ts";
import { type House, openHouse, TOKEN, untilLive } from "./house.ts";

const OF_ALL = [
  "/",
  "/approvals",
  "/office",
  "/board",
  "/board?group=owner",
  "/pipeline",
  "/pipeline?needs=blocked",
  "/pipeline?tab=lanes",
  "/pipeline?tab=archive",
  "/missions",
  "/missions/new",
  "/sprints",
  "/calendar",
  "/calendar?span=week",
  "/projects",
  "/projects/new",
  "/team",
  "/team/list",
  "/team/skills",
  "/conversations",
  "/conversations/directives",
  "/runs",
  "/events",
  "/settings",
  "/settings/appearance",
  "/settings/access",
  "/settings/notifications",
  "/settings/webhooks",
  "/settings/data",
  "/settings/system",
  "/settings/api",
  "/nowhere",
  "/missions/constructor",
  "/projects/toString",
  "/sprints/__proto__",
  "/conversations/valueOf",
  "/team/agents/constructor",
];
const OF_DEMO = [
  "/?task=T-203",
  "/board?task=T-205",
  "/missions/M-300",
  "/sprints/SP-005",
  "/projects/atlas-core",
  "/conversations/TH-CEO-ORION",
  "/team/agents/orion",
];
/** The API's own words say which fields take null. */
const HOLES = /undefined|NaN|\[object Object\]|Invalid Date|\bnull\b(?! for none)/;
const MAX_SHIFT = 0.02;

let browser: Browser;
test.before(async () => {
  browser = await launchBrowser();
});
test.after(() => browser.close());

interface Watched {
  shift: number;
  violations: string[];
}

/** A page that notes from its first moment what moves by itself and what the policy refuses. */
async function watchedPage(house: House, width: number, height: number): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height }, hasTouch: width < 500 });
  const page = await context.newPage();
  await page.addInitScript(() => {
    const watched: Watched = { shift: 0, violations: [] };
    Object.assign(window, { watched });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & {
        value: number;
        hadRecentInput: boolean;
      })[])
        if (!entry.hadRecentInput) watched.shift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
    addEventListener("securitypolicyviolation", ({ violatedDirective, sourceFile, lineNumber }) =>
      watched.violations.push(`${violatedDirective} ${sourceFile}:${lineNumber}`),
    );
  });
  await page.goto(`${house.url()}/#token=${TOKEN}`);
  await untilLive(page);
  return page;
}

/** What is wrong with the view at this address, in words. */
async function faultsOf(page: Page, url: string, path: string): Promise<string[]> {
  const errors: string[] = [];
  const onError = (error: Error) => errors.push(`error: ${error.message}`);
  page.on("pageerror", onError);
  await page.goto(url + path);
  await untilLive(page);
  await page.waitForLoadState("networkidle");
  const seen = await page.evaluate(() => {
    const { watched } = window as unknown as { watched: Watched };
    const wide = [document.documentElement, document.querySelector("main") as Element].filter(
      ({ scrollWidth, clientWidth }) => scrollWidth > clientWidth,
    );
    const scrolls = (at: Element | null): boolean =>
      at !== null &&
      at.tagName !== "MAIN" &&
      (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(at).overflowX) ||
        scrolls(at.parentElement));
    const outside = [...document.querySelectorAll("main *")].filter((at) => {
      const box = at.getBoundingClientRect();
      return box.width > 0 && box.right > innerWidth + 1 && !scrolls(at.parentElement);
    });
    return {
      ...watched,
      title: document.title,
      h1: document.querySelectorAll("h1").length,
      text: document.body.innerText,
      wide: wide.map(({ tagName, scrollWidth }) => `${tagName} ${scrollWidth}`),
      outside: outside
        .slice(0, 4)
        .map((at) => `${at.tagName}.${at.className} "${at.textContent?.slice(0, 40)}"`),
    };
  });
  page.off("pageerror", onError);
  const hole = seen.text.split("\n").find((line) => HOLES.test(line));
  return [
    ...errors,
    ...seen.violations.map((violation) => `policy: ${violation}`),
    ...(seen.wide.length > 0 ? [`wider than the screen: ${seen.wide.join(", ")}`] : []),
    ...seen.outside.map((at) => `runs out of the screen: ${at}`),
    ...(hole ? [`hole: ${hole}`] : []),
    ...(seen.shift > MAX_SHIFT ? [`moves by itself: ${seen.shift.toFixed(3)}`] : []),
    ...(seen.h1 === 1 ? [] : [`${seen.h1} headings of the first level`]),
    ...(/^.+ · ClawTasker$/.test(seen.title) ? [] : [`title: ${seen.title}`]),
  ].map((fault) => `${path} ${fault}`);
}

const SIZES = [
  [390, 844],
  [1440, 900],
] as const;

/** Both sizes at once: most of a visit is waiting for the wire to be silent. */
async function expectSound(house: House, paths: readonly string[]): Promise<void> {
  await Promise.all(
    SIZES.map(async ([width, height]) => {
      const page = await watchedPage(house, width, height);
      const faults: string[] = [];
      for (const path of paths) faults.push(...(await faultsOf(page, house.url(), path)));
      await page.context().close();
      assert.equal(faults, [], `${width}×${height}\n${faults.join("\n")}`);
    }),
  );
}

for (const [begin, paths] of [
  ["demo", [...OF_ALL, ...OF_DEMO]],
  ["blank", OF_ALL],
] as const) {
  test(`PAGE-47: every view of the ${begin} company fits, stands still and has no holes`, async () => {
    const house = await openHouse(browser, { begin });
    try {
      await expectSound(house, paths);
    } finally {
      await house.close();
    }
  });
}

test("PAGE-47: all of a bucket is a step from the dashboard, and back leads back, the panel too", async () => {
  const house = await openHouse(browser);
  try {
    const ids = (await house.snapshot()).tasks.slice(0, 5).map(({ id }) => id);
    for (const task_id of ids) await house.post("tasks/update", { task_id, blockers: ["no key"] });
    const page = await house.visit(`/#token=${TOKEN}`);
    const bucket = page.getByTestId("bucket-blocked");
    const count = Number(await bucket.locator(".count").textContent());
    await bucket.getByRole("link", { name: "See all" }).click();
    await page.getByTestId("task-table").waitFor();
    assert.is(await page.locator("[data-task-id]").count(), count);
    await page.reload();
    await page.getByText(`${count} tasks`, { exact: true }).waitFor();
    await page.locator("[data-task-id] a").first().click();
    await page.locator(".task-panel .task-bar").waitFor();
    await page.goBack();
    await page.locator(".task-panel").waitFor({ state: "detached" });
    await page.goBack();
    await bucket.waitFor();
    assert.is(await page.title(), "Dashboard · ClawTasker");
  } finally {
    await house.close();
  }
});

test.run();
