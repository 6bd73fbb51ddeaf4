/**
 * `clawtasker verify`: holds a data folder or a backup against itself. Neighbours: `journal/verify.ts`
 * looks, this makes the copy it looks at and tells. Invariant: what is looked at is only ever read.
 * Exit codes: 1 when something does not agree; what only an import would refuse is a note, since an older release may
 * have let it in.
 */
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyDatabase, verifyJournal } from "../journal/index.ts";
import { CliFailure, EXIT, type ExitCode } from "./failure.ts";
import { dataDirOf } from "./import.ts";
import { whatNoRequestMade } from "./import-check.ts";
import { isInUse } from "./local.ts";
import { printJson, printLines } from "./output.ts";

export interface VerifyOptions {
  file?: string | undefined;
  "data-dir"?: string | undefined;
  head?: string | undefined;
  json: boolean;
}

const DATABASE = "clawtasker.db";

export async function verify(options: VerifyOptions): Promise<ExitCode> {
  const what = options.file ?? options["data-dir"] ?? dataDirOf(process.env);
  const known = parseHead(options.head);
  const copy = mkdtempSync(join(tmpdir(), "clawtasker-verify-"));
  try {
    copyOf(what, copy);
    const found = lookInto(what, copy, known);
    const { head, from, reduced, taken, snapshots, problems, notes } = found;
    if (options.json) printJson({ ok: problems.length === 0, ...found });
    else {
      printLines(
        ...problems.map((problem) => `PROBLEM  ${problem}`),
        ...notes.map((note) => `NOTE     ${note}`),
      );
      printLines(
        `${what}: ${problems.length === 0 ? "all agrees" : `${problems.length} things do not agree`}`,
        `chain of ${head.seq - found.floor} entries up to ${head.seq}, ${snapshots} snapshots`,
        `${reduced} entries decided again after ${from}${taken > 0 ? `, ${taken} taken at their word` : ""}`,
        `head ${head.seq}:${head.hash}`,
      );
    }
    return problems.length === 0 ? EXIT.ok : EXIT.failed;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function parseHead(given: string | undefined): { seq: number; hash: string } | undefined {
  if (given === undefined) return undefined;
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(given) ?? [];
  if (seq && hash) return { seq: Number(seq), hash };
  throw new CliFailure(EXIT.usage, "--head must be as an earlier verify printed it: <seq>:<hash>");
}

function copyOf(what: string, copy: string): void {
  if (!existsSync(what)) throw new CliFailure(EXIT.failed, `there is no ${what}`);
  const path = statSync(what).isDirectory() ? join(what, DATABASE) : what;
  if (!existsSync(path)) throw new CliFailure(EXIT.failed, `${what} holds no journal`);
  // Before it is opened: a pipe would keep us waiting, and a device has no end.
  if (!statSync(path).isFile()) {
    throw new CliFailure(EXIT.failed, `${path} is no file to verify`);
  }
  if (isInUse(path)) {
    const remedy = "take a backup of it (GET /api/system/backup) and verify that";
    throw new CliFailure(EXIT.failed, `a server is using ${what}; stop it, or ${remedy}`);
  }
  copyDatabase(path, copy);
}

function lookInto(what: string, copy: string, known: ReturnType<typeof parseHead>) {
  try {
    return verifyJournal(copy, { known, look: (state) => whatNoRequestMade(state, Date.now()) });
  } catch (error) {
    const why = (error as Error).message.replaceAll(copy, what);
    throw new CliFailure(EXIT.failed, `${what} cannot be verified: ${why}`);
  }
}
