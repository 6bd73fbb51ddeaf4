/**
 * The journals as a package: `import { openSqliteJournal } from "clawtasker/journal"`. Neighbour: the
 * server, which opens one and gives it to the engine of the core.
 */
export { createMemoryJournal } from "../core/index.ts";
export { copyDatabase } from "./copy.ts";
export type { Pragmas } from "./messages.ts";
export { closeToOthers, isWritableByOthers } from "./private.ts";
export { type Restored, restoreBackup } from "./restore.ts";
export { openSqliteJournal, type SqliteJournal, type SqliteJournalOptions } from "./sqlite.ts";
export { type Verification, verifyJournal } from "./verify.ts";
