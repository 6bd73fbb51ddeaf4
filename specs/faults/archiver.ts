/**
 * A process that makes tasks and says things, moves them to the archive, tasks also back, and tells it, to be killed at it. Its
 * arguments: the folder and a seed. Neighbour: `archive-crash.spec.ts`. Invariant: a line is said only
 * once the engine has acknowledged the move.
 */
import { randomUUID } from "node:crypto";
import { writeSync } from "node:fs";
import { openEngine } from "../../core/index.ts";
import { openSqliteJournal } from "../../journal/index.ts";
import { createRandom } from "../support/random.ts";

const [, , dir = "", seed = "1"] = process.argv;
const random = createRandom(Number(seed));
const journal = await openSqliteJournal({ dir, now: Date.now });
const engine = await openEngine({
  journal,
  clock: Date.now,
  newId: randomUUID,
  snapshotEvery: 40,
});

type Move = "made" | "went" | "back" | "said" | "left";

async function move(kind: Move, name: string, body: object): Promise<void> {
  const outcome = await engine.dispatchUnknown(name, body, { actor: "system" });
  if (!outcome.ok) return;
  const { task, message, directive, task_ids, message_ids, directive_ids } = outcome.reply as {
    task?: { id: string };
    message?: { id: string };
    directive?: { id: string };
    task_ids?: string[];
    message_ids?: string[];
    directive_ids?: string[];
  };
  const one = task ?? message ?? directive;
  const many = task_ids ?? (message_ids && [...message_ids, ...(directive_ids ?? [])]);
  const ids = many ?? (one ? [one.id] : []);
  if (ids.length > 0) writeSync(1, `${kind} ${outcome.seq} ${ids.join()}\n`);
}

const doneIds = () => [...engine.view().relations.tasks("status", "done")];

/** One of several at once, so that moves share groups of the journal. */
async function mover(): Promise<never> {
  for (;;) {
    const fate = random.whole(14);
    const done = doneIds();
    if (fate < 4) await move("made", "tasks/create", { title: "done", status: "done" });
    else if (fate < 7 && done.length > 0) {
      const task_ids = Array.from({ length: 1 + random.whole(8) }, () => random.pick(done));
      await move("went", "system/archive", { task_ids, days: 0 });
    } else if (fate < 9) {
      const { rows } = await engine.archive.listArchived({ kind: "task", words: [], limit: 30 });
      if (rows.length === 0) continue;
      const { id } = random.pick(rows);
      await move("back", "tasks/reopen", { task_id: id });
      await engine.dispatch("tasks/update", { task_id: id, status: "done" });
    } else if (fate < 12) {
      const target = random.pick(["nova", "echo"]);
      if (fate === 10) await move("said", "ceo/directive", { target, text: "do it" });
      else await move("said", "conversations/message", { sender: "ceo", target, text: "hello" });
    } else if (fate < 13) {
      const body = { days: 0, keep: random.whole(3), most: 1 + random.whole(6) };
      await move("left", "system/archive_talk", body);
    } else {
      const [one] = done;
      const comment = { author: "ceo", text: "looked at", task_id: one ?? "" };
      if (one) await engine.dispatch("tasks/comment", comment);
    }
  }
}

if (engine.view().seq === 0) {
  await engine.dispatch("blank/reset", {});
  for (const name of ["Nova", "Echo"]) {
    await engine.dispatch("agents/register", { name, role: "Engineer" });
  }
}
await Promise.all([mover(), mover(), mover()]);
