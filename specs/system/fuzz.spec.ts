/**
 * Peers on all transports against the real server with its real database: writes over HTTP, copies of
 * the state over WebSocket, observers over SSE, connections dropped and the server restarted at random.
 * In the end all of them, the server and the replayed journal must say the same.
 */
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  applyPatches,
  type Commit,
  type Hello,
  openEngine,
  toWireState,
  type WireState,
} from "../../core/index.ts";
import { openSqliteJournal } from "../../journal/index.ts";
import { type RunningServer, startServer } from "../../server/compose.ts";
import { makeDataDir, postTo, quietConfig, SILENT } from "../support/process.ts";
import { createRandom, type Random, seedOf } from "../support/random.ts";
import { grouped, part, sizeFor } from "../support/soak.ts";
import { connectSse, connectWs, type SseReader, type WsReader } from "../support/streams.ts";

const SIZE = sizeFor("peers", 50);
const ACTIONS = 100;
/** Seeds that once failed. */
const FOUND: readonly number[] = [];

/** A page: a copy of the state that patches keep up to date. */
function createPage(urlOf: () => string) {
  let wire: WsReader | null = null;
  let state: WireState | null = null;
  let seq = 0;
  let journal = "";

  async function connect(): Promise<WsReader> {
    const resume = state ? `?since=${seq}&journal=${journal}` : "";
    const opened = await connectWs(`${urlOf().replace("http", "ws")}/api/ws${resume}`);
    const hello = (await opened.messages.next()) as Hello;
    assert.is(hello.type, "hello");
    if (hello.state) state = hello.state as WireState;
    else assert.is(hello.seq, seq, "resumed somewhere else");
    ({ seq, journal } = hello);
    return opened;
  }

  return {
    drop() {
      wire?.drop();
      wire = null;
    },
    /** Reads on until the copy is as of `head`. */
    async catchUp(head: number): Promise<WireState> {
      for (;;) {
        wire ??= await connect();
        if (state && seq >= head) return state;
        const message = await wire.messages.next();
        if (message.type === "keepalive") continue;
        const { seq: next, patches } = message as Commit;
        assert.is(next, seq + 1, "a gap or a double");
        applyPatches(state as WireState, patches as Parameters<typeof applyPatches>[1]);
        seq = next;
      }
    },
  };
}

/** An observer: the ids it has seen, which must be all of them, in order, once. */
function createObserver(urlOf: () => string) {
  let wire: SseReader | null = null;
  let last = 0;
  return {
    drop() {
      wire?.close();
      wire = null;
    },
    async catchUp(head: number): Promise<void> {
      while (last < head) {
        wire ??= await connectSse(`${urlOf()}/api/events/stream`, { lastEventId: String(last) });
        const { id, event, data } = await wire.frames.next();
        assert.is(event, "clawtasker");
        assert.is(Number(id), last + 1, "a gap or a double");
        assert.is((JSON.parse(data) as { id: number }).id, Number(id));
        last = Number(id);
      }
    },
  };
}

const STATUSES = ["backlog", "ready", "in_progress", "validation", "done"] as const;
const AGENTS = ["orion", "codex", "violet", "charlie", "scout", "echo", "nova"] as const;

function anyAction(random: Random): [name: string, body: object] {
  const task_id = `T-${200 + random.whole(40)}`;
  const agent_id = random.pick(AGENTS);
  return random.pick<[string, object]>([
    ["tasks/update", { task_id, status: random.pick(STATUSES), agent_id }],
    ["tasks/update", { task_id, progress: random.whole(101), owner: agent_id }],
    ["tasks/update", { task_id, blockers: random.pick([[], ["waits for a key"]]) }],
    ["tasks/update", { task_id, depends_on: [`T-${200 + random.whole(40)}`] }],
    ["tasks/create", { title: `Fuzz ${random.whole(1_000)}`, specialist: "code", status: "ready" }],
    ["tasks/comment", { task_id, text: 'A remark ~/with\\ "odd" text\u2028', author: agent_id }],
    [
      "tasks/link",
      { source_id: task_id, target_id: `T-${200 + random.whole(40)}`, link_type: "blocks" },
    ],
    ["tasks/delete", { task_id }],
    ["agents/heartbeat", { agent_id, status: "working", doing_summary: `step ${random.whole(9)}` }],
    ["agents/register", { agent_id: "nova", name: "Nova", role: "Engineer", skills: ["a", "b"] }],
    ["agents/retire", { agent_id: "nova", successor_id: "codex" }],
    ["missions/plan", { title: "M", objective: "O", tasks: [{ title: "child", owner: agent_id }] }],
    ["missions/delete", { mission_id: `M-${300 + random.whole(6)}` }],
    ["conversations/message", { sender: agent_id, text: "hello", target: random.pick(AGENTS) }],
    [
      "openclaw/publish",
      { agent_id, task_id, outcome: "working", title: `run ${random.whole(5)}` },
    ],
    ["notifications/dismiss", { all: true }],
    ["demo/reset", {}],
  ]);
}

async function runSeed(seed: number): Promise<void> {
  const random = createRandom(seed);
  const { dir, remove } = makeDataDir();
  const config = quietConfig(dir);
  let server: RunningServer = await startServer({ config, log: SILENT });
  config.port = server.port;
  const urlOf = () => server.url;
  const pages = [createPage(urlOf), createPage(urlOf)];
  const observers = [createObserver(urlOf), createObserver(urlOf)];
  const peers = [...pages, ...observers];
  const restartAt = random.whole(ACTIONS);
  try {
    for (let n = 0; n < ACTIONS; n++) {
      const [name, body] = anyAction(random);
      const { status } = await postTo(server.url, name, body);
      assert.ok(status === 200 || status === 400, `${name} ${JSON.stringify(body)}: ${status}`);
      const peer = random.pick(peers);
      const fate = random.whole(10);
      if (fate === 0) peer.drop();
      else if (fate < 5) await peer.catchUp(server.engine.view().seq);
      if (n !== restartAt) continue;
      for (const each of peers) each.drop();
      await server.close();
      server = await startServer({ config, log: SILENT });
    }
    const { seq, state } = server.engine.view();
    const expected = toWireState(state);
    for (const page of pages) assert.equal(await page.catchUp(seq), expected, "a page differs");
    for (const observer of observers) await observer.catchUp(seq);
    for (const each of peers) each.drop();
    await server.close();
    await replaysTo(dir, expected);
  } finally {
    for (const each of peers) each.drop();
    await server.close();
    remove();
  }
}

/** The journal, opened again by itself, stands for the same state. */
async function replaysTo(dir: string, expected: WireState): Promise<void> {
  const journal = await openSqliteJournal({ dir, now: () => 0 });
  const engine = await openEngine({ journal, clock: () => 0, newId: () => "id" });
  const replayed = toWireState(engine.view().state);
  await engine.close();
  assert.equal(replayed, expected, "the replayed journal differs");
}

test(`PAGE-5 DUR-5 STR-1: peers on all transports end equal, ${SIZE.count} seeds of ${ACTIONS} actions`, async () => {
  const first = seedOf(1);
  const seeds = [...FOUND, ...Array.from({ length: SIZE.count }, (_, n) => first + n)];
  let done = 0;
  // A run mostly waits for its disk, so several share the time.
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while (SIZE.more(done)) {
        const seed = seeds.shift();
        if (seed === undefined) return;
        done++;
        const own = seed;
        await runSeed(own).catch((error: Error) => {
          error.message = `seed ${own}: ${error.message}`;
          throw error;
        });
      }
    }),
  );
  const actions = grouped(done * ACTIONS);
  SIZE.reached(`${part(done, SIZE)} seeds, ${actions} actions, 4 peers each: all equal`);
});

test.run();
