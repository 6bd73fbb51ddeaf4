/**
 * What the page costs on a company of 10,000 tasks, in a real Chromium on a real server: its scripts,
 * the time to the first board, from the server's commit to painted pixels in five views while 50
 * writes a second arrive, what one change touches, what memory is left. Neighbours: `watch.ts` runs in
 * the page, `views.ts` says what is shown, `load.ts` writes, `report.ts` writes it down.
 * Run with `npm run bench:page`; everything it started it ends. Invariant: commit and paint are taken
 * from the one clock of the machine.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../../specs/support/browser.ts";
import { send, sendMany, sendSteadily } from "./load.ts";
import { createReport } from "./report.ts";
import { MEASURED_VIEWS, type MeasuredView } from "./views.ts";
import { watch } from "./watch.ts";

const TASKS = Number(process.env.TASKS ?? 10_000);
const READY = TASKS * 0.3;
const LOADS = 5;
const CHANGES = 100;
const PROBES = 100;
const UPDATES = 10_000;
/** The first may fill what is made once for each record; the second shows whether it goes on. */
const ROUNDS = 2;
/** No part of it takes as long; a page that shows nothing must not hold the bench. */
const PATIENCE_MS = 60_000;
const PAGE = fileURLToPath(new URL("../../page", import.meta.url));

interface Server {
  url: string;
  /** When each probe was committed. */
  committed: Map<number, number>;
  child: ChildProcess;
}

async function openServer(): Promise<Server> {
  const path = fileURLToPath(new URL("../http-server.js", import.meta.url));
  const env = { ...process.env, BENCH_PROBES: "", BENCH_READY: String(READY) };
  const child = fork(path, ["ours", String(TASKS)], { env });
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  const committed = new Map<number, number>();
  child.on("message", ({ probe, at }: { probe: number; at: number }) => committed.set(probe, at));
  return { url: `http://127.0.0.1:${port}`, committed, child };
}

async function openView(
  browser: Browser,
  url: string,
  { path, ready }: Pick<MeasuredView, "path" | "ready">,
): Promise<{ page: Page; end(): Promise<void> }> {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.addInitScript(watch);
  await page.goto(url + path);
  await page.waitForSelector(ready);
  return { page, end: () => context.close() };
}

const shownTasks = (page: Page) =>
  page.$$eval("[data-task-id]", (cards) =>
    cards.map((card) => card.getAttribute("data-task-id") ?? ""),
  );

/** The scripts that were asked for by then, in milliseconds since the navigation. */
const scriptsBy = (page: Page, untilMs: number) =>
  page.evaluate(
    (until) =>
      performance
        .getEntriesByType("resource")
        .filter(({ name, startTime }) => name.endsWith(".js") && startTime <= until)
        .map(({ name }) => new URL(name).pathname),
    untilMs,
  );

function gzipped(scripts: readonly string[]): number {
  return scripts.reduce((sum, path) => sum + gzipSync(readFileSync(PAGE + path)).length, 0);
}

async function heap(page: Page, collect: boolean): Promise<number> {
  const cdp = await page.context().newCDPSession(page);
  if (collect) for (let n = 0; n < 3; n++) await cdp.send("HeapProfiler.collectGarbage");
  const { usedSize } = (await cdp.send("Runtime.getHeapUsage")) as { usedSize: number };
  await cdp.detach();
  return usedSize;
}

/** CPU seconds of all renderers that run. */
async function rendererCpu(browser: Browser): Promise<number> {
  const cdp = await browser.newBrowserCDPSession();
  const { processInfo } = (await cdp.send("SystemInfo.getProcessInfo")) as {
    processInfo: { type: string; cpuTime: number }[];
  };
  await cdp.detach();
  return processInfo
    .filter(({ type }) => type === "renderer")
    .reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

const at = (values: readonly number[], share: number) =>
  [...values].sort((a, b) => a - b)[
    Math.min(values.length - 1, Math.floor(values.length * share))
  ] ?? Number.NaN;
const ms = (value: number) => `${value.toFixed(1)} ms`;
const mb = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
const kb = (bytes: number) => `${(bytes / 1_000).toFixed(1)} kB`;

const report = createReport(TASKS);
const server = await openServer();
const { url, committed } = server;
const browser = await launchBrowser();

/** How the first board comes, and what it is made of. */
async function measureLoad(): Promise<void> {
  report.begin("First load");
  const board = { path: "/board", ready: "[data-task-id]" };
  const firsts: number[] = [];
  for (let n = 0; n < LOADS; n++) {
    const { page, end } = await openView(browser, url, board);
    const first = (await page.evaluate(() => window.bench.firstCardMs)) ?? Number.NaN;
    firsts.push(first);
    if (n === LOADS - 1) {
      await page.waitForTimeout(3_000);
      const needed = gzipped(await scriptsBy(page, first));
      report.row("scripts until the first board, gzipped", kb(needed), "at most 140 kB");
      const all = gzipped(await scriptsBy(page, Number.MAX_VALUE));
      report.row("scripts with what is fetched after it, gzipped", kb(all));
    }
    await end();
  }
  report.row(`time to the first board, median of ${LOADS}`, ms(at(firsts, 0.5)));
}

/** One change after the other, each awaited. */
async function measureChanges(): Promise<void> {
  report.begin("One change at a time, on the board");
  const { page, end } = await openView(browser, url, { path: "/board", ready: "[data-task-id]" });
  const shown = await shownTasks(page);
  await page.evaluate(() => {
    window.bench.changes = [];
  });
  for (let n = 0; n < CHANGES; n++) {
    const probe = 1_000 + n;
    const body = { task_id: shown[n % shown.length], title: `probe ${probe}` };
    await send(url, { route: "tasks/update", body });
    await page.evaluate((number) => window.bench.untilPainted(number), probe);
  }
  const { changes, painted } = await page.evaluate(() => window.bench);
  const waits = [...committed].flatMap(([probe, since]) => (painted[probe] ?? Number.NaN) - since);
  report.row("commit to pixels, p50", ms(at(waits, 0.5)));
  report.row("commit to pixels, p95", ms(at(waits, 0.95)), "at most 50 ms");
  const mutations = changes.map((one) => one.mutations);
  const cards = changes.map((one) => one.cards);
  report.row("DOM mutations of one change, median", String(at(mutations, 0.5)));
  report.row("DOM mutations of one change, most", String(at(mutations, 1)));
  report.row("cards touched by one change, most", String(at(cards, 1)), "1");
  await end();
}

/** One view while writes arrive. */
async function measureView(view: MeasuredView, first: number): Promise<void> {
  if (view.before) await send(url, view.before);
  const { page, end } = await openView(browser, url, view);
  // What is fetched after the first paint is not what is measured.
  await page.waitForTimeout(1_500);
  const shown = await shownTasks(page);
  const cpuBefore = await rendererCpu(browser);
  const from = performance.now();
  await sendSteadily(url, PROBES, TASKS, (n) => view.probe(first + n, shown));
  const seconds = (performance.now() - from) / 1_000;
  const cpu = (await rendererCpu(browser)) - cpuBefore;
  await page.evaluate((number) => window.bench.untilPainted(number), first + PROBES - 1);
  const painted = await page.evaluate(() => window.bench.painted);
  const waits: number[] = [];
  let unseen = 0;
  for (let probe = first; probe < first + PROBES; probe++) {
    const [since, until] = [committed.get(probe), painted[probe]];
    if (since !== undefined && until !== undefined) waits.push(until - since);
    else unseen += 1;
  }
  report.cells([
    view.name,
    ms(at(waits, 0.5)),
    ms(at(waits, 0.95)),
    ms(at(waits, 1)),
    String(unseen),
    `${((100 * cpu) / seconds).toFixed(0)} %`,
  ]);
  await end();
}

async function measureMemory(): Promise<void> {
  report.begin("Memory, on the board");
  const { page, end } = await openView(browser, url, { path: "/board", ready: "[data-task-id]" });
  await page.waitForTimeout(2_000);
  report.row("heap, garbage collected", mb(await heap(page, true)));
  for (let round = 1; round <= ROUNDS; round++) {
    await sendMany(url, UPDATES, TASKS);
    await page.waitForTimeout(2_000);
    report.row(`heap after ${round * UPDATES} updates`, mb(await heap(page, false)));
    report.row(
      `heap after ${round * UPDATES} updates, garbage collected`,
      mb(await heap(page, true)),
      round > 1 ? "as after the round before" : "",
    );
  }
  await end();
}

try {
  await measureLoad();
  await measureChanges();
  report.begin("From commit to pixels while 50 writes a second arrive; goal: p95 at most 50 ms", [
    "view",
    "p50",
    "p95",
    "most",
    "probes not painted",
    "renderer CPU, of a core",
  ]);
  for (const [index, view] of MEASURED_VIEWS.entries()) {
    await measureView(view, 10_000 + index * 1_000);
  }
  await measureMemory();
  report.write();
} finally {
  await browser.close();
  server.child.disconnect();
}
