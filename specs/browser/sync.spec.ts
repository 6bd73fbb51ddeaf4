/** What a person sees follows the server: card by card, through losses, the same in every window. */
import type { Browser, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { launchBrowser } from "../support/browser.ts";
import {
  expectedTasks,
  isUncovered,
  openHouse,
  shownTasks,
  TOKEN,
  untilCardShows,
  untilLive,
  untilSent,
} from "./house.ts";

let browser: Browser;
test.before(async () => {
  browser = await launchBrowser();
});
test.after(() => browser.close());

declare global {
  interface Window {
    /** Set by a spec: gone after a reload. */
    mark?: Element | null;
    /** Set by a spec: which tasks' cards changed; `elsewhere` for the rest of the page. */
    touched?: string[];
  }
}

test("PAGE-1: a changed task re-renders its own card and nothing else", async () => {
  const house = await openHouse(browser);
  try {
    const page = await house.visit("/board");
    await page.locator('[data-task-id="T-203"]').waitFor();
    await page.evaluate(() => {
      window.mark = document.querySelector('[data-task-id="T-203"]');
      window.touched = [];
      // What is shown: the head is told which code of other views to load while the page is idle.
      new MutationObserver((records) => {
        for (const { target } of records) {
          const element = target instanceof Element ? target : target.parentElement;
          const card = element?.closest("[data-task-id]");
          window.touched?.push(card?.getAttribute("data-task-id") ?? "elsewhere");
        }
      }).observe(document.body, {
        subtree: true,
        childList: true,
        attributes: true,
        characterData: true,
      });
    });
    await house.post("tasks/update", { task_id: "T-203", title: "Filters, again", progress: 88 });
    await untilCardShows(page, "T-203", "Filters, again");
    await untilCardShows(page, "T-203", "88 %");
    const same = () => window.mark === document.querySelector('[data-task-id="T-203"]');
    assert.ok(await page.evaluate(same), "the card is the same element");
    assert.equal(await page.evaluate(() => [...new Set(window.touched)]), ["T-203"]);

    await house.post("tasks/update", { task_id: "T-203", status: "validation" });
    await page.locator('[data-testid="column-validation"] [data-task-id="T-203"]').waitFor();
    const others = await page.evaluate(() =>
      [...new Set(window.touched)].filter((id) => id !== "T-203" && id !== "elsewhere"),
    );
    assert.equal(others, [], "a card that moves leaves the others alone");
  } finally {
    await house.close();
  }
});

test("PAGE-2, PAGE-3: it says when the server is gone, and resumes by itself when it is back", async () => {
  const house = await openHouse(browser);
  try {
    const page = await house.visit("/board");
    const badge = page.getByTestId("connection");
    assert.is(await badge.textContent(), "Live");
    await page.locator('[data-task-id="T-204"]').waitFor();
    await page.evaluate(() => {
      window.mark = document.querySelector('[data-task-id="T-204"]');
    });
    const sockets: string[] = [];
    page.on("websocket", (socket) => sockets.push(socket.url()));
    const seen = (await house.snapshot()).tasks.length;

    await house.stop();
    await page.locator('[data-testid="connection"][data-status="offline"]').waitFor();
    assert.match((await badge.textContent()) ?? "", /^Offline — retrying/);
    const asOf = page.getByTestId("as-of");
    assert.match((await asOf.textContent()) ?? "", /as of/);
    assert.ok(await isUncovered(asOf), "in sight, and under nothing");
    assert.is(await page.locator("[data-task-id]").count(), seen, "what was known stays in view");

    await house.startAgain();
    await house.post("tasks/update", { task_id: "T-203", progress: 91 });
    await house.post("tasks/create", { title: "Made while the page was away", owner: "pixel" });
    await untilLive(page);
    await page.locator("[data-task-id]", { hasText: "Made while the page was away" }).waitFor();
    assert.equal(await shownTasks(page), expectedTasks(await house.snapshot()));
    const same = () => window.mark === document.querySelector('[data-task-id="T-204"]');
    assert.ok(await page.evaluate(same), "no reload, and a card without a change is the same");
    assert.is(await page.getByTestId("as-of").count(), 0);
    assert.match(sockets.at(-1) ?? "", /\?since=\d+&journal=/);
  } finally {
    await house.close();
  }
});

test("PAGE-5: two windows show the same after writes from both and from an agent", async () => {
  const house = await openHouse(browser);
  try {
    const one = await house.visit(`/board#token=${TOKEN}`);
    const two = await house.visit(`/board#token=${TOKEN}`);
    await one.getByRole("button", { name: "Move T-210 to In progress" }).click();
    await one.getByTestId("toasts-done").getByText("T-210 moved to In progress").waitFor();
    await two.locator('[data-testid="column-in_progress"] [data-task-id="T-210"]').waitFor();
    // What came to its place this moment is not pressed (PAGE-75).
    await two.evaluate(() => new Promise((resolve) => setTimeout(resolve, 900)));
    await two.getByRole("button", { name: "Move T-210 to Validation" }).click();
    await house.post("tasks/update", {
      agent_id: "charlie",
      task_id: "T-209",
      blockers: [],
      note: "The key is there.",
    });
    await house.post("tasks/delete", { task_id: "T-214" });
    for (const page of [one, two]) {
      await page.locator('[data-testid="column-validation"] [data-task-id="T-210"]').waitFor();
      await page.locator('[data-task-id="T-214"]').waitFor({ state: "detached" });
      await page.locator('[data-task-id="T-209"] .reason').waitFor({ state: "detached" });
    }
    const expected = expectedTasks(await house.snapshot());
    assert.equal(await shownTasks(one), expected);
    assert.equal(await shownTasks(two), expected);
    assert.is(
      await two.evaluate(() => document.activeElement?.getAttribute("data-task-id")),
      "T-210",
      "the focus stays with the card that was moved",
    );
  } finally {
    await house.close();
  }
});

test("PAGE-6, PAGE-7: what is done while the server is away is shown, survives a reload, and arrives", async () => {
  const house = await openHouse(browser);
  try {
    const page = await house.visit(`/board#token=${TOKEN}`);
    await untilEarly(page);
    await house.stop();
    await page.locator('[data-testid="connection"][data-status="offline"]').waitFor();
    await page.getByRole("button", { name: "Move T-210 to In progress" }).click();
    const moved = page.locator('[data-testid="column-in_progress"] [data-task-id="T-210"]');
    await moved.waitFor();
    await house.startAgain();
    await untilLive(page);
    await untilSent(page);
    const statusOf = async (id: string) =>
      (await house.snapshot()).tasks.find((task) => task.id === id)?.status;
    assert.is(await statusOf("T-210"), "in_progress");
    assert.equal(await shownTasks(page), expectedTasks(await house.snapshot()));

    let away = true;
    await page.route("**/api/tasks/update", (route) => (away ? route.abort() : route.continue()));
    await page.getByRole("button", { name: "Move T-210 to Validation" }).click();
    await page.locator('[data-testid="column-validation"] [data-task-id="T-210"]').waitFor();
    assert.is(await statusOf("T-210"), "in_progress", "the server does not know it yet");
    page.on("dialog", (dialog) => void dialog.accept());
    away = false;
    await page.reload();
    await untilLive(page);
    await untilSent(page);
    assert.is(await statusOf("T-210"), "validation");
    await page.locator('[data-testid="column-validation"] [data-task-id="T-210"]').waitFor();
  } finally {
    await house.close();
  }
});

test("PAGE-6: over the write limit everything arrives, in order, and is shown at once", async () => {
  const house = await openHouse(browser, { writesPerMinute: 2 });
  try {
    const page = await house.visit(`/board#token=${TOKEN}`);
    await untilEarly(page);
    const refusals: string[] = [];
    page.on("response", (response) => {
      if (response.status() === 429) refusals.push(response.headers()["retry-after"] ?? "");
    });
    for (const [id, to, column] of [
      ["T-210", "In progress", "in_progress"],
      ["T-208", "In progress", "in_progress"],
      ["T-212", "In progress", "in_progress"],
    ] as const) {
      await page.getByRole("button", { name: `Move ${id} to ${to}` }).click();
      await page.locator(`[data-testid="column-${column}"] [data-task-id="${id}"]`).waitFor();
    }
    await page.waitForFunction(() => sessionStorage.getItem("clawtasker-unsent") !== null);
    const statusOf = async (id: string) =>
      (await house.snapshot()).tasks.find((task) => task.id === id)?.status;
    assert.is(await statusOf("T-212"), "ready", "it waits for the limit");
    assert.ok(refusals.length > 0 && refusals.every((seconds) => Number(seconds) > 0));
    const kept = await page.evaluate(() => sessionStorage.getItem("clawtasker-unsent") ?? "");
    assert.not.match(kept, TOKEN);
    assert.match(kept, /T-212/);
  } finally {
    await house.close();
  }
});

test("PAGE-3, PAGE-8: a page far behind gets the state, and keeps its elements and what is typed", async () => {
  const house = await openHouse(browser);
  try {
    const page = await house.visit("/board");
    await page.locator('[data-task-id="T-204"]').waitFor();
    await page.evaluate(() => {
      window.mark = document.querySelector('[data-task-id="T-204"]');
      const field = document.createElement("input");
      field.id = "typing";
      document.querySelector('[data-task-id="T-203"]')?.append(field);
    });
    await page.locator("#typing").fill("half a sen");
    await page.context().setOffline(true);
    await house.stop();
    await page.locator('[data-testid="connection"][data-status="offline"]').waitFor();
    await house.startAgain();
    for (let from = 0; from < 5_200; from += 200) {
      const rows = Array.from({ length: 200 }, (_, n) => from + n);
      await Promise.all(
        rows.map((n) => house.post("tasks/update", { task_id: "T-203", progress: n % 100 })),
      );
    }
    let far = false;
    page.on("websocket", (socket) =>
      socket.on("framereceived", ({ payload }) => {
        far ||= String(payload).includes('"reset":"far"');
      }),
    );
    await page.context().setOffline(false);
    await untilLive(page);
    assert.ok(far, "it was too far behind for patches");
    assert.equal(await shownTasks(page), expectedTasks(await house.snapshot()));
    assert.is(await page.locator("#typing").inputValue(), "half a sen");
    assert.is(await page.evaluate(() => document.activeElement?.id), "typing");
    const same = () => window.mark === document.querySelector('[data-task-id="T-204"]');
    assert.ok(await page.evaluate(same), "a card without a change is the same element");
  } finally {
    await house.close();
  }
});

/** Until the reducers are there, with which the page shows what a write will do. */
async function untilEarly(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    performance.getEntriesByType("resource").some(({ name }) => /\/reducer-[^/]*\.js$/.test(name)),
  );
}

test.run();
