/**
 * What one request to `/mcp` may cost: one message, an answer with a bound, nothing for who is gone.
 * Neighbours: `loop.spec.ts`, `mcp/http.ts`, `mcp/server.ts`.
 */
import { connect } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { MAX_RESULTS } from "../../core/index.ts";
import { list } from "../../core/table.ts";
import { type House, withHouse } from "../support/cli.ts";
import { record } from "../support/core.ts";
import { TOKEN } from "../support/process.ts";

const test = suite("bounds");

interface Said {
  status: number;
  body: { error?: { code: number; message: string }; result?: Result };
}
interface Result {
  isError?: boolean;
  content: { text: string }[];
}

type Snapshot = Record<"agents" | "missions" | "tasks", Record<string, unknown>[]>;

const HEADERS = {
  authorization: `Bearer ${TOKEN}`,
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
};

async function send({ server }: Pick<House, "server">, body: string): Promise<Said> {
  const answer = await fetch(`${server.url}/mcp`, { method: "POST", headers: HEADERS, body });
  return { status: answer.status, body: (await answer.json()) as Said["body"] };
}

const toCall = (name: string, input: object, id = 1) => ({
  jsonrpc: "2.0",
  id,
  method: "tools/call",
  params: { name, arguments: input },
});

async function call(house: Pick<House, "server">, name: string, input: object): Promise<Result> {
  const { body } = await send(house, JSON.stringify(toCall(name, input)));
  assert.ok(body.result, JSON.stringify(body.error));
  return body.result as Result;
}

/** A task as an older release let it grow. */
function fatten({ server }: Pick<House, "server">, count: number): void {
  const task = record(server.engine.view().state.tasks, "T-203");
  const text = "x".repeat(20_000);
  const timestamp = "2026-03-21T09:00:00+00:00";
  const comments = Array.from({ length: count }, (_, n) => {
    return { id: `CM-1-${n}`, author: "codex", text, timestamp };
  });
  Object.assign(task, { comments });
}

test("MCP-2: an array of messages is refused with the way on, and nothing of it is done; what is no message too", () =>
  withHouse(async (house) => {
    const { seq } = house.server.engine.view();
    const comment = { agent_id: "codex", task_id: "T-203", text: "x" };
    const one = toCall("comment_task", comment);
    for (const many of [[one, { ...one, id: 2 }], [one], []]) {
      const { status, body } = await send(house, JSON.stringify(many));
      assert.equal([status, body.error?.code], [400, -32_600]);
      assert.match(body.error?.message ?? "", /one message for each request.*tool batch/);
    }
    for (const [text, status, code] of [
      ["{", 400, -32_700],
      ["null", 400, -32_700],
      [JSON.stringify({ ...one, more: "x".repeat(256 * 1024) }), 413, -32_000],
    ] as const) {
      const { status: found, body } = await send(house, text);
      assert.equal([found, body.error?.code], [status, code]);
    }
    assert.is(house.server.engine.view().seq, seq);
    assert.not.ok((await call(house, "comment_task", comment)).isError);
  }));

test("MCP-2: what is too long to read is refused with how to ask for less, which then answers", () =>
  withHouse(async (house) => {
    fatten(house, 60);
    const refused = await call(house, "get_task", { task_id: "T-203" });
    assert.is(refused.isError, true);
    const [{ text } = { text: "" }] = refused.content;
    assert.match(
      text,
      /^the answer has 12\d{5} characters, more than 1000000; ask get_task .*latest/,
    );
    const uri = "clawtasker://task/T-203";
    const read = { jsonrpc: "2.0", id: 1, method: "resources/read", params: { uri } };
    assert.match((await send(house, JSON.stringify(read))).body.error?.message ?? "", /get_task/);

    const short = await call(house, "get_task", { task_id: "T-203", latest: 2 });
    const { task, left_out } = JSON.parse(short.content[0]?.text ?? "") as {
      task: { title: string; comments: { id: string }[] };
      left_out: object;
    };
    assert.equal(
      task.comments.map(({ id }) => id),
      ["CM-1-58", "CM-1-59"],
    );
    assert.equal(left_out, { comments: 58, activity: 0 });
    const none = await call(house, "get_task", { task_id: "T-203", latest: 0 });
    assert.match(none.content[0]?.text ?? "", /"comments":\[\]/);
    for (const latest of [-1, 1.5, "2", null]) {
      const wrong = await call(house, "get_task", { task_id: "T-203", latest });
      assert.match(wrong.content[0]?.text ?? "", /latest must be an integer/);
    }
  }));

test("MCP-2: a write that was done is told, without what is too long in its answer", () =>
  withHouse(async (house) => {
    fatten(house, 300);
    const { seq } = house.server.engine.view();
    const event = { task_id: "T-203", agent_id: "codex", progress: 60 };
    const { isError, content } = await call(house, "update_task", event);
    assert.not.ok(isError);
    const [{ text } = { text: "" }] = content;
    assert.is(house.server.engine.view().seq, seq + 1);
    assert.match(text, /it is done; too long to be told: task.*get_task.*latest/);
    assert.ok(text.length < 1_000 && MAX_RESULTS < 300 * 20_000);
  }));

test("MCP-2 HTTP-4: a message that is too wide or too deep is refused before anything is made of it", () =>
  withHouse(async (house) => {
    const params = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`k${n}`, {}]));
    const list = (more: object) =>
      send(house, JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list", params: more }));
    const { status, body } = await list(params);
    assert.is(status, 400);
    assert.match(body.error?.message ?? "", /the message has an object of more than 500 fields/);
    assert.is((await list({})).status, 200);
  }));

test("MCP-2: for who went before its message was whole nothing is done", () =>
  withHouse(async (house) => {
    const { port } = new URL(house.server.url);
    const { seq } = house.server.engine.view();
    const body = JSON.stringify(
      toCall("comment_task", { agent_id: "codex", task_id: "T-203", text: "x" }),
    );
    const head = Object.entries({ ...HEADERS, host: `127.0.0.1:${port}` });
    await new Promise<void>((resolve, reject) => {
      const socket = connect(Number(port), "127.0.0.1", () => {
        const lines = head.map(([name, value]) => `${name}: ${value}\r\n`).join("");
        const most = body.slice(0, -1);
        const length = `content-length: ${body.length}`;
        socket.write(`POST /mcp HTTP/1.1\r\n${lines}${length}\r\n\r\n${most}`, () =>
          socket.destroy(),
        );
      });
      socket.on("error", reject).on("close", () => resolve());
    });
    assert.not.ok((await call(house, "company_summary", {})).isError);
    assert.is(house.server.engine.view().seq, seq);
  }));

test("MCP-3: what is read of one task, of one mission or of the company makes the views that are shown, and no others", () =>
  withHouse(async (house) => {
    const { server } = house;
    const answer = await fetch(`${server.url}/api/snapshot`, { headers: HEADERS });
    const snapshot = (await answer.json()) as Snapshot;
    const note = { agent_id: "codex", task_id: "T-203", text: "Another entry" };
    assert.not.ok((await call(house, "comment_task", note)).isError);
    // Nobody but the view of a task reads what done means.
    let views = 0;
    for (const task of list(server.engine.view().state.tasks)) {
      const { definition_of_done } = task;
      Object.defineProperty(task, "definition_of_done", {
        enumerable: true,
        get() {
          views++;
          return definition_of_done;
        },
      });
    }
    const read = async (uri: string) => {
      const message = { jsonrpc: "2.0", id: 1, method: "resources/read", params: { uri } };
      const { body } = await send(house, JSON.stringify(message));
      const { contents } = body.result as unknown as { contents: { text: string }[] };
      return JSON.parse(contents[0]?.text ?? "") as { mission: object; task: { id: string } };
    };
    const [mission] = snapshot.missions;
    assert.equal((await read(`clawtasker://mission/${mission?.id}`)).mission, mission);
    const summary = JSON.parse(
      (await call(house, "company_summary", {})).content[0]?.text ?? "",
    ) as Record<"agents" | "missions" | "open_tasks", Record<string, unknown>[]>;
    assert.is(views, 0);
    for (const [shown, whole] of [
      [summary.agents, snapshot.agents],
      [summary.missions, snapshot.missions],
    ] as const) {
      assert.is(shown.length, whole.length);
      for (const [at, one] of shown.entries()) {
        for (const [name, value] of Object.entries(one)) assert.equal(value, whole[at]?.[name]);
      }
    }
    const open = snapshot.tasks.filter(({ status }) => status !== "done");
    open.sort((a, b) =>
      String(a.priority) < String(b.priority) ? -1 : Number(a.priority !== b.priority),
    );
    assert.equal(
      summary.open_tasks.map(({ id }) => id),
      open.map(({ id }) => id),
    );
    assert.is((await read("clawtasker://task/T-203")).task.id, "T-203");
    assert.not.ok((await call(house, "get_task", { task_id: "T-203", latest: 1 })).isError);
    assert.is(views, 2);
  }));

test("MCP-2: a batch of any number of actions, of any form, is refused with what is wrong, and soon", () =>
  withHouse(async (house) => {
    const odd = { action: { toString: 1 }, body: {} };
    const refusedFor = async (actions: unknown[]) => {
      const { isError, content } = await call(house, "batch", { actions });
      assert.is(isError, true);
      return content[0]?.text ?? "";
    };
    assert.match(await refusedFor([odd]), /^actions\[0\]\.action/);
    const unnamed = { action: "tasks/create", body: { title: "x" } };
    const named = { action: "tasks/create", body: { title: "x", agent_id: "codex" } };
    assert.match(await refusedFor([named, unnamed]), "actions[1].body.agent_id is required");
    const { stringify } = JSON;
    let texts = 0;
    JSON.stringify = ((...given: Parameters<typeof stringify>) => {
      texts++;
      return stringify(...given);
    }) as typeof stringify;
    try {
      assert.match(await refusedFor(Array(3_000).fill(named)), "at most 500");
    } finally {
      JSON.stringify = stringify;
    }
    assert.ok(texts < 100, `${texts} texts were made`);
  }));

test.run();
