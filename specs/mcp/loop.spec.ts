/**
 * The SDK's own client against ours: the whole agent loop by stdio and by streamable HTTP, and what is
 * refused. Neighbours: `mcp/`, `cli/mcp.ts`, the mount in transport-http.
 */
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { actions } from "../../core/index.ts";
import { startServer } from "../../server/compose.ts";
import { CLI, type House, withHouse } from "../support/cli.ts";
import { makeDataDir, postTo, quietConfig, SILENT, TOKEN } from "../support/process.ts";

type Transports = Record<"stdio" | "http", (house: Pick<House, "env">) => Transport>;

const transports: Transports = {
  stdio: ({ env }) =>
    new StdioClientTransport({ command: process.execPath, args: [CLI, "mcp"], env }),
  // The SDK's own class does not fit its own interface under exactOptionalPropertyTypes.
  http: ({ env }) =>
    new StreamableHTTPClientTransport(new URL(`${env.CLAWTASKER_URL}/mcp`), {
      requestInit: { headers: { Authorization: `Bearer ${env.CLAWTASKER_API_TOKEN}` } },
    }) as Transport,
};

interface Model {
  client: Client;
  /** Calls a tool; answers what it says, whether yes or no. */
  call(name: string, input?: object): Promise<{ isError: boolean; text: string; reply: never }>;
}

async function withModel(
  house: Pick<House, "env">,
  by: keyof Transports,
  run: (model: Model) => Promise<void>,
): Promise<void> {
  const client = new Client({ name: "a model", version: "1" });
  await client.connect(transports[by](house));
  try {
    await run({
      client,
      async call(name, input = {}) {
        const result = await client.callTool({ name, arguments: { ...input } });
        const [{ text }] = result.content as [{ text: string }];
        const isError = result.isError === true;
        return { isError, text, reply: (isError ? {} : JSON.parse(text)) as never };
      },
    });
  } finally {
    await client.close();
  }
}

for (const by of ["stdio", "http"] as const) {
  test(`MCP-1: by ${by} a model registers, claims, reports and finishes a task`, () =>
    withHouse((house) =>
      withModel(house, by, async ({ client, call }) => {
        assert.match(client.getInstructions() ?? "", /claim_task/);
        const { tools } = await client.listTools();
        const names = tools.map(({ name }) => name);
        for (const name of ["register_agent", "claim_task", "report_event", "company_summary"]) {
          assert.ok(names.includes(name), name);
        }
        const me = { agent_id: "mina" };
        const registered = await call("register_agent", {
          ...me,
          name: "Mina",
          role: "Writer",
          home_specialist: "prose",
        });
        assert.not.ok(registered.isError, registered.text);
        const nothing = await call("claim_task", me);
        assert.is((nothing.reply as { task: null }).task, null);
        const created = await call("create_task", {
          ...me,
          title: "Write it",
          specialist: "prose",
          status: "ready",
          owner: "mina",
        });
        const { task } = created.reply as { task: { id: string } };
        assert.match(
          (await call("explain_task", { task_id: task.id })).text,
          /can be started by Mina/,
        );
        assert.match((await call("next_task", { owner: "mina" })).text, new RegExp(task.id));

        const claimed = (await call("claim_task", me)).reply as {
          task: { id: string };
          lease: { token: number };
        };
        assert.is(claimed.task.id, task.id);
        const on = { task_id: task.id, ...me, lease_token: claimed.lease.token };
        for (const [name, input] of [
          ["heartbeat", { ...me, status: "working", current_task_id: task.id }],
          ["renew_lease", on],
          ["update_task", { ...on, progress: 50, artifacts: ["it.md"] }],
          ["comment_task", { ...me, task_id: task.id, text: "half of it" }],
          [
            "link_tasks",
            { ...me, source_id: task.id, target_id: "T-203", link_type: "relates-to" },
          ],
          ["publish_run", { ...on, title: "A pass", summary: "words" }],
          ["send_message", { sender: "mina", text: "nearly there" }],
          ["plan_mission", { agent_id: "mina", title: "More", objective: "More words" }],
          ["batch", { actions: [{ action: "tasks/update", body: { ...on, progress: 60 } }] }],
        ] as const) {
          const { isError, text } = await call(name, input);
          assert.not.ok(isError, `${name}: ${text}`);
        }
        const foreign = await call("update_task", {
          task_id: task.id,
          agent_id: "pixel",
          progress: 1,
        });
        assert.ok(foreign.isError);
        assert.match(foreign.text, /is held by mina/);
        const event = (type: string, more: object) => call("report_event", { type, ...more });
        assert.not.ok((await event("needs-validation", on)).isError);
        const done = await event("done", { task_id: task.id, agent_id: "ralph" });
        assert.not.ok(done.isError, done.text);
        const read = (await call("get_task", { task_id: task.id })).reply as {
          task: { status: string };
        };
        assert.is(read.task.status, "done");
        assert.match((await call("company_summary")).text, /"done":\d/);
        const entry = house.server.engine.recentEvents(1)[0];
        assert.is(entry?.meta.task_id, task.id);
      }),
    ));

  test(`MCP-1: by ${by} a refusal is an error result with our sentence; resources can be read`, () =>
    withHouse((house) =>
      withModel(house, by, async ({ client, call }) => {
        const missing = await call("claim_task");
        assert.ok(missing.isError);
        assert.is(missing.text, "agent_id is required");
        // By REST a body without it is the CEO's, whom no lease holds back; a model never is.
        const nobody = await call("update_task", { task_id: "T-203", progress: 1 });
        assert.is(nobody.text, "agent_id is required");
        for (const one of [{ action: "tasks/update", body: { task_id: "T-203" } }, null]) {
          const actions = [{ action: "tasks/comment", body: { agent_id: "codex" } }, one];
          const hidden = await call("batch", { actions });
          assert.ok(hidden.isError);
          const asked = one
            ? "actions[1].body.agent_id is required"
            : "actions[1] must be an object";
          assert.is(hidden.text, asked);
        }
        assert.is((await call("get_task", { task_id: "T-999" })).text, "unknown task: T-999");
        const stale = await client.callTool({
          name: "update_task",
          arguments: { agent_id: "codex", task_id: "T-203", progress: 5, expected_version: 0 },
        });
        assert.match(JSON.stringify(stale.content), /read it again.*current/);
        await assertRejects(
          client.callTool({ name: "no_such_tool", arguments: {} }),
          /unknown tool/,
        );

        const { resources } = await client.listResources();
        const { resourceTemplates } = await client.listResourceTemplates();
        assert.is(resources.length + resourceTemplates.length, 4);
        for (const [uri, holds] of [
          ["clawtasker://task/T-203", /board filters/],
          ["clawtasker://mission/M-300", /release/],
          ["clawtasker://contract", /task_transitions/],
          ["clawtasker://templates", /software-feature/],
        ] as const) {
          assert.match(JSON.stringify(await client.readResource({ uri })), holds);
        }
        await assertRejects(
          client.readResource({ uri: "clawtasker://task/T-999" }),
          /unknown task/,
        );
      }),
    ));
}

test("MCP-1: the tools show the schemas of the declarations", () =>
  withHouse((house) =>
    withModel(house, "http", async ({ client }) => {
      const { tools } = await client.listTools();
      const inputs = { properties: {} as Record<string, object> };
      const claim = tools.find(({ name }) => name === "claim_task")?.inputSchema.properties ?? {};
      const body = actions.get("tasks/claim")?.body;
      const { source: _filledIn, ...declared } = (JSON.parse(JSON.stringify(body)) as typeof inputs)
        .properties;
      assert.equal(claim, declared);
      for (const { name, description, inputSchema } of tools) {
        assert.ok((description ?? "").length > 40, name);
        assert.is(inputSchema.type, "object", name);
      }
    }),
  ));

const INITIALIZE = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "x", version: "1" },
  },
});

test("MCP-1 ACC-1 ACC-3: /mcp asks for the token and refuses a foreign Origin; it knows POST only", () =>
  withHouse(async ({ server }) => {
    const send = (headers: Record<string, string>, method = "POST") =>
      fetch(`${server.url}/mcp`, {
        method,
        headers: {
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
          ...headers,
        },
        ...(method === "POST" && { body: INITIALIZE }),
      });
    const authorization = `Bearer ${TOKEN}`;
    const statuses: [Promise<Response>, number][] = [
      [send({ authorization }), 200],
      [send({}), 401],
      [send({ authorization: "Bearer nearly" }), 401],
      [send({ authorization, origin: "http://evil.example" }), 403],
      [send({ authorization }, "GET"), 405],
      [send({ authorization }, "DELETE"), 405],
    ];
    for (const [answer, status] of statuses) {
      const response = await answer;
      assert.is(response.status, status);
      const text = await response.text();
      assert.not.ok(text.includes(TOKEN));
      if (status === 401) assert.is(response.headers.get("www-authenticate"), "Bearer");
    }
  }));

test("MCP-1 HTTP-21: however deep the arguments of a tool are, it answers and goes on", () =>
  withHouse(async (house) =>
    withModel(house, "http", async ({ client, call }) => {
      const { tools } = await client.listTools();
      // As deep as a short message may be, and as none may.
      const nested = [900, 20_000].map((depth) => `${"[".repeat(depth)}${"]".repeat(depth)}`);
      const authorization = `Bearer ${TOKEN}`;
      for (const { name, inputSchema } of tools) {
        const fields = ["unseen", ...Object.keys(inputSchema.properties ?? {})];
        for (const [field, deep] of fields.flatMap((one) => nested.map((text) => [one, text]))) {
          const given = `{"agent_id":"codex","${field}":${deep}}`;
          const response = await fetch(`${house.server.url}/mcp`, {
            method: "POST",
            headers: {
              authorization,
              "content-type": "application/json",
              accept: "application/json, text/event-stream",
            },
            body: `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${name}","arguments":${given}}}`,
          });
          const said = await response.text();
          const isShort = deep === nested[0];
          assert.is(response.status, isShort ? 200 : 400, said.slice(0, 200));
          assert.not.match(said, /internal/, `${name}: ${field}`);
          if (!isShort) assert.match(said, "nested more than 64 levels deep");
        }
      }
      assert.not.ok((await call("company_summary")).isError);
    }),
  ));

test("MCP-1 ACC-4: writes by MCP meet the write limit, and say when to try again", async () => {
  const { dir, remove } = makeDataDir();
  const config = { ...quietConfig(dir), writesPerMinute: 2 };
  const server = await startServer({ config, log: SILENT });
  const env = { CLAWTASKER_URL: server.url, CLAWTASKER_API_TOKEN: TOKEN };
  try {
    await withModel({ env }, "http", async ({ call }) => {
      const comment = () =>
        call("comment_task", { agent_id: "codex", task_id: "T-203", text: "hello" });
      assert.equal([(await comment()).isError, (await comment()).isError], [false, false]);
      assert.match(
        (await comment()).text,
        /more than 2 writes in a minute from this address \(CLAWTASKER_WRITE_LIMIT\); try again in \d+ s/,
      );
      assert.not.ok((await call("company_summary")).isError, "reading is not counted");
    });
  } finally {
    await server.close();
    remove();
  }
});

test("MCP-1 AGT-8: a claim that waits by MCP is woken by a task, and ends when its caller goes", () =>
  withHouse(async (house) => {
    const { engine } = house.server;
    const others = engine.feed.subscribers();
    await withModel(house, "http", async ({ client, call }) => {
      const waiting = call("claim_task", { agent_id: "iris", wait_seconds: 30 });
      await until(() => engine.feed.subscribers() === others + 1);
      await engine.dispatch("tasks/create", { title: "for iris", owner: "iris", status: "ready" });
      assert.is(((await waiting).reply as { task: { owner: string } }).task.owner, "iris");
      const gone = new AbortController();
      const given = { name: "claim_task", arguments: { agent_id: "ledger", wait_seconds: 30 } };
      const left = client.callTool(given, undefined, { signal: gone.signal }).catch(() => null);
      await until(() => engine.feed.subscribers() === others + 1);
      gone.abort();
      await left;
    });
    await until(() => engine.feed.subscribers() === others);
    assert.is(engine.feed.subscribers(), others);
  }));

test("MCP-1: by stdio a model is told when no server answers", () =>
  withModel({ env: { CLAWTASKER_URL: "http://127.0.0.1:1" } }, "stdio", async ({ call }) => {
    const { isError, text } = await call("company_summary");
    assert.ok(isError);
    assert.match(text, /cannot be reached/);
  }));

async function assertRejects(promise: Promise<unknown>, sentence: RegExp): Promise<void> {
  const error = await promise.then(
    () => null,
    (thrown: Error) => thrown,
  );
  assert.ok(error, "it was not refused");
  assert.match(error.message, sentence);
}

/** Turns of the loop until it holds; the sockets of this process need them. */
async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!holds() && Date.now() < deadline) await new Promise((resolve) => setImmediate(resolve));
}

for (const by of ["stdio", "http"] as const) {
  test(`ACC-8: by ${by} a model with an agent's token acts as that agent alone`, () =>
    withHouse(async ({ env }) => {
      const make = async (body: object) => {
        const { body: made } = await postTo(env.CLAWTASKER_URL ?? "", "tokens/create", body);
        return { ...env, CLAWTASKER_API_TOKEN: String(made.token) };
      };
      const agent = await make({ name: "m", role: "agent", agent_id: "codex" });
      await withModel({ env: agent }, by, async ({ call }) => {
        assert.not.ok((await call("claim_task", { agent_id: "codex" })).isError);
        const other = await call("claim_task", { agent_id: "ralph" });
        assert.ok(other.isError);
        assert.match(other.text, "agent_id is refused for the token m");
      });
      const observer = await make({ name: "o", role: "observer" });
      await withModel({ env: observer }, by, async ({ call }) => {
        assert.not.ok((await call("company_summary")).isError);
        const write = await call("heartbeat", { agent_id: "codex" });
        assert.ok(write.isError);
        assert.match(write.text, "a token of the role observer");
      });
    }));
}

test.run();
