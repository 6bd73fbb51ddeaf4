/**
 * The engine: the one queue through which everything that writes goes, and the only place that holds
 * the state. Validate, decide, make durable, then show. Neighbours: `reduce.ts` decides, the journal
 * makes durable, `feed.ts` shows, the transports dispatch.
 * Invariants: nobody sees what a crash could take back; nobody is told yes before it is on disk; a
 * no that rests on something not yet durable waits for it too.
 */
import rfdc from "rfdc";
import type { Action, AnyAction, Recalled } from "./action.ts";
import { type BatchPorts, batch, createBatchDispatch, inBatch, toResult } from "./batch.ts";
import type { Entry, StreamEvent } from "./entry.ts";
import { type Rejection, rejection } from "./errors.ts";
import { createFeed, type Feed } from "./feed.ts";
import { createOnce } from "./idempotency.ts";
import { OWNER, type Principal, refuseRole, SYSTEM, speakAs } from "./permissions.ts";
import { type JournalRecord, JournalRefusal, type Ports, type RecoveryReport } from "./ports.ts";
import { createRecall } from "./recall.ts";
import { recover } from "./recover.ts";
import { type Reduction, reduce } from "./reduce.ts";
import {
  type ActionName,
  actions,
  type PayloadOf,
  type ReplyOf,
  type WriteName,
} from "./registry.ts";
import { createRelations, type Relations } from "./relations.ts";
import { createRetention } from "./retention.ts";
import { type ArchiveReader, toArchiveChange } from "./state/archive/archive.ts";
import type { State } from "./state/state.ts";
import { has } from "./table.ts";
import { createValidator } from "./validate.ts";
import { createWaits, type Wait } from "./waits.ts";

export interface Accepted<R extends object = object> {
  ok: true;
  /** Of the entry; of the head where nothing had to be written. */
  seq: number;
  reply: R;
  /** Answered from an earlier dispatch with the same idempotency key. */
  replayed: boolean;
}
export type Outcome<R extends object = object> = Accepted<R> | Rejection;

export interface DispatchOptions {
  /** The caller's `Idempotency-Key`: however often it is sent, one effect and one answer. */
  key?: string | undefined;
  /** Who acts where the payload does not say; `ceo`, or the caller's agent, when absent. */
  actor?: string;
  /** Who calls, and may do no more than its role; the owner when absent. */
  by?: Principal | undefined;
  /** Aborted when the caller is gone: what only waits for something to do then does nothing. */
  signal?: AbortSignal;
}

/** What readers are given: durable and immutable. */
export interface View {
  state: State;
  seq: number;
  /** As of this state until the next commit moves them on: to be asked at once, not kept. */
  relations: Relations;
}

export interface Engine {
  dispatch<N extends ActionName | WriteName>(
    name: N,
    body: PayloadOf<N>,
    options?: DispatchOptions,
  ): Promise<Outcome<ReplyOf<N>>>;
  /** The same for a body that nobody has looked at: it is validated first. */
  dispatchUnknown(name: string, body: unknown, options?: DispatchOptions): Promise<Outcome>;
  view(): View;
  /** A copy of the durable state that the caller owns and may change. */
  copyState(): State;
  /** The latest events, oldest first, at most `limit`. */
  recentEvents(limit: number): readonly StreamEvent[];
  feed: Pick<Feed, "subscribe" | "fanOut" | "subscribers">;
  archive: ArchiveReader;
  recovery(): RecoveryReport;
  journalId(): string;
  clock(): number;
  /** Dispatches that wait for something to do. */
  waiting(): number;
  /** Set once nothing more is accepted. */
  stopped(): boolean;
  /** Finishes what is queued, keeps a snapshot and closes the journal. */
  close(): Promise<void>;
}

export interface EngineOptions extends Ports {
  /** A snapshot is kept after this many entries; of a large state after more. */
  snapshotEvery?: number;
  /** Entries kept behind the head for those who reconnect or repeat an idempotency key. */
  keepEntries?: number;
  /** Entries younger than this are kept beside those; in milliseconds, none when absent. */
  keepMs?: number;
  maxBatch?: number;
  /** Dispatches that may wait for the journal; more are refused as unavailable. */
  maxQueue?: number;
}

/** A validated dispatch. */
export interface Request {
  recalled?: Recalled | undefined;
  declaration: AnyAction;
  payload: unknown;
  actor: string;
  by: string;
  key: string | undefined;
  warnings: readonly string[];
}

interface Pending {
  record: JournalRecord;
  entry: Entry;
  reduction: Reduction;
  /** Written together with the one before it, or not at all. */
  joined: boolean;
  settle(outcome: Outcome): void;
}

/** An entry that was decided and is not queued yet. */
interface Taken {
  before: State;
  entry: Entry;
  reduction: Reduction;
}

const clone = rfdc();
const RECENT_EVENTS = 200;
const FULL_QUEUE = "too much is waiting to be written; try again";

/**
 * Opens an engine on a journal, recovering what the journal holds.
 * @throws Error when the journal cannot be replayed
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { journal, clock, newId, snapshotEvery = 2_000 } = options;
  const { keepEntries = 100_000, keepMs = 0 } = options;
  const { maxBatch = 512, maxQueue = 10_000 } = options;
  const validator = createValidator();
  const recovered = await recover(journal);

  let durable: View = { ...recovered, relations: createRelations(recovered.state) };
  // What has been decided but not yet written; equal to `durable` when nothing is under way.
  let tentative: View = { ...durable, relations: createRelations(recovered.state) };
  const feed = createFeed({
    head: durable.seq,
    floor: () => journal.floor(),
    read: (after, limit) => journal.read(after, limit),
    onAhead: (since) =>
      options.onWarning?.(
        new Error(`a reader has seen entry ${since}, the last one here is ${durable.seq}`),
      ),
  });
  let events: StreamEvent[] = recovered.recent.map(({ event }) => event);

  let queue: Pending[] = [];
  let writing: Promise<void> | null = null;
  /** Refusals that rest on entries not yet durable, by the entry they wait for. */
  let waiting: { seq: number; settle(durable: boolean): void }[] = [];
  const once = createOnce(journal);
  const archive = createRecall(journal);
  let state: "open" | "closing" | "closed" | "failed" = "open";
  const waits = createWaits(options.timeout, maxQueue);
  /** Those who wait have looked since. */
  let seenOpenings = 0;
  const retention = createRetention({
    journal,
    clock,
    snapshotEvery,
    keepEntries,
    keepMs,
    snapshotSeq: recovered.snapshotSeq,
    tailBytes: recovered.tailBytes,
    onWarning: options.onWarning,
  });

  const unavailable = (why: string) => rejection("unavailable", why);
  const stopping = () => rejection("stopping", "the server is stopping; try again");

  function decide(request: Request): Promise<Outcome> {
    if (queue.length >= maxQueue) return Promise.resolve(unavailable(FULL_QUEUE));
    const taken: Taken[] = [];
    const outcome = take(request, taken);
    return taken.length > 0
      ? enqueue(taken, outcome)
      : afterDurable(tentative.seq, outcome).then(archive.explain);
  }

  /** Reduces on what was decided before; what is to be written joins `taken`. */
  function take(
    { declaration, payload, actor, by, key, warnings, recalled }: Request,
    taken: Taken[],
    keyed = key !== undefined,
  ): Outcome {
    const before = tentative;
    const seq = before.seq + 1;
    const stamp = {
      at: clock(),
      seq,
      actor,
      by,
      actionId: newId(),
      ...(recalled && { recalled }),
    };
    const action: Action = { name: declaration.name, payload, stamp };
    const result = reduce(before.state, declaration, action, before.relations);
    if (!result.ok) return result;
    const reply = withWarnings(result.reply, warnings);
    // With a key it is journaled all the same, or the key would be free again once it is no repetition.
    if (result.idle || (result.repeated && !keyed)) {
      return { ok: true, seq: before.seq, reply, replayed: false };
    }
    const entry: Entry = {
      seq,
      action,
      patches: result.patches,
      event: { id: seq, ...result.event },
      ...(result.archive && { archive: result.archive }),
      ...(key !== undefined && { key, reply }),
      ...(key !== undefined && warnings.length > 0 && { warnings }),
    };
    taken.push({ before: before.state, entry, reduction: result });
    before.relations.advance(before.state, result.state, result.touched);
    tentative = { state: result.state, seq, relations: before.relations };
    return { ok: true, seq, reply, replayed: false };
  }

  /** As if none of these had been decided: they are the last ones. */
  function giveBack(taken: readonly Taken[]): void {
    for (const { before, entry, reduction } of [...taken].reverse()) {
      tentative.relations.advance(reduction.state, before, reduction.touched);
      tentative = { state: before, seq: entry.seq - 1, relations: tentative.relations };
    }
  }

  const decideAll: BatchPorts["decideAll"] = async (requests, { atomic, warnings, key }) => {
    if (state !== "open") return { whole: stopping(), outcomes: [] };
    if (queue.length >= maxQueue) return { whole: unavailable(FULL_QUEUE), outcomes: [] };
    const taken: Taken[] = [];
    const outcomes: Outcome[] = [];
    let refused: Rejection | undefined;
    try {
      for (const request of requests) {
        const outcome = "ok" in request ? request : take(request, taken, key && true);
        if (atomic && !outcome.ok) refused = outcome;
        if (refused) break;
        outcomes.push(outcome);
      }
    } catch (error) {
      giveBack(taken);
      throw error;
    }
    if (refused) {
      giveBack(taken);
      const told = await afterDurable(tentative.seq, refused).then(archive.explain);
      return { whole: told.ok ? told : inBatch(told, outcomes.length), outcomes };
    }
    const reply = withWarnings({ results: outcomes.map(toResult) }, warnings);
    const last = taken.at(-1);
    if (last && key) {
      const { key: name, payload } = key;
      last.entry = { ...last.entry, key: name, reply, batch: payload, warnings };
    }
    const whole: Outcome = { ok: true, seq: tentative.seq, reply, replayed: false };
    return {
      whole: await (last ? enqueue(taken, whole) : afterDurable(tentative.seq, whole)),
      outcomes,
    };
  };

  /** Written in one group; the outcome is given once it is durable. */
  function enqueue(taken: readonly Taken[], accepted: Outcome): Promise<Outcome> {
    return new Promise<Outcome>((resolve) => {
      for (const [index, { entry, reduction }] of taken.entries()) {
        queue.push({
          record: toRecord(entry, reduction),
          entry,
          reduction,
          joined: index > 0,
          settle: (outcome) => {
            if (!outcome.ok) resolve(outcome);
            else if (index === taken.length - 1) resolve(accepted);
          },
        });
      }
      writing ??= write();
    });
  }

  /** An answer may only be given once everything it was decided on is durable. */
  function afterDurable(seq: number, outcome: Outcome): Promise<Outcome> {
    if (seq <= durable.seq) return Promise.resolve(outcome);
    return new Promise((resolve) => {
      waiting.push({
        seq,
        settle: (isDurable) =>
          resolve(isDurable ? outcome : unavailable("the journal could not be written; try again")),
      });
    });
  }

  function settleWaiting(): void {
    const ready = waiting.filter(({ seq }) => seq <= durable.seq);
    waiting = waiting.filter(({ seq }) => seq > durable.seq);
    for (const { settle } of ready) settle(true);
  }

  async function write(): Promise<void> {
    // One turn of the loop, so that what arrives together is written together.
    await Promise.resolve();
    while (queue.length > 0) {
      const group = queue.splice(0, nextGroup());
      const records = group.map(({ record }) => record);
      try {
        await journal.append(durable.seq, records);
      } catch (error) {
        fail(group, error as Error);
        continue;
      }
      publish(group);
    }
    writing = null;
  }

  /** How many to write next: what is joined is never taken apart. */
  function nextGroup(): number {
    let end = Math.min(queue.length, maxBatch);
    while (queue[end]?.joined) end++;
    return end;
  }

  function publish(group: readonly Pending[]): void {
    let bytes = 0;
    const { relations } = durable;
    for (const { record, entry, reduction } of group) {
      relations.advance(durable.state, reduction.state, reduction.touched);
      durable = { state: reduction.state, seq: entry.seq, relations };
      bytes += record.json.length;
      events.push(entry.event);
    }
    if (events.length > 2 * RECENT_EVENTS) events = events.slice(-RECENT_EVENTS);
    const entries = group.map(({ entry }) => entry);
    for (const { settle, entry } of group) {
      settle({ ok: true, seq: entry.seq, reply: {}, replayed: false });
    }
    settleWaiting();
    feed.publish(entries, bytes);
    wakeWaits();
    retention.wrote(bytes, durable.state, durable.seq);
  }

  /** Only where there may be something new for one of them: they are many, and commits too. */
  function wakeWaits(): void {
    const openings = tentative.relations.openings();
    if (openings === seenOpenings) return;
    seenOpenings = openings;
    waits.wake();
  }

  /** Nothing of what is not durable has happened: the old state is simply kept. */
  function fail(group: readonly Pending[], error: Error): void {
    const lost = [...group, ...queue];
    queue = [];
    tentative = { ...durable, relations: createRelations(durable.state) };
    seenOpenings = 0;
    waits.wake();
    const clean = error instanceof JournalRefusal && error.reason === "full";
    const why = clean
      ? "the disk is full: nothing was changed; free some space and try again"
      : "the journal failed: the server stops to recover; try again";
    const refused = waiting;
    waiting = [];
    if (!clean) state = "failed";
    for (const { settle } of lost) settle(unavailable(why));
    for (const { settle } of refused) settle(false);
    if (clean) options.onWarning?.(error);
    else options.onFatal?.(error);
  }

  function toRequest(
    name: string,
    body: unknown,
    { key, ...who }: DispatchOptions,
  ): Request | Rejection {
    const { by = who.actor === SYSTEM.name ? SYSTEM : OWNER } = who;
    const declaration = actions.get(name);
    if (!declaration) return rejection("unknown_id", `unknown action: ${name}`);
    const refused = refuseRole(by, "writes", name);
    if (refused) return refused;
    const validated = validator.validate(declaration, body);
    if (!validated.ok) return validated;
    const { warnings } = validated;
    // Before the key is looked up: nobody is given an answer that was meant for another.
    const spoken = speakAs(by, declaration, validated.payload, tentative.state);
    if (!spoken.ok) return spoken;
    const { payload } = spoken;
    const actor = declaration.actor?.(payload) || who.actor || by.agent_id || "ceo";
    return { declaration, payload, actor, by: by.name, key, warnings };
  }

  const dispatchBatch = createBatchDispatch({
    find: (name) => actions.get(name),
    check: validator.check,
    toRequest,
    once,
    decideAll,
  });

  async function dispatchUnknown(
    name: string,
    body: unknown,
    options: DispatchOptions = {},
  ): Promise<Outcome> {
    if (state !== "open") return stopping();
    if (name === batch.name) return dispatchBatch(body, options);
    const request = toRequest(name, body, options);
    if ("ok" in request) return request;
    const { declaration, payload, warnings } = request;
    const { key, signal } = options;
    const decideNow = async () => {
      if (signal?.aborted) return unavailable("the caller is gone");
      if (state !== "open") return stopping();
      return decide(request);
    };
    const { wait } = declaration;
    const recalls = declaration.recalls?.(payload);
    const run = wait
      ? () => waits.run(toWait(wait, payload, signal), decideNow)
      : recalls === undefined
        ? decideNow
        : () => recallFor(recalls, request, decideNow);
    return key === undefined ? run() : once(key, { name, payload, warnings }, run);
  }

  /** What is there is asked of what was decided, not of what is durable. */
  function toWait(
    { seconds, isReady }: NonNullable<AnyAction["wait"]>,
    payload: unknown,
    signal: AbortSignal | undefined,
  ): Wait {
    return {
      ready: () => isReady(tentative.state, tentative.relations, payload),
      ms: seconds(payload) * 1_000,
      signal,
    };
  }

  /** Decides with what the archive holds under the id, where the state does not hold it. */
  function recallFor(id: string, request: Request, run: () => Promise<Outcome>): Promise<Outcome> {
    return archive.alone(async () => {
      if (!has(tentative.state.tasks, id)) {
        // What is just being archived is in the journal only then.
        await afterDurable(tentative.seq, unavailable(""));
        request.recalled = await archive.recall(id);
      }
      return run();
    });
  }

  return {
    dispatch: (name, body, dispatchOptions) =>
      dispatchUnknown(name, body, dispatchOptions) as Promise<Outcome<never>>,
    dispatchUnknown,
    view: () => durable,
    copyState: () => clone(durable.state),
    recentEvents: (limit) => events.slice(-Math.min(limit, RECENT_EVENTS)),
    feed,
    archive: journal,
    recovery: () => ({
      ...journal.recovery,
      entries_replayed: recovered.report.entries_replayed,
    }),
    journalId: () => journal.id,
    clock,
    waiting: waits.count,
    stopped: () => state !== "open",
    async close() {
      if (state === "closed") return;
      if (state === "open") state = "closing";
      waits.end();
      await writing;
      await retention.settled();
      if (state === "closing") await retention.close(durable.state, durable.seq);
      state = "closed";
      await journal.close();
    },
  };
}

function toRecord(entry: Entry, { archive }: Reduction): JournalRecord {
  return {
    seq: entry.seq,
    json: JSON.stringify(entry),
    key: entry.key ?? null,
    ...(archive && { archive: toArchiveChange(archive) }),
  };
}

function withWarnings(reply: object, warnings: readonly string[]): object {
  if (warnings.length === 0) return reply;
  const own = (reply as { warnings?: string[] }).warnings ?? [];
  return { ...reply, warnings: [...own, ...warnings] };
}
