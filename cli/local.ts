/**
 * What the doctor looks at on this machine: Node, the data folder, the database, the port. Neighbour:
 * `doctor.ts`. Invariant: the database itself is only ever read; what opening it would find is found on
 * a copy, for opening may mend.
 */
import { accessSync, constants, existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import Database from "libsql";
import { copyDatabase, openSqliteJournal } from "../journal/index.ts";
import type { Config } from "../server/config.ts";
import type { Finding } from "./finding.ts";

const MIN_NODE = [20, 19] as const;
const DATABASE = "clawtasker.db";
/** A larger database is not copied. */
const MAX_COPY_BYTES = 2 * 1024 * 1024 * 1024;

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const check = "node";
  const [least, leastMinor] = MIN_NODE;
  if (major > least || (major === least && minor >= leastMinor)) {
    return { check, level: "ok", detail: version };
  }
  const remedy = `Install Node.js ${least}.${leastMinor} or later.`;
  return { check, level: "problem", detail: `${version} is too old`, remedy };
}

export function checkFolder(dir: string): Finding {
  const check = "data folder";
  let existing = dir;
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  try {
    accessSync(existing, constants.W_OK | constants.X_OK);
    if (!statSync(existing).isDirectory()) throw new Error("no folder");
    const detail = existing === dir ? `${dir} is writable` : `${dir} will be made`;
    return { check, level: "ok", detail };
  } catch {
    const remedy = "Change its owner or its rights, or set CLAWTASKER_DATA_DIR to another folder.";
    return {
      check,
      level: "problem",
      detail: `${existing} is not a folder we can write to`,
      remedy,
    };
  }
}

export async function checkData(dir: string): Promise<Finding> {
  const check = "database";
  const path = join(dir, DATABASE);
  const remedy = "Restore a copy of it, or move it away to begin again.";
  try {
    if (![path, `${path}-wal`, `${path}-head`].some(existsSync))
      return { check, level: "ok", detail: "none yet; the first start makes it" };
    if (isInUse(path)) return { check, level: "ok", detail: "in use by a running server" };
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MAX_COPY_BYTES) {
      return { check, level: "warning", detail: "larger than 2 GiB: not looked into" };
    }
    return await inspectCopy(dir);
  } catch (error) {
    return { check, level: "problem", detail: (error as Error).message, remedy };
  }
}

/**
 * A server holds its database alone, so that others cannot even read. Asked in a way that changes no
 * byte: read-only, and with a lock that such a connection is never given, which ends it at once.
 */
export function isInUse(path: string): boolean {
  let db: Database.Database | null = null;
  try {
    // Not by the option `readonly`, which libsql does not pass on: closing would write the WAL back.
    db = new Database(`${pathToFileURL(path).href}?mode=ro`, { timeout: 0 });
    db.exec("PRAGMA locking_mode = EXCLUSIVE; SELECT count(*) FROM sqlite_master");
    return false;
  } catch (error) {
    // Everything else is found, and told better, by the opening of the copy.
    return String((error as { code?: unknown }).code) === "SQLITE_BUSY";
  } finally {
    db?.close();
  }
}

async function inspectCopy(dir: string): Promise<Finding> {
  const check = "database";
  const copy = mkdtempSync(join(tmpdir(), "clawtasker-doctor-"));
  try {
    copyDatabase(join(dir, DATABASE), copy);
    const journal = await openSqliteJournal({ dir: copy, now: Date.now });
    const { cut_off, head_seq, refused } = journal.recovery;
    await journal.close();
    if (cut_off) {
      const detail = `damaged after entry ${cut_off.after_seq}: ${cut_off.reason}`;
      const remedy =
        "Restore a copy, or start the server: it goes on from there and keeps the rest aside.";
      return { check, level: "problem", detail, remedy };
    }
    if (refused.length > 0) {
      const detail = `${head_seq} entries; ${refused.length} snapshots are passed over`;
      return { check, level: "warning", detail };
    }
    return { check, level: "ok", detail: `opens, ${head_seq} entries, all digests agree` };
  } catch (error) {
    throw new Error((error as Error).message.replaceAll(copy, dir));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Asked only where no server answers. */
export function checkPort({ host, port }: Pick<Config, "host" | "port">): Promise<Finding> {
  const check = "port";
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", ({ code }: NodeJS.ErrnoException) => {
      const detail =
        code === "EADDRINUSE" ? `${port} on ${host} is in use` : `${host}:${port}: ${code}`;
      const remedy = "Stop what listens there, or set CLAWTASKER_PORT and CLAWTASKER_URL.";
      resolve({ check, level: "problem", detail, remedy });
    });
    server.listen(port, host, () => {
      server.close(() => resolve({ check, level: "ok", detail: `${port} on ${host} is free` }));
    });
  });
}
