/** The playbook for agents: its programs run against a real server as they stand, its words are true. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { createClient } from "../../client/index.ts";
import { agentContract } from "../../core/contract.ts";
import { REJECTION_CODES } from "../../core/errors.ts";
import { type RunningServer, startServer } from "../../server/compose.ts";
import { within } from "../client-package/within.ts";
import { makeDataDir, quietConfig, SILENT, TOKEN } from "../support/process.ts";

const root = new URL("../../../", import.meta.url);
const text = readFileSync(new URL("docs/agents.md", root), "utf8");
const CLIENT = new URL("../../client/index.js", import.meta.url).href;

/** The code blocks of a language, in order. */
function blocks(language: string): string[] {
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , code = ""]) => code);
}

function block(language: string, nth: number): string {
  const code = blocks(language)[nth];
  assert.ok(code, `block ${nth} in ${language}`);
  return code;
}

interface Stage {
  server: RunningServer;
  /** Runs a file with this text; both streams go to the output. */
  run(program: string, file: string, code: string): { child: ChildProcess; output(): string };
  create(title: string): Promise<string>;
}

async function onStage(play: (stage: Stage) => Promise<void>): Promise<void> {
  const data = makeDataDir();
  const server = await startServer({ config: quietConfig(data.dir), log: SILENT });
  const running: ChildProcess[] = [];
  try {
    const stage: Stage = {
      server,
      run(program, file, code) {
        const path = join(data.dir, file);
        writeFileSync(path, code);
        const { PATH = "", HOME = "" } = process.env;
        const env = { PATH, HOME, CLAWTASKER_URL: server.url, CLAWTASKER_API_TOKEN: TOKEN };
        const child = spawn(program, [path], { env, stdio: ["ignore", "pipe", "pipe"] });
        running.push(child);
        let said = "";
        for (const stream of [child.stdout, child.stderr]) {
          stream?.on("data", (chunk: Buffer) => {
            said += chunk.toString();
          });
        }
        return { child, output: () => said };
      },
      async create(title) {
        const client = createClient({ url: server.url, token: TOKEN });
        const fields = { specialist: "translation", status: "ready" as const };
        return (await client.post("tasks/create", { title, ...fields })).task.id;
      },
    };
    await within(play(stage));
  } finally {
    for (const child of running) child.kill("SIGKILL");
    await server.close();
    data.remove();
  }
}

/** Resolves when a task of this title is in validation; rejects when the program ends before. */
async function validated(server: RunningServer, title: string, ended?: Promise<unknown>) {
  const done = new AbortController();
  const client = createClient({ url: server.url });
  const watched = (async () => {
    for await (const item of client.subscribe({ since: 0, signal: done.signal })) {
      if (item.type !== "event" || item.event.details !== "status→validation") continue;
      const task = (await client.get("snapshot")).tasks.find((one) => one.title === title);
      if (task?.status === "validation") return task;
    }
    throw new Error("the program ended before its task was done");
  })();
  void ended?.then(() => done.abort());
  try {
    return await watched;
  } finally {
    done.abort();
  }
}

test("DOC-1: the curl blocks make a task, claim it and take it to validation", async () => {
  await onStage(async ({ server, run }) => {
    const { child, output } = run("sh", "loop.sh", `set -e\n${blocks("sh").join("\n")}`);
    const [code] = await once(child, "exit");
    assert.is(code, 0, output());
    const task = await validated(server, "Translate the welcome page");
    assert.is(task.owner, "lingo");
    assert.is(task.progress, 60);
    assert.equal(task.artifacts, ["welcome.fr.md"]);
    assert.is(task.lease, null);
  });
});

test("DOC-1: the TypeScript agent does a task, and ends cleanly when told to", async () => {
  await onStage(async ({ server, run, create }) => {
    const code = block("ts", 0).replaceAll('"clawtasker/client"', JSON.stringify(CLIENT));
    const { child, output } = run(process.execPath, "agent.mjs", code);
    const ended = once(child, "exit");
    await create("The price list");
    const task = await validated(server, "The price list", ended);
    assert.is(task.owner, "lingo");
    assert.equal(task.artifacts, [`translations/${task.id}.fr.md`]);
    child.kill("SIGTERM");
    const [exit] = await ended;
    assert.is(exit, 0, output());
  });
});

test("DOC-1: the TypeScript client shows a stale update and an event, and ends", async () => {
  await onStage(async ({ run }) => {
    const code = block("ts", 1).replaceAll('"clawtasker/client"', JSON.stringify(CLIENT));
    const { child, output } = run(process.execPath, "client.mjs", code);
    const [exit] = await once(child, "exit");
    assert.is(exit, 0, output());
    assert.match(output(), /409 stale/);
    assert.match(output(), /created T-\d+/);
  });
});

const python = findPython();
if (python === null) {
  console.log("skipped: the Python block of docs/agents.md needs python3 with requests");
} else {
  test("DOC-1: the Python agent does a task", async () => {
    await onStage(async ({ server, run, create }) => {
      const { child, output } = run(python, "agent.py", block("python", 0));
      const ended = once(child, "exit");
      await create("The manual");
      const task = await validated(server, "The manual", ended).catch((error: Error) => {
        throw new Error(`${error.message}: ${output()}`);
      });
      assert.is(task.owner, "lingo");
      assert.is(task.comments.at(-1)?.text, "Translated: The manual");
    });
  });
}

function findPython(): string | null {
  try {
    execFileSync("python3", ["-c", "import requests"], { stdio: "ignore" });
    return "python3";
  } catch {
    return null;
  }
}

test("DOC-1: the prompt fragment is the one that agents are given", () => {
  assert.is(block("text", 0), `${agentContract().system_prompt}\n`);
});

test("DOC-1: the configurations are well-formed and name what there is", () => {
  for (const json of blocks("json")) {
    const { mcpServers, servers } = JSON.parse(json) as Record<string, Record<string, object>>;
    assert.ok((mcpServers ?? servers)?.clawtasker, json);
  }
  const { bin } = JSON.parse(
    readFileSync(fileURLToPath(new URL("package.json", root)), "utf8"),
  ) as {
    bin: Record<string, string>;
  };
  assert.ok(bin.clawtasker?.endsWith("dist/cli/main.js"), "npx clawtasker mcp");
});

test("DOC-1: every code of a refusal is in the table of errors", () => {
  const table = text.slice(text.indexOf("## Errors"));
  for (const code of REJECTION_CODES) assert.ok(table.includes(`\`${code}\``), code);
});

test.run();
