/**
 * What the doctor asks of the server: whether it answers, takes the token, keeps time, and what its last
 * start recovered. Neighbour: `doctor.ts`. Invariant: only reads; the token is tried on one that asks for it.
 */
import { ClawTaskerError, type Client, createClient } from "../client/index.ts";
import { VERSION } from "../core/version.ts";
import { DEFAULT_TOKEN } from "../server/config.ts";
import type { Common } from "./connection.ts";
import type { Finding } from "./finding.ts";

const TIMEOUT_MS = 5_000;
const MAX_SKEW_SECONDS = 30;

export async function checkServer({
  url,
  token,
}: Common): Promise<{ reached: boolean; findings: Finding[] }> {
  const client = createClient({ url, token, attempts: 1, timeoutMs: TIMEOUT_MS });
  let health: Awaited<ReturnType<typeof askHealth>>;
  try {
    health = await askHealth(client);
  } catch (error) {
    return { reached: false, findings: [notReached(url, error)] };
  }
  return {
    reached: true,
    findings: [
      checkVersion(url, health.version),
      checkClock(health.time),
      await checkToken(client, token),
      await checkRecovery(client),
    ],
  };
}

async function askHealth(client: Client) {
  const health = await client.get("health");
  if (typeof health.version !== "string") throw new Error("it is no ClawTasker server");
  return health;
}

function notReached(url: string, error: unknown): Finding {
  const answers = !(error instanceof ClawTaskerError && error.status === 0);
  return {
    check: answers ? "address" : "server",
    level: "problem",
    detail: answers
      ? `${url} answers, but not as a ClawTasker server: ${(error as Error).message}`
      : `nobody answers at ${url}`,
    remedy: 'Start it with "clawtasker serve", or set CLAWTASKER_URL to where it is.',
  };
}

function checkVersion(url: string, version: string): Finding {
  const check = "server";
  if (version === VERSION) return { check, level: "ok", detail: `${version} answers at ${url}` };
  const detail = `${url} runs ${version}, this program is ${VERSION}`;
  return { check, level: "warning", detail, remedy: "Use the same version for both." };
}

function checkClock(time: string): Finding {
  const seconds = Math.round(Math.abs(Date.parse(time) - Date.now()) / 1_000);
  const check = "clock";
  if (seconds <= MAX_SKEW_SECONDS) return { check, level: "ok", detail: `${time} at the server` };
  const detail = `the server's clock is ${seconds} s apart from ours`;
  return { check, level: "warning", detail, remedy: "Set both by a time server." };
}

/** Asks for the next task of nobody: 401 is a wrong token, any other refusal a right one. */
async function checkToken(client: Client, token: string): Promise<Finding> {
  const check = "token";
  try {
    await client.get("tasks/next", { owner: "ceo" });
  } catch (error) {
    const { status, message } = error as ClawTaskerError;
    if (status === 401) {
      const remedy = "Set CLAWTASKER_API_TOKEN to the token the server was started with.";
      return { check, level: "problem", detail: "the server does not accept it", remedy };
    }
    if (status !== 400) return { check, level: "problem", detail: message };
  }
  if (token !== DEFAULT_TOKEN) return { check, level: "ok", detail: "accepted" };
  const remedy = "Start the server with a CLAWTASKER_API_TOKEN of your own.";
  return { check, level: "warning", detail: "accepted, but it is the default one", remedy };
}

async function checkRecovery(client: Client): Promise<Finding> {
  const check = "recovery";
  const { recovery, backups } = await client.get("system/recovery");
  const { cut_off, refused, head_seq, source } = recovery;
  if (cut_off) {
    const detail = `${cut_off.entries} entries after ${cut_off.after_seq} were cut off: ${cut_off.reason}`;
    const remedy = `They are kept in ${cut_off.kept_in ?? "no file"}; restore a copy if you miss them.`;
    return { check, level: "warning", detail, remedy };
  }
  const detail = `started from ${source} at ${head_seq}, ${backups.length} snapshots`;
  if (refused.length === 0) return { check, level: "ok", detail };
  return { check, level: "warning", detail: `${detail}, ${refused.length} passed over` };
}
