/**
 * The floors of HTTP: what a server costs that does nothing with a request, or only makes it durable.
 * `express` and `bare` say back what they were told; `append` answers once it is synced, all that
 * waits in one transaction. Neighbours: `serve.ts`; `rows/floors.ts`, `rows/writes.ts`.
 */
import type { RequestListener } from "node:http";
import express from "express";
import { openSqliteJournal } from "../../journal/index.ts";
import { answering, listen } from "./serve.ts";

function expressEcho(): RequestListener {
  const app = express();
  app.use(express.json());
  app.post("/api/tasks/update", (req, res) => {
    res.json(req.body);
  });
  return app;
}

async function append(dir: string): Promise<(body: string) => Promise<string>> {
  const journal = await openSqliteJournal({ dir, now: Date.now });
  let seq = 0;
  let queue: { seq: number; json: string; key: null }[] = [];
  let writing: Promise<void> | null = null;

  async function write(): Promise<void> {
    await null;
    const batch = queue;
    queue = [];
    await journal.append((batch[0]?.seq ?? 1) - 1, batch);
  }

  return async (text) => {
    JSON.parse(text);
    const mine = ++seq;
    queue.push({ seq: mine, json: text, key: null });
    // Whoever comes while one transaction is under way shares the next one.
    for (let synced = 0; synced < mine; ) {
      writing ??= write().finally(() => {
        writing = null;
      });
      const upTo = seq - queue.length;
      await writing;
      synced = Math.max(upTo, seq - queue.length);
    }
    return '{"ok":true}';
  };
}

const [kind, dir = ""] = process.argv.slice(2);
if (kind === "express") listen(expressEcho());
else if (kind === "append") listen(answering(await append(dir)));
else listen(answering((text) => JSON.stringify(JSON.parse(text))));
