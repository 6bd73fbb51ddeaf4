/**
 * Hostile text in every field, shown on every view of the page in a real browser; and addresses that
 * try to lead the page, or its token, to somebody else.
 */
import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { launchBrowser } from "../support/browser.ts";
import { root } from "../support/core.ts";
import { openHouse, TOKEN, untilLive } from "./house.ts";

let browser: Browser;
test.before(async () => {
  browser = await launchBrowser();
});
test.after(() => browser.close());

const PAYLOADS = [
  "<script>window.pwned=1;alert(1)</script>",
  '<img src=x onerror="window.pwned=1;alert(1)">',
  '"><svg onload=alert(1)><iframe src="https://evil.example/">',
  "[click](javascript:alert(1)) ![pixel](https://evil.example/pixel.png)",
  '<a href="javascript:alert(1)">x</a><style>@import url(https://evil.example/x.css)</style>',
  "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror=alert(1)&gt;'>",
  "{{constructor.constructor('alert(1)')()}} \u202e\u0000",
];
const [SCRIPT = ""] = PAYLOADS;
const ALL = PAYLOADS.join("\n\n");

/** What must not happen on a page, as it happens. */
interface Watch {
  page: Page;
  complaints: string[];
}

async function watch(own: string): Promise<Watch> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const complaints: string[] = [];
  const { host } = new URL(own);
  page.on("dialog", (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (/^(?:https?|wss?):$/.test(url.protocol) && url.host !== host) {
      complaints.push(`a request to ${url.host}`);
    }
    // Where the page itself was sent is the address bar's matter.
    if (!request.isNavigationRequest() && request.url().includes(TOKEN)) {
      complaints.push(`the token in ${request.url()}`);
    }
  });
  page.on("websocket", (socket) => {
    if (new URL(socket.url()).host !== host) complaints.push(`a socket to ${socket.url()}`);
    if (socket.url().includes(TOKEN)) complaints.push(`the token in ${socket.url()}`);
  });
  page.on("framenavigated", (frame) => {
    const url = frame.url();
    if (url !== "about:blank" && new URL(url).host !== host) complaints.push(`led to ${url}`);
  });
  page.on("console", (message) => {
    if (/Content Security Policy|Refused to/i.test(message.text())) complaints.push(message.text());
  });
  return { page, complaints };
}

function hrefs(): string[] {
  const text = readFileSync(new URL("client-solid/src/routes.ts", root), "utf8");
  return [...text.matchAll(/href: "([^"]+)"/g)].map(([, href = ""]) => href);
}

test("ACC-21 ACC-6: script and markup in every field are only text, on every view", async () => {
  const house = await openHouse(browser);
  try {
    const { post } = house;
    const { task } = (await post("tasks/create", {
      ...{ title: SCRIPT, description: ALL, owner: "codex", status: "ready", priority: "P0" },
      ...{ labels: PAYLOADS.slice(0, 2), acceptance_criteria: PAYLOADS, artifacts: PAYLOADS },
      ...{ definition_of_done: PAYLOADS, blockers: [SCRIPT], due_date: "2026-03-21" },
    })) as { task: { id: string } };
    await post("tasks/comment", { task_id: task.id, author: "codex", text: ALL });
    await post("agents/register", {
      ...{ agent_id: "mallory", name: SCRIPT, role: SCRIPT, skills: PAYLOADS.slice(0, 3) },
    });
    await post("agents/heartbeat", {
      ...{ agent_id: "mallory", status: "working", note: SCRIPT, doing_summary: ALL },
      ...{ done_summary: ALL, next_summary: ALL, blockers: PAYLOADS },
    });
    await post("missions/plan", {
      ...{ title: SCRIPT, objective: ALL, tasks: [{ title: SCRIPT, owner: "codex" }] },
    });
    await post("sprints/create", {
      ...{ name: SCRIPT, goal: ALL, start_date: "2026-03-20", end_date: "2026-04-01" },
    });
    await post("projects/configure", { project_id: "evil", name: SCRIPT, description: ALL });
    await post("conversations/message", { sender: "mallory", target: "ceo", text: ALL });
    await post("ceo/directive", { text: ALL });
    await post("openclaw/publish", {
      ...{ agent_id: "mallory", task_id: task.id, outcome: "working", title: SCRIPT, summary: ALL },
    });
    await post("org/configure", { company_name: SCRIPT, ceo_name: SCRIPT });
    const { page, complaints } = await watch(house.url());
    const places = [...hrefs(), `/board?task=${task.id}`, "/team/mallory", "/no/such/page"];
    let shown = 0;
    for (const path of places) {
      await page.goto(house.url() + path);
      await untilLive(page);
      await page.locator("main").first().waitFor();
      shown += await page.getByText("window.pwned=1").count();
      assert.is(await page.evaluate(() => Reflect.get(window, "pwned")), undefined, path);
      assert.equal(complaints, [], path);
    }
    assert.ok(shown > places.length / 2, `the text was shown ${shown} times only`);
    await page.context().close();
  } finally {
    await house.close();
  }
});

/** Names that pages of this kind have believed. */
const NAMES = [
  ...["url", "gateway", "gatewayUrl", "server", "host", "ws", "socket", "api", "endpoint"],
  ...["redirect", "next", "return", "returnTo", "to", "callback", "src", "theme", "lang", "proxy"],
  ...["task", "q", "view", "filter", "owner", "project"],
];
const FOREIGN = [
  "https://evil.example/",
  "//evil.example",
  "ws://evil.example/api/ws",
  "javascript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
];

test("ACC-21 PAGE-4: no parameter of the address leads the page or its token anywhere else", async () => {
  const house = await openHouse(browser);
  try {
    const { page, complaints } = await watch(house.url());
    for (const value of FOREIGN) {
      const query = NAMES.map((name) => `${name}=${encodeURIComponent(value)}`).join("&");
      for (const path of [
        `/?${query}#token=${TOKEN}`,
        `/board?${query}`,
        `/#token=${TOKEN}&${query}`,
      ]) {
        await page.goto("about:blank");
        await page.goto(house.url() + path);
        await untilLive(page);
        assert.equal(complaints, [], path.slice(0, 60));
        assert.not.ok(page.url().includes(TOKEN));
      }
    }
    // The watch itself sees what it is for.
    await page.evaluate(() => {
      const image = document.createElement("img");
      image.src = "https://evil.example/pixel.png";
      document.body.append(image);
    });
    await page.waitForFunction(() => document.images[document.images.length - 1]?.complete);
    assert.ok(complaints.length > 0, "a foreign image went unseen");
    await page.context().close();
  } finally {
    await house.close();
  }
});

test.run();
