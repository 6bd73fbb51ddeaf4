/**
 * Claims over real HTTP against the real server and its database: agents that crash and agents that
 * freeze, judged in the end by the journal alone.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Engine, Entry } from "../../core/index.ts";
import type { Lease, Task } from "../../core/state/tasks/task.ts";
import { get, values } from "../../core/table.ts";
import { openSqliteJournal } from "../../journal/index.ts";
import { type RunningServer, startServer } from "../../server/compose.ts";
import {
  type Answer,
  makeDataDir,
  postTo,
  quietConfig,
  SILENT,
  TOKEN,
} from "../support/process.ts";
import { createRandom, type Random, seedOf } from "../support/random.ts";
import { grouped, part, sizeFor } from "../support/soak.ts";
import { eventually } from "../support/streams.ts";

const CROWD = sizeFor("agents", 200);
const [AGENTS, TASKS] = [CROWD.soaking ? 100 : 30, CROWD.count];
const RACES = sizeFor("race", 20);
/** As short as a lease may be. */
const TTL_SECONDS = 2;
/** By when a lost task must be with another agent (see the issue's own measure). */
const GRACE_MS = 2_000;

interface House {
  server: RunningServer;
  engine: Engine;
  url: string;
  /** Must be answered with 200. */
  does(name: string, body: object): Promise<Record<string, unknown>>;
}

/** Runs with a server of its own on a company without tasks; answers the folder's journal after it. */
async function withServer(run: (house: House) => Promise<void>): Promise<Entry[]> {
  const { dir, remove } = makeDataDir();
  const config = { ...quietConfig(dir), begin: "blank" as const, maxExpiries: 1_000 };
  try {
    const server = await startServer({ config, log: SILENT });
    const { engine, url } = server;
    try {
      await run({
        server,
        engine,
        url,
        async does(name, body) {
          const answer = await postTo(url, name, body);
          assert.is(answer.status, 200, `${name}: ${JSON.stringify(answer.body)}`);
          return answer.body;
        },
      });
    } finally {
      await server.close();
    }
    return await readJournal(dir);
  } finally {
    remove();
  }
}

async function readJournal(dir: string): Promise<Entry[]> {
  const journal = await openSqliteJournal({ dir, now: () => 0 });
  const entries: Entry[] = [];
  try {
    while (entries.length < journal.head()) {
      const records = await journal.read(entries.length, 1_000);
      entries.push(...records.map(({ json }) => JSON.parse(json) as Entry));
    }
  } finally {
    await journal.close();
  }
  return entries;
}

const hire = ({ does }: House, agent_id: string) =>
  does("agents/register", { agent_id, name: agent_id, role: "Worker" });

const hireMany = async (house: House, count: number): Promise<string[]> => {
  const ids = Array.from({ length: count }, (_, n) => `agent-${n}`);
  await Promise.all(ids.map((id) => hire(house, id)));
  return ids;
};

async function addTask({ does }: House, more: object = {}): Promise<string> {
  const { task } = await does("tasks/create", { title: "x", status: "ready", ...more });
  return (task as Task).id;
}

/** The first entry after `since` that fits, as soon as it is there. */
async function seen(
  engine: Engine,
  since: number,
  fits: (entry: Entry) => boolean,
): Promise<Entry> {
  const signal = AbortSignal.timeout(30_000);
  for await (const item of engine.feed.subscribe({ since, signal })) {
    const found = item.type === "entries" ? item.entries.find(fits) : undefined;
    if (found) return found;
  }
  throw new Error(`nothing that fits came after ${since}`);
}

const isClaimOf = (task: string) => (entry: Entry) =>
  entry.action.name === "tasks/claim" && entry.event.meta.task_id === task;

interface Claimed {
  task: Task | null;
  lease: Pick<Lease, "holder" | "token"> | null;
}

const claimedBy = ({ body }: Answer) => body as unknown as Claimed;

/** What the crowd has done so far. */
interface Tally {
  done: number;
  crashed: number;
  frozen: number;
  late: number;
  stragglers: Promise<void>[];
}

/** An agent's life: claims, works, hands in; where it crashes or freezes another one takes its place. */
async function work(house: House, random: Random, place: number, tally: Tally): Promise<void> {
  let life = 0;
  let agent_id = `agent-${place}`;
  while (tally.done < TASKS) {
    const body = { agent_id, ttl_seconds: TTL_SECONDS, wait_seconds: 1 };
    const { task, lease } = (await house.does("tasks/claim", body)) as unknown as Claimed;
    if (!task || !lease) continue;
    const mine = { task_id: task.id, agent_id, lease_token: lease.token };
    const fate = random.whole(12);
    if (fate > 1) {
      await finish(house, mine, tally);
      continue;
    }
    if (fate === 0) tally.crashed++;
    else {
      const straggler = wakeLate(house, mine, tally);
      // Looked at when all is done; until then a failure waits.
      straggler.catch(() => {});
      tally.stragglers.push(straggler);
    }
    agent_id = `agent-${place}-${++life}`;
    await hire(house, agent_id);
  }
}

interface Mine {
  task_id: string;
  agent_id: string;
  lease_token: number;
}

async function finish({ url, does }: House, mine: Mine, tally: Tally): Promise<void> {
  const steps = [
    ["tasks/event", { ...mine, type: "started" }],
    ["tasks/update", { ...mine, progress: 50 }],
    ["tasks/event", { ...mine, type: "needs-validation" }],
  ] as const;
  for (const [name, body] of steps) {
    const answer = await postTo(url, name, body);
    if (answer.status === 200) continue;
    // Too slow for its lease: the journal will tell whether that was so.
    assert.equal([answer.status, answer.body.code], [409, "held"], JSON.stringify(answer.body));
    tally.late++;
    return;
  }
  await does("tasks/update", { task_id: mine.task_id, status: "done" });
  tally.done++;
}

/** Sleeps until another agent has its task, and goes on as if nothing had been. */
async function wakeLate({ engine, url }: House, mine: Mine, tally: Tally): Promise<void> {
  tally.frozen++;
  await seen(engine, mine.lease_token, isClaimOf(mine.task_id));
  for (const [name, more] of [
    ["tasks/renew", {}],
    ["tasks/update", { progress: 99 }],
    ["tasks/event", { type: "needs-validation" }],
    ["openclaw/publish", { outcome: "validation", title: "late" }],
    ["tasks/release", { reason: "late" }],
    ["tasks/delete", {}],
  ] as const) {
    const answer = await postTo(url, name, { ...mine, ...more });
    const told = `${name}: ${JSON.stringify(answer.body)}`;
    assert.equal([answer.status, answer.body.code], [409, "held"], told);
    assert.is.not(answer.body.holder, mine.agent_id, told);
  }
}

/** Follows each task's lease through the journal, and holds every accepted write against it. */
function judge(entries: readonly Entry[]): void {
  const leases = new Map<string, { holder: string; token: number } | null>();
  const handedIn = new Map<string, number>();
  const done = new Map<string, number>();
  const count = (counts: Map<string, number>, id: string) =>
    counts.set(id, (counts.get(id) ?? 0) + 1);
  entries.forEach(({ seq, action, event }, index) => {
    assert.is(seq, index + 1, "a gap in the journal");
    const body = action.payload as Partial<Mine> & { type?: string; status?: string };
    const id = String(event.meta.task_id);
    const lease = leases.get(id) ?? null;
    const told = `entry ${seq}, ${action.name} ${JSON.stringify(body)}, lease ${JSON.stringify(lease)}`;
    if (action.name === "tasks/claim") {
      assert.is(lease, null, `two holders: ${told}`);
      leases.set(id, { holder: body.agent_id ?? "", token: seq });
    } else if (action.name === "system/expire") {
      for (const lost of event.meta.task_ids as string[]) {
        assert.ok(leases.get(lost), told);
        leases.set(lost, null);
      }
    } else if (body.lease_token !== undefined) {
      assert.equal(lease, { holder: body.agent_id, token: body.lease_token }, `fenced: ${told}`);
      if (body.type === "needs-validation") {
        count(handedIn, id);
        leases.set(id, null);
      }
    } else if (body.status === "done") count(done, id);
  });
  for (const counts of [handedIn, done]) {
    assert.is(counts.size, TASKS);
    assert.equal([...new Set(counts.values())], [1], "a task was done more than once");
  }
}

test(`AGT-1 AGT-2 AGT-3: ${AGENTS} agents that crash and freeze do each of ${TASKS} tasks once`, async () => {
  const seed = seedOf(20_260_401);
  const random = createRandom(seed);
  const tally: Tally = { done: 0, crashed: 0, frozen: 0, late: 0, stragglers: [] };
  try {
    const entries = await withServer(async (house) => {
      await hireMany(house, AGENTS);
      const add = () => addTask(house, { priority: random.pick(["P0", "P1", "P2", "P3"]) });
      await Promise.all(Array.from({ length: TASKS }, add));
      const places = Array.from({ length: AGENTS }, (_, n) => work(house, random, n, tally));
      await Promise.all(places);
      await Promise.all(tally.stragglers);
      for (const { id, status, lease } of values(house.engine.view().state.tasks)) {
        assert.equal([status, lease], ["done", null], `${id} is stuck`);
      }
    });
    judge(entries);
    assert.ok(tally.crashed > 3 && tally.frozen > 3, JSON.stringify(tally));
    const { crashed, frozen } = tally;
    CROWD.reached(
      `${grouped(TASKS)} tasks, ${AGENTS} agents, ${crashed} crashes, ${frozen} freezes, ${grouped(entries.length)} entries: each task done once`,
    );
  } catch (error) {
    console.error(`failing seed: ${seed}`);
    throw error;
  }
});

test("AGT-1: of 100 agents that want one task at once exactly one gets it, time and again", async () => {
  let round = 0;
  const entries = await withServer(async (house) => {
    const agents = await hireMany(house, 100);
    for (; RACES.more(round); round++) {
      const task_id = await addTask(house);
      const named = round % 2 === 0 && { task_id };
      const answers = await Promise.all(
        agents.map((agent_id) => postTo(house.url, "tasks/claim", { agent_id, ...named })),
      );
      const won = answers.filter(({ body }) => (body as Partial<Claimed>).task);
      assert.is(won.length, 1, `round ${round}`);
      const holder = won[0] && claimedBy(won[0]).lease?.holder;
      for (const { status, body } of answers) {
        if (status === 200) continue;
        assert.equal([status, body.code, body.holder], [409, "held", holder]);
      }
      assert.is(answers.filter(({ status }) => status === 409).length, named ? 99 : 0);
      assert.is(get(house.engine.view().state.tasks, task_id)?.lease?.holder, holder);
    }
  });
  assert.is(entries.filter(({ action }) => action.name === "tasks/claim").length, round);
  RACES.reached(`${part(round, RACES)} races of 100 agents: one winner each`);
});

test("DUR-10 AGT-1: the same POST 100 times at once with one key has one effect and one answer", async () => {
  await withServer(async (house) => {
    await hireMany(house, 1);
    const bodies: [string, object][] = [
      ["tasks/create", { title: "once", status: "ready" }],
      ["tasks/create", { title: "left for later", status: "ready" }],
      ["tasks/claim", { agent_id: "agent-0" }],
      ["tasks/comment", { task_id: "T-001", text: "once" }],
    ];
    for (const [n, [name, body]] of bodies.entries()) {
      const { seq } = house.engine.view();
      const key = { "idempotency-key": `key-${n}` };
      const answers = await Promise.all(
        Array.from({ length: 100 }, () => postTo(house.url, name, body, key)),
      );
      assert.is(house.engine.view().seq, seq + 1, name);
      for (const answer of answers) assert.equal(answer, { ...answers[0], status: 200 }, name);
    }
    assert.is(get(house.engine.view().state.tasks, "T-002")?.lease, null);
  });
});

/** An agent of its own process: claims, renews, and says what it was told when it may not any more. */
const AGENT = `
  const [url, token] = process.argv.slice(1);
  async function post(name, body) {
    const response = await fetch(url + "/api/" + name, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer " + token, connection: "close" },
      body: JSON.stringify({ agent_id: "doomed", ...body }),
    });
    return { status: response.status, body: await response.json() };
  }
  const { body: { task, lease } } = await post("tasks/claim", { ttl_seconds: ${TTL_SECONDS} });
  const mine = { task_id: task.id, lease_token: lease.token };
  for (;;) {
    const renewed = await post("tasks/renew", mine);
    if (renewed.status !== 200) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  console.log(JSON.stringify(await post("tasks/event", { ...mine, type: "needs-validation" })));
`;

interface Doomed {
  child: ChildProcess;
  /** The first line it says. */
  said: Promise<string>;
  ended: Promise<unknown>;
}

function spawnAgent(url: string): Doomed {
  const child = spawn(process.execPath, ["--input-type=module", "-e", AGENT, url, TOKEN], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const said = new Promise<string>((resolve) => {
    if (child.stdout) createInterface({ input: child.stdout }).once("line", resolve);
  });
  return { child, said, ended: once(child, "exit") };
}

/** Stops an agent that holds a task and lives, and has another one wait for the task. */
async function loses(house: House, stop: NodeJS.Signals, then?: (agent: Doomed) => Promise<void>) {
  const { engine, url, does } = house;
  for (const id of ["doomed", "heir"]) await hire(house, id);
  const task_id = await addTask(house);
  const agent = spawnAgent(url);
  try {
    const isRenewal = ({ action }: Entry) => action.name === "tasks/renew";
    const first = await seen(engine, 0, isRenewal);
    await seen(engine, first.seq, isRenewal);
    agent.child.kill(stop);
    const body = { agent_id: "heir", wait_seconds: 20 };
    const { task, lease } = (await does("tasks/claim", body)) as unknown as Claimed;
    assert.equal([task?.id, lease?.holder], [task_id, "heir"]);
    await then?.(agent);
  } finally {
    agent.child.kill("SIGKILL");
    await agent.ended;
  }
}

/** How long after its holder's last word the task was with another, in milliseconds. */
function lossMs(entries: readonly Entry[]): number {
  const named = (name: string) => entries.filter(({ action }) => action.name === name);
  const word = named("tasks/renew").at(-1);
  const claimed = named("tasks/claim").at(-1);
  assert.ok(word && claimed && claimed.seq > word.seq);
  return claimed.action.stamp.at - word.action.stamp.at;
}

test("AGT-2: the task of an agent killed with SIGKILL is with another within its ttl and 2 s", async () => {
  const lost = lossMs(await withServer((house) => loses(house, "SIGKILL")));
  assert.ok(lost >= TTL_SECONDS * 1_000, `taken away after ${lost} ms, before the lease was over`);
  assert.ok(lost <= TTL_SECONDS * 1_000 + GRACE_MS, `with another only after ${lost} ms`);
});

test("AGT-3: an agent frozen past its lease and woken cannot write over its successor", async () => {
  const entries = await withServer((house) =>
    loses(house, "SIGSTOP", async ({ child, said }) => {
      child.kill("SIGCONT");
      const { status, body } = JSON.parse(await said) as Answer;
      assert.equal([status, body.code, body.holder], [409, "held", "heir"], JSON.stringify(body));
    }),
  );
  assert.not.ok(entries.some(({ action }) => action.name === "tasks/event"));
});

test("AGT-8: a claim whose caller disconnects while it waits takes nothing", async () => {
  await withServer(async (house) => {
    const { engine, url } = house;
    await hireMany(house, 2);
    const gone = new AbortController();
    const asked = fetch(`${url}/api/tasks/claim`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify({ agent_id: "agent-0", wait_seconds: 30 }),
      signal: gone.signal,
    });
    const refused = asked.then(
      () => assert.unreachable("it was answered"),
      (error: Error) => assert.is(error.name, "AbortError"),
    );
    await eventually(() => engine.waiting() === 1, "it waits");
    gone.abort();
    await refused;
    await eventually(() => engine.waiting() === 0, "the server knows that it is gone");
    const task_id = await addTask(house);
    assert.is(get(engine.view().state.tasks, task_id)?.lease, null);
    const { task } = (await house.does("tasks/claim", {
      agent_id: "agent-1",
    })) as unknown as Claimed;
    assert.is(task?.id, task_id);
  });
});

test("AGT-8: a server that stops answers the claims that wait", async () => {
  await withServer(async (house) => {
    await hireMany(house, 1);
    const asked = postTo(house.url, "tasks/claim", { agent_id: "agent-0", wait_seconds: 30 });
    await eventually(() => house.engine.waiting() === 1, "it waits");
    const closed = house.server.close();
    const { status, body } = await asked;
    assert.equal([status, body.code], [503, "stopping"]);
    await closed;
  });
});

test.run();
