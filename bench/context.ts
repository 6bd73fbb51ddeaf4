/**
 * What a row is given: servers to start, watchers, probes, a driver's pace. Neighbours: the rows ask,
 * `main.ts` opens one for each row. Invariant: every row begins with nothing of another still running.
 */
import { cpSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Company, fillCompany } from "./company.ts";
import { openResources, type Resources } from "./resources.ts";
import { type Server, startServer } from "./servers.ts";
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
  startOurs(tasks: number, company?: Company): Promise<Server>;
  /** A server of `floors/`. */
  startFloor(name: string, ...args: string[]): Promise<Server>;
  /** A server of `peers/`. */
  startPeer(name: string): Promise<Server>;
  watchers(): Watchers;
  /** What a script of `probes/`, given an empty folder first, finds out in a process of its own. */
  probe<Found>(name: string, ...args: number[]): Promise<Found>;
  folder(): string;
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

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Gives the context and what ends it with all that was started. */
export function openContext({ quick, peers }: ContextOptions): [Context, () => Promise<void>] {
  const resources = openResources();
  let watchers: Watchers | null = null;
  const servers: Server[] = [];
  const serve = async (script: string, args: string[], env = {}) => {
    const server = await startServer(resources, here(script), args, env);
    servers.push(server);
    return server;
  };
  const context: Context = {
    quick,
    rounds: quick ? 1 : 3,
    seconds: quick ? 0.5 : 1.5,
    peers,
    async startOurs(tasks, company) {
      const dir = resources.folder();
      cpSync(await filled(tasks, company), dir, { recursive: true });
      const args = ["--port", "0", "--data-dir", dir];
      return serve("../server/main.js", args, WITHOUT_LIMITS);
    },
    startFloor: (name, ...args) => serve(`./floors/${name}.js`, args),
    // Plain JavaScript beside their packages, which are not installed for the compiler.
    startPeer: (name) => serve(`../../bench/peers/${name}.mjs`, []),
    watchers: () => (watchers ??= startWatchers(resources)),
    probe: (name, ...args) => probe(resources, here(`./probes/${name}.js`), args),
    folder: resources.folder,
  };
  const end = async () => {
    // Each in its own way first: one that is profiled has something to write.
    await Promise.all(servers.map((server) => server.stop()));
    await resources.release();
  };
  return [context, end];
}

/** Folders with a database of a company, made once for each kind and size, then copied. */
const companies = new Map<string, Promise<string>>();
let shelf: Resources | null = null;

function filled(tasks: number, company: Company = {}): Promise<string> {
  const key = JSON.stringify([tasks, company]);
  let made = companies.get(key);
  if (!made) {
    shelf ??= openResources();
    const dir = shelf.folder();
    made = fillCompany(dir, tasks, company).then(() => dir);
    companies.set(key, made);
  }
  return made;
}

function probe<Found>(resources: Resources, script: string, args: number[]): Promise<Found> {
  const child = resources.run(script, [resources.folder(), ...args.map(String)], {
    flags: ["--expose-gc"],
  });
  return new Promise((resolve, reject) => {
    child.once("message", (found) => resolve(found as Found));
    child.once("exit", (code) => reject(new Error(`${script} ended with ${code}`)));
  });
}
