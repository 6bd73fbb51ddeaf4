/**
 * A whole company in one seeded world: engine, journal, clients that retry, pages and observers; with
 * crashes at any step, a disk that fails, wires that break and a clock that jumps. Neighbours:
 * `scheduler.ts` orders, `disk.ts` and `wires.ts` fail, `laws.ts` judges the journal in the end.
 * Invariant: a seed stands for exactly one run.
 */
import * as assert from "uvu/assert";
import {
  ARCHIVE_KINDS,
  type ArchiveRow,
  archivableTasks,
  type Engine,
  type Outcome,
  openEngine,
  toWireState,
} from "../../core/index.ts";
import { atOnce } from "../../core/steps.ts";
import { AT, DAY_MS } from "../support/core.ts";
import { createRandom } from "../support/random.ts";
import { type Call, drawCall } from "./calls.ts";
import { createSimulatedDisk, type Plant } from "./disk.ts";
import { judge } from "./laws.ts";
import { createScheduler } from "./scheduler.ts";
import { createObserver, createPage, type Host } from "./wires.ts";

const CLIENTS = 4;
const isTask = ({ kind }: ArchiveRow) => kind === "task";

/** Steps with faults, then as many as are needed to settle. */
const STEPS = 400;
const MOST_STEPS = 5_000;
/** So few that histories are pruned, keys are forgotten and readers come too late. */
const KEEP_ENTRIES = 24;
const SNAPSHOT_EVERY = 3;

export interface Run {
  trace: string;
  entries: number;
  crashes: number;
  acknowledged: number;
  /** Tasks that went into the archive, and came back. */
  archived: number;
  /** Messages and directives that went there. */
  said: number;
  reopened: number;
  /** Batches that are in the journal. */
  batches: number;
  /** Entries that are gone in the end. */
  pruned: number;
}

/** @throws Error naming what was broken, with the last steps */
export async function simulate(seed: number, plant: Plant | null = null): Promise<Run> {
  const random = createRandom(seed);
  /** Goes on evenly; timers run by it. */
  let steady = 0;
  /** The clock on the wall, which jumps. */
  let jumped = AT;
  const wall = () => jumped + steady;
  const scheduler = createScheduler(random, () => steady);
  const disk = createSimulatedDisk(scheduler, random, plant);
  let engine: Engine | null = null;
  let life = { dead: true };
  let deaths: (() => void)[] = [];
  let faults = true;
  let ids = 0;
  let crashes = 0;
  let open = 0;
  /** What broke in a callback, which nobody awaits. */
  let broken: Error | null = null;
  const calls: Call[] = [];

  const host: Host = {
    engine: () => engine,
    now: wall,
    faults: () => faults,
    plant,
    keptEntries: KEEP_ENTRIES,
    durableHead: () => disk.durable.head(),
    onDeath: (run) => deaths.push(run),
    breaks(error) {
      broken ??= error;
    },
    shows(seq, to) {
      const durable = disk.durable.head();
      if (seq <= durable) return;
      broken ??= new Error(`${to} was shown ${seq} when ${durable} was durable`);
    },
  };

  async function boot(): Promise<void> {
    const own = { dead: false };
    life = own;
    const opened = await openEngine({
      journal: disk.open(own),
      clock: wall,
      newId: () => `id-${++ids}`,
      timeout(ms) {
        const controller = new AbortController();
        scheduler.after(ms, "timeout", () => controller.abort());
        return controller.signal;
      },
      onFatal: () => scheduler.add("the process ends", () => own === life && crash()),
      snapshotEvery: SNAPSHOT_EVERY,
      keepEntries: KEEP_ENTRIES,
    });
    if (own.dead) return;
    engine = opened;
    scheduler.note(`opened at ${opened.view().seq}`);
    // A small company outgrows its snapshots sooner, so that more is pruned.
    const begin = random.whole(3) === 0 ? "demo/reset" : "blank/reset";
    if (opened.view().seq === 0) void opened.dispatch(begin, {}, { key: "first" });
  }

  function crash(): void {
    if (life.dead) return;
    life.dead = true;
    engine = null;
    crashes++;
    const told = deaths;
    deaths = [];
    for (const tell of told) tell();
    scheduler.note("crash");
    scheduler.after(100, "boot", start);
  }

  function start(): void {
    boot().catch(host.breaks);
  }

  /** A call with a key, tried until it is answered; the answer may get lost on its way. */
  function request(client: number): void {
    open++;
    const key = `key-${calls.length}`;
    const asked = { state: engine?.view().state ?? null, archived: disk.archived() };
    const before = calls.reduce((most, { seq = 0 }) => Math.max(most, seq), 0);
    const call: Call = { key, ...drawCall(random, key, asked), before, acks: [] };
    calls.push(call);
    const attempt = () => {
      const to = engine;
      if (!to) {
        scheduler.after(300, `client ${client} waits`, attempt);
        return;
      }
      let answered = false;
      const again = () => {
        if (answered) return;
        answered = true;
        scheduler.after(200, `client ${client} retries ${call.key}`, attempt);
      };
      host.onDeath(again);
      void send(to, call).then((outcome) => {
        scheduler.add(`answer ${call.key}`, () => {
          if (answered) return;
          const lost = faults && random.whole(12) === 0;
          if (lost || (!outcome.ok && /unavailable|stopping/.test(outcome.code))) return again();
          answered = true;
          take(call, outcome);
          open--;
          scheduler.add(`client ${client} goes on`, () => faults && request(client));
        });
      });
    };
    attempt();
  }

  function send(to: Engine, { name, body, key, keys }: Call): Promise<Outcome> {
    return to.dispatchUnknown(name, structuredClone(body), keys ? {} : { key });
  }

  function take(call: Call, outcome: Outcome): void {
    scheduler.note(`${call.key} ${JSON.stringify(outcome)}`);
    if (!outcome.ok) {
      call.refusedAt = disk.durable.head();
      if (outcome.index !== undefined) call.refusedFor = outcome.index;
      return;
    }
    host.shows(outcome.seq, call.key);
    call.acks.push(outcome);
    call.seq = outcome.seq;
    // Now and then the same again, which must say the same.
    if (faults && random.whole(6) === 0) repeat(call);
  }

  function repeat(call: Call): void {
    const to = engine;
    if (!to) return;
    void send(to, call).then((outcome) => {
      if (outcome.ok) call.acks.push(outcome);
    });
  }

  start();
  const watchers = [
    createPage("page 1", host, scheduler, random),
    createPage("page 2", host, scheduler, random),
    createObserver("observer", host, scheduler, random),
  ];
  for (let client = 0; client < CLIENTS; client++) {
    scheduler.add(`client ${client} begins`, () => request(client));
  }

  function disturb(): void {
    const fate = random.whole(200);
    if (fate === 0) crash();
    else if (fate < 4) random.pick(watchers).drop();
    else if (fate === 4) jumped += random.pick([-DAY_MS, DAY_MS, 90_000]);
    else if (fate < 12 && engine) {
      void engine.dispatch(
        "system/expire",
        { max_expiries: 3, heard_from: 0 },
        { actor: "system" },
      );
    } else if (fate < 24) archive();
    else if (fate < 27 && calls.length > 0) repeat(random.pick(calls));
  }

  /** What the server's timer does, without its patience. */
  function archive(): void {
    if (!engine) return;
    if (random.whole(2) === 0) {
      const body = { days: 0, keep: random.whole(3), most: 1 + random.whole(4) };
      void engine.dispatch("system/archive_talk", body, { actor: "system" });
      return;
    }
    const { state, relations } = engine.view();
    const due = atOnce(archivableTasks(state, relations, 0, wall())).map(({ id }) => id);
    const task_ids = due.slice(0, 1 + random.whole(4));
    if (task_ids.length === 0) return;
    void engine.dispatch("system/archive", { task_ids, days: 0 }, { actor: "system" });
  }

  const told = (message: string) =>
    new Error(`seed ${seed}: ${message}\n  ${scheduler.recent().join("\n  ")}`);
  try {
    for (let step = 0; step < STEPS; step++) {
      disturb();
      steady += random.whole(400);
      await scheduler.step();
      if (broken) throw broken;
      if (engine) host.shows((engine as Engine).view().seq, "a reader");
    }
    faults = false;
    disk.heal();
    const head = () => disk.durable.head();
    const settled = () =>
      open === 0 &&
      engine?.view().seq === head() &&
      watchers.every((watcher) => watcher.seq() === head());
    for (let step = 0; !settled(); step++) {
      if (step > MOST_STEPS) {
        const seqs = watchers.map((watcher) => watcher.seq());
        throw new Error(`never settled: head ${head()}, watchers ${seqs}, ${open} calls open`);
      }
      steady += 200;
      await scheduler.step();
      if (broken) throw broken;
    }
    const last = engine as Engine | null;
    const wire = toWireState((last as Engine).view().state);
    for (const watcher of watchers) {
      const state = watcher.state();
      if (state) assert.equal(state, wire, `${watcher.name} differs from the server`);
    }
    const records = disk.records();
    const archived = new Map<string, string>();
    for (const kind of ARCHIVE_KINDS) {
      const { rows } = await disk.durable.listArchived({ kind, words: [], limit: 10_000 });
      for (const { id, json } of rows) archived.set(id, json);
    }
    judge(records, calls, wire, KEEP_ENTRIES, archived);
    const moved = records.flatMap((record) => record.archive ?? []);
    return {
      trace: scheduler.trace(),
      entries: records.length,
      crashes,
      acknowledged: calls.filter(({ seq }) => seq !== undefined).length,
      archived: moved.reduce((sum, { put }) => sum + put.filter(isTask).length, 0),
      said: moved.reduce((sum, { put }) => sum + put.filter((row) => !isTask(row)).length, 0),
      reopened: moved.reduce((sum, { take: back }) => sum + back.length, 0),
      batches: calls.filter(({ name, seq }) => name === "batch" && seq !== undefined).length,
      pruned: disk.durable.floor(),
    };
  } catch (error) {
    throw told((error as Error).message);
  } finally {
    life.dead = true;
    for (const watcher of watchers) watcher.stop();
  }
}
