/**
 * `GET /api/system/backup`: the journal as one file, as of one entry, while work goes on. Neighbours: the
 * journal makes the copy, transport-http asks for the owner's token. Invariant: the copy is on disk, whole,
 * before its first byte leaves, so a slow reader holds up nobody; its file goes with the request.
 */
import { createReadStream } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { SqliteJournal } from "../journal/index.ts";
import type { Log } from "./compose.ts";

export interface BackupsOptions {
  journal: Pick<SqliteJournal, "copyTo" | "id">;
  /** The data folder. */
  dir: string;
  log: Log;
}

export interface Backups {
  /** @param token by its name, the one it was asked for with */
  handle(req: IncomingMessage, res: ServerResponse, token?: string): void;
  /** Ends those that this token, by its name, asked for. */
  expel(token: string): void;
  /** Ends those under way. */
  close(): void;
}

/** Each takes the space of a database for as long as its reader takes. */
const MAX_UNDER_WAY = 4;

const NAME = /^clawtasker\.db\.backup-\d+$/;

/** @throws Error when the data folder cannot be read */
export async function openBackups({ journal, dir, log }: BackupsOptions): Promise<Backups> {
  for (const name of await readdir(dir)) if (NAME.test(name)) await rm(join(dir, name));
  const under = new Map<ServerResponse, string | undefined>();
  let count = 0;

  async function answer(res: ServerResponse): Promise<void> {
    const path = join(dir, `clawtasker.db.backup-${++count}`);
    try {
      const { seq, bytes } = await journal.copyTo(path);
      if (res.destroyed) return;
      res.writeHead(200, {
        "Content-Type": "application/vnd.sqlite3",
        "Content-Length": bytes,
        "Content-Disposition": `attachment; filename="clawtasker-${seq}.db"`,
        "Cache-Control": "no-store",
        "ClawTasker-Seq": seq,
      });
      const file = createReadStream(path);
      // Behind another answer it may never get its connection, and not every release of Node tells the file.
      if (res.destroyed) file.destroy();
      else res.once("close", () => file.destroy());
      await pipeline(file, res);
      log.info({ seq, bytes }, "a backup was taken");
    } finally {
      await rm(path, { force: true });
    }
  }

  return {
    handle(req, res, token) {
      if (req.method === "HEAD") {
        res.writeHead(200, { "Content-Type": "application/vnd.sqlite3" }).end();
        return;
      }
      if (under.size >= MAX_UNDER_WAY) return refuse(res, "too many backups are under way");
      under.set(res, token);
      answer(res)
        .catch((error: Error) => {
          if (res.headersSent || res.destroyed) return res.destroy();
          log.warn({ err: error }, "a backup failed");
          refuse(res, "the backup could not be written; is there space for it in the data folder?");
        })
        .finally(() => under.delete(res));
    },
    expel(token) {
      for (const [res, name] of under) if (name === token) res.destroy();
    },
    close() {
      for (const res of under.keys()) res.destroy();
    },
  };
}

function refuse(res: ServerResponse, error: string): void {
  const body = JSON.stringify({ error, code: "unavailable" });
  res.writeHead(503, { "Content-Type": "application/json; charset=utf-8", "Retry-After": 10 });
  res.end(`${body}\n`);
}
