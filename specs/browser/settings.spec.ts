/** The settings: the company, its data, access, webhooks, and any action of the API, each from the page. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { launchBrowser } from "../support/browser.ts";
import { expectAccessible } from "./axe.ts";
import { type House, openHouse, TOKEN, untilLive } from "./house.ts";

let browser: Browser;
test.before(async () => {
  browser = await launchBrowser();
});
test.after(() => browser.close());

async function within(path: string, run: (house: House, page: Page) => Promise<void>) {
  const house = await openHouse(browser, { webhookPrivate: true });
  try {
    await run(house, await house.visit(`${path}#token=${TOKEN}`));
  } finally {
    await house.close();
  }
}

const done = (page: Page, text: string) =>
  page.getByTestId("toasts-done").getByText(text).waitFor();

/** Types the word that a destruction asks for. */
async function confirmTyped(page: Page): Promise<void> {
  const dialog = page.getByTestId("confirm");
  const yes = dialog.getByRole("button", { name: "Replace everything" });
  assert.is(await yes.getAttribute("aria-disabled"), "true", "not before its word is typed");
  await dialog.getByLabel("Type replace to confirm").fill("replace");
  await yes.click();
}

test("PAGE-42: the company is changed and taken back, and a refusal stands at the form (org/configure)", () =>
  within("/settings", async (_house, page) => {
    const form = page.getByTestId("company-form");
    const name = form.getByLabel("Company name");
    await name.fill("Acme");
    await form.getByRole("button", { name: "Save" }).click();
    await done(page, "The company is saved");
    await page.locator(".brand", { hasText: "Acme" }).waitFor();
    await page.getByTestId("toasts-done").getByRole("button", { name: "Undo" }).click();
    await page.locator(".brand", { hasText: "ClawTasker Labs" }).waitFor();

    await name.fill("x".repeat(400));
    await form.getByRole("button", { name: "Save" }).click();
    await form.getByRole("alert").getByText("company_name").waitFor();
    assert.is(await name.getAttribute("aria-invalid"), "true");
    assert.is(await name.inputValue(), "x".repeat(400), "what was typed stays");
  }));

test("PAGE-42: the look is chosen, at once and for good", () =>
  within("/settings/appearance", async (_house, page) => {
    await page.getByRole("radio", { name: "Dark" }).check();
    await page.getByRole("radio", { name: "Teal" }).check();
    await page.getByRole("radio", { name: "Compact" }).check();
    const look = () => page.evaluate(() => ({ ...document.documentElement.dataset }));
    const chosen = { shade: "dark", accent: "teal", density: "compact" };
    assert.equal(await look(), chosen);
    await page.reload();
    await untilLive(page);
    assert.equal(await look(), chosen);
  }));

test("PAGE-42: an empty company, the demo, a manifest with its warnings (blank/reset, demo/reset, org/bootstrap)", () =>
  within("/settings/data", async (house, page) => {
    await page.getByRole("button", { name: "Empty the company" }).click();
    await page.getByTestId("confirm").getByText("15 tasks, 13 agents").waitFor();
    await confirmTyped(page);
    await done(page, "This is an empty company now");
    assert.is((await house.snapshot()).tasks.length, 0);
    await page.getByRole("button", { name: "Load the demo company" }).click();
    await confirmTyped(page);
    await done(page, "This is the demo company now");
    assert.is((await house.snapshot()).tasks.length, 15);

    const form = page.getByTestId("bootstrap");
    const manifest = form.getByLabel("Manifest", { exact: true });
    await manifest.fill('{"company_name": "Acme",');
    await form.getByRole("alert").getByText("is no JSON").waitFor();
    await form.getByLabel("Manifest file").setInputFiles({
      name: "acme.json",
      mimeType: "application/json",
      buffer: Buffer.from(
        JSON.stringify({
          company_name: "Acme",
          agents: [{ name: "Ada", role: "Chief", manager: "ceo" }, { name: "Nobody" }],
        }),
      ),
    });
    await page.getByTestId("bootstrap-preview").getByText("2 agents: Ada, Nobody").waitFor();
    await form.getByRole("button", { name: "Bootstrap", exact: true }).click();
    await confirmTyped(page);
    const result = page.getByTestId("bootstrap-result");
    await result.getByText("Made: 1 agent").waitFor();
    await result.getByText("agents[1] skipped: role is required").waitFor();
    await page.locator(".brand", { hasText: "Acme" }).waitFor();
  }));

test("PAGE-42: a backup is downloaded as one file, with the owner's token", () =>
  within("/settings/data", async (_house, page) => {
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download a backup" }).click();
    const file = await download;
    assert.match(file.suggestedFilename(), /^clawtasker-\d+\.db$/);
    const header = (await readFile(await file.path())).subarray(0, 15).toString();
    assert.is(header, "SQLite format 3");
  }));

test("PAGE-42: a roster is previewed and taken over (openclaw/roster_sync)", () =>
  within("/settings/data", async (house, page) => {
    const form = page.getByTestId("roster");
    await form
      .getByLabel("Roster")
      .fill(
        '[{"agent_id": "ada", "name": "Ada", "role": "Engineer"}, {"agent_id": "codex", "name": "Codex", "role": "Engineering Manager"}]',
      );
    await form.getByText("1 new agent, 1 known").waitFor();
    await form.getByRole("button", { name: "Synchronise" }).click();
    await form.getByText("Done: 1 added").waitFor();
    const { agents } = (await house.snapshot()) as unknown as { agents: { id: string }[] };
    assert.ok(agents.some(({ id }) => id === "ada"));
  }));

test("PAGE-42: a named token is made, shown once, and revoked (tokens/create, tokens/revoke)", () =>
  within("/settings/access", async (house, page) => {
    await page.getByTestId("session").getByText("role owner").waitFor();
    await page.getByRole("button", { name: "Show the tokens" }).click();
    const form = page.getByTestId("token-create");
    await form.getByLabel("Name").fill("wallboard");
    await form.getByLabel("Role").selectOption("observer");
    await form.getByRole("button", { name: "Make the token" }).click();
    const made = await page.getByTestId("token-made").locator("pre").textContent();
    assert.ok(made && made.length > 30);
    const session = await fetch(`${house.url()}/api/session`, {
      headers: { Authorization: `Bearer ${made}` },
    });
    assert.is(((await session.json()) as { role: string }).role, "observer");
    await page.getByTestId("token-made").getByRole("button", { name: "I have it" }).click();
    assert.not.match(await page.content(), new RegExp(made), "shown once");
    await page.getByRole("button", { name: "Revoke wallboard" }).click();
    await page.getByTestId("confirm").getByRole("button", { name: "Revoke" }).click();
    await page.getByTestId("tokens").getByText("revoked").waitFor();

    await page.getByRole("button", { name: "Forget it" }).click();
    await page.getByTestId("session").getByText("This tab has no token").waitFor();
  }));

test("PAGE-42: a webhook is added, tested, changed and deleted (webhooks/configure, webhooks/redeliver, webhooks/delete)", async () => {
  const heard: string[] = [];
  const receiver = createServer((req, res) => {
    heard.push(String(req.headers["clawtasker-delivery"]));
    res.end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  const { port } = receiver.address() as AddressInfo;
  try {
    await within("/settings/webhooks", async (_house, page) => {
      await page.getByRole("button", { name: "Show the webhooks" }).click();
      await page.getByRole("button", { name: "Add a webhook" }).click();
      const form = page.getByTestId("webhook-form");
      await form.getByLabel("Address").fill("ftp://no.example");
      await form.getByRole("button", { name: "Save" }).click();
      await form.getByRole("alert").getByText("url must be an http or https address").waitFor();
      await form.getByLabel("Address").fill(`http://127.0.0.1:${port}/hook`);
      await form.getByLabel("Directive").check();
      await form.getByRole("button", { name: "Save" }).click();
      await page.getByTestId("webhook-secret").locator("pre").waitFor();
      await page.getByRole("button", { name: "Deliveries of W-001" }).click();
      await page.getByRole("button", { name: "Send the latest event as a test" }).click();
      const log = page.getByTestId("deliveries");
      await done(page, "is sent again");
      await page.waitForFunction(
        () => {
          const log = document.querySelector('[data-testid="deliveries"]');
          if (log?.textContent?.includes("delivered")) return true;
          log?.querySelector("button")?.click();
          return false;
        },
        undefined,
        { polling: 200 },
      );
      assert.ok(heard.length >= 1);
      await log.getByText("delivered").first().waitFor();
      await page.getByRole("button", { name: "Turn off W-001" }).click();
      await page.getByTestId("webhooks").getByText("inactive").waitFor();
      await page.getByRole("button", { name: "Delete W-001" }).click();
      await page.getByTestId("confirm").getByRole("button", { name: "Delete" }).click();
      await page.getByTestId("webhooks").getByText("None yet.").waitFor();
    });
  } finally {
    receiver.close();
  }
});

test("PAGE-42: any action is run from a form of its schema (openclaw/publish, agents/heartbeat, tasks/claim, tasks/renew, tasks/release)", () =>
  within("/settings/api", async (_house, page) => {
    const form = page.getByTestId("run-action");
    const answer = page.getByTestId("answer");
    const choose = (name: string) => form.getByLabel("Action").selectOption(name);
    const send = (name: string) => form.getByRole("button", { name: `Send ${name}` }).click();
    for (const name of ["openclaw/publish", "agents/heartbeat"]) {
      await choose(name);
      await form.getByRole("button", { name: "Fill in the example" }).click();
      await send(name);
      await answer.waitFor();
    }
    assert.match(page.url(), /action=agents%2Fheartbeat/);
    await page.reload();
    await form.getByRole("button", { name: "Send agents/heartbeat" }).waitFor();

    await choose("tasks/claim");
    await form.getByLabel("agent_id (required)").fill("codex");
    await send("tasks/claim");
    const lease = JSON.parse((await answer.locator("pre").textContent()) ?? "{}") as {
      task: { id: string };
      lease: { token: number };
    };
    for (const name of ["tasks/renew", "tasks/release"]) {
      await choose(name);
      await form.getByLabel("task_id (required)").fill(lease.task.id);
      await form.getByLabel(/^agent_id/).fill("codex");
      if (name === "tasks/release") await form.getByLabel("reason (required)").fill("Too large");
      await form.getByLabel(/^lease_token/).fill(String(lease.lease.token));
      await send(name);
      await answer.waitFor();
    }
    await form.getByLabel("reason (required)").fill("");
    await send("tasks/release");
    await form.getByRole("alert").getByText("reason is required").waitFor();
    const reason = form.getByLabel("reason (required)");
    assert.is(await reason.getAttribute("aria-invalid"), "true");
  }));

test("PAGE-23: no section of the settings has anything serious for axe, in the light and in the dark", () =>
  within("/settings", async (house, page) => {
    for (const section of [
      "company",
      "appearance",
      "access",
      "notifications",
      "data",
      "webhooks",
      "system",
      "api",
    ]) {
      await page.goto(`${house.url()}/settings/${section}`);
      await untilLive(page);
      await page.locator(".settings-section").first().waitFor();
      await expectAccessible(page);
    }
    await page.getByTestId("endpoints").getByText("/api/tasks/claim").waitFor();
  }));

test.run();
