/** The whole agent against the real server: it works, it loses, it fails, it ends; and leaves no mess. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  type AgentOptions,
  ClawTaskerError,
  type Client,
  createClient,
  runAgent,
  type TaskHandler,
  type Work,
} from "../../client/index.ts";
import type { StreamEvent } from "../../core/index.ts";
import { table } from "../../core/index.ts";
import { type RunningServer, startServer } from "../../server/compose.ts";
import { makeDataDir, quietConfig, SILENT, TOKEN } from "../support/process.ts";
import { within } from "./within.ts";

const ID = "smith";
const TTL_SECONDS = 90;

interface House {
  server: RunningServer;
  client: Client;
  /** Paths of all requests sent by the client. */
  sent: string[];
  /** Ends the waits of so many milliseconds that are under way, and those to come. */
  release(ms: number): void;
  restart(): Promise<void>;
  /** A ready task of the agent's own; answers its id. */
  give(title: string): Promise<string>;
  task(id: string): NonNullable<ReturnType<typeof taskOf>>;
  /** Resolves with the first event, from the beginning on, that fits. */
  event(fits: (event: StreamEvent) => boolean): Promise<StreamEvent>;
  start(onTask: TaskHandler, more?: Partial<AgentOptions>): { stop(): Promise<void> };
}

const taskOf = (server: RunningServer, id: string) =>
  table.get(server.engine.view().state.tasks, id);

async function withHouse(run: (house: House) => Promise<void>): Promise<void> {
  const data = makeDataDir();
  const config = quietConfig(data.dir);
  let server = await startServer({ config, log: SILENT });
  const sent: string[] = [];
  const released = new Set<number>();
  const waits = new Set<{ ms: number; end(): void }>();
  const client = createClient({
    url: server.url,
    token: TOKEN,
    random: () => 0,
    fetch(target, init) {
      sent.push(new URL(target).pathname.slice("/api/".length));
      return fetch(target, init);
    },
    // Short ones go by; long ones (renewal, heartbeat, grace) end when the spec says so, or by abort.
    wait: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        if (ms < 2_000 || released.has(ms)) return void setTimeout(resolve, 1);
        const one = {
          ms,
          end() {
            waits.delete(one);
            resolve();
          },
        };
        waits.add(one);
        signal?.addEventListener("abort", () => one.end(), { once: true });
      }),
  });
  const agents: { stop(): Promise<void> }[] = [];
  const watching = new AbortController();
  const house: House = {
    get server() {
      return server;
    },
    client,
    sent,
    release(ms) {
      for (const one of [...waits]) if (one.ms === ms) one.end();
    },
    async restart() {
      await server.close();
      server = await startServer({ config: { ...config, port: server.port }, log: SILENT });
    },
    async give(title) {
      const payload = { title, owner: ID, status: "ready" as const };
      return (await client.post("tasks/create", payload)).task.id;
    },
    task(id) {
      const task = taskOf(server, id);
      assert.ok(task, `no task ${id}`);
      return task;
    },
    async event(fits) {
      // Over the wire, since the server may be another one in between.
      const watcher = createClient({ url: server.url, random: () => 0.02 });
      const { signal } = watching;
      for await (const item of watcher.subscribe({ since: 0, signal })) {
        if (item.type === "event" && fits(item.event)) return item.event;
      }
      throw new Error("the event did not come");
    },
    start(onTask, more = {}) {
      const stopping = new AbortController();
      const running = runAgent({
        client,
        id: ID,
        name: "Smith",
        role: "Spec Agent",
        specialists: ["code"],
        ttlSeconds: TTL_SECONDS,
        graceMs: 1_000,
        onTask,
        ...more,
        signal: stopping.signal,
      } as AgentOptions);
      const agent = {
        async stop() {
          stopping.abort();
          await running;
        },
      };
      agents.push(agent);
      return agent;
    },
  };
  try {
    await client.post("agents/register", { agent_id: ID, name: "Smith", role: "Spec Agent" });
    await within(run(house));
  } finally {
    watching.abort();
    // One that failed to end has been told by its spec.
    await within(Promise.all(agents.map((agent) => agent.stop()))).catch(() => {});
    await server.close();
    data.remove();
  }
}

const about = (id: string, action: string) => (event: StreamEvent) =>
  event.meta.action === action && event.meta.task_id === id;

/** The registration of the agent after so many others, the house's own among them. */
function registered(others: number): (event: StreamEvent) => boolean {
  let seen = 0;
  return ({ meta }) =>
    meta.action === "agents/register" && meta.agent_id === ID && seen++ === others;
}

/** A handler that works until it is told to stop. */
function patient(): { onTask: TaskHandler; began: Promise<Work> } {
  let begin = (_: Work) => {};
  const began = new Promise<Work>((resolve) => {
    begin = resolve;
  });
  return {
    began,
    onTask: (_task, work) =>
      new Promise<void>((resolve) => {
        work.signal.addEventListener("abort", () => resolve());
        begin(work);
      }),
  };
}

test("CLT-3, AGT-4: an agent does its tasks from claim to validation, one after the other", async () => {
  await withHouse(async (house) => {
    const first = await house.give("First");
    const second = await house.give("Second");
    let atOnce = 0;
    let most = 0;
    const agent = house.start(async (task, work) => {
      most = Math.max(most, ++atOnce);
      await work.report(40, "Half of it.");
      await work.artifacts("out/a.md");
      await work.artifacts("out/b.md");
      await work.comment(`Done with ${task.title}.`);
      atOnce--;
      return `Please look at ${task.title}.`;
    });
    for (const id of [first, second]) await house.event(about(id, "tasks/event"));
    await agent.stop();
    assert.is(most, 1);
    for (const id of [first, second]) {
      const task = house.task(id);
      assert.is(task.status, "validation");
      assert.is(task.progress, 40);
      assert.is(task.lease, null);
      assert.equal(task.artifacts, ["out/a.md", "out/b.md"]);
      const said = task.comments.map(({ text }) => text);
      assert.equal(said, [`Done with ${task.title}.`, `Please look at ${task.title}.`]);
    }
    const smith = table.get(house.server.engine.view().state.agents, ID);
    assert.is(smith?.status, "offline");
    assert.is(smith?.current_task_id, null);
    assert.is(smith?.home_specialist, "code");
  });
});

test("CLT-3: what comes later is waited for, not asked for again and again", async () => {
  await withHouse(async (house) => {
    const agent = house.start(async () => "Done.");
    await house.event(registered(1));
    const id = await house.give("Late");
    await house.event(about(id, "tasks/event"));
    await agent.stop();
    assert.ok(house.sent.filter((name) => name === "tasks/claim").length <= 3);
  });
});

test("CLT-3: a write that learns that the lease is lost is the last one", async () => {
  await withHouse(async (house) => {
    const id = await house.give("Contested");
    const errors: unknown[] = [];
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const agent = house.start(
      async (_task, work) => {
        // Behind its back the task is handed over, and taken up.
        await house.client.post("tasks/update", { task_id: id, owner: "codex" });
        await house.client.post("tasks/claim", { agent_id: "codex", task_id: id });
        const before = house.sent.length;
        for (const attempt of [1, 2, 3]) {
          await work.report(attempt).then(
            () => assert.unreachable(),
            (error: unknown) => errors.push(error),
          );
        }
        assert.equal(house.sent.slice(before), ["tasks/update"]);
        assert.ok(work.signal.aborted);
        finish();
        return "I thought I had it.";
      },
      { onError: (error) => void errors.push(error) },
    );
    await finished;
    await agent.stop();
    assert.ok(errors.length >= 3);
    for (const error of errors) {
      assert.instance(error, ClawTaskerError);
      assert.is((error as ClawTaskerError).code, "held");
      assert.is((error as ClawTaskerError).holder, "codex");
    }
    assert.is(house.task(id).status, "in_progress");
    assert.is(house.task(id).lease?.holder, "codex");
    assert.is(house.task(id).progress, 0);
  });
});

test("CLT-3: the renewal keeps the lease, and tells the handler when it is lost", async () => {
  await withHouse(async (house) => {
    const id = await house.give("Watched");
    const { onTask, began } = patient();
    const agent = house.start(onTask);
    const work = await began;
    house.release((TTL_SECONDS * 1_000) / 3);
    await house.event(about(id, "tasks/renew"));
    await house.client.post("tasks/update", { task_id: id, owner: "codex" });
    const aborted = new Promise((resolve) => work.signal.addEventListener("abort", resolve));
    // The next wait begins once the answer to the renewal is there.
    const nudge = setInterval(() => house.release((TTL_SECONDS * 1_000) / 3), 2);
    await within(aborted).finally(() => clearInterval(nudge));
    assert.is((work.signal.reason as ClawTaskerError).code, "held");
    await agent.stop();
    assert.not(house.sent.includes("tasks/event"));
    assert.not(house.sent.includes("tasks/release"));
  });
});

test("CLT-3: a handler that throws blocks its task with the message, and gives it back", async () => {
  await withHouse(async (house) => {
    const id = await house.give("Doomed");
    const agent = house.start(async () => {
      throw new Error("no licence for the font");
    });
    await house.event(about(id, "tasks/release"));
    await agent.stop();
    const task = house.task(id);
    assert.ok(task.blocked);
    assert.equal(task.blockers, ["no licence for the font"]);
    assert.is(task.lease, null);
    assert.is(task.status, "ready");
  });
});

test("CLT-3: an agent that is told to end gives its task back, and says why", async () => {
  await withHouse(async (house) => {
    const id = await house.give("Unfinished");
    const { onTask, began } = patient();
    const agent = house.start(onTask);
    await began;
    await agent.stop();
    const task = house.task(id);
    assert.is(task.status, "ready");
    assert.is(task.lease, null);
    const gave = task.activity.find(({ field }) => field === "lease");
    assert.match(String(gave?.to), /ended before/);
  });
});

test("CLT-3: a handler that does not heed its signal is left behind after the time of grace", async () => {
  await withHouse(async (house) => {
    const id = await house.give("Stubborn");
    let begin = () => {};
    const began = new Promise<void>((resolve) => {
      begin = resolve;
    });
    let end = () => {};
    const agent = house.start(async (_task, work) => {
      begin();
      await new Promise<void>((resolve) => {
        end = resolve;
      });
      await work.report(99);
    });
    await began;
    await agent.stop();
    assert.is(house.task(id).lease, null);
    const before = house.sent.length;
    end();
    await new Promise((resolve) => setImmediate(resolve));
    assert.is(house.sent.length, before, "nothing is written after the end");
  });
});

test("CLT-3, AGT-2: an agent that comes back goes on with its task, and its earlier life is shut out", async () => {
  await withHouse(async (house) => {
    const id = await house.give("Taken up again");
    const earlier = await house.client.post("tasks/claim", { agent_id: ID, task_id: id });
    const token = earlier.lease?.token ?? 0;
    const { onTask, began } = patient();
    const agent = house.start(onTask);
    const { lease } = await began;
    assert.ok(lease.token > token);
    const proof = { task_id: id, agent_id: ID, lease_token: token };
    await house.client.post("tasks/update", { ...proof, progress: 1 }).then(
      () => assert.unreachable(),
      (error: ClawTaskerError) => assert.is(error.code, "held"),
    );
    await agent.stop();
  });
});

test("CLT-3: a restart of the server is waited for, in the middle of a task and of a claim", async () => {
  await withHouse(async (house) => {
    const id = await house.give("Over the restart");
    const agent = house.start(async (task, work) => {
      if (task.id === id) await house.restart();
      await work.report(50);
      return "Done.";
    });
    await house.event(about(id, "tasks/event"));
    await house.restart();
    const later = await house.give("After another restart");
    await house.event(about(later, "tasks/event"));
    await agent.stop();
    assert.is(house.task(later).status, "validation");
  });
});

test("CLT-3: an agent of a company that was begun anew registers again", async () => {
  await withHouse(async (house) => {
    const agent = house.start(async () => "Done.");
    await house.event(registered(1));
    await house.client.post("demo/reset", {});
    await house.event(registered(2));
    const id = await house.give("In the new company");
    await house.event(about(id, "tasks/event"));
    await agent.stop();
  });
});

test("CLT-3: what is wrong for good ends the agent with the server's words", async () => {
  await withHouse(async ({ server }) => {
    const options = { url: server.url, token: "wrong", id: ID, name: "Smith", role: "Spec Agent" };
    await runAgent({ ...options, onTask: async () => "Done." }).then(
      () => assert.unreachable(),
      (error: ClawTaskerError) => assert.is(error.status, 401),
    );
  });
});

test.run();
