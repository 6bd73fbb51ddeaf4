/**
 * Copies a database that nobody uses into a folder, where it can be opened without a change to the
 * original. Neighbours: `verify.ts` and `restore.ts` work on such copies, the command line makes them.
 * Invariant: a database is its file with the WAL and the noted head that lie beside it, however its name
 * was given; they go together.
 */
import { chmodSync, copyFileSync, existsSync, realpathSync, statSync } from "node:fs";
import { type Files, filesIn } from "./files.ts";

/**
 * @param path the database; it may be missing where what belongs to it is not
 * @throws Error when one of the files is none: a pipe would keep us waiting, and a device has no end
 */
export function copyDatabase(path: string, dir: string): Files {
  // SQLite keeps the WAL where a link leads, the server its mark where it was told the folder is.
  const file = existsSync(path) ? realpathSync(path) : path;
  const copy = filesIn(dir);
  const marks = [`${path}-head`, `${file}-head`];
  const found = [
    [file, copy.db],
    [`${file}-wal`, copy.wal],
    [marks.find(existsSync), copy.mark],
  ] as const;
  for (const [from, to] of found) {
    if (from === undefined || !existsSync(from)) continue;
    if (!statSync(from).isFile()) throw new Error(`${from} is no file of a database`);
    copyFileSync(from, to);
    // It holds all that the company knows; and a file that nobody may write could not be opened.
    chmodSync(to, 0o600);
  }
  return copy;
}
