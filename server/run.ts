/**
 * The server as a process: reads the configuration, starts, prints where it is, stops on a signal.
 * Neighbours: `main.ts` and the CLI's `serve` call it; `config.ts`, `compose.ts`. Exit codes: 0 stopped,
 * 1 failed, 2 wrong configuration; killed where it does not end by itself.
 */
import { setFlagsFromString } from "node:v8";
import { pino } from "pino";
import { VERSION } from "../core/index.ts";
import { startServer } from "./compose.ts";
import { type Config, DEFAULT_TOKEN, helpText, parseConfig } from "./config.ts";

/** After a fatal error or a second signal the process is gone by then, whatever hangs. */
const LAST_WORDS_MS = 500;
const STOP_WITHIN_MS = 5_000;

/**
 * The heap may grow to twice what lives before it is collected whole, where V8 allows a small one four
 * times: a busy server needs 60 MB less by it, for 2 % of its CPU (`npm run soak -- slow`).
 */
const HEAP_GROWTH = "--heap-growing-percent=100";

/** Nothing of this is logged on purpose; and should it ever be, it is not shown. */
const REDACTED = ["token", "write_token", "authorization", "secret"].flatMap((name) => [
  name,
  `*.${name}`,
  `*.*.${name}`,
]);

/**
 * Resolves once the server listens, or the answer is given and `process.exitCode` is set.
 * @param args without the interpreter and the script
 */
export async function runServer(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const parsed = parseConfig(args, env);
  if (parsed.kind === "help") process.stdout.write(helpText());
  else if (parsed.kind === "version") process.stdout.write(`${VERSION}\n`);
  else if (parsed.kind === "invalid") {
    for (const problem of parsed.problems) process.stderr.write(`clawtasker: ${problem}\n`);
    process.exitCode = 2;
  } else await run(parsed.config);
}

async function run(config: Config): Promise<void> {
  setFlagsFromString(HEAP_GROWTH);
  // Logs go to stderr, so that the line for people stays readable on stdout.
  const log = pino(
    { level: config.logLevel, base: null, redact: REDACTED },
    pino.destination({ dest: 2, sync: true }),
  );
  try {
    const server = await startServer({
      config,
      log,
      onFatal: () => setTimeout(() => process.exit(1), LAST_WORDS_MS),
    });
    // Before it is said: who reads the line may send a signal at once.
    stopOnSignals(() => server.close(), log);
    process.stdout.write(startLine(server.url, config));
    log.info({ url: server.url, data_dir: config.dataDir, version: VERSION }, "listening");
  } catch (error) {
    log.debug({ err: error }, "could not start");
    process.stderr.write(`clawtasker: ${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}

/** The token travels in the fragment, which no browser sends; a secret one is shown to a person only. */
function startLine(url: string, { token, dataDir }: Config): string {
  const show = token === DEFAULT_TOKEN || process.stdout.isTTY === true;
  const page = show ? `${url}/#token=${encodeURIComponent(token)}` : `${url}/`;
  return `ClawTasker ${VERSION} is at ${page}\nIts data is in ${dataDir}. Stop it with Ctrl+C.\n`;
}

function stopOnSignals(close: () => Promise<void>, log: pino.Logger): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) endNow();
    stopping = true;
    log.info({ signal }, "stopping");
    setTimeout(endNow, STOP_WITHIN_MS).unref();
    close().then(
      () => {
        log.info({}, "stopped");
        process.exit(0);
      },
      (error: unknown) => {
        log.error({ err: error }, "could not stop cleanly");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

/** `process.exit` waits for the journal's thread, which may be what hangs; every acknowledged write is on the disk. */
function endNow(): void {
  process.kill(process.pid, "SIGKILL");
}
