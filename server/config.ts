/**
 * Configuration: environment and flags in, one checked object out. A flag wins over its variable.
 * Neighbours: `main.ts` reads it once, `compose.ts` is built from it. Invariant: whatever is wrong is
 * told by the name of what was set, with what is allowed, before anything is opened.
 */
import { isIP } from "node:net";
import { parseArgs } from "node:util";
import envPaths from "env-paths";
import { MAX_STATE } from "../core/index.ts";

/** Below what a text may be long in V8, which the state is as a whole for those who join. */
const MAX_STATE_MB = 400;

export const DEFAULT_TOKEN = "change-me-local";

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface Config {
  host: string;
  /** 0 lets the system choose a free one. */
  port: number;
  token: string;
  writesPerMinute: number;
  staleSeconds: number;
  /** Lost leases after which a task waits for a human. */
  maxExpiries: number;
  /** Entries kept behind the head, and for how many days all are kept. */
  keepEntries: number;
  keepDays: number;
  /** Beyond so many millions of characters entries go all the same. */
  keepMb: number;
  /** Millions of characters that the state may hold; null for what fits the memory. */
  maxStateMb: number | null;
  /** How long ago a task was done, or something said, to be archived; 0 for never. */
  archiveDays: number;
  dataDir: string;
  allowedHosts: string[];
  logLevel: LogLevel;
  /** The company of a first start. */
  begin: "demo" | "blank";
  /** Webhooks may lead to private and loopback addresses. */
  webhookPrivate: boolean;
  /** Reading asks for a token too. */
  readAuth: boolean;
}

/** What can be set: the flag, the variable, what it means, its default as the help shows it. */
const SETTINGS = {
  host: ["CLAWTASKER_HOST", "address to listen on", "127.0.0.1"],
  port: ["CLAWTASKER_PORT", "port to listen on; 0 for any free one", "3000"],
  "write-limit": ["CLAWTASKER_WRITE_LIMIT", "writes a minute for each address", "30"],
  "stale-seconds": ["CLAWTASKER_STALE_SECONDS", "silence after which an agent is offline", "180"],
  "max-expiries": [
    "CLAWTASKER_MAX_EXPIRIES",
    "lost leases after which a task waits for a human",
    "3",
  ],
  "archive-days": [
    "CLAWTASKER_ARCHIVE_DAYS",
    "days after which what was done or said is archived; 0 for never",
    "30",
  ],
  "keep-entries": ["CLAWTASKER_KEEP_ENTRIES", "entries kept for resuming and keys", "100000"],
  "keep-days": ["CLAWTASKER_KEEP_DAYS", "days for which all entries are kept", "1"],
  "keep-mb": ["CLAWTASKER_KEEP_MB", "megabytes of entries, beyond which the oldest go", "4000"],
  "max-state-mb": [
    "CLAWTASKER_MAX_STATE_MB",
    "megabytes that the company may hold, the archive aside",
    "256, less with little memory",
  ],
  "data-dir": ["CLAWTASKER_DATA_DIR", "folder of the database", "your user data folder"],
  "allowed-hosts": ["CLAWTASKER_ALLOWED_HOSTS", "further host names, separated by commas", "none"],
  log: ["CLAWTASKER_LOG", `log level: ${LOG_LEVELS.join(", ")}`, "info"],
} as const;
type Setting = keyof typeof SETTINGS;

export type Parsed =
  | { kind: "config"; config: Config }
  | { kind: "help" }
  | { kind: "version" }
  /** One sentence for each thing that is wrong. */
  | { kind: "invalid"; problems: string[] };

/** @param args without the interpreter and the script */
export function parseConfig(args: readonly string[], env: NodeJS.ProcessEnv): Parsed {
  const problems: string[] = [];
  let flags: Record<string, string | boolean | undefined> = {};
  try {
    flags = parseArgs({
      args: [...args],
      options: {
        ...(Object.fromEntries(
          Object.keys(SETTINGS).map((name) => [name, { type: "string" }]),
        ) as Record<Setting, { type: "string" }>),
        blank: { type: "boolean" },
        "webhook-private": { type: "boolean" },
        "read-auth": { type: "boolean" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean", short: "v" },
      },
      strict: true,
    }).values;
  } catch (error) {
    return {
      kind: "invalid",
      problems: [`${(error as Error).message.split(". ", 1)[0]}; see --help`],
    };
  }
  if (flags.help) return { kind: "help" };
  if (flags.version) return { kind: "version" };

  const read = (name: Setting): { value: string | undefined; called: string } => {
    const flag = flags[name];
    const [variable] = SETTINGS[name];
    if (typeof flag === "string") return { value: flag, called: `--${name}` };
    return { value: env[variable] || undefined, called: variable };
  };
  const whole = (name: Setting, fallback: number, min: number, max: number): number => {
    const { value, called } = read(name);
    if (value === undefined) return fallback;
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    problems.push(`${called} must be a whole number from ${min} to ${max}, not "${value}"`);
    return fallback;
  };

  const host = (read("host").value ?? "127.0.0.1").replace(/^\[(.*)\]$/, "$1");
  const hostIsValid = isIP(host) !== 0 || /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(host);
  if (!hostIsValid) {
    problems.push(`${read("host").called} must be an address or a host name, not "${host}"`);
  }
  const token = env.CLAWTASKER_API_TOKEN || DEFAULT_TOKEN;
  if (!/^[\x21-\x7e]{1,200}$/.test(token)) {
    problems.push("CLAWTASKER_API_TOKEN must be 1 to 200 visible ASCII characters without spaces");
  }
  if (token === DEFAULT_TOKEN && hostIsValid && !isLoopback(host)) {
    problems.push(
      `refusing to listen on ${host} with the default token; set CLAWTASKER_API_TOKEN to a secret of your own`,
    );
  }
  const level = read("log");
  const logLevel = LOG_LEVELS.find((known) => known === (level.value ?? "info"));
  if (!logLevel) {
    problems.push(`${level.called} must be one of ${LOG_LEVELS.join(", ")}, not "${level.value}"`);
  }
  const hosts = hostsOf(read("allowed-hosts").value);
  const odd = hosts.find((name) => !/^(\[[0-9a-f:.]+\]|[a-z0-9][a-z0-9.-]*)(:\d+)?$/.test(name));
  if (odd !== undefined) {
    const { called } = read("allowed-hosts");
    problems.push(`${called} must list host names such as console.example:8080, not "${odd}"`);
  }
  const readAuth = env.CLAWTASKER_READ_AUTH || undefined;
  if (readAuth !== undefined && !/^[01]$/.test(readAuth)) {
    problems.push(`CLAWTASKER_READ_AUTH must be 0 or 1, not "${readAuth}"`);
  }
  const webhooks = env.CLAWTASKER_WEBHOOK_PRIVATE || "0";
  if (!/^[01]$/.test(webhooks)) {
    problems.push(`CLAWTASKER_WEBHOOK_PRIVATE must be 0 or 1, not "${webhooks}"`);
  }
  const config: Config = {
    host,
    port: whole("port", 3_000, 0, 65_535),
    token,
    writesPerMinute: whole("write-limit", 30, 1, 1_000_000),
    staleSeconds: whole("stale-seconds", 180, 1, 86_400),
    maxExpiries: whole("max-expiries", 3, 1, 1_000),
    keepEntries: whole("keep-entries", 100_000, 1_000, 1_000_000_000),
    keepDays: whole("keep-days", 1, 0, 36_500),
    keepMb: whole("keep-mb", 4_000, 1_000, 1_000_000),
    maxStateMb: whole("max-state-mb", 0, 1, MAX_STATE_MB) || null,
    archiveDays: whole("archive-days", 30, 0, 36_500),
    dataDir: read("data-dir").value ?? envPaths("clawtasker", { suffix: "" }).data,
    allowedHosts: hosts,
    logLevel: logLevel ?? "info",
    begin: flags.blank ? "blank" : "demo",
    webhookPrivate: flags["webhook-private"] === true || webhooks === "1",
    // Whoever reaches us over a network reads only what it was told a token for, unless it is said.
    readAuth: flags["read-auth"] === true || (readAuth ? readAuth === "1" : !isLoopback(host)),
  };
  // A name that we were told to listen on is a name under which we are reached.
  if (isIP(host) === 0) config.allowedHosts.push(host.toLowerCase());
  else if (!isLoopback(host) && !/^(0\.0\.0\.0|::)$/.test(host))
    config.allowedHosts.push(inUrl(host));
  return problems.length > 0 ? { kind: "invalid", problems } : { kind: "config", config };
}

/**
 * What the state may hold where nobody says it: with it go its pages, what is being sent of it, and twice its
 * text at a start.
 * @param heapBytes what the process may use
 * @returns millions of characters
 */
export function stateMbFor(heapBytes: number): number {
  return Math.max(1, Math.min(MAX_STATE / 1_000_000, Math.floor(heapBytes / 8 / 1_000_000)));
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** An IPv6 address stands in brackets. */
export function inUrl(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

function hostsOf(list: string | undefined): string[] {
  return (list ?? "")
    .split(",")
    .map((host) => host.trim().toLowerCase())
    .filter((host) => host !== "");
}

export function helpText(): string {
  const rows = Object.entries(SETTINGS).map(
    ([flag, [variable, meaning, fallback]]) =>
      [`  --${flag} …`, variable, `${meaning} (${fallback})`] as const,
  );
  const lines = rows.map(
    ([flag, variable, meaning]) => `${flag.padEnd(26)}${variable.padEnd(28)}${meaning}`,
  );
  return `ClawTasker: mission control for one CEO and many agents.

Usage: clawtasker serve [options]

${"  flag".padEnd(26)}${"variable".padEnd(28)}meaning (default)
${lines.join("\n")}
${"".padEnd(26)}${"CLAWTASKER_API_TOKEN".padEnd(28)}token for writes (${DEFAULT_TOKEN})
${"  --read-auth".padEnd(26)}${"CLAWTASKER_READ_AUTH".padEnd(28)}reading asks for a token too (0; off loopback 1)
${"  --webhook-private".padEnd(26)}${"CLAWTASKER_WEBHOOK_PRIVATE".padEnd(28)}webhooks may lead to private addresses (0)
${"  --blank".padEnd(54)}a first start begins empty, not with the demo company
${"  -h, --help".padEnd(54)}this text
${"  -v, --version".padEnd(54)}the version
`;
}
