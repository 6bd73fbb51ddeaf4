/**
 * Peers whose machine is gone without a word: cable, power, network. Nothing closes their connection, and
 * what is written to it goes into the kernel, which sends it again and again for a quarter of an hour.
 * So the kernel is asked which connections it repeats itself on, by its table in /proc; elsewhere than on
 * Linux nobody is found, and its own patience decides. Neighbours: `compose.ts` starts it,
 * `connections.ts` knows who is there.
 * Invariant: only a connection of which nothing was acknowledged for `patienceMs` is ended; a
 * slow reader acknowledges, however little it reads.
 */
import { readFile } from "node:fs/promises";
import type { Socket } from "node:net";

export interface VanishedOptions {
  /** How often the table is looked at, in milliseconds. */
  everyMs?: number;
  /** For so long nothing may have been acknowledged; a stream says something every 15 seconds. */
  patienceMs?: number;
  /** Told of each connection that is ended. */
  onVanished?(remote: string): void;
}

const TABLES = ["/proc/net/tcp", "/proc/net/tcp6"];
const ESTABLISHED = "01";

/** Watches the open connections; answers what stops it. */
export function watchVanished(
  connections: ReadonlySet<Socket>,
  { everyMs = 10_000, patienceMs = 20_000, onVanished = () => {} }: VanishedOptions = {},
): () => void {
  /** Since when the kernel repeats itself, on the clock of `performance.now`. */
  let silent = new Map<Socket, number>();

  async function look(): Promise<void> {
    if (connections.size === 0) return;
    const repeated = new Set<string>();
    for (const table of TABLES) {
      // Not there, or not to be read: then nothing is known.
      const text = await readFile(table, "latin1").catch(() => "");
      for (const connection of repeatedIn(text)) repeated.add(connection);
    }
    const now = performance.now();
    const before = silent;
    silent = new Map();
    if (repeated.size === 0) return;
    for (const socket of connections) {
      if (!repeated.has(nameOf(socket))) continue;
      const since = before.get(socket) ?? now;
      silent.set(socket, since);
      if (now - since < patienceMs) continue;
      onVanished(socket.remoteAddress ?? "");
      socket.destroy();
    }
  }

  let looking: NodeJS.Timeout | undefined;
  function again(): void {
    looking = setTimeout(() => void look().then(again), everyMs);
    looking.unref();
  }
  again();
  return () => clearTimeout(looking);
}

/**
 * The connections of a table that are open and get no acknowledgement: of what was sent, or of the question
 * whether there is room again, one of which may always be under way.
 */
export function* repeatedIn(table: string): Generator<string> {
  for (const line of table.split("\n")) {
    const [, local = "", remote = "", state, , , repeats = "", , questions] = line
      .trim()
      .split(/\s+/);
    if (state !== ESTABLISHED) continue;
    if (Number.parseInt(repeats, 16) === 0 && Number(questions) < 2) continue;
    yield `${toEnd(local)} ${toEnd(remote)}`;
  }
}

function nameOf({ localAddress, localPort, remoteAddress, remotePort }: Socket): string {
  return `${canonical(localAddress)}:${localPort} ${canonical(remoteAddress)}:${remotePort}`;
}

/** An address is written as words of 32 bits whose bytes stand in the order of the machine, the last one first. */
function toEnd(hex: string): string {
  const [address = "", port = ""] = hex.split(":");
  const words = address.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => (word.match(/../g) ?? []).reverse()).join("");
  const text =
    words.length === 1
      ? (bytes.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).join(".")
      : (bytes.match(/.{4}/g) ?? []).join(":");
  return `${canonical(text)}:${Number.parseInt(port, 16)}`;
}

/** One spelling of an address; that of IPv4 behind IPv6 too. */
function canonical(address = ""): string {
  if (!address.includes(":")) return address;
  return new URL(`http://[${address.replace(/%.*/, "")}]`).hostname;
}
