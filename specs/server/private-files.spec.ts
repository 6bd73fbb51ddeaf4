/**
 * Who may read the files: a real server's data folder, backups, exports and restores by the command line.
 * Neighbours: journal/private.ts, server/whole-file.ts.
 */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startServer } from "../../server/compose.ts";
import { cli, spawnCli } from "../support/cli.ts";
import { makeDataDir, postTo, quietConfig, SILENT, TOKEN } from "../support/process.ts";

const test = suite("private files");

/** The names that anybody but the owner may do anything with. */
function openIn(dir: string): string[] {
  return readdirSync(dir)
    .filter((name) => (statSync(join(dir, name)).mode & 0o077) !== 0)
    .sort();
}

/** As most systems have it; a server must not count on better. */
async function withUsualMask(run: (dir: string, out: string) => Promise<void>): Promise<void> {
  const [data, out] = [makeDataDir(), makeDataDir()];
  const before = process.umask(0o022);
  try {
    await run(join(data.dir, "data"), out.dir);
  } finally {
    process.umask(before);
    data.remove();
    out.remove();
  }
}

/** A server with a token and a webhook, so with every file that it writes. */
async function serve(dir: string, log = SILENT) {
  const server = await startServer({ config: quietConfig(dir), log });
  await postTo(server.url, "tokens/create", { name: "wall", role: "observer" });
  const url = "https://hooks.example/x";
  await postTo(server.url, "webhooks/configure", { url, active: false });
  return server;
}

test("ACC-13: in a folder that others may enter every file is the owner's alone, as it is made", () =>
  withUsualMask(async (dir) => {
    mkdirSync(dir, { mode: 0o755 });
    const server = await serve(dir);
    assert.ok(readdirSync(dir).includes("clawtasker.db-wal"));
    assert.ok(readdirSync(dir).includes("webhook-vault.json"));
    assert.equal(openIn(dir), []);
    await server.close();
    assert.equal(openIn(dir), []);
    assert.is(statSync(dir).mode & 0o777, 0o755, "a folder that was there is not ours to close");
  }));

test("ACC-13: files left open are closed at the next start, ours only; a folder open for writing is told", () =>
  withUsualMask(async (dir) => {
    await (await serve(dir)).close();
    assert.is(statSync(dir).mode & 0o777, 0o700, "one that we make");
    writeFileSync(join(dir, "clawtasker.db.replaced-x"), "an older one");
    writeFileSync(join(dir, "notes.txt"), "somebody else's");
    for (const name of readdirSync(dir)) chmodSync(join(dir, name), 0o644);
    chmodSync(dir, 0o777);
    const told: string[] = [];
    const warn = (_facts: object, message: string) => void told.push(message);
    const server = await startServer({ config: quietConfig(dir), log: { ...SILENT, warn } });
    await server.close();
    assert.equal(openIn(dir), ["notes.txt"]);
    assert.equal(told, ["others may write to the data folder, so change its files; chmod 700 it"]);
  }));

test("ACC-13: a backup, an export and what is restored from an open file are the owner's alone", () =>
  withUsualMask(async (dir, out) => {
    const server = await serve(dir);
    const env = { CLAWTASKER_URL: server.url, CLAWTASKER_API_TOKEN: TOKEN };
    const [copy, lines] = [join(out, "copy.db"), join(out, "company.jsonl")];
    assert.is((await cli(["backup", copy], env)).code, 0);
    assert.is((await cli(["export", lines], env)).code, 0);
    await server.close();
    assert.equal(openIn(out), []);
    chmodSync(copy, 0o644);
    for (const target of [join(out, "new"), dir]) {
      const said = await cli(["restore", copy, "--data-dir", target, "--force"]);
      assert.is(said.code, 0, said.err);
      assert.equal(openIn(target), [], target);
    }
    assert.is(statSync(join(out, "new")).mode & 0o777, 0o700);
  }));

test("DUR-27: what is no file is refused at once, by restore and by verify", () =>
  withUsualMask(async (dir, out) => {
    const pipe = join(out, "pipe");
    assert.is(spawnSync("mkfifo", [pipe]).status, 0);
    mkdirSync(join(out, "folder"));
    mkdirSync(join(out, "holds-a-pipe"));
    assert.is(spawnSync("mkfifo", [join(out, "holds-a-pipe", "clawtasker.db")]).status, 0);
    for (const file of [pipe, "/dev/zero", join(out, "folder")]) {
      const restored = await cli(["restore", file, "--data-dir", dir]);
      assert.is(restored.code, 1, file);
      assert.match(restored.err, `${file} is no file that could be a backup`);
    }
    for (const file of [pipe, "/dev/zero", join(out, "holds-a-pipe")]) {
      const verified = await cli(["verify", file]);
      assert.is(verified.code, 1, file);
      assert.match(verified.err, "is no file to verify");
    }
    assert.not.ok(readdirSync(join(dir, "..")).includes("data"), "nothing was made");
  }));

test("DUR-18: verify comes to its end and its exit code when nobody reads what it says any more", () =>
  withUsualMask(async (dir, temporary) => {
    await (await serve(dir)).close();
    for (const [args, expected] of [
      [[], 0],
      [["--head", `1:${"0".repeat(64)}`], 1],
      [["--json"], 0],
    ] as const) {
      const child = spawnCli(["verify", dir, ...args], { TMPDIR: temporary });
      child.stdout?.destroy();
      let err = "";
      child.stderr?.on("data", (chunk: Buffer) => {
        err += chunk.toString();
      });
      const [code] = await once(child, "close");
      assert.equal([code, err], [expected, ""], args.join(" "));
      assert.equal(readdirSync(temporary), [], "its copy is gone");
    }
  }));

test.run();
