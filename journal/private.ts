/**
 * Files for their owner alone: the journal holds all that the company knows. Neighbours: the worker, a
 * restore and the server's start call it. Invariant: nothing is opened, for closing any descriptor of
 * a database drops SQLite's locks; what is not ours is left as it is, and told.
 */
import { chmodSync, lstatSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const OTHERS = 0o077;
const OTHERS_WRITE = 0o022;

/** An empty file where there is none, which SQLite then takes with its rights, as for its WAL. */
export function createPrivate(path: string): void {
  writeFileSync(path, "", { mode: 0o600, flag: "wx" });
}

/**
 * Takes the files whose name begins so from everybody but their owner, where that is us. Where rights are
 * no matter of owner and others (Windows) it does nothing.
 * @returns the names of those that others can still read or write
 */
export function closeToOthers(dir: string, prefix: string): string[] {
  if (process.getuid === undefined) return [];
  const open: string[] = [];
  for (const name of readdirSync(dir)) {
    if (!name.startsWith(prefix)) continue;
    const path = join(dir, name);
    try {
      const found = lstatSync(path, { throwIfNoEntry: false });
      if (!found?.isFile() || (found.mode & OTHERS) === 0) continue;
      chmodSync(path, found.mode & ~OTHERS & 0o777);
    } catch {
      open.push(name);
    }
  }
  return open;
}

/** Whether others may put files of theirs into the folder, or take ours out of it. */
export function isWritableByOthers(dir: string): boolean {
  return process.getuid !== undefined && (lstatSync(dir).mode & OTHERS_WRITE) !== 0;
}
