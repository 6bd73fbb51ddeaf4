/**
 * A process that does nothing but append to a journal and say so, for a power cut to happen to. Its
 * arguments: the journal module, the folder, how many appends, how many bytes in each record. Neighbour: `power-cut.spec.ts`.
 */
import { writeSync } from "node:fs";
import { CREATED_AT, makeRecords } from "../support/journal.ts";

const [, , module = "", dir = "", count = "0", fill = "0"] = process.argv;
const { openSqliteJournal } = (await import(module)) as typeof import("../../journal/index.ts");
const journal = await openSqliteJournal({ dir, now: () => Date.parse(CREATED_AT) });
const saving: Promise<void>[] = [];
for (let n = 0; n < Number(count); n++) {
  const head = journal.head();
  await journal.append(head, makeRecords(head + 1, 1 + (n % 4), Number(fill)));
  writeSync(1, `ack ${journal.head()}\n`);
  if (n % 40 !== 39) continue;
  const at = journal.head();
  const saved = journal.saveSnapshot(at, CREATED_AT, [`{"at":${at}}`, '"part"']);
  saving.push(saved.then(() => journal.prune(at - 200)));
}
await Promise.all(saving);
await journal.close();
