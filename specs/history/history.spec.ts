/**
 * Histories of eight clients over HTTP, WebSocket and SSE against the real process, killed with SIGKILL
 * again and again: what they were told, held against the journal that is left.
 */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Entry } from "../../core/index.ts";
import { openSqliteJournal } from "../../journal/index.ts";
import { readAll } from "../support/journal.ts";
import {
  getFrom,
  makeDataDir,
  postTo,
  type ServerProcess,
  startProcess,
} from "../support/process.ts";
import { createRandom, type Random, seedOf } from "../support/random.ts";
import { grouped, part, sizeFor } from "../support/soak.ts";
import { connectSse, connectWs } from "../support/streams.ts";
import {
  findViolations,
  type Operation,
  type ReadOperation,
  type Stream,
  type Task,
  toSeen,
  type WriteOperation,
} from "./checker.ts";

const CLIENTS = 8;
/** Kills in one history, of which all is then judged together. */
const KILLS_EACH = 5;

interface Recording {
  operations: Operation[];
  streams: Stream[];
  entries: Entry[];
}

/** Records one history. */
async function record(seed: number, kills: number): Promise<Recording> {
  const random = createRandom(seed);
  const { dir, remove } = makeDataDir();
  const operations: Operation[] = [];
  const streams: Stream[] = ["sse 1", "sse 2", "ws 1", "ws 2"].map((name) => ({ name, shown: [] }));
  let server: ServerProcess | null = null;
  try {
    for (let life = 0; life <= kills; life++) {
      const running = await startProcess(dir, { args: ["--blank"] });
      server = running;
      const watching = streams.map((stream) => watch(running.url, stream));
      let left = 20 + random.whole(60);
      let ended: Promise<unknown> | null = null;
      const client = async (number: number) => {
        for (let n = 0; !ended; n++) {
          const operation = await operate(running.url, random, `${life}-${number}-${n}`);
          operations.push(operation);
          if (operation.answeredAt === null) return;
          if (--left === 0) ended = running.end(life < kills ? "SIGKILL" : "SIGTERM");
        }
      };
      await Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)));
      await ended;
      await Promise.all(watching);
    }
    return { operations, streams, entries: await readJournal(dir) };
  } finally {
    await server?.end("SIGKILL");
    remove();
  }
}

async function readJournal(dir: string): Promise<Entry[]> {
  const journal = await openSqliteJournal({ dir, now: () => 0 });
  try {
    return (await readAll(journal)).map(({ json }) => JSON.parse(json) as Entry);
  } finally {
    await journal.close();
  }
}

/** Does one thing and notes what came of it. */
async function operate(url: string, random: Random, name: string): Promise<Operation> {
  const task_id = `T-00${1 + random.whole(9)}`;
  const write = random.pick([
    ["tasks/create", { title: `task ${name}` }],
    ["tasks/create", { title: `task ${name}`, status: "ready" }],
    ["tasks/update", { task_id, progress: random.whole(101) }],
    ["tasks/update", { task_id, title: `renamed by ${name}` }],
    null,
  ] as const);
  const invokedAt = performance.now();
  const key = `key-${name}`;
  if (write) {
    const lost: WriteOperation = {
      ...{ kind: "write", key, invokedAt },
      ...{ answeredAt: null, outcome: "unknown" },
    };
    const answer = await postTo(url, write[0], write[1], { "idempotency-key": key }).catch(
      () => null,
    );
    if (!answer || answer.status >= 500) return lost;
    const outcome = answer.status === 200 ? "acknowledged" : "refused";
    return { ...lost, answeredAt: performance.now(), outcome };
  }
  const snapshot = await getFrom(url, "/api/snapshot").catch(() => null);
  if (!snapshot) return { kind: "read", invokedAt, answeredAt: null, seq: 0, tasks: {} };
  const { seq, tasks } = snapshot as { seq: number; tasks: Task[] };
  const seen = Object.fromEntries(tasks.map((task) => [task.id, toSeen(task)]));
  return { kind: "read", invokedAt, answeredAt: performance.now(), seq, tasks: seen };
}

/** Notes what a stream shows, from where it left off, until the server is gone. */
async function watch(url: string, stream: Stream): Promise<void> {
  const { name, shown } = stream;
  const note = (seq: number, event: string) => shown.push({ seq, event, at: performance.now() });
  const last = shown.at(-1)?.seq ?? 0;
  try {
    if (name.startsWith("sse")) {
      const reader = await connectSse(`${url}/api/events/stream`, { lastEventId: String(last) });
      for (;;) {
        const { id, data } = await reader.frames.next();
        note(Number(id), data);
      }
    }
    const reader = await connectWs(`${url.replace("http", "ws")}/api/ws?since=${last}`);
    for (;;) {
      const message = await reader.messages.next();
      if (message.type === "hello") assert.is(message.state, undefined, `${name} was not resumed`);
      if (message.type !== "commit") continue;
      // As SSE shows it: with its id.
      note(message.seq, JSON.stringify({ id: message.seq, ...message.event }));
    }
  } catch (error) {
    // The server is gone; whatever else it was is no end of a stream.
    if (!/ended|ECONN|socket|nothing came|hang up/i.test((error as Error).message)) throw error;
  }
}

const answeredOnly = (operation: Operation) =>
  operation.kind === "write" || operation.answeredAt !== null;

test("DUR-23 DUR-3 STR-1: histories of eight clients under kill -9 are linearizable, and the journal's own", async () => {
  const size = sizeFor("history", KILLS_EACH);
  const first = seedOf(20_260_321);
  const sum = { kills: 0, operations: 0, shown: 0 };
  for (let seed = first; size.more(sum.kills); seed++) {
    const kills = Math.min(KILLS_EACH, size.count - sum.kills);
    const { operations, streams, entries } = await record(seed, kills);
    const violations = findViolations(operations.filter(answeredOnly), streams, entries);
    assert.equal(violations.slice(0, 5), [], `seed ${seed}`);
    sum.kills += kills;
    sum.operations += operations.length;
    sum.shown += streams.reduce((all, { shown }) => all + shown.length, 0);
    for (const { name, shown } of streams) assert.ok(shown.length > 0, `${name} saw nothing`);
  }
  size.reached(
    `${part(sum.kills, size)} kills, ${grouped(sum.operations)} operations, ${grouped(sum.shown)} stream messages: 0 violations`,
  );
});

/** A good history of four entries, to be spoilt. */
function makeHistory() {
  const entry = (seq: number, key: string, title: string): Entry => ({
    seq,
    action: {
      name: "tasks/create",
      payload: { title },
      stamp: { at: 0, seq, actor: "ceo", actionId: key },
    },
    patches: [{ op: "add", path: `/tasks/T-00${seq}`, value: task(seq, title) }],
    event: { ...{ id: seq, timestamp: "", kind: "task_updated" }, title, details: "", meta: {} },
    key,
  });
  const task = (seq: number, title: string) => ({
    ...{ id: `T-00${seq}`, title, status: "backlog", progress: 0 },
  });
  const entries = [entry(1, "a", "one"), entry(2, "b", "two"), entry(3, "c", "three")];
  const write = (key: string, invokedAt: number, answeredAt: number | null): WriteOperation => ({
    ...{ kind: "write", key, invokedAt, answeredAt },
    outcome: answeredAt === null ? "unknown" : "acknowledged",
  });
  const seen = (upTo: number) =>
    Object.fromEntries(
      ["one", "two", "three"]
        .slice(0, upTo)
        .map((title, n) => [`T-00${n + 1}`, toSeen(task(n + 1, title))]),
    );
  const read = (seq: number, invokedAt: number): ReadOperation => ({
    ...{ kind: "read", seq, tasks: seen(seq) },
    ...{ invokedAt, answeredAt: invokedAt + 1 },
  });
  const shown = entries.map(({ seq, event }) => ({ seq, event: JSON.stringify(event), at: seq }));
  return {
    operations: [
      ...[write("a", 0, 10), write("b", 5, 20), write("c", 30, null), write("d", 30, null)],
      ...[read(1, 11), read(3, 40)],
    ] as Operation[],
    streams: [{ name: "sse", shown }] as Stream[],
    entries,
  };
}

type History = ReturnType<typeof makeHistory>;

/** How each bad history is spoilt, and what must be said of it. */
const BAD: [what: string, spoil: (history: History) => void, said: RegExp][] = [
  ["a lost write", ({ entries }) => entries.pop(), /sse was shown 3, which the journal does not/],
  [
    "an acknowledged write that is not there",
    ({ entries }) => Object.assign(entries[1] ?? {}, { key: "x" }),
    /^b was acknowledged and stands 0 times/,
  ],
  [
    "an effect twice",
    ({ entries }) => entries.push({ ...(entries[2] as Entry), seq: 4 }),
    /^c was unknown and stands 2 times/,
  ],
  [
    "a refused write that is there",
    ({ operations }) => Object.assign(operations[2] ?? {}, { outcome: "refused", answeredAt: 35 }),
    /^c was refused and stands 1 times/,
  ],
  [
    "an order turned round",
    ({ operations }) => Object.assign(operations[0] ?? {}, { invokedAt: 25, answeredAt: 28 }),
    /^a was asked after b was answered at 2, and is at 1/,
  ],
  [
    "a stale read",
    ({ operations }) => Object.assign(operations[4] ?? {}, { invokedAt: 26, answeredAt: 27 }),
    /^a read at 1 was asked after b was answered/,
  ],
  [
    "a read of what was not yet",
    ({ operations }) => Object.assign(operations[4] ?? {}, { tasks: {} }),
    /^a read at 1 shows T-001 as undefined/,
  ],
  [
    "a gap in a stream",
    ({ streams }) => streams[0]?.shown.splice(1, 1),
    /^sse was shown 3 after 1$/,
  ],
  [
    "a double in a stream",
    ({ streams }) => streams[0]?.shown.splice(1, 0, { seq: 1, event: "", at: 1 }),
    /^sse was shown 1 after 1$/,
  ],
  [
    "an event that was taken back",
    ({ streams }) => Object.assign(streams[0]?.shown[2] ?? {}, { event: "{}" }),
    /^sse was shown another event 3/,
  ],
  ["a gap in the journal", ({ entries }) => entries.splice(1, 1), /^the journal has 3 where 2/],
];

test("DUR-23: the checker passes a good history and names what is wrong with each bad one", () => {
  const good = makeHistory();
  assert.equal(findViolations(good.operations, good.streams, good.entries), []);
  for (const [what, spoil, said] of BAD) {
    const bad = makeHistory();
    spoil(bad);
    const violations = findViolations(bad.operations, bad.streams, bad.entries);
    assert.ok(
      violations.some((violation) => said.test(violation)),
      `${what}: ${JSON.stringify(violations)}`,
    );
  }
});

test.run();
