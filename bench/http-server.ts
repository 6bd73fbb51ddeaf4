/**
 * Our server in a process of its own, on a journal that holds so many tasks. Neighbour: `page/main.ts`
 * forks it with `ours` and their number (of which BENCH_READY can be claimed), is told its port and, with
 * BENCH_PROBES, when each probe was committed, and ends it by hanging up.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine } from "../core/index.ts";
import { startServer } from "../server/compose.ts";
import { DEFAULT_TOKEN } from "../server/config.ts";
import { quietConfig, SILENT } from "../specs/support/process.ts";
import { fillCompany } from "./company.ts";

const dataDir = mkdtempSync(join(tmpdir(), "clawtasker-bench-"));
process.once("exit", () => rmSync(dataDir, { recursive: true, force: true }));
process.once("disconnect", () => process.exit());
const ready = Number(process.env.BENCH_READY ?? 0);
await fillCompany(dataDir, Number(process.argv[3]), { ready });
const config = { ...quietConfig(dataDir), token: DEFAULT_TOKEN, staleSeconds: 86_400 };
const { port, engine } = await startServer({ config, log: SILENT });
if (process.env.BENCH_PROBES !== undefined) void stampProbes(engine);
process.send?.({ port });

/** Tells when each write that holds `probe 42` was committed, in milliseconds since 1970. */
async function stampProbes({ feed }: Engine): Promise<void> {
  for await (const item of feed.subscribe({ signal: new AbortController().signal })) {
    const at = performance.timeOrigin + performance.now();
    if (item.type !== "entries") continue;
    for (const { patches } of item.entries) {
      const [, digits] = /probe (\d+)/.exec(JSON.stringify(patches)) ?? [];
      if (digits !== undefined) process.send?.({ probe: Number(digits), at });
    }
  }
}
