/**
 * `clawtasker events`: the latest events, and with `--follow` every later one as it happens. Neighbours:
 * the typed client's subscription, which resumes by itself. Invariant: no gap and no double between the
 * two halves.
 */
import type { StreamEvent } from "../core/entry.ts";
import { type Common, withServer } from "./connection.ts";
import { printLines } from "./output.ts";
import { toJson } from "./plain.ts";

export interface EventsOptions extends Common {
  follow: boolean;
  limit: number;
  since?: number | undefined;
}

export async function showEvents(options: EventsOptions): Promise<void> {
  const { follow, limit, since } = options;
  await withServer(options, async (client) => {
    const { events, seq } = await client.get("snapshot");
    const shown = since === undefined ? events.slice(Math.max(0, events.length - limit)) : [];
    for (const event of shown) print(event, options.json);
    if (!follow && since === undefined) return;
    const end = new AbortController();
    const stop = () => end.abort();
    process.once("SIGINT", stop).once("SIGTERM", stop);
    // Whoever no longer reads has gone.
    process.stdout.once("error", stop);
    try {
      if (!follow && (since ?? seq) >= seq) return;
      for await (const item of client.subscribe({ since: since ?? seq, signal: end.signal })) {
        if (item.type === "reset") {
          process.stderr.write(`clawtasker: events up to ${item.seq} are not there any more\n`);
        } else print(item.event, options.json);
        if (!follow && item.seq >= seq) return;
      }
    } finally {
      end.abort();
      process.off("SIGINT", stop).off("SIGTERM", stop);
    }
  });
}

function print(event: StreamEvent, json: boolean): void {
  if (json) process.stdout.write(`${toJson(event)}\n`);
  else {
    const { id, timestamp, kind, title, details } = event;
    printLines(`#${id} ${timestamp} ${kind}: ${title}${details ? ` (${details})` : ""}`);
  }
}
