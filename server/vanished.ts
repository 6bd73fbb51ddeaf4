/**
 * Peers that do not come back: their machine is gone without a word (cable, power, network), or they take
 * nothing of what waits for them. Nothing closes the connection of the first, and what is written to it goes
 * into the kernel, which sends it again and again for a quarter of an hour; the second hold what is being
 * sent to them. So the kernel is asked on which connections it repeats itself, and how much is not
 * acknowledged, by its table in /proc. Elsewhere than on Linux nobody is found gone, and who takes nothing is
 * known by what this process still holds. Neighbours: `compose.ts` starts it, `connections.ts` knows who is
 * there. Invariant: only a connection of which nothing was acknowledged meanwhile is ended; a slow reader
 * acknowledges, however little it reads.
 */
import { readFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { cutOff } from "../core/index.ts";
import { takenBy } from "../transport-http/index.ts";

export interface VanishedOptions {
  /** How often it is looked, in milliseconds. */
  everyMs?: number;
  /** For so long nothing may have been acknowledged; a stream says something every 15 seconds. */
  patienceMs?: number;
  /** For so long a peer that is there may take nothing of what waits for it. */
  stuckMs?: number;
}

const TABLES = ["/proc/net/tcp", "/proc/net/tcp6"];
const ESTABLISHED = "01";

/** How a connection stands in the kernel. */
interface Row {
  name: string;
  /** Bytes that were sent, or wait in the kernel. */
  unacknowledged: number;
  /** Whether there is no acknowledgement: of what was sent, or of the question whether there is room again. */
  isRepeated: boolean;
}

/** Since when, and how often, a peer was seen to have taken no more than this. */
interface Still {
  since: number;
  looks: number;
  taken: number;
}

/** Watches the open connections; answers what stops it. */
export function watchVanished(
  connections: ReadonlySet<Socket>,
  { everyMs = 10_000, patienceMs = 20_000, stuckMs = 30_000 }: VanishedOptions = {},
): () => void {
  /** Since when the kernel repeats itself, on the clock of `performance.now`. */
  let silent = new Map<Socket, number>();
  /** Those for whom something waits. */
  let waiting = new Map<Socket, Still>();

  async function look(): Promise<void> {
    if (connections.size === 0) return;
    const rows = new Map<string, Row>();
    for (const table of TABLES) {
      // Not there, or not to be read: then nothing is known.
      const text = await readFile(table, "latin1").catch(() => "");
      for (const row of rowsOf(text)) rows.set(row.name, row);
    }
    const now = performance.now();
    const [silentBefore, waitingBefore] = [silent, waiting];
    silent = new Map();
    waiting = new Map();
    for (const socket of connections) {
      const row = rows.size > 0 ? rows.get(nameOf(socket)) : undefined;
      if (row?.isRepeated) {
        const since = silentBefore.get(socket) ?? now;
        silent.set(socket, since);
        if (now - since >= patienceMs) cutOff(socket, "vanished");
      }
      if (socket.writableLength > 0) {
        // Elsewhere than on Linux it is what the kernel has taken.
        const taken = takenBy(socket) - (row?.unacknowledged ?? 0);
        const before = waitingBefore.get(socket);
        // By the looks too: while this process itself stood still nobody could take anything.
        const still = before?.taken === taken ? before : { since: now, looks: 0, taken };
        waiting.set(socket, { ...still, looks: still.looks + 1 });
        if (now - still.since >= stuckMs && still.looks >= stuckMs / everyMs)
          cutOff(socket, "stuck");
      }
    }
  }

  let looking: NodeJS.Timeout | undefined;
  let stopped = false;
  function again(): void {
    // Told to stop during a look.
    if (stopped) return;
    looking = setTimeout(() => void look().then(again), everyMs);
    looking.unref();
  }
  again();
  return () => {
    stopped = true;
    clearTimeout(looking);
  };
}

/** The connections of a table that are open and of which anything is not acknowledged. */
export function* rowsOf(table: string): Generator<Row> {
  for (const line of table.split("\n")) {
    const [, local = "", remote = "", state, queues = "", , repeats = "", , questions] = line
      .trim()
      .split(/\s+/);
    if (state !== ESTABLISHED) continue;
    const unacknowledged = Number.parseInt(queues, 16);
    // One question may always be under way.
    const isRepeated = Number.parseInt(repeats, 16) > 0 || Number(questions) >= 2;
    if (unacknowledged === 0 && !isRepeated) continue;
    yield { name: `${toEnd(local)} ${toEnd(remote)}`, unacknowledged, isRepeated };
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
