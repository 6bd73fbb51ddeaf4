/**
 * The addresses of a webhook's name. The system's own look-up takes a thread for as long as it waits, and
 * there are few, so one name whose server never answers would hold up every other: names of the wide
 * network are asked for without a thread and with a bound. Neighbour: `post.ts` checks what comes back.
 * Invariant: a name costs a thread only where its owner is this machine or its own network.
 */
import type { LookupAddress } from "node:dns";
import { lookup, Resolver } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import { win32 } from "node:path";

/** All addresses of a name. */
export type Resolve = (name: string) => Promise<LookupAddress[]>;

export interface ResolveOptions {
  /** In place of the system's, as `address:port`. */
  servers?: readonly string[];
  /** With which a name that is not known is finished; those of the system when absent. */
  domains?: readonly string[];
  /** The file of names that this machine has entries for; the system's when absent. */
  hostsFile?: string;
  /** Of one question; a second one has longer. */
  timeoutMs?: number;
}

const TIMEOUT_MS = 2_000;
const TRIES = 2;

export function createResolve({
  servers,
  domains,
  hostsFile = hostsFileOf(process.platform, process.env),
  timeoutMs = TIMEOUT_MS,
}: ResolveOptions = {}): Resolve {
  return async (name) => {
    if (await isOfThisNetwork(name, hostsFile)) return lookup(name, { all: true });
    const resolver = new Resolver({ timeout: timeoutMs, tries: TRIES });
    if (servers) resolver.setServers(servers);
    const suffixes = domains ?? (await searchDomains());
    let failure: unknown;
    for (const whole of [name, ...suffixes.map((domain) => `${name}.${domain}`)]) {
      const [four, six] = await Promise.allSettled([
        resolver.resolve4(whole),
        resolver.resolve6(whole),
      ]);
      if (four.status === "fulfilled" || six.status === "fulfilled") {
        return [
          ...addressesOf(four).map((address) => ({ address, family: 4 })),
          ...addressesOf(six).map((address) => ({ address, family: 6 })),
        ];
      }
      failure ??= four.reason;
      // One that nobody answers for is not asked for in other words.
      if ((four.reason as NodeJS.ErrnoException).code !== "ENOTFOUND") break;
    }
    throw failure;
  };
}

/** In which this network finishes names; the library asks for a name as it is. */
async function searchDomains(): Promise<string[]> {
  const text = await readFile("/etc/resolv.conf", "utf8").catch(() => "");
  return (/^search\s+(.*)$/m.exec(text)?.[1] ?? "").split(/\s+/).filter(Boolean).slice(0, 6);
}

function addressesOf(answer: PromiseSettledResult<string[]>): string[] {
  return answer.status === "fulfilled" ? answer.value : [];
}

/** Where the system keeps them. */
export function hostsFileOf(
  platform: NodeJS.Platform,
  { SystemRoot = "C:\\Windows" }: NodeJS.ProcessEnv,
): string {
  if (platform !== "win32") return "/etc/hosts";
  return win32.join(SystemRoot, "System32", "drivers", "etc", "hosts");
}

/** A bare name, one of multicast DNS, or one that this machine has an entry for. */
async function isOfThisNetwork(name: string, hostsFile: string): Promise<boolean> {
  if (!name.includes(".") || name.endsWith(".local") || name.endsWith(".localhost")) return true;
  const hosts = await readFile(hostsFile, "utf8").catch(() => "");
  return hosts
    .split(/\r?\n/)
    .some((line) =>
      line.replace(/#.*/, "").toLowerCase().split(/\s+/).slice(1).includes(name.toLowerCase()),
    );
}
