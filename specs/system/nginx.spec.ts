/**
 * The configuration in `deploy/nginx.conf` on a real nginx with TLS, before a real server. Neighbours:
 * docs/operations.md. Skipped, and said so, where nginx or openssl is not installed.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { WebSocket } from "ws";
import type { ServerMessage } from "../../core/index.ts";
import { startServer } from "../../server/compose.ts";
import { root } from "../support/core.ts";
import { makeDataDir, quietConfig, SILENT, TOKEN } from "../support/process.ts";
import { eventually } from "../support/streams.ts";

const test = suite("nginx");

const PATH = `${process.env.PATH}:/usr/sbin:/usr/local/sbin`;
const has = (program: string, flag: string) =>
  spawnSync(program, [flag], { env: { ...process.env, PATH } }).error === undefined;
const installed = has("nginx", "-v") && has("openssl", "version");
if (!installed) console.log("nginx or openssl is not installed: the proxy is not tried here");

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** The configuration as it is, with another port, another certificate and another place of the server. */
function configure(dir: string, port: number, upstream: string): string {
  const site = readFileSync(new URL("deploy/nginx.conf", root), "utf8")
    .replaceAll("listen 443 ssl", `listen 127.0.0.1:${port} ssl`)
    .replace("127.0.0.1:3000", upstream)
    .replace("/etc/ssl/clawtasker/fullchain.pem", join(dir, "cert.pem"))
    .replace("/etc/ssl/clawtasker/privkey.pem", join(dir, "key.pem"));
  const temps = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const path = join(dir, "nginx.conf");
  writeFileSync(
    path,
    `${process.getuid?.() === 0 ? "user root;" : ""}
worker_processes 1; daemon off; pid ${dir}/pid; error_log ${dir}/error.log;
events {}
http { access_log off; ${temps.map((name) => `${name}_temp_path ${dir}/${name};`).join(" ")}
${site} }`,
  );
  return path;
}

function certify(dir: string): void {
  const files = ["-keyout", join(dir, "key.pem"), "-out", join(dir, "cert.pem")];
  const subject = ["-subj", "/CN=console.example", "-days", "1"];
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...files, ...subject], {
    stdio: "ignore",
  });
}

interface Sending {
  /** As the handshake says it; as Host does when absent. */
  servername?: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

function ask(port: number, path: string, sending: Sending = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { method = "GET", headers = {}, body } = sending;
    const all = { Host: "console.example", Authorization: `Bearer ${TOKEN}`, ...headers };
    const { servername = all.Host } = sending;
    const trust = { rejectUnauthorized: false, servername };
    const options = { host: "127.0.0.1", port, path, method, ...trust };
    request({ ...options, headers: all, agent: false }, resolve)
      .on("error", reject)
      .end(body);
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += chunk as string;
  return text;
}

async function withProxy(run: (port: number, url: string) => Promise<void>): Promise<void> {
  const [data, work] = [makeDataDir(), makeDataDir()];
  const config = {
    ...quietConfig(data.dir),
    allowedHosts: ["console.example"],
    readAuth: true,
    writesPerMinute: 6,
  };
  const server = await startServer({ config, log: SILENT });
  let nginx: ChildProcess | undefined;
  try {
    certify(work.dir);
    const port = await freePort();
    const path = configure(work.dir, port, new URL(server.url).host);
    nginx = spawn("nginx", ["-p", work.dir, "-c", path], { env: { ...process.env, PATH } });
    let up = false;
    const look = async () => {
      up ||= await ask(port, "/livez").then(
        (response) => response.resume().statusCode === 200,
        () => false,
      );
    };
    const looking = setInterval(() => void look(), 50);
    await eventually(() => up, `nginx answers: ${join(work.dir, "error.log")}`).finally(() =>
      clearInterval(looking),
    );
    await run(port, server.url);
  } finally {
    if (nginx?.exitCode === null) {
      nginx.kill("SIGQUIT");
      nginx.kill("SIGTERM");
      await once(nginx, "exit");
    }
    await server.close();
    data.remove();
    work.remove();
  }
}

const trial = installed ? test : test.skip;

trial("OPS-4: page, write, stream and socket through nginx with TLS", () =>
  withProxy(async (port, url) => {
    const page = await ask(port, "/", { headers: { Accept: "text/html" } });
    const direct = await fetch(`${url}/`, { headers: { Accept: "text/html" } });
    assert.equal([page.statusCode, await textOf(page)], [direct.status, await direct.text()]);

    // Its first bytes come before anything has happened.
    const stream = await ask(port, "/api/events/stream");
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
      ask(port, "/api/tasks/create", {
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
    await eventually(() => messages[1]?.type === "commit", "the commit");

    const foreign = await write({ Origin: "https://evil.example" });
    assert.is(foreign.resume().statusCode, 403);
    const closed = await ask(port, "/api/snapshot", { headers: { Authorization: "" } });
    assert.is(closed.resume().statusCode, 401);
    assert.match(String(closed.headers["x-request-id"]), /^[0-9a-f]{32}$/, "as nginx named it");

    // A forged address makes no allowance of its own.
    const statuses: (number | undefined)[] = [];
    for (let n = 0; n < 6; n++) {
      statuses.push((await write({ "X-Forwarded-For": `10.0.0.${n}` })).resume().statusCode);
    }
    assert.equal([statuses[0], statuses.at(-1)], [200, 429]);

    const backup = await ask(port, "/api/system/backup");
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
      const failed = await ask(port, "/livez", { servername, headers: { Host } }).then(
        ({ statusCode }) => statusCode,
        (error: Error) => error.message,
      );
      assert.match(String(failed), /unrecognized name|socket hang up/, `${Host} ${servername}`);
    }
  }),
);

test.run();
