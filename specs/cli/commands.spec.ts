/** Each command of `clawtasker` once, as a process, against a real server. */
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { cli, spawnCli, withHouse } from "../support/cli.ts";
import { TOKEN } from "../support/process.ts";

const record = (json: string) => JSON.parse(json) as Record<string, unknown>;

test("CLI-1: commands that look print a table for people and JSON for programs", () =>
  withHouse(async ({ cli: run, server }) => {
    const looks: [string[], RegExp, (json: never) => unknown][] = [
      [["agents"], /^ID +NAME +ROLE[\s\S]*codex +Codex/, (json: { id: string }[]) => json.length],
      [["tasks", "list"], /T-203 +P0 +in_progress +codex/, (json: unknown[]) => json.length],
      [
        ["tasks", "next", "--agent", "codex"],
        /^T-208 ready/,
        (json: { task: object }) => json.task,
      ],
      [
        ["tasks", "explain", "T-208"],
        /can be started by Codex/,
        (json: { eligible: true }) => json.eligible,
      ],
      [["snapshot"], /tasks: 15/, (json: { seq: number }) => json.seq === server.engine.view().seq],
      [["events"], /^#1 .*state_saved: Demo company/, (json: { id: number }) => json.id === 1],
    ];
    for (const [args, table, look] of looks) {
      const [shown, json] = await Promise.all([run(...args), run(...args, "--json")]);
      assert.is(shown.code, 0, `${args}: ${shown.err}`);
      assert.match(shown.out, table);
      assert.not.ok(shown.out.includes("\u001b"), "no colours where no person looks");
      assert.is(json.code, 0);
      assert.ok(look(JSON.parse(json.out) as never), `${args} --json`);
    }
    const ready = await run("tasks", "list", "--status", "ready", "--owner", "codex", "--json");
    assert.equal(
      (JSON.parse(ready.out) as { id: string }[]).map(({ id }) => id),
      ["T-208"],
    );
  }));

test("CLI-1: a token is created, listed, used and revoked", () =>
  withHouse(async ({ cli: run }) => {
    const made = await run("tokens", "create", "desk", "--role", "agent", "--agent-id", "codex");
    assert.is(made.code, 0, made.err);
    const token = made.out.trim();
    assert.match(token, /^clawtasker_[\w-]{43}$/);
    const comment = ["tasks", "comment", "T-203", "Hello", "--token", token];
    assert.match((await run(...comment)).out, /^CM-/);
    const other = await run(...comment, "--agent-id", "ralph");
    assert.equal([other.code, other.out], [1, ""]);
    assert.match(other.err, /agent_id is refused for the token desk/);
    assert.match((await run("tokens", "list")).out, /desk +agent +codex/);
    assert.is((await run("tokens", "list", "--token", token)).code, 1);
    assert.is((await run("tokens", "revoke", "desk")).out, "desk revoked\n");
    assert.is((await run(...comment)).code, 1);
  }));

test("CLI-1: commands that write do the action by its name, with flags for its fields", () =>
  withHouse(async ({ cli: run, server, dir }) => {
    const claimed = await run("tasks", "claim", "--agent", "codex", "--json");
    assert.is(claimed.code, 0, claimed.err);
    const { task, lease } = record(claimed.out) as {
      task: { id: string };
      lease: { token: number };
    };
    assert.is(task.id, "T-208");
    const token = ["--lease-token", String(lease.token)];
    assert.match(
      (await run("tasks", "renew", "T-208", "--agent-id", "codex", ...token)).out,
      /until/,
    );
    const update = ["--progress", "40", "--artifacts", "a.md", "--artifacts", "b.md", ...token];
    const updated = await run("tasks", "update", "T-208", "--agent", "codex", ...update, "--json");
    const after = record(updated.out).task as { progress: number; artifacts: string[] };
    assert.equal([after.progress, after.artifacts.slice(-2)], [40, ["a.md", "b.md"]]);
    assert.is((await run("tasks", "comment", "T-208", "so far", "so good")).code, 2);
    assert.match((await run("tasks", "comment", "T-208", "so far")).out, /^CM-/);
    const held = await run("tasks", "update", "T-208", "--agent", "pixel", "--progress", "1");
    assert.is(held.code, 1);
    assert.match(held.err, /^clawtasker: T-208 is held by codex until .*\n$/);
    const event = ["tasks", "event", "T-208", "needs-validation", "--agent", "codex", ...token];
    assert.match((await run(...event)).out, /^T-208 validation/);
    const created = await run(
      "tasks",
      "create",
      "Write it down",
      "--priority",
      "P0",
      "--owner",
      "",
    );
    assert.match(created.out, /^T-\d+ backlog P0 nobody: Write it down/);

    const file = join(dir, "plan.json");
    writeFileSync(
      file,
      JSON.stringify({ title: "A plan", objective: "Get there", tasks: [{ title: "Go" }] }),
    );
    assert.match((await run("missions", "plan", "-f", file)).out, /^M-\d+ planned: A plan/);
    const last = server.engine.recentEvents(1)[0];
    assert.is(last?.kind, "mission_planned");

    const note = (task_id: string) => ({ action: "tasks/update", body: { task_id, note: "x" } });
    writeFileSync(file, JSON.stringify({ actions: [note("T-208"), note("T-999")] }));
    const some = await run("batch", "-f", file);
    assert.is(some.code, 1);
    assert.match(some.out, /^0: T-208 validation.*\n1: unknown task: T-999\n$/);
    assert.match(some.err, /1 of the actions were refused/);
    writeFileSync(file, JSON.stringify({ atomic: true, actions: [note("T-208"), note("T-999")] }));
    const none = await run("batch", "-f", file);
    assert.equal([none.code, none.out], [1, ""]);
    assert.match(none.err, /actions\[1\]: unknown task: T-999/);
  }));

test("CLI-1: events --follow goes on live, and ends with 0 on SIGINT", () =>
  withHouse(async ({ env, server }) => {
    const child = spawnCli(["events", "--follow", "--json"], env);
    const ended = once(child, "exit");
    const ids: number[] = [];
    if (!child.stdout) throw new Error("no stdout");
    for await (const line of createInterface({ input: child.stdout })) {
      ids.push((JSON.parse(line) as { id: number }).id);
      if (ids.length === 3) child.kill("SIGINT");
      else await server.engine.dispatch("tasks/create", { title: `task ${ids.length}` });
    }
    assert.equal(ids, [1, 2, 3]);
    assert.is((await ended)[0], 0);
  }));

test("CLI-1: exit codes tell refusal 1, usage 2 and no server 3, each with one sentence", () =>
  withHouse(async ({ cli: run, env }) => {
    const gone = { ...env, CLAWTASKER_URL: "http://127.0.0.1:1" };
    const wrong = { ...env, CLAWTASKER_API_TOKEN: "wrong" };
    const cases: [Promise<{ code: number | null; out: string; err: string }>, number, RegExp][] = [
      [run("tasks", "update", "T-999", "--note", "x"), 1, /unknown task: T-999/],
      [cli(["tasks", "create", "x"], wrong), 1, /token/],
      [run("missions", "plan", "-f", "/nowhere.json"), 2, /cannot be read/],
      [run("tasks", "update"), 2, /--help/],
      [run("tasks", "claim"), 2, /--agent-id is required/],
      [run("tasks", "list", "--status", "odd"), 2, /--help/],
      [run("tasks", "update", "T-203", "--progress", "half"), 2, /must be a number/],
      [run("nope"), 2, /nope/],
      [run("agents", "--nope"), 2, /nope/],
      [cli(["agents"], gone), 3, /no ClawTasker server answers at http:\/\/127\.0\.0\.1:1;/],
      [cli(["tasks", "create", "x"], gone), 3, /clawtasker serve/],
      [cli(["events", "--follow"], gone), 3, /no ClawTasker server/],
      [cli(["export"], gone), 3, /no ClawTasker server/],
    ];
    for (const [said, code, sentence] of cases) {
      const { code: given, out, err } = await said;
      assert.is(given, code, err);
      assert.match(err, sentence);
      assert.match(err, /^clawtasker: [^\n]+\n$/, "one sentence");
      assert.is(out, "");
      assert.not.ok(err.includes(TOKEN));
    }
  }));

test("CLI-1: help, version and completion answer without a server", async () => {
  const [help, version, script, words, serve] = await Promise.all([
    cli(["--help"]),
    cli(["--version"]),
    cli(["completion"], { SHELL: "/bin/bash" }),
    cli(["--get-yargs-completions", "clawtasker", "tasks", ""]),
    cli(["serve", "--help"]),
  ]);
  for (const { code, err } of [help, version, script, words, serve]) assert.is(code, 0, err);
  assert.match(help.out, /doctor/);
  assert.match(version.out, /^\d+\.\d+\.\d+\n$/);
  assert.match(script.out, /clawtasker/);
  assert.match(words.out, /claim/);
  assert.match(serve.out, /CLAWTASKER_DATA_DIR/);
});

test("CLI-1: serve starts the server with its own flags, and so do flags alone", async () => {
  for (const args of [
    ["serve", "--port", "x"],
    ["--port", "x"],
  ]) {
    const { code, err } = await cli(args);
    assert.is(code, 2);
    assert.match(err, /^clawtasker: --port must be/);
  }
});

test.run();
