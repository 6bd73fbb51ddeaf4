/**
 * Hostile text in every field, shown on every view of the page in a real browser; and addresses that
 * try to lead the page, or its token, to somebody else.
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
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
    const places = [...hrefs(), `/board?task=${task.id}`, "/team/agents/mallory", "/no/such/page"];
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

test("ACC-17: a title that turns the direction of writing turns nothing beside it", async () => {
  const house = await openHouse(browser);
  try {
    const title = "Passed \u202edesufer";
    await house.post("openclaw/publish", { agent_id: "codex", title, summary: "x" });
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${house.url()}/events`);
    await untilLive(page);
    const event = page.locator(".event", { hasText: "Codex published Passed" }).first();
    await event.waitFor();
    const { right, left } = await event.locator(".grow").evaluate((line) => {
      const range = document.createRange();
      const text = document.createTreeWalker(line, NodeFilter.SHOW_TEXT).nextNode();
      if (text) range.selectNodeContents(text);
      const after = line.querySelector(".dim");
      const { right } = range.getBoundingClientRect();
      return { right, left: after?.getBoundingClientRect().left ?? 0 };
    });
    assert.ok(left >= right - 1, `${left} stands before ${right}`);
    const kinds = ["a", "button", "code", "span", "strong", "time", "bdi"];
    const set = await page.evaluate(
      (names) =>
        names.map((name) => {
          const one = document.body.appendChild(document.createElement(name));
          const { unicodeBidi } = getComputedStyle(one);
          one.remove();
          return unicodeBidi;
        }),
      kinds,
    );
    assert.equal(set, Array(kinds.length).fill("isolate"));
    await context.close();
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

/** A page of somebody else's, on another port of this machine. */
async function openStranger(): Promise<{ port: number; close(): Promise<unknown> }> {
  const server = createServer((_req, res) =>
    res.setHeader("Content-Type", "text/html").end("<!doctype html><title>stranger</title>"),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What the server said to each request, also where the browser keeps it from the page. */
async function watchAnswers(page: Page, own: string): Promise<ReadonlySet<string>> {
  const wire = await page.context().newCDPSession(page);
  const paths = new Map<string, string>();
  const statuses = new Map<string, number>();
  const answered = new Set<string>();
  const note = (id: string) => {
    const path = paths.get(id);
    const status = statuses.get(id);
    if (path !== undefined && status !== undefined) answered.add(`${status} ${path}`);
  };
  wire.on("Network.requestWillBeSent", ({ requestId, request }) => {
    if (request.url.startsWith(own)) paths.set(requestId, request.url.slice(own.length));
    note(requestId);
  });
  wire.on("Network.responseReceivedExtraInfo", ({ requestId, statusCode }) => {
    statuses.set(requestId, statusCode);
    note(requestId);
  });
  await wire.send("Network.enable");
  return answered;
}

const ASKED = [
  "/api/health",
  "/api/snapshot",
  "/api/tasks/archive?query=a+b+c",
  "/api/events/stream",
  "/api/openapi.json",
  "/metrics",
  "/livez",
  "/docs/swagger-ui.css",
];

test("ACC-23: a page of another site is answered nothing, however it asks; a link on it leads to the page", async () => {
  const house = await openHouse(browser);
  const stranger = await openStranger();
  const own = house.url();
  try {
    const { seq } = (await (await fetch(`${own}/api/health`)).json()) as { seq: number };
    // The name is another site, the address another port of the same one.
    for (const host of ["localhost", "127.0.0.1"]) {
      const context = await browser.newContext();
      const page = await context.newPage();
      const answered = await watchAnswers(page, own);
      await page.goto(`http://${host}:${stranger.port}/`);
      await page.evaluate(
        async ([base, paths]) => {
          const all = paths.map((path) => fetch(base + path, { mode: "no-cors" }));
          const body = new Blob(['{"jsonrpc":"2.0","id":1,"method":"tools/list"}']);
          all.push(fetch(`${base}/mcp`, { method: "POST", mode: "no-cors", body }));
          await Promise.allSettled(all);
          const loaded = (element: HTMLElement) =>
            new Promise<void>((resolve) => {
              element.onload = element.onerror = () => resolve();
              document.body.append(element);
            });
          const image = document.createElement("img");
          image.src = `${base}/api/health?image`;
          const frame = document.createElement("iframe");
          frame.src = `${base}/api/health?frame`;
          const script = document.createElement("script");
          script.src = `${base}/docs/start.js`;
          await Promise.all([image, frame, script].map(loaded));
          const socket = new WebSocket(`${base.replace("http", "ws")}/api/ws`);
          const opened = await new Promise((resolve) => {
            socket.onopen = () => resolve(true);
            socket.onerror = () => resolve(false);
          });
          if (opened) throw new Error("the socket was let in");
        },
        [own, ASKED] as const,
      );
      const asked = [...ASKED, "/mcp", "/api/health?image", "/api/health?frame", "/docs/start.js"];
      assert.equal([...answered].sort(), asked.map((path) => `403 ${path}`).sort(), host);

      const follow = async (path: string) => {
        await page.goto(`http://${host}:${stranger.port}/`);
        const arrived = page.waitForResponse(own + path);
        await page.evaluate((href) => {
          const link = document.createElement("a");
          Object.assign(link, { href, textContent: "look" });
          document.body.append(link);
          link.click();
        }, own + path);
        await page.waitForURL(own + path);
        return (await arrived).status();
      };
      assert.is(await follow("/api/tasks/archive?query=a"), 403);
      assert.is(await follow("/board"), 200);
      await untilLive(page);
      // Still the page that a link led to.
      await page.reload();
      await untilLive(page);
      await context.close();
    }
    const after = (await (await fetch(`${own}/api/health`)).json()) as { seq: number };
    assert.is(after.seq, seq);
  } finally {
    await stranger.close();
    await house.close();
  }
});

test.run();
