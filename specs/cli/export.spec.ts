/** A company leaves by `export` and begins again by `import`: whole, or not at all. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromText } from "../../cli/archive.ts";
import { type State, toWireState, type WireState } from "../../core/index.ts";
import { startServer } from "../../server/compose.ts";
import { CLI, type House, withHouse } from "../support/cli.ts";
import { quietConfig, SILENT } from "../support/process.ts";

/** The state without the numbers that begin again with a new journal. */
function withoutNumbers(state: State): WireState {
  const bare = (key: string, value: unknown) => {
    if (key === "version" || key === "token") return 0;
    return value;
  };
  return JSON.parse(JSON.stringify(toWireState(state), bare)) as WireState;
}

async function workAWhile({ server: { engine } }: House): Promise<void> {
  await engine.dispatch("tasks/claim", { agent_id: "codex", ttl_seconds: 3_600 });
  await engine.dispatch("tasks/comment", { task_id: "T-203", text: "größer \u2028 <b>\n" });
  await engine.dispatch("tasks/delete", { task_id: "T-214" });
  await engine.dispatch("agents/register", { agent_id: "4711", name: "A number", role: "Tester" });
}

test("CLI-1: export and import give the same company, and ids go on where they were", () =>
  withHouse(async (house) => {
    await workAWhile(house);
    const { server, dir, cli } = house;
    const file = join(dir, "company.jsonl");
    assert.is((await cli("export", file)).code, 0);
    const printed = await cli("export");
    assert.is(printed.out.split("\n").length, readFileSync(file, "utf8").split("\n").length);

    const target = join(dir, "new");
    const imported = await cli("import", file, "--data-dir", target, "--json");
    assert.is(imported.code, 0, imported.err);
    assert.is((JSON.parse(imported.out) as { from: string }).from, server.engine.journalId());

    const again = await startServer({ config: quietConfig(target), log: SILENT });
    try {
      const { state } = again.engine.view();
      assert.equal(withoutNumbers(state), withoutNumbers(server.engine.view().state));
      assert.is.not(again.engine.journalId(), server.engine.journalId());
      const wire = toWireState(state);
      const { lease, version } = wire.tasks["T-208"] ?? {};
      assert.ok(lease && lease.token === version && version <= again.engine.view().seq);
      const [first, second] = await Promise.all([
        again.engine.dispatch("tasks/create", { title: "next" }),
        server.engine.dispatch("tasks/create", { title: "next" }),
      ]);
      assert.ok(first.ok && second.ok && first.reply.task.id === second.reply.task.id);
      const mine = { task_id: "T-208", agent_id: "codex", progress: 50 };
      assert.ok((await again.engine.dispatch("tasks/update", mine)).ok, "the holder goes on");
      const other = await again.engine.dispatch("tasks/update", { ...mine, agent_id: "pixel" });
      assert.ok(!other.ok && other.code === "held");
    } finally {
      await again.close();
    }
  }));

test("CLI-1: what is archived stays behind, and nothing that is imported counts it", () =>
  withHouse(async ({ server, dir, cli }) => {
    const { engine } = server;
    const moved = await engine.dispatch("system/archive_talk", { days: 0, keep: 1, most: 200 });
    assert.ok(moved.ok && moved.reply.message_ids.length > 0);
    const file = join(dir, "company.jsonl");
    await cli("export", file);
    const { state } = fromText(readFileSync(file, "utf8"));
    assert.equal(state.archive, { tasks: 0, since: 0 });
    const { threads, messages } = toWireState(engine.view().state);
    assert.ok(Object.values(threads).some(({ archived_messages }) => archived_messages));
    assert.ok(Object.values(state.threads).every((one) => !("archived_messages" in one)));
    assert.equal(state.messages, messages);
  }));

test("CLI-1: import refuses what is damaged, and a folder that holds a company, and changes nothing", () =>
  withHouse(async ({ dir, cli, server }) => {
    const file = join(dir, "company.jsonl");
    await cli("export", file);
    const text = readFileSync(file, "utf8");
    const target = join(dir, "new");
    const damaged: [string, RegExp][] = [
      [text.slice(0, -40), /cut short/],
      [text.slice(0, text.length / 2), /end is missing|cut short/],
      [text.replace("T-203", "T-293"), /changed after/],
      [
        text
          .split("\n")
          .filter((_, index) => index !== 5)
          .join("\n"),
        /changed after/,
      ],
      ["{}", /end is missing/],
      ["", /no export/],
    ];
    for (const [content, why] of damaged) assert.throws(() => fromText(content), why);
    const bad = join(dir, "bad.jsonl");
    writeFileSync(bad, text.replace("T-203", "T-293"));
    const { code, err } = await cli("import", bad, "--data-dir", target);
    assert.is(code, 1);
    assert.match(err, /^clawtasker: .*bad\.jsonl cannot be imported: it was changed/);
    assert.not.ok(existsSync(target), "nothing was made");
    assert.match(
      (await cli("import", join(dir, "none"), "--data-dir", target)).err,
      /no such file/,
    );
    const inUse = await cli("import", file, "--data-dir", dir);
    assert.is(inUse.code, 1);
    assert.match(inUse.err, /another server is using/);
    assert.is((await cli("import", file, "--data-dir", target)).code, 0);
    const twice = await cli("import", file, "--data-dir", target);
    assert.is(twice.code, 1);
    assert.match(twice.err, /holds a company already/);
    assert.is(server.engine.view().seq, 1);
  }));

/** The export with one record or single changed, its digest made anew. */
function altered(text: string, change: (line: Line) => void): string {
  const lines = text.trimEnd().split("\n").slice(0, -1);
  const body = lines
    .map((line) => {
      const value = JSON.parse(line) as Line;
      change(value);
      return `${JSON.stringify(value)}\n`;
    })
    .join("");
  const sha256 = createHash("sha256").update(body).digest("hex");
  return `${body}${JSON.stringify({ end: true, records: lines.length - 1, sha256 })}\n`;
}

interface Line {
  id?: string;
  record?: Record<string, unknown>;
  state?: Record<string, unknown>;
}

test("CLI-1: import refuses a record that is none, names where it is wrong, and changes nothing", () =>
  withHouse(async ({ dir, cli }) => {
    const file = join(dir, "company.jsonl");
    await cli("export", file);
    const text = readFileSync(file, "utf8");
    const target = join(dir, "new");
    const record = (id: string, fields: object) => (line: Line) => {
      if (line.id === id && line.record) Object.assign(line.record, fields);
    };
    const renamed = (id: string, to: string) => (line: Line) => {
      if (line.id !== id || !line.record) return;
      line.id = to;
      line.record.id = to;
    };
    const single = (fields: object) => (line: Line) => {
      if (line.state) Object.assign(line.state, fields);
    };
    const wrong: [(line: Line) => void, RegExp][] = [
      [record("T-203", { comments: 5 }), /tasks\/T-203\/comments must be array/],
      [record("T-203", { comments: undefined }), /tasks\/T-203 .*'comments'/],
      [record("T-203", { comments: [{ id: 1 }] }), /tasks\/T-203\/comments\/0/],
      [record("T-203", { status: "gone" }), /tasks\/T-203\/status/],
      [record("T-203", { updated_at: "yesterday" }), /tasks\/T-203\/updated_at/],
      [record("T-203", { id: "T-204" }), /tasks\/T-203\/id must be T-203/],
      [record("codex", { skills: null }), /agents\/codex\/skills/],
      [record("M-300", { milestones: "x" }), /missions\/M-300\/milestones/],
      [renamed("T-203", "a/../../x"), /tasks\/a\/\.\.\/\.\.\/x is no id of its kind/],
      [renamed("T-203", "W-203"), /tasks\/W-203 is no id of its kind/],
      [renamed("codex", "../codex"), /agents\/\.\.\/codex is no id of its kind/],
      [renamed("codex", "co\u202edex"), /agents\/.* is no id of its kind/],
      [record("orion", { manager: "orion" }), /agents\/orion\/manager leads back to itself/],
      [record("orion", { manager: "codex" }), /agents\/\w+\/manager leads back to itself/],
      [record("T-203", { depends_on: ["T-203"] }), /tasks\/T-203\/depends_on leads back/],
      [
        ({ state }) => Object.assign(state?.counters ?? {}, { task: Number.MAX_SAFE_INTEGER }),
        /counters\/task must be at most 1000000000000/,
      ],
      [single({ counters: { task: "many" } }), /counters\/task must be integer/],
      [single({ company: { name: 1 } }), /company/],
      [single({ swept_at: 7 }), /swept_at/],
    ];
    for (const [change, why] of wrong) {
      const bad = join(dir, "bad.jsonl");
      writeFileSync(bad, altered(text, change));
      const { code, err } = await cli("import", bad, "--data-dir", target);
      assert.equal([code, err.split("\n").length], [1, 2], err);
      assert.match(err, why);
      assert.match(err, /bad\.jsonl cannot be imported: .*; nothing was written/);
      assert.not.ok(existsSync(target), "nothing was made");
    }
    writeFileSync(
      join(dir, "same.jsonl"),
      altered(text, () => {}),
    );
    assert.is((await cli("import", join(dir, "same.jsonl"), "--data-dir", target)).code, 0);
  }));

test("CLI-1 CORE-5: what is imported is never given out again, whatever the export says was the last", () =>
  withHouse(async ({ server, dir, cli }) => {
    const file = join(dir, "company.jsonl");
    await cli("export", file);
    const lower = ({ state }: Line) => {
      const counters = state?.counters as Record<string, number> | undefined;
      for (const kind in counters) counters[kind] = Number(kind === "run");
    };
    writeFileSync(file, altered(readFileSync(file, "utf8"), lower));
    const target = join(dir, "new");
    assert.is((await cli("import", file, "--data-dir", target)).code, 0);
    const again = await startServer({ config: quietConfig(target), log: SILENT });
    try {
      const { counters, tasks } = toWireState(again.engine.view().state);
      const numbers = Object.keys(tasks).map((id) => Number(id.slice(2)));
      const { task: _archived, ...others } = server.engine.view().state.counters;
      assert.equal(counters, { ...others, task: Math.max(...numbers) });
    } finally {
      await again.close();
    }
  }));

test("CLI-1: import reads a file, or stdin as -, and waits for nothing else", () =>
  withHouse(async ({ dir, cli }) => {
    const pipe = join(dir, "pipe");
    execFileSync("mkfifo", [pipe]);
    for (const what of [pipe, "/dev/zero", dir]) {
      const { code, err } = await cli("import", what, "--data-dir", join(dir, "new"));
      assert.is(code, 1);
      assert.match(err, /cannot be imported: it is no file; use - for stdin/);
    }
    const { out } = await cli("export", "-");
    assert.match(out, /"T-203"/, "a dash is stdout");
    const target = join(dir, "by-stdin");
    const input = { input: out, encoding: "utf8" as const };
    const said = execFileSync(process.execPath, [CLI, "import", "-", "--data-dir", target], input);
    assert.match(said, /records of/);

    // Stands in for a program that never ends: a file without a size.
    const endless = openSync("/dev/zero", "r");
    try {
      execFileSync(process.execPath, [CLI, "import", "-", "--data-dir", join(dir, "new")], {
        stdio: [endless, "ignore", "pipe"],
        timeout: 60_000,
      });
      assert.unreachable("it was imported");
    } catch (error) {
      assert.match(String((error as { stderr?: Buffer }).stderr), /it is larger than 512 MiB/);
    } finally {
      closeSync(endless);
    }
  }));

test.run();
