/** `clawtasker doctor` on good and bad cases: what it finds, what it advises, that it changes nothing. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { cli, withHouse } from "../support/cli.ts";
import { makeDataDir, startProcess, TOKEN } from "../support/process.ts";

interface Finding {
  check: string;
  level: string;
  detail: string;
  remedy?: string;
}

async function findings(args: string[], env: Record<string, string>) {
  const { code, out, err } = await cli(["doctor", "--json", ...args], env);
  assert.is(err, "");
  const said = JSON.parse(out) as { ok: boolean; findings: Finding[] };
  const of = (check: string) => said.findings.find((finding) => finding.check === check);
  return { code, ok: said.ok, of };
}

test("CLI-1: doctor is content with a running server, and writes nothing to it", () =>
  withHouse(async ({ dir, env, server }) => {
    const { code, ok, of } = await findings(["--data-dir", dir], env);
    assert.is(code, 0);
    assert.ok(ok);
    for (const check of [
      "node",
      "data folder",
      "database",
      "server",
      "clock",
      "token",
      "recovery",
    ]) {
      assert.is(of(check)?.level, "ok", check);
    }
    assert.match(of("database")?.detail ?? "", /in use/);
    assert.is(server.engine.view().seq, 1);
    const shown = await cli(["doctor", "--data-dir", dir], env);
    assert.match(shown.out, /^ok +node: /);
    assert.not.ok(shown.out.includes(TOKEN));
  }));

test("CLI-1: doctor names a wrong token, with the remedy and 1", () =>
  withHouse(async ({ dir, env }) => {
    const { code, of } = await findings(["--data-dir", dir], {
      ...env,
      CLAWTASKER_API_TOKEN: "no",
    });
    assert.is(code, 1);
    assert.is(of("token")?.level, "problem");
    assert.match(of("token")?.remedy ?? "", /CLAWTASKER_API_TOKEN/);
  }));

test("CLI-1: without a server doctor looks at database and port, and ends with 3", async () => {
  const { dir, remove } = makeDataDir();
  try {
    const server = await startProcess(dir);
    await server.end("SIGKILL");
    const before = fingerprint(dir);
    const env = { CLAWTASKER_PORT: new URL(server.url).port, CLAWTASKER_API_TOKEN: TOKEN };
    const { code, of } = await findings(["--data-dir", dir], env);
    assert.is(code, 3);
    assert.is(of("server")?.level, "problem");
    assert.match(of("server")?.remedy ?? "", /clawtasker serve/);
    assert.match(of("database")?.detail ?? "", /1 entries/);
    assert.is(of("port")?.level, "ok");
    assert.equal(fingerprint(dir), before, "not a byte is changed");
  } finally {
    remove();
  }
});

test("CLI-1: doctor finds a damaged database and leaves it as it is", async () => {
  const { dir, remove } = makeDataDir();
  try {
    await (await startProcess(dir)).end("SIGTERM");
    truncateSync(join(dir, "clawtasker.db"), 8_192);
    const before = fingerprint(dir);
    const { code, of } = await findings(["--data-dir", dir], { CLAWTASKER_PORT: "1" });
    assert.is(code, 1);
    assert.is(of("database")?.level, "problem");
    assert.ok(of("database")?.remedy);
    assert.equal(fingerprint(dir), before);
  } finally {
    remove();
  }
});

test("CLI-1: doctor tells a wrong setting, a bad folder and a foreign server apart", async () => {
  const { dir, remove } = makeDataDir();
  const foreign = createServer((_req, res) => res.end("hello"));
  await new Promise<void>((resolve) => foreign.listen(0, "127.0.0.1", resolve));
  const { port } = foreign.address() as AddressInfo;
  try {
    const file = join(dir, "file");
    writeFileSync(file, "");
    const env = { CLAWTASKER_PORT: String(port) };
    const bad = await findings(["--data-dir", file], env);
    assert.is(bad.code, 1);
    assert.is(bad.of("data folder")?.level, "problem");
    assert.match(bad.of("address")?.detail ?? "", /not as a ClawTasker server/);
    assert.match(bad.of("port")?.detail ?? "", /in use/);
    const wrong = await findings([], { ...env, CLAWTASKER_WRITE_LIMIT: "many" });
    assert.match(wrong.of("configuration")?.detail ?? "", /CLAWTASKER_WRITE_LIMIT/);
  } finally {
    foreign.closeAllConnections();
    await new Promise((resolve) => foreign.close(resolve));
    remove();
  }
});

function fingerprint(dir: string): Record<string, string> {
  const digest = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
  const names = readdirSync(dir).sort();
  return Object.fromEntries(names.map((name) => [name, digest(readFileSync(join(dir, name)))]));
}

test.run();
