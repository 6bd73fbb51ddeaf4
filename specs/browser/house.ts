/**
 * A server with its data in a folder of its own, and pages that look at it, for the specs of the page.
 * Neighbours: `server/compose.ts` is the real one, `support/browser.ts` the browser.
 * Invariant: `close` ends server and pages and removes the folder, also after a failed spec.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import * as assert from "uvu/assert";
import { type RunningServer, startServer } from "../../server/compose.ts";
import type { Config } from "../../server/config.ts";
import { quietConfig, SILENT, TOKEN } from "../support/process.ts";

export { TOKEN };

export interface House {
  url(): string;
  /** Ends the server; the data stay. */
  stop(): Promise<void>;
  /** Starts it again on the same port with the same data. */
  startAgain(): Promise<void>;
  /** Another company at the same address, as after a backup that was put back. */
  startElsewhere(): Promise<void>;
  post(name: string, body: object): Promise<Record<string, unknown>>;
  snapshot(): Promise<Snapshot>;
  /** As the timer does when they have been done for long. */
  archive(taskIds: string[]): Promise<void>;
  /** As the timer does with what was said long ago, but for so many of each thread. */
  archiveTalk(keep: number): Promise<void>;
  /** A page in a browser context of its own, at this path, with the first state shown. */
  visit(path: string): Promise<Page>;
  close(): Promise<void>;
}

export interface Snapshot {
  tasks: {
    id: string;
    title: string;
    status: string;
    progress: number;
    owner_name: string | null;
  }[];
}

export async function openHouse(browser: Browser, settings: Partial<Config> = {}): Promise<House> {
  const dataDir = await mkdtemp(join(tmpdir(), "clawtasker-page-"));
  const config: Config = { ...quietConfig(dataDir), ...settings };
  const folders = [dataDir];
  const closing: (() => Promise<unknown>)[] = [];
  let server: RunningServer;
  try {
    server = await startServer({ config, log: SILENT });
  } catch (error) {
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  }

  return {
    url: () => server.url,
    stop: () => server.close(),
    async startAgain() {
      server = await startServer({ config: { ...config, port: server.port }, log: SILENT });
    },
    async startElsewhere() {
      const other = await mkdtemp(join(tmpdir(), "clawtasker-page-"));
      folders.push(other);
      const there = { ...config, port: server.port, dataDir: other };
      server = await startServer({ config: there, log: SILENT });
    },
    async post(name, body) {
      const response = await fetch(`${server.url}/api/${name}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: `Bearer ${TOKEN}` },
        body: JSON.stringify(body),
      });
      const reply = (await response.json()) as Record<string, unknown>;
      assert.is(response.status, 200, JSON.stringify(reply));
      return reply;
    },
    async snapshot() {
      return (await (await fetch(`${server.url}/api/snapshot`)).json()) as Snapshot;
    },
    async archive(task_ids) {
      const outcome = await server.engine.dispatch(
        "system/archive",
        { task_ids, days: 0 },
        { actor: "system" },
      );
      assert.ok(outcome.ok);
    },
    async archiveTalk(keep) {
      const body = { days: 0, keep, most: 200 };
      const outcome = await server.engine.dispatch("system/archive_talk", body, {
        actor: "system",
      });
      assert.ok(outcome.ok);
    },
    async visit(path) {
      const context = await browser.newContext();
      closing.push(() => context.close());
      const page = await context.newPage();
      await page.goto(server.url + path);
      await untilLive(page);
      return page;
    },
    async close() {
      for (const end of closing.reverse()) await end();
      await server.close();
      for (const folder of folders) await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * The wire is live, and the view, which is loaded on demand, is there with its keys. Both by selector,
 * not by role: an address may open a dialog, which hides the rest of the page from roles at once.
 */
export async function untilLive(page: Page): Promise<void> {
  await page.waitForSelector('[data-testid="connection"][data-status="live"]');
  await page.locator("main h1").first().waitFor();
}

/** Each write of the page has its answer; what it shows at once is the server's too from here on. */
export async function untilSent(page: Page): Promise<void> {
  await page.waitForFunction(() => sessionStorage.getItem("clawtasker-unsent") === null);
}

/** What came up by itself may be decided on: it waits for a moment, and its buttons say so. */
export async function untilReady(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      document.querySelector("[data-pause]") === null &&
      document.querySelector("[data-testid=case], [data-testid=empty], .exception") !== null,
  );
}

/** What the board shows of each task, in the order of the ids. */
export async function shownTasks(page: Page): Promise<string[]> {
  const rows = await page.$$eval("[data-task-id]", (cards) =>
    cards.map((card) => {
      const column = card.closest("[data-testid^=column-]")?.getAttribute("data-testid");
      const text = (within: string) => card.querySelector(within)?.textContent?.trim();
      return [
        card.getAttribute("data-task-id"),
        column?.slice("column-".length),
        text("h3"),
        text(".progress .number"),
        text(".owner .cut") ?? "nobody",
      ].join(" | ");
    }),
  );
  return rows.sort();
}

/** The same of the server's snapshot. */
export function expectedTasks({ tasks }: Snapshot): string[] {
  return tasks
    .map(({ id, status, title, progress, owner_name }) =>
      [id, status, title, `${progress} %`, owner_name ?? "nobody"].join(" | "),
    )
    .sort();
}

/** Waits until the card of this task shows the text. */
export async function untilCardShows(page: Page, id: string, text: string): Promise<void> {
  await page.locator(`[data-task-id="${id}"]`, { hasText: text }).waitFor();
}

/** Whether a person sees its middle: in sight, and under nothing. */
export function isUncovered(element: Locator): Promise<boolean> {
  return element.evaluate((node) => {
    const { left, top, width, height } = node.getBoundingClientRect();
    return node.contains(document.elementFromPoint(left + width / 2, top + height / 2));
  });
}
