/**
 * The engine: the one way in for everything that writes, and the only place that holds the durable
 * state. Validate, decide, make durable, then show. Neighbours: `request.ts` validates, `decisions.ts`
 * decides, `commits.ts` makes durable, `feed.ts` shows, the transports dispatch.
 * Invariant: nobody sees what a crash could take back.
 */
import rfdc from "rfdc";
import type { AnyAction } from "./action.ts";
import { batch } from "./batch.ts";
import { createBatchDispatch } from "./batch-dispatch.ts";
import { createCommits, type Queued } from "./commits.ts";
import { createDecisions } from "./decisions.ts";
import type { StreamEvent } from "./entry.ts";
import { type Rejection, rejection } from "./errors.ts";
import { createFeed, type Feed } from "./feed.ts";
import { createOnce } from "./idempotency.ts";
import type { DispatchOptions, Outcome } from "./outcome.ts";
import { OWNER, SYSTEM } from "./permissions.ts";
import type { Ports, RecoveryReport } from "./ports.ts";
import { createQuota } from "./quota.ts";
import { createRecall } from "./recall.ts";
import { charactersOf, toRecord } from "./records.ts";
import { recover } from "./recover.ts";
import type { ActionName, PayloadOf, ReplyOf, WriteName } from "./registry.ts";
import { createToRequest, type Request } from "./request.ts";
import { createRetention } from "./retention.ts";
import { createSearches } from "./searches.ts";
import type { ArchiveReader } from "./state/archive/archive.ts";
import type { State } from "./state/state.ts";
import { has } from "./table.ts";
import { createTurns } from "./turns.ts";
import { createValidator } from "./validate.ts";
import { toView, type View } from "./view.ts";
import { createWaits, type Wait } from "./waits.ts";

export interface Engine {
  dispatch<N extends ActionName | WriteName>(
    name: N,
    body: PayloadOf<N>,
    options?: DispatchOptions,
  ): Promise<Outcome<ReplyOf<N>>>;
  /** The same for a body that nobody has looked at: it is validated first. */
  dispatchUnknown(name: string, body: unknown, options?: DispatchOptions): Promise<Outcome>;
  /** What readers are given: durable and immutable. */
  view(): View;
  /** A copy of the durable state that the caller owns and may change. */
  copyState(): State;
  /** The latest events, oldest first, at most `limit`. */
  recentEvents(limit: number): readonly StreamEvent[];
  feed: Pick<Feed, "subscribe" | "fanOut" | "subscribers">;
  /** Only a few of its searches are under way at a time: many more are refused as unavailable. */
  archive: ArchiveReader;
  /** The same for one of many callers, whose searches take no more places than those of others. */
  archiveFor(who: string): ArchiveReader;
  recovery(): RecoveryReport;
  journalId(): string;
  clock(): number;
  /** Characters of the state as JSON, about; the decided one. */
  size(): number;
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
  /** Entries whose texts are longer together go sooner; in characters. */
  keepCharacters?: number;
  /** The state may hold so many characters as JSON; what would make it larger is refused. */
  maxState?: number;
  maxBatch?: number;
  /** Told of each reader that names an entry beyond the last one, as after the restoring of an older copy. */
  onAhead?(since: number, head: number): void;
  /** Dispatches that may wait for the journal; more are refused as unavailable. */
  maxQueue?: number;
}

const clone = rfdc();
const RECENT_EVENTS = 200;
const STOPPING = "the server is stopping; try again";

/**
 * Opens an engine on a journal, recovering what the journal holds.
 * @throws Error when the journal cannot be replayed
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { journal, clock, newId, snapshotEvery = 2_000 } = options;
  const { keepEntries = 100_000, keepMs = 0 } = options;
  const { maxBatch = 512, maxQueue = 10_000 } = options;
  const validator = createValidator();
  // No closure may hold what was recovered: it would keep the state of the start for ever.
  const recovered = await recover(journal);
  const { entries_replayed } = recovered.report;

  let durable = toView(recovered);
  let events: StreamEvent[] = recovered.events;
  let state: "open" | "closing" | "closed" | "failed" = "open";
  /** Those who wait have looked since. */
  let seenOpenings = 0;
  let durableSize = recovered.size;
  const quota = createQuota({ size: durableSize, maxState: options.maxState, clock });
  const decisions = createDecisions(durable, clock, quota);
  const commits = createCommits({
    journal,
    head: durable.seq,
    maxGroup: maxBatch,
    maxQueue,
    onDurable: publish,
    onFailed: fail,
  });
  const feed = createFeed({
    head: durable.seq,
    floor: () => journal.floor(),
    read: (after, limit) => journal.read(after, limit),
    turn: options.turn,
    onAhead: (since) => options.onAhead?.(since, durable.seq),
  });
  const retention = createRetention({
    journal,
    clock,
    snapshotEvery,
    keepEntries,
    keepMs,
    keepCharacters: options.keepCharacters,
    snapshotSeq: recovered.snapshotSeq,
    tailBytes: recovered.tailBytes,
    onWarning: options.onWarning,
  });
  const once = createOnce(journal);
  const searches = createSearches(journal);
  const recall = createRecall(journal);
  const waits = createWaits(options.timeout, maxQueue);
  /** One who waits was not let look while a batch was under way. */
  let lookAgain = false;
  const turns = createTurns(decisions.view);
  const toRequest = createToRequest(validator, newId);
  const dispatchBatch = createBatchDispatch({
    check: validator.check,
    toRequest,
    once,
    decisions,
    commits,
    recall,
    turns,
    turn: options.turn,
    elapsed: options.elapsed,
    digest: options.digest,
    refuseNow,
  });

  function refuseNow(): Rejection | null {
    if (state !== "open") return rejection("stopping", STOPPING);
    if (!commits.isFull() && turns.waiting() < maxQueue) return null;
    return rejection("unavailable", "too much is waiting to be written; try again");
  }

  function decide(request: Request, wrote: DispatchOptions["wrote"]): Promise<Outcome> {
    const refused = refuseNow();
    if (refused) return Promise.resolve(refused);
    const taken = decisions.begin();
    const outcome = decisions.take(request, taken);
    if (taken.entries.length === 0) {
      return commits.afterDurable(decisions.view().seq, outcome).then(recall.explain);
    }
    const records = taken.entries.map(toRecord);
    wrote?.(charactersOf(records));
    return commits.enqueue(taken, outcome, records);
  }

  function publish(group: readonly Queued[]): void {
    let bytes = 0;
    const { relations } = durable;
    const published = group.flatMap(({ entries }) => entries);
    for (const { entries, records, after, touched, growth } of group) {
      durableSize += growth;
      relations.advance(durable.state, after, touched);
      durable = { state: after, seq: durable.seq + entries.length, relations };
      for (const { json } of records) bytes += json.length;
    }
    for (const { event } of published) events.push(event);
    if (events.length > 2 * RECENT_EVENTS) events = events.slice(-RECENT_EVENTS);
    feed.publish(published, bytes);
    wakeWaits();
    retention.wrote(bytes, durable.state, durable.seq);
  }

  /** Only where there may be something new for one of them: they are many, and commits too. */
  function wakeWaits(): void {
    const openings = decisions.view().relations.openings();
    if (openings === seenOpenings) return;
    seenOpenings = openings;
    waits.wake();
  }

  function fail(error: Error, clean: boolean): void {
    decisions.restart(durable, durableSize);
    seenOpenings = 0;
    waits.wake();
    if (clean) {
      options.onWarning?.(error);
      return;
    }
    state = "failed";
    options.onFatal?.(error);
  }

  /** As anybody who comes meanwhile: batches may follow one another without a pause. */
  function lookInTurn(): void {
    if (lookAgain) return;
    lookAgain = true;
    void turns.run(SYSTEM.name, async () => {
      lookAgain = false;
      waits.look();
    });
  }

  async function dispatchUnknown(
    name: string,
    body: unknown,
    options: DispatchOptions = {},
  ): Promise<Outcome> {
    if (state !== "open") return rejection("stopping", STOPPING);
    if (name === batch.name) return dispatchBatch(body, options);
    const request = toRequest(name, body, options);
    if ("ok" in request) return request;
    // Before the key is looked up: nobody is given an answer that was meant for another.
    const refused = request.hear(turns.settled().state);
    if (refused) return refused;
    const { declaration, payload, warnings } = request;
    const { key, signal } = options;
    const decideNow = async () =>
      refuseNow() ??
      turns.run(request.by, async () =>
        signal?.aborted
          ? rejection("unavailable", "the caller is gone")
          : decide(request, options.wrote),
      );
    const { wait } = declaration;
    const recalls = declaration.recalls?.(payload);
    const run = wait
      ? () => waits.run(toWait(wait, payload, signal), decideNow)
      : recalls === undefined
        ? decideNow
        : () => recallFor(recalls, request, decideNow);
    if (key === undefined) return run();
    return once({ by: request.by, key }, { name, payload, warnings }, run);
  }

  /** What is there is asked of what was decided, not of what is durable. */
  function toWait(
    { seconds, isReady }: NonNullable<AnyAction["wait"]>,
    payload: unknown,
    signal: AbortSignal | undefined,
  ): Wait {
    return {
      ready() {
        if (turns.busy()) {
          lookInTurn();
          return false;
        }
        const { state: decided, relations } = decisions.view();
        return isReady(decided, relations, payload);
      },
      ms: seconds(payload) * 1_000,
      signal,
    };
  }

  /** Decides with what the archive holds under the id, where the state does not hold it. */
  function recallFor(id: string, request: Request, run: () => Promise<Outcome>): Promise<Outcome> {
    return recall.alone(async () => {
      const { state: decided, seq } = await turns.run(request.by, async () => decisions.view());
      if (!has(decided.tasks, id)) {
        // What is just being archived is in the journal only then.
        await commits.durable(seq);
        request.recalled = await recall.recall(id);
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
    archive: searches(OWNER.name),
    archiveFor: searches,
    recovery: () => ({
      ...journal.recovery,
      entries_replayed,
    }),
    journalId: () => journal.id,
    clock,
    size: quota.size,
    waiting: waits.count,
    stopped: () => state !== "open",
    async close() {
      if (state === "closed") return;
      if (state === "open") state = "closing";
      waits.end();
      await commits.settled();
      await retention.settled();
      if (state === "closing") await retention.close(durable.state, durable.seq);
      state = "closed";
      await journal.close();
    },
  };
}
