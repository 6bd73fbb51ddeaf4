/**
 * What a row is given: servers to start, watchers, a driver's pace. Neighbours: the rows ask, `main.ts`
 * makes one for a run. Invariant: all that was started and every folder made is gone at the end.
 */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fillCompany } from "./data.ts";
import { type Started, start } from "./process.ts";
import { startWatchers, type Watchers } from "./watchers.ts";

export interface Context {
  /** Under a minute for all rows: fewer rounds, shorter, smaller. */
  quick: boolean;
  rounds: number;
  /** How long one measurement lasts. */
  seconds: number;
  /** The peers are installed. */
  peers: boolean;
  /** The real server on a real database that holds so many tasks. */
  startOurs(tasks: number): Promise<Started>;
  /** A server of `floors/`. */
  startFloor(name: string, ...args: string[]): Promise<Started>;
  /** A server of `peers/`. */
  startPeer(name: string): Promise<Started>;
  watchers(): Watchers;
  /** An empty folder that lives as long as the run. */
  folder(): string;
  /** Said while it runs. */
  say(text: string): void;
}

export interface ContextOptions {
  quick: boolean;
  peers: boolean;
}

const WITHOUT_LIMITS = {
  CLAWTASKER_WRITE_LIMIT: "1000000",
  CLAWTASKER_STALE_SECONDS: "86400",
  CLAWTASKER_LOG: "warn",
};

/** Gives the context and what ends it. */
export function createContext({ quick, peers }: ContextOptions): [Context, () => void] {
  const root = mkdtempSync(join(tmpdir(), "clawtasker-bench-"));
  const companies = new Map<number, Promise<string>>();
  let watchers: Watchers | null = null;
  // Also when a signal ends the run.
  process.once("exit", () => rmSync(root, { recursive: true, force: true }));
  const folder = () => mkdtempSync(join(root, "x"));

  /** Made once for each size, then copied. */
  function companyOf(tasks: number): Promise<string> {
    let made = companies.get(tasks);
    if (!made) {
      const dir = folder();
      made = fillCompany(dir, tasks).then(() => dir);
      companies.set(tasks, made);
    }
    return made;
  }

  const context: Context = {
    quick,
    rounds: quick ? 1 : 3,
    seconds: quick ? 0.7 : 2,
    peers,
    async startOurs(tasks) {
      const dir = folder();
      cpSync(await companyOf(tasks), dir, { recursive: true });
      const main = fileURLToPath(new URL("../server/main.js", import.meta.url));
      return start(main, ["--port", "0", "--data-dir", dir], WITHOUT_LIMITS);
    },
    startFloor: (name, ...args) =>
      start(fileURLToPath(new URL(`./floors/${name}.js`, import.meta.url)), args),
    // Plain JavaScript beside their packages, which are not installed for the compiler.
    startPeer: (name) =>
      start(fileURLToPath(new URL(`../../bench/peers/${name}.mjs`, import.meta.url)), []),
    watchers: () => (watchers ??= startWatchers()),
    folder,
    say: (text) => void process.stderr.write(`${text}\n`),
  };
  return [
    context,
    () => {
      watchers?.end();
      rmSync(root, { recursive: true, force: true });
    },
  ];
}
