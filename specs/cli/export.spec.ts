/** A company leaves by `export` and begins again by `import`: whole, or not at all. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromText } from "../../cli/archive.ts";
import { type State, toWireState, type WireState } from "../../core/index.ts";
import { startServer } from "../../server/compose.ts";
import { type House, withHouse } from "../support/cli.ts";
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

test.run();
