/**
 * The configuration in `deploy/nginx.conf` on a real nginx with TLS, before a real server. Neighbours:
 * docs/operations.md. Skipped, and said so, where nginx or openssl is not installed.
 */
import type { IncomingMessage } from "node:http";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { WebSocket } from "ws";
import type { ServerMessage } from "../../core/index.ts";
import { startServer } from "../../server/compose.ts";
import { askNginx, hasNginx, SITE, withNginx } from "../support/nginx.ts";
import { makeDataDir, quietConfig, SILENT, TOKEN } from "../support/process.ts";
import { eventually } from "../support/streams.ts";

const test = suite("nginx");

async function textOf(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += chunk as string;
  return text;
}

async function withProxy(run: (port: number, url: string) => Promise<void>): Promise<void> {
  const { dir, remove } = makeDataDir();
  const config = {
    ...quietConfig(dir),
    allowedHosts: [SITE],
    readAuth: true,
    writesPerMinute: 6,
  };
  const server = await startServer({ config, log: SILENT });
  try {
    await withNginx({ upstream: new URL(server.url).host }, (port) => run(port, server.url));
  } finally {
    await server.close();
    remove();
  }
}

const trial = hasNginx ? test : test.skip;

trial("OPS-4: page, write, stream and socket through nginx with TLS", () =>
  withProxy(async (port, url) => {
    const page = await askNginx(port, "/", { headers: { Accept: "text/html" } });
    const direct = await fetch(`${url}/`, { headers: { Accept: "text/html" } });
    assert.equal([page.statusCode, await textOf(page)], [direct.status, await direct.text()]);

    // Its first bytes come before anything has happened.
    const stream = await askNginx(port, "/api/events/stream");
    assert.is(stream.headers["content-type"], "text/event-stream; charset=utf-8");
    let seen = "";
    stream.setEncoding("utf8").on("data", (text: string) => {
      seen += text;
    });
    await eventually(() => seen.includes("retry:"), "the opening of the stream");

    const socket = new WebSocket(`wss://127.0.0.1:${port}/api/ws`, {
      rejectUnauthorized: false,
      // Not in the types of ws, which hands it on.
      ...{ servername: "console.example" },
      origin: "https://console.example",
      headers: { Host: "console.example", Authorization: `Bearer ${TOKEN}` },
    });
    const messages: ServerMessage[] = [];
    socket.on("message", (data: Buffer) => messages.push(JSON.parse(data.toString())));
    await eventually(() => messages[0]?.type === "hello", "the hello");

    const write = (headers = {}) =>
      askNginx(port, "/api/tasks/create", {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          Origin: "https://console.example",
          ...headers,
        },
        body: JSON.stringify({ title: "through nginx" }),
      });
    assert.is((await write()).resume().statusCode, 200);
    await eventually(() => seen.includes("through nginx"), "the event");
    await eventually(() => messages[1]?.type === "commits", "the commit");

    const foreign = await write({ Origin: "https://evil.example" });
    assert.is(foreign.resume().statusCode, 403);
    const closed = await askNginx(port, "/api/snapshot", { headers: { Authorization: "" } });
    assert.is(closed.resume().statusCode, 401);
    assert.match(String(closed.headers["x-request-id"]), /^[0-9a-f]{32}$/, "as nginx named it");

    // A forged address makes no allowance of its own.
    const statuses: (number | undefined)[] = [];
    for (let n = 0; n < 6; n++) {
      statuses.push((await write({ "X-Forwarded-For": `10.0.0.${n}` })).resume().statusCode);
    }
    assert.equal([statuses[0], statuses.at(-1)], [200, 429]);

    const backup = await askNginx(port, "/api/system/backup");
    let bytes = 0;
    for await (const chunk of backup) bytes += (chunk as Buffer).length;
    assert.is(String(bytes), backup.headers["content-length"]);
    stream.destroy();
    socket.terminate();
  }),
);

trial("OPS-4: another name, or none, is not answered by the proxy", () =>
  withProxy(async (port) => {
    for (const [Host, servername] of [
      ["evil.example", "evil.example"],
      ["evil.example", "console.example"],
      ["127.0.0.1", ""],
    ] as const) {
      const failed = await askNginx(port, "/livez", { servername, headers: { Host } }).then(
        ({ statusCode }) => statusCode,
        (error: Error) => error.message,
      );
      assert.match(String(failed), /unrecognized name|socket hang up/, `${Host} ${servername}`);
    }
  }),
);

test.run();
