/**
 * `clawtasker backup` and `clawtasker restore`: a copy of a running server's journal as a file, and the
 * way back. Neighbours: `GET /api/system/backup` makes the copy, `journal/restore.ts` moves it in.
 * Invariant: a file appears whole or not at all.
 */
import { createWriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { restoreBackup } from "../journal/index.ts";
import type { Common } from "./connection.ts";
import { CliFailure, EXIT, unreachable } from "./failure.ts";
import { dataDirOf } from "./import.ts";
import { isInUse } from "./local.ts";
import { printJson, printLines } from "./output.ts";

export async function backup({ url, token, file, json }: Common & { file: string }): Promise<void> {
  const response = await fetch(`${url.replace(/\/+$/, "")}/api/system/backup`, {
    headers: { authorization: `Bearer ${token}` },
  }).catch(() => {
    throw unreachable(url);
  });
  if (!response.ok || !response.body) {
    const { error = `the server answered ${response.status}` } = (await response
      .json()
      .catch(() => ({}))) as { error?: string };
    throw new CliFailure(EXIT.failed, error);
  }
  const growing = `${file}.part-${process.pid}`;
  try {
    // It holds all that the company knows. A length that is not reached ends the body with an error.
    await pipeline(
      Readable.fromWeb(response.body as ReadableStream),
      createWriteStream(growing, { flags: "wx", mode: 0o600 }),
    );
    const written = await open(growing, "r+");
    await written.sync();
    await written.close();
    await rename(growing, file);
  } catch (error) {
    await rm(growing, { force: true });
    throw error;
  }
  const seq = Number(response.headers.get("clawtasker-seq"));
  if (json) printJson({ file, seq });
  else printLines(`${file} is the company as of entry ${seq}.`);
}

export interface RestoreOptions {
  file: string;
  "data-dir"?: string | undefined;
  force: boolean;
  json: boolean;
}

export async function restore(options: RestoreOptions): Promise<void> {
  const { file, force } = options;
  const dir = options["data-dir"] ?? dataDirOf(process.env);
  const restored = await restoreBackup(file, dir, { force, now: Date.now, isInUse });
  if (options.json) return printJson({ data_dir: dir, ...restored });
  printLines(
    `${dir} is as of entry ${restored.seq} of ${file}.`,
    ...(restored.kept ? [`What was there is kept as ${restored.kept}.`] : []),
    `Start it with: clawtasker serve --data-dir ${dir}`,
  );
}
