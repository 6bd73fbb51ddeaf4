/**
 * What the page costs on a company of 10,000 tasks, in a real Chromium on a real server: its scripts,
 * the time to the first board, from an entry to changed pixels, what one change touches, and what
 * memory is left after many updates. Neighbours: `http-server.ts` is the server, `company.ts` the
 * company. It looks for `data-task-id` only, so views may change. Run with `npm run bench:page`.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../specs/support/browser.ts";
import { taskId } from "./company.ts";

const TASKS = Number(process.env.TASKS ?? 10_000);
const LOADS = 5;
const CHANGES = 200;
const UPDATES = 10_000;
/** The first may fill what is made once for each record; the second shows whether it goes on. */
const ROUNDS = 2;
const SENDERS = 16;
const PAGE = fileURLToPath(new URL("../page", import.meta.url));

/** What the page tells of itself; set up by `watch`. */
interface Watch {
  /** When the first card stood in the document, in milliseconds since the navigation. */
  firstCard: number | null;
  /** When the last message came over the socket. */
  heard: number;
  /** Of each change of a card: message to painted frame, the number of mutations, the cards touched. */
  changes: { fromMessageMs: number; paintedAt: number; mutations: number; cards: number }[];
  until(count: number): Promise<void>;
}
declare global {
  interface Window {
    bench: Watch;
  }
}

/** Runs in the page, before its own scripts. */
function watch(): void {
  let resolve = () => {};
  let wanted = Number.POSITIVE_INFINITY;
  const bench: Watch = {
    firstCard: null,
    heard: 0,
    changes: [],
    until(count) {
      return new Promise((done) => {
        resolve = done;
        wanted = count;
        if (bench.changes.length >= wanted) resolve();
      });
    },
  };
  window.bench = bench;
  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener("message", () => {
        bench.heard = performance.now();
      });
    }
  };
  const observer = new MutationObserver((records) => {
    const cards = new Set<string>();
    for (const { target } of records) {
      const element = target instanceof Element ? target : target.parentElement;
      const id = element?.closest("[data-task-id]")?.getAttribute("data-task-id");
      if (id) cards.add(id);
    }
    if (bench.firstCard === null) {
      if (document.querySelector("[data-task-id]")) bench.firstCard = performance.now();
      return;
    }
    if (cards.size === 0) return;
    const { heard } = bench;
    requestAnimationFrame(() => {
      // The first task after the frame's own work: it has been painted.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        const now = performance.now();
        bench.changes.push({
          fromMessageMs: now - heard,
          paintedAt: performance.timeOrigin + now,
          mutations: records.length,
          cards: cards.size,
        });
        if (bench.changes.length >= wanted) resolve();
      };
      port2.postMessage(null);
    });
  });
  observer.observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    characterData: true,
  });
}

async function openServer(): Promise<{ child: ChildProcess; url: string }> {
  const server = fileURLToPath(new URL("./http-server.js", import.meta.url));
  const child = fork(server, ["ours", String(TASKS)]);
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  return { child, url: `http://127.0.0.1:${port}` };
}

async function update(url: string, body: object): Promise<void> {
  const response = await fetch(`${url}/api/tasks/update`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: "Bearer change-me-local" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
}

/** One progress after the other on all tasks, from several senders at once. */
async function updateMany(url: string): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: SENDERS }, async () => {
      for (let n = next++; n < UPDATES; n = next++) {
        await update(url, { task_id: taskId(1 + (n % TASKS)), progress: n % 100 });
      }
    }),
  );
}

async function openBoard(
  browser: Browser,
  url: string,
): Promise<{ page: Page; scripts: string[] }> {
  const page = await (await browser.newContext()).newPage();
  const scripts: string[] = [];
  page.on("response", (response) => {
    const { pathname } = new URL(response.url());
    if (pathname.endsWith(".js")) scripts.push(pathname);
  });
  await page.addInitScript(watch);
  await page.goto(`${url}/board`);
  await page.waitForFunction(() => window.bench.firstCard !== null, undefined, { timeout: 60_000 });
  return { page, scripts };
}

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

const at = (values: readonly number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;
const ms = (value: number) => `${value.toFixed(1)} ms`;
const mb = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
const kb = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
const row = (what: string, figure: string) => process.stdout.write(`| ${what} | ${figure} |\n`);

const { child, url } = await openServer();
const browser = await launchBrowser();
try {
  process.stdout.write(
    `The page on ${TASKS} tasks; ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}\n\n`,
  );
  process.stdout.write("| what | figure |\n|---|---:|\n");

  const firsts: number[] = [];
  let board = await openBoard(browser, url);
  row("scripts until the first board, gzipped", kb(gzipped(board.scripts)));
  for (let n = 0; n < LOADS; n++) {
    await board.page.context().close();
    board = await openBoard(browser, url);
    firsts.push((await board.page.evaluate(() => window.bench.firstCard)) ?? Number.NaN);
  }
  row(`time to the first board, median of ${LOADS}`, ms(at(firsts, 0.5)));

  const { page } = board;
  await page.waitForTimeout(3_000);
  row("scripts with what comes after it, gzipped", kb(gzipped(board.scripts)));
  const shown = await page.$$eval("[data-task-id]", (cards) =>
    cards.map((card) => card.getAttribute("data-task-id") ?? ""),
  );
  const sent: number[] = [];
  await page.evaluate(() => {
    window.bench.changes = [];
  });
  for (let n = 0; n < CHANGES; n++) {
    sent.push(performance.timeOrigin + performance.now());
    await update(url, { task_id: shown[n % shown.length], progress: 1 + (n % 99) });
    await page.evaluate((count) => window.bench.until(count), n + 1);
  }
  const changes = await page.evaluate(() => window.bench.changes);
  const whole = changes.map(({ paintedAt }, n) => paintedAt - (sent[n] ?? Number.NaN));
  const own = changes.map(({ fromMessageMs }) => fromMessageMs);
  row("entry heard to painted frame, p50", ms(at(own, 0.5)));
  row("entry heard to painted frame, p95", ms(at(own, 0.95)));
  row("request sent to painted frame, p50", ms(at(whole, 0.5)));
  row("request sent to painted frame, p95", ms(at(whole, 0.95)));
  row(
    "DOM mutations of one change, median",
    String(
      at(
        changes.map(({ mutations }) => mutations),
        0.5,
      ),
    ),
  );
  row(
    "cards touched by one change, most",
    String(
      at(
        changes.map(({ cards }) => cards),
        1 - 1e-9,
      ),
    ),
  );

  row("heap before, after garbage collection", mb(await heap(page, true)));
  for (let round = 1; round <= ROUNDS; round++) {
    await updateMany(url);
    await page.waitForTimeout(2_000);
    const updates = round * UPDATES;
    row(`heap after ${updates} updates`, mb(await heap(page, false)));
    row(`heap after ${updates} updates and garbage collection`, mb(await heap(page, true)));
  }
} finally {
  await browser.close();
  child.disconnect();
}
