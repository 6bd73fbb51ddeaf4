/** The team: every write of its area from the page, its addresses, its keys. */
import type { Browser, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { launchBrowser } from "../support/browser.ts";
import { expectAccessible } from "./axe.ts";
import { type House, openHouse, TOKEN } from "./house.ts";

let browser: Browser;
test.before(async () => {
  browser = await launchBrowser();
});
test.after(() => browser.close());

async function at(path: string, act: (page: Page, house: House) => Promise<void>): Promise<void> {
  const house = await openHouse(browser);
  try {
    await act(await house.visit(`${path}#token=${TOKEN}`), house);
  } finally {
    await house.close();
  }
}

interface Whole {
  tasks: { id: string; owner: string | null }[];
  agents: { id: string; name: string; standing: string; manager: string; skills: string[] }[];
}

const whole = async (house: House) => (await house.snapshot()) as unknown as Whole;
const agentOf = async (house: House, id: string) =>
  (await whole(house)).agents.find((agent) => agent.id === id);
const ownerOf = async (house: House, id: string) =>
  (await whole(house)).tasks.find((task) => task.id === id)?.owner;
const told = (page: Page, text: string | RegExp) =>
  page.getByTestId("toasts-done").getByText(text).waitFor();
const focused = (page: Page, id: string) =>
  page.waitForFunction(
    (wanted) => document.activeElement?.getAttribute("data-agent-id") === wanted,
    id,
  );

test("PAGE-65: the chart is walked by the keys of a tree, branches close in the address, Enter opens", async () => {
  await at("/team", async (page) => {
    await page.locator('[data-testid="org"] [data-agent-id="ceo"]').focus();
    await page.keyboard.press("ArrowDown");
    await focused(page, "orion");
    await page.keyboard.press("ArrowDown");
    await focused(page, "charlie");
    await page.keyboard.press("ArrowLeft");
    await page.waitForURL(/closed=charlie/);
    await page.locator('[data-agent-id="ledger"]').waitFor({ state: "detached" });
    await focused(page, "charlie");
    await page.reload();
    await page.locator('[data-agent-id="codex"]').waitFor();
    assert.is(await page.locator('[data-agent-id="ledger"]').count(), 0, "closed after a reload");
    await page.locator('[data-agent-id="charlie"]').focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await focused(page, "ledger");
    const zoom = await page.getByTestId("zoom").textContent();
    await page.keyboard.press("-");
    assert.is.not(await page.getByTestId("zoom").textContent(), zoom);
    await page.keyboard.press("0");
    assert.is(await page.getByTestId("zoom").textContent(), zoom);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/team\/agents\/ledger$/);
    await page.getByRole("heading", { level: 1, name: "Ledger" }).waitFor();
  });
});

test("PAGE-66: agents/register with its refusal; agents/update sends what was changed, never over another", async () => {
  await at("/team", async (page, house) => {
    await page.keyboard.press("n");
    const form = page.getByTestId("agent-form");
    await form.getByLabel("Name", { exact: true }).fill("Ada");
    await form.getByRole("button", { name: "Register" }).click();
    await form.getByRole("alert").getByText("role is required").waitFor();
    await form.getByLabel("Role", { exact: true }).fill("Engineer");
    await form.getByLabel("Reports to").selectOption("codex");
    await form.getByLabel("Main specialism").fill("code");
    await form.getByRole("button", { name: "Register" }).click();
    await page.waitForURL(/\/team\/agents\/ada$/);
    await told(page, "Ada is registered.");
    assert.is((await agentOf(house, "ada"))?.manager, "codex");

    await page.keyboard.press("e");
    const sent = page.waitForRequest((request) => request.url().endsWith("agents/update"));
    await form.getByLabel("Name", { exact: true }).fill("Ada L");
    await form.getByRole("button", { name: "Save" }).click();
    const body = (await sent).postDataJSON() as object;
    assert.equal(Object.keys(body).sort(), ["agent_id", "expected_version", "name"]);
    await page.getByRole("heading", { level: 1, name: "Ada L" }).waitFor();

    await page.goto(`${house.url()}/team/agents/ada?edit=1`);
    await form.getByLabel("Role", { exact: true }).fill("Mathematician");
    await house.post("agents/update", { agent_id: "ada", note: "Said meanwhile." });
    await form.getByRole("button", { name: "Save" }).click();
    await form
      .getByRole("alert")
      .getByText(/is at version/)
      .waitFor();
    assert.is(await form.getByLabel("Role", { exact: true }).inputValue(), "Mathematician");
  });
});

test("PAGE-66: agents/decommission, retire, replace and merge, each after its preview; bringing back", async () => {
  await at("/team/agents/violet?leave=retire", async (page, house) => {
    const dialog = page.getByTestId("leave");
    const preview = page.getByTestId("leave-preview");
    const open = async (id: string, way: string) => {
      await page.goto(`${house.url()}/team/agents/${id}`);
      await page.getByRole("button", { name: "Leave the team" }).click();
      await page.getByRole("menuitem", { name: way }).click();
      await preview.waitFor();
    };
    await preview.getByText("Scout reports to Orion").waitFor();
    await dialog.getByLabel("Who takes over").selectOption("scout");
    await preview.getByText("1 open task goes to Scout").waitFor();
    await dialog.getByLabel("Reason").fill("Radar is complete.");
    await dialog.getByRole("button", { name: "Retire" }).click();
    await told(page, /Violet \(violet\) retired/);
    assert.is((await agentOf(house, "violet"))?.standing, "retired");
    assert.is(await ownerOf(house, "T-206"), "scout");
    await page.getByRole("button", { name: "Bring back" }).click();
    await told(page, "Violet is active again.");

    await open("scout", "Decommission");
    await preview.getByText("2 open tasks lose their owner").waitFor();
    await dialog.getByRole("button", { name: "Decommission" }).click();
    await told(page, /marked offline/);
    assert.is(await ownerOf(house, "T-206"), null);

    await open("charlie", "Replace");
    const replace = dialog.getByRole("button", { name: "Replace" });
    assert.is(await replace.getAttribute("aria-disabled"), "true", "nobody chosen yet");
    await dialog.getByLabel("Who takes over").selectOption("shield");
    await preview.getByText(/Ledger reports to Shield/).waitFor();
    await replace.click();
    await told(page, /replaced by/);
    assert.is((await agentOf(house, "ledger"))?.manager, "shield");

    await open("pixel", "Merge into another");
    await dialog.getByLabel("Merge into").selectOption("codex");
    await preview.getByText(/Codex gains design/).waitFor();
    await dialog.getByRole("button", { name: "Merge" }).click();
    await told(page, /merged into/);
    assert.is((await agentOf(house, "pixel"))?.standing, "retired");
  });
});

test("PAGE-66: agents/delete asks for the id; the chief is refused in the server's words", async () => {
  await at("/team/agents/orion?leave=delete", async (page, house) => {
    const dialog = page.getByTestId("leave");
    await dialog.getByLabel("Type orion to confirm").fill("orion");
    await dialog.getByRole("button", { name: "Delete for good" }).click();
    await dialog.getByRole("alert").getByText("cannot delete the chief agent: orion").waitFor();

    await page.goto(`${house.url()}/team/agents/iris?leave=delete`);
    const yes = dialog.getByRole("button", { name: "Delete for good" });
    assert.is(await yes.getAttribute("aria-disabled"), "true");
    await dialog.getByLabel("Type iris to confirm").fill("iris");
    await yes.click();
    await page.waitForURL(/\/team$/);
    await told(page, "iris is deleted.");
    assert.is(await agentOf(house, "iris"), undefined);
    await page.goto(`${house.url()}/team/agents/iris`);
    await page.getByText("There is no agent iris").waitFor();
  });
});

test("PAGE-67: roster and skills keep sort and filter in the address", async () => {
  await at("/team/list", async (page, house) => {
    await page.getByRole("button", { name: "Status" }).click();
    await page.waitForURL(/sort=status/);
    await page.getByLabel("Find", { exact: true }).fill("cod");
    await page.waitForURL(/q=cod/);
    await page.reload();
    const rows = page.locator('[data-testid="roster"] [data-agent-id]');
    await rows.first().waitFor();
    assert.is(await rows.count(), 1);
    assert.is(await page.getByLabel("Find", { exact: true }).inputValue(), "cod");
    await house.post("tasks/create", {
      title: "Speak to the press",
      specialist: "pr",
      project_id: "ceo-console",
    });
    await page.goto(`${house.url()}/team/skills`);
    await page.getByTestId("gaps").getByText("nobody has it").waitFor();
  });
});

test("PAGE-65: a blank company says how an agent joins; on a small screen the tree is a list", async () => {
  await at("/team", async (page, house) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.locator(".org-list [data-agent-id=codex]").waitFor();
    const wide = await page.evaluate(
      () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
    );
    assert.not(wide, "the page does not scroll sideways");
    await house.post("blank/reset", {});
    await page.getByText("Nobody has joined yet").waitFor();
    await page.getByText("/api/agents/register").first().waitFor();
  });
});

test("PAGE-23: the team is accessible, light and dark", async () => {
  await at("/team", async (page, house) => {
    for (const path of ["/team", "/team/list", "/team/skills", "/team/agents/codex"]) {
      await page.goto(house.url() + path);
      await page.getByText("Codex").first().waitFor();
      await expectAccessible(page);
    }
    await page.goto(`${house.url()}/team/agents/violet?leave=merge`);
    await page.getByTestId("leave-preview").waitFor();
    await expectAccessible(page);
    await page.goto(`${house.url()}/team?new=agent`);
    await page.getByTestId("agent-form").waitFor();
    await expectAccessible(page);
  });
});

test.run();
