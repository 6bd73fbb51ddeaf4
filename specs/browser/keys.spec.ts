/**
 * A key decides what was looked at, once: a form that a key opened has the next letters, a key held down or pressed in
 * haste decides nothing further. Neighbours: `steady.spec.ts` has what others do meanwhile, `commands.ts` runs the keys.
 */
import type { Browser, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { launchBrowser } from "../support/browser.ts";
import { type House, openHouse, TOKEN, untilReady, untilSent } from "./house.ts";

let browser: Browser;
test.before(async () => {
  browser = await launchBrowser();
});
test.after(() => browser.close());

const WAITING = ["T-203", "T-204", "T-205"] as const;

async function within(act: (house: House, open: (path: string) => Promise<Page>) => Promise<void>) {
  const house = await openHouse(browser);
  try {
    for (const task_id of WAITING)
      await house.post("tasks/update", { task_id, status: "validation" });
    await act(house, (path) => house.visit(`${path}#token=${TOKEN}`));
  } finally {
    await house.close();
  }
}

async function statuses(house: House): Promise<string[]> {
  const { tasks } = await house.snapshot();
  return tasks.map(({ id, status }) => `${id} ${status}`).sort();
}

const countDone = async (house: House) =>
  (await statuses(house)).filter((line) => line.endsWith(" done")).length;

/** It has every letter that a view takes as a key. */
const WORDS = "Organize a launch party, u go; Ada";

/** What was typed went into the field in focus, whole, and nowhere else. */
async function expectTyped(page: Page, house: House, where: string): Promise<void> {
  const [before, path] = [await statuses(house), new URL(page.url()).pathname];
  await page.keyboard.type(WORDS);
  const value = await page.evaluate(
    () => (document.activeElement as HTMLInputElement | null)?.value ?? "",
  );
  assert.ok(value.endsWith(WORDS), `${where}: ${value}`);
  await untilSent(page);
  assert.equal(await statuses(house), before, where);
  assert.is(new URL(page.url()).pathname, path, where);
}

test("PAGE-76: R on Approvals puts the focus into the note, wherever it was: what is typed at once is the note", () =>
  within(async (house, open) => {
    const page = await open("/approvals");
    const rows = page.getByTestId("queue").getByRole("button");
    const ways: Record<string, () => Promise<unknown>> = {
      "a task of the list": () => rows.nth(1).click(),
      "the same by Tab and Enter": () => rows.nth(2).press("Enter"),
      "the text of the task": () => page.getByTestId("case").getByRole("heading").first().click(),
      "the tabs above": () => page.getByRole("button", { name: "All" }).click(),
      "a note that was given up": async () => {
        await page.getByRole("button", { name: "Return…" }).click();
        await page.getByRole("button", { name: "Cancel" }).click();
      },
      "a button of the note": async () => {
        await page.keyboard.press("r");
        await page.getByLabel("What is missing in").waitFor();
        await page.keyboard.press("Tab");
      },
    };
    for (const [where, go] of Object.entries(ways)) {
      await rows.first().waitFor();
      await go();
      await untilReady(page);
      await page.keyboard.press("r");
      await page.getByLabel("What is missing in").waitFor();
      await expectTyped(page, house, where);
      await page.keyboard.press("Escape");
      await page.getByLabel("What is missing in").waitFor({ state: "detached" });
    }
  }));

test("PAGE-76: every form that a key or a button opens has the focus in its field, whatever had it before", () =>
  within(async (house, open) => {
    const page = await open("/approvals");
    const edit = (name: string) => () => page.getByRole("button", { name }).press("Enter");
    const key = (one: string) => () => page.keyboard.press(one);
    const forms: [path: string, from: string, act: () => Promise<unknown>, field: string][] = [
      ["/conversations", ".thread-row", key("d"), "Directive"],
      ["/conversations/directives", ".thread-row", key("d"), "Directive"],
      ["/conversations", ".thread-row", key("n"), "Message"],
      ["/missions", "main .tabs button", key("n"), "Title"],
      ["/missions/M-300", "main .button", key("e"), "Title"],
      ["/sprints", "main button", key("n"), "Name"],
      ["/projects", "main button", key("n"), "Name"],
      ["/team", "main button", key("n"), "Name"],
      ["/team/agents/codex", "main .button", key("e"), "Name"],
      ["/board", "main button", key("c"), "Title"],
      [
        "/board?task=T-203",
        "main button",
        edit("Edit the description"),
        "Description, in Markdown",
      ],
      [
        "/board?task=T-203",
        "main button",
        edit("Edit Acceptance criteria"),
        "Acceptance criteria 1",
      ],
      ["/board?task=T-203", "main button", edit("Link a task"), "Task"],
    ];
    for (const [path, from, act, field] of forms) {
      await page.goto(house.url() + path);
      await page.locator("main h1").first().waitFor();
      // Walked there, by the person.
      await page.keyboard.press("Shift+Tab");
      await page.locator(from).first().focus();
      await act();
      const input = page.getByLabel(field, { exact: true }).last();
      await input.waitFor();
      await page.waitForFunction(
        (one) => document.activeElement === one,
        await input.elementHandle(),
      );
      await expectTyped(page, house, `${path} ${field}`);
      page.once("dialog", (dialog) => void dialog.accept());
    }
  }));

test("PAGE-76: where the field was left by no doing of the person, no letter decides anything until they do something else", () =>
  within(async (house, open) => {
    const before = await statuses(house);
    const page = await open("/approvals");
    await untilReady(page);
    for (const lose of ["main", ".queue button"]) {
      await page.keyboard.press("r");
      await page.getByLabel("What is missing in").waitFor();
      await page.evaluate((to) => document.querySelector<HTMLElement>(to)?.focus(), lose);
      await page.keyboard.type("a ga, a ja");
      await untilSent(page);
      assert.equal(await statuses(house), before, lose);
      assert.match(page.url(), "/approvals");
      await page.keyboard.press("r");
      assert.is(
        await page.evaluate(() => document.activeElement?.tagName),
        lose === "main" ? "MAIN" : "BUTTON",
      );
      await page.getByRole("button", { name: "Cancel" }).click();
    }
    // Told once, and over for who goes on by something that types nothing.
    await page.keyboard.press("r");
    await page.getByLabel("What is missing in").waitFor();
    await page.evaluate(() => document.querySelector<HTMLElement>("main")?.focus());
    await page.keyboard.type("x?");
    assert.is(await page.getByText("What you typed into is gone").count(), 1);
    assert.is(await page.getByRole("dialog").count(), 0);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Cancel" }).click();
    // Left by the person, with the note open: there is no button to approve by, and no key.
    await page.keyboard.press("r");
    await page.getByLabel("What is missing in").waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("a");
    await untilSent(page);
    assert.equal(await statuses(house), before);
  }));

/** As the keyboard repeats it. */
async function hold(page: Page, key: string): Promise<void> {
  for (let press = 0; press < 6; press++) {
    await page.keyboard.down(key);
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 120)));
  }
  await page.keyboard.up(key);
}

test("PAGE-76: a key held down decides once; held, only what moves goes on", () =>
  within(async (house, open) => {
    const page = await open("/approvals");
    await untilReady(page);
    const before = await countDone(house);
    await hold(page, "j");
    await page.getByText("4 of 4").waitFor();
    await hold(page, "k");
    await page.getByText("1 of 4").waitFor();
    await hold(page, "a");
    await untilSent(page);
    assert.is(await countDone(house), before + 1, "A");
    await untilReady(page);
    await page.getByTestId("case").getByRole("button", { name: "Approve" }).focus();
    await hold(page, "Enter");
    await untilSent(page);
    assert.is(await countDone(house), before + 2, "Enter");
    await untilReady(page);
    await hold(page, "r");
    assert.is(await page.getByLabel("What is missing in").inputValue(), "");
    await page.goto(`${house.url()}/`);
    await page.getByTestId("bucket-needs_approval").locator(".exception-link").first().focus();
    await hold(page, "a");
    await untilSent(page);
    assert.is(await countDone(house), before + 3, "dashboard");
  }));

test("PAGE-76: who presses thrice approves one: what came up by itself waits a moment, and shows that it does", () =>
  within(async (house, open) => {
    const page = await open("/approvals");
    await untilReady(page);
    const before = await countDone(house);
    const approve = page.getByTestId("case").getByRole("button", { name: "Approve" });
    /** In the page, so that no slowness of the spec's is in it. */
    const waits = () =>
      page.evaluate(() => {
        const { documentElement: html } = document;
        html.dataset.waited = "";
        new MutationObserver(() => {
          if (document.querySelector(".decision [aria-disabled=true]")) html.dataset.waited = "yes";
        }).observe(document.body, { subtree: true, attributes: true, childList: true });
      });
    await waits();
    for (const key of ["a", "a", "r", "a"]) await page.keyboard.press(key);
    await untilReady(page);
    assert.is(await page.evaluate(() => document.documentElement.dataset.waited), "yes");
    await untilSent(page);
    assert.is(await countDone(house), before + 1);
    assert.is(await page.getByLabel("What is missing in").count(), 0);
    assert.is(await page.getByTestId("toasts-refused").locator(".toast").count(), 0);
    await approve.dblclick();
    await untilReady(page);
    await untilSent(page);
    assert.is(await countDone(house), before + 2);
    // What the person goes to themselves is ready at once.
    await page.keyboard.press("k");
    assert.is(await approve.getAttribute("aria-disabled"), null);

    await page.goto(`${house.url()}/`);
    const rows = page.getByTestId("bucket-needs_approval").locator(".exception");
    await rows.first().locator(".exception-link").focus();
    for (const key of ["a", "a", "r", "a"]) await page.keyboard.press(key);
    await untilReady(page);
    await untilSent(page);
    assert.is(await countDone(house), before + 3);
    assert.is(await page.getByTestId("remedy").count(), 0);
  }));

test("PAGE-76: by a double click no second button is pressed, on the dashboard and on the board", () =>
  within(async (house, open) => {
    const before = await countDone(house);
    const page = await open("/");
    const rows = page.getByTestId("bucket-needs_approval").locator(".exception");
    await rows.first().getByRole("button", { name: "Approve" }).dblclick();
    await untilReady(page);
    await untilSent(page);
    assert.is(await countDone(house), before + 1);
    await page.goto(`${house.url()}/board`);
    await page.getByTestId("column-validation").locator("[data-move=done]").first().dblclick();
    await untilSent(page);
    assert.is(await countDone(house), before + 2);
  }));

test("PAGE-76: while the panel shows another task than the case, A and R are nobody's, and the page says so", () =>
  within(async (house, open) => {
    const before = await statuses(house);
    const page = await open("/approvals");
    await untilReady(page);
    await page.keyboard.press("o");
    await page.getByTestId("task-panel").waitFor();
    await page.keyboard.press("j");
    await page.waitForFunction(() => new URLSearchParams(location.search).get("task") === "T-203");
    await page.getByTestId("elsewhere").getByText("T-203 is open beside").waitFor();
    await page.keyboard.press("a");
    await page.keyboard.press("r");
    await untilSent(page);
    assert.equal(await statuses(house), before);
    assert.is(await page.getByLabel("What is missing in").count(), 0);
    await page.keyboard.press("k");
    await page.getByTestId("elsewhere").waitFor({ state: "detached" });
    await page.keyboard.press("a");
    await page.getByTestId("toasts-done").getByText("T-201 approved.").waitFor();
  }));

test("PAGE-69: a title without a blank is no wider than its place on the page of an agent", () =>
  within(async (house, open) => {
    await house.post("tasks/create", { title: "W".repeat(300), owner: "codex" });
    const page = await open("/team/agents/codex");
    const row = page.locator(".rows", { hasText: "WWWW" });
    await row.waitFor();
    const over = await row.evaluate((list) => {
      const card = list.closest(".card") as HTMLElement;
      const right = (element: Element) => element.getBoundingClientRect().right;
      return Math.max(right(list), ...[...list.querySelectorAll("*")].map(right)) - right(card);
    });
    assert.ok(over <= 0, `${over} px beyond its card`);
  }));

test.run();
