/** Two windows of the same company under many writes: equal to each other, and to the server, in the end. */
import type { Browser } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { launchBrowser } from "../support/browser.ts";
import { createRandom, seedOf } from "../support/random.ts";
import { expectedTasks, openHouse, shownTasks, TOKEN, untilLive } from "./house.ts";

let browser: Browser;
test.before(async () => {
  browser = await launchBrowser();
});
test.after(() => browser.close());

/** A hundred milliseconds' worth at fifty writes a second. */
const BURST = 5;
const BURSTS = 40;

test("PAGE-5: two browsers with the same view stay equal while writes pour in", async () => {
  const seed = seedOf(20_261_124);
  const random = createRandom(seed);
  const house = await openHouse(browser);
  try {
    const pages = [
      await house.visit(`/board#token=${TOKEN}`),
      await house.visit(`/board#token=${TOKEN}`),
    ] as const;
    const ids = ["T-200", "T-203", "T-204", "T-205", "T-206", "T-207", "T-208", "T-210"];
    for (let burst = 0; burst < BURSTS; burst++) {
      await Promise.all(
        Array.from({ length: BURST }, () =>
          house.post("tasks/update", {
            task_id: random.pick(ids),
            title: `Title ${random.whole(1_000)}`,
            progress: random.whole(100),
            priority: random.pick(["P0", "P1", "P2", "P3"]),
          }),
        ),
      );
      // In the middle one of them loses the server for a moment.
      if (burst === BURSTS / 2) {
        await house.stop();
        await house.startAgain();
        for (const page of pages) await untilLive(page);
      }
    }
    const last = await house.post("tasks/update", { task_id: "T-200", title: `Last of ${seed}` });
    assert.ok(last.task);
    for (const page of pages) await page.getByText(`Last of ${seed}`).first().waitFor();
    const wanted = expectedTasks(await house.snapshot());
    for (const page of pages) assert.equal(await shownTasks(page), wanted, `seed ${seed}`);
  } finally {
    await house.close();
  }
});

test.run();
