/**
 * A real nginx with `deploy/nginx.conf`, before a server of a spec. Neighbours: `system/nginx.spec.ts`,
 * `system/idle.spec.ts`. Invariant: it differs from the documented configuration in places and names alone,
 * and in how long it waits where that is asked for; it is gone when the run ends.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { root } from "./core.ts";
import { makeDataDir, TOKEN } from "./process.ts";
import { eventually } from "./streams.ts";

const PATH = `${process.env.PATH}:/usr/sbin:/usr/local/sbin`;
const has = (program: string, flag: string) =>
  spawnSync(program, [flag], { env: { ...process.env, PATH } }).error === undefined;

/** Whether there is an nginx here; said once where there is none. */
export const hasNginx = has("nginx", "-v") && has("openssl", "version");
if (!hasNginx) console.log("nginx or openssl is not installed: the proxy is not tried here");

/** Its name, by which the server must allow it. */
export const SITE = "console.example";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

export interface Proxying {
  /** Where the server is: `127.0.0.1:3000`. */
  upstream: string;
  /** For so long nginx waits for a word of the server, instead of as documented. */
  readTimeoutMs?: number | undefined;
}

/** The configuration as it is, with another port, another certificate and another place of the server. */
function configure(dir: string, port: number, { upstream, readTimeoutMs }: Proxying): string {
  const documented = "proxy_read_timeout 75s";
  const site = readFileSync(new URL("deploy/nginx.conf", root), "utf8")
    .replaceAll("listen 443 ssl", `listen 127.0.0.1:${port} ssl`)
    .replace("127.0.0.1:3000", upstream)
    .replace("/etc/ssl/clawtasker/fullchain.pem", join(dir, "cert.pem"))
    .replace("/etc/ssl/clawtasker/privkey.pem", join(dir, "key.pem"));
  if (!site.includes(documented)) throw new Error(`no ${documented} in deploy/nginx.conf`);
  const temps = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const path = join(dir, "nginx.conf");
  writeFileSync(
    path,
    `${process.getuid?.() === 0 ? "user root;" : ""}
worker_processes 1; daemon off; pid ${dir}/pid; error_log ${dir}/error.log;
events {}
http { access_log off; ${temps.map((name) => `${name}_temp_path ${dir}/${name};`).join(" ")}
${readTimeoutMs ? site.replace(documented, `proxy_read_timeout ${readTimeoutMs}ms`) : site} }`,
  );
  return path;
}

function certify(dir: string): void {
  const files = ["-keyout", join(dir, "key.pem"), "-out", join(dir, "cert.pem")];
  const subject = ["-subj", `/CN=${SITE}`, "-days", "1"];
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...files, ...subject], {
    stdio: "ignore",
  });
}

export interface Sending {
  /** As the handshake says it; as Host does when absent. */
  servername?: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

export function askNginx(
  port: number,
  path: string,
  sending: Sending = {},
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { method = "GET", headers = {}, body } = sending;
    const all = { Host: SITE, Authorization: `Bearer ${TOKEN}`, ...headers };
    const { servername = all.Host } = sending;
    const trust = { rejectUnauthorized: false, servername };
    const options = { host: "127.0.0.1", port, path, method, ...trust };
    request({ ...options, headers: all, agent: false }, resolve)
      .on("error", reject)
      .end(body);
  });
}

/** @param run is given the port, on which it speaks TLS */
export async function withNginx(
  proxying: Proxying,
  run: (port: number) => Promise<void>,
): Promise<void> {
  const { dir, remove } = makeDataDir();
  certify(dir);
  const port = await freePort();
  const path = configure(dir, port, proxying);
  const nginx = spawn("nginx", ["-p", dir, "-c", path], { env: { ...process.env, PATH } });
  try {
    let up = false;
    const look = async () => {
      up ||= await askNginx(port, "/livez").then(
        (response) => Boolean(response.resume()),
        () => false,
      );
    };
    const looking = setInterval(() => void look(), 50);
    await eventually(() => up, "nginx answers").finally(() => clearInterval(looking));
    await run(port);
  } catch (error) {
    const said = readFileSync(join(dir, "error.log"), "utf8");
    throw said === "" ? error : new Error(`nginx said ${said}`, { cause: error });
  } finally {
    if (nginx.exitCode === null) {
      nginx.kill("SIGQUIT");
      nginx.kill("SIGTERM");
      await once(nginx, "exit");
    }
    remove();
  }
}
