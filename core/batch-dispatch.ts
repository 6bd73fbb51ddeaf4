/**
 * How a batch is done: its actions are validated, decided in one step and written in one group.
 * Neighbours: `batch.ts` declares it, `decisions.ts` decides each action, `commits.ts` writes them,
 * `idempotency.ts` has the keys. Invariants: nothing comes between two actions of a batch; each makes
 * its own entry and event; with `atomic` a refusal of one leaves nothing of the others.
 */
import type { Static } from "typebox";
import type { AnyAction, Check } from "./action.ts";
import { batch, inBatch, MAX_DECIDING_MS, MAX_JOURNALED, toReply } from "./batch.ts";
import { checkKeys, createHold, type Held, isKeyed, letGo } from "./batch-keys.ts";
import { createRoom } from "./batch-room.ts";
import type { Commits } from "./commits.ts";
import type { Decisions, Taken } from "./decisions.ts";
import { type Rejection, rejection } from "./errors.ts";
import { isObject } from "./forms.ts";
import type { Once } from "./idempotency.ts";
import type { DispatchOptions, Outcome } from "./outcome.ts";
import { callerOf } from "./permissions.ts";
import type { JournalRecord, Ports } from "./ports.ts";
import { inWords, missingIn, type Recall } from "./recall.ts";
import { charactersOf, toRecord } from "./records.ts";
import { actions } from "./registry.ts";
import type { Request, ToRequest } from "./request.ts";
import type { Turns } from "./turns.ts";

/** The key of a whole batch, and what makes two of them the same. */
interface BatchKey {
  key: string;
  payload: string;
  warnings: readonly string[];
}

export interface BatchPorts {
  check: Check;
  toRequest: ToRequest;
  once: Once;
  decisions: Decisions;
  commits: Commits;
  recall: Recall;
  turns: Turns;
  turn: Ports["turn"];
  elapsed: Ports["elapsed"];
  digest: Ports["digest"];
  /** Why nothing is decided now, or null. */
  refuseNow(): Rejection | null;
}

interface BatchOptions {
  /** The name of the caller's token. */
  by: string;
  atomic: boolean;
  warnings: readonly string[];
  key: BatchKey | undefined;
  wrote: DispatchOptions["wrote"];
}

interface Decided {
  whole: Outcome;
  /** Where the whole is accepted, one for each request that somebody else may ask for by its key. */
  outcomes: readonly (Outcome | null)[];
}

/** What a batch decided, and the text of each result. */
interface Said {
  taken: Taken;
  /** Of the entries, as the journal keeps them. */
  records: JournalRecord[];
  results: string[];
  outcomes: (Outcome | null)[];
  /** The refusal of the first that was refused where it is all or none. */
  refused: Rejection | null;
  /** The tasks that were found unknown. */
  unknown: string[];
}

type One = Static<typeof batch.body>["actions"][number];

/** The actions of a batch, each asked for when it is its turn. */
interface Requests {
  count: number;
  at(index: number): Request | Outcome;
}

/** @returns the dispatch of a batch; the key in its options is that of all of it */
export function createBatchDispatch(ports: BatchPorts) {
  const { check, toRequest, once, decisions, commits, recall, turns, turn, digest, refuseNow } =
    ports;
  const elapsed = ports.elapsed ?? (() => 0);

  const holdAll = createHold(once, turn);

  return async (body: unknown, { key, ...who }: DispatchOptions): Promise<Outcome> => {
    const checked = check(batch.body, body ?? {});
    if (!checked.ok) return checked;
    const { warnings } = checked;
    const { wrote } = who;
    const { actions: all, atomic = false } = checked.value as Static<typeof batch.body>;
    const refused = checkKeys(all, key);
    if (refused) return refused;
    const known: (Request | Rejection)[] = [];
    /** Each is validated when it is first asked for: all of them at once would hold the loop. */
    const requestAt = (index: number) => {
      known[index] ??= authorise(all[index] as One, who);
      return known[index];
    };
    const by = callerOf(who).name;
    const options: BatchOptions = { by, atomic, warnings, key: undefined, wrote };
    if (key !== undefined) {
      const text = toAsked(atomic, all);
      const payload = digest?.(text) ?? text;
      const said = { name: batch.name, payload, warnings };
      return once({ by, key }, said, async () => {
        const each = { count: all.length, at: requestAt };
        return (await decideAll(each, { ...options, key: { key, payload, warnings } })).whole;
      });
    }
    if (!all.some((one) => one.idempotency_key !== undefined)) {
      return (await decideAll({ count: all.length, at: requestAt }, options)).whole;
    }
    // What is said with a key is known before the key is looked up.
    for (const index of all.keys()) {
      const turned = index > 0 ? turn?.() : null;
      if (turned) await turned;
      requestAt(index);
    }
    const held = await holdAll(known);
    const at = (index: number) => (held[index] as Held).request;
    const settled = decideAll({ count: held.length, at }, options);
    const { whole, outcomes } = await settled.catch((error: unknown) => {
      letGo(held);
      throw error;
    });
    for (const [index, { settle }] of held.entries()) {
      settle?.(whole.ok ? (outcomes[index] ?? whole) : whole);
    }
    return whole;
  };

  function authorise({ action, body, idempotency_key }: One, who: DispatchOptions) {
    const unfit = refuseAction(action, actions.get(action));
    if (unfit) return unfit;
    const request = toRequest(action, body, { ...who, key: idempotency_key });
    return ("ok" in request ? null : refuseWait(request)) ?? request;
  }

  /** Decides all of it in one step; the outcomes are in the order of the requests. */
  async function decideAll(requests: Requests, options: BatchOptions): Promise<Decided> {
    const asked = new Set<string>();
    const archived = new Set<string>();
    for (;;) {
      const step = await turns.hold(options.by, async () => {
        const said = await takeAll(requests, options, archived);
        if ("ok" in said) return { decided: Promise.resolve({ whole: said, outcomes: [] }) };
        const open = said.unknown.filter((id) => !asked.has(id));
        // It is queued when this returns; others need not wait until it is durable.
        if (open.length === 0) return { decided: commit(said, options) };
        // What the archive says is part of the answer, which is written with the entries: it is asked
        // with nothing decided, and then all is decided again.
        decisions.giveBack(said.taken);
        return { open, seq: decisions.view().seq };
      });
      if (step.decided) return step.decided;
      const { open, seq } = step;
      await commits.durable(seq);
      for (const id of open) asked.add(id);
      for (const id of await recall.archived(open)) archived.add(id);
    }
  }

  /**
   * Up to the first refusal where it is all or none.
   * @param archived tasks of which that is known
   * @returns a rejection where nothing of it was decided
   */
  async function takeAll(
    { count, at }: Requests,
    { atomic, key }: BatchOptions,
    archived: ReadonlySet<string>,
  ): Promise<Said | Rejection> {
    const taken = decisions.begin();
    const records: JournalRecord[] = [];
    const said: Said = { taken, records, results: [], outcomes: [], refused: null, unknown: [] };
    let journaled = 0;
    /** Of its own work: what others do between two actions is not its. */
    let decidingMs = 0;
    const tell = createRoom();
    const how = { brief: true, ...(key && { keyed: true }) };
    try {
      for (let index = 0; index < count; index++) {
        const decided = decisions.view();
        const turned = index > 0 ? turn?.() : null;
        if (turned) await turned;
        // Meanwhile the journal failed, and what was not durable is forgotten already.
        if (decisions.view() !== decided) return LOST;
        const refused = refuseNow();
        if (refused) {
          decisions.giveBack(taken);
          return refused;
        }
        const began = elapsed();
        const request = at(index);
        const before = taken.entries.length;
        const spent = whatIsSpent(journaled, decidingMs);
        const found =
          "ok" in request
            ? request
            : spent
              ? tooMuch(spent, atomic)
              : decisions.take(request, taken, how);
        decidingMs += elapsed() - began;
        const missing = missingIn(found);
        if (missing !== undefined) said.unknown.push(missing);
        const { outcome, text } = tell(inWords(found, archived));
        said.results.push(text);
        const entry = taken.entries[before];
        // The same under its own key: it is what a repetition is answered with.
        if (entry?.reply && outcome.ok) entry.reply = outcome.reply;
        // Here, where the loop turns between them, and not all at once when they are queued.
        if (entry) {
          const record = toRecord(entry);
          records.push(record);
          journaled += record.json.length;
        }
        // The text says it all; as values the answers of a batch would be the most of what it holds.
        said.outcomes.push(isKeyed(request) ? outcome : null);
        if (atomic && !outcome.ok) {
          said.refused = outcome;
          break;
        }
      }
    } catch (error) {
      decisions.giveBack(taken);
      throw error;
    }
    return said;
  }

  async function commit(
    { taken, records, results, outcomes, refused }: Said,
    { warnings, key, wrote }: BatchOptions,
  ): Promise<Decided> {
    if (refused) {
      decisions.giveBack(taken);
      const told = await commits.afterDurable(decisions.view().seq, refused);
      return { whole: told.ok ? told : inBatch(told, outcomes.length - 1), outcomes };
    }
    const reply = toReply(results, warnings);
    const last = taken.entries.at(-1);
    if (last && key) {
      const whole = { ...last, key: key.key, reply, batch: key.payload, warnings };
      taken.entries.splice(-1, 1, whole);
      records.splice(-1, 1, toRecord(whole));
    }
    if (last) wrote?.(charactersOf(records));
    const { seq } = decisions.view();
    const whole: Outcome = { ok: true, seq, reply, replayed: false };
    return {
      whole: await (last
        ? commits.enqueue(taken, whole, records)
        : commits.afterDurable(seq, whole)),
      outcomes,
    };
  }
}

/** What a batch may do and these have done; null while there is room. */
function whatIsSpent(journaled: number, decidingMs: number): string | null {
  if (journaled >= MAX_JOURNALED) return `write ${MAX_JOURNALED} characters to the journal`;
  if (decidingMs >= MAX_DECIDING_MS) return `take ${MAX_DECIDING_MS} ms to decide`;
  return null;
}

/** The same actions would fill it again where all are to be done; else those that are left may come alone. */
function tooMuch(spent: string, atomic: boolean): Rejection {
  const why = `a batch may ${spent}, and the actions before have`;
  return atomic
    ? rejection("conflict", `${why}; send fewer at once`)
    : rejection("unavailable", `${why}; send it in another batch`);
}

const LOST = rejection("unavailable", "the journal could not be written; try again");

function refuseAction(name: string, declaration: AnyAction | undefined): Rejection | null {
  if (!declaration || declaration.internal) {
    return rejection("unknown_id", `unknown action: ${name}`);
  }
  const { alone } = declaration;
  if (alone === undefined) return null;
  return rejection("conflict", `${name} is never part of a batch: ${alone}; send it by itself`);
}

function refuseWait({ declaration: { name, wait }, payload }: Request): Rejection | null {
  if (!wait || wait.seconds(payload) === 0) return null;
  const text = `a batch does not wait: leave out wait_seconds, or send ${name} by itself`;
  return rejection("invalid", text, { field: "wait_seconds" });
}

/**
 * What is asked with a batch, before anybody looks whether it may be: the same for the same fields in any order.
 * A token among them is the transport's, and may be another the next time.
 */
function toAsked(atomic: boolean, actions: readonly One[]): string {
  return JSON.stringify({ actions, atomic }, (name, value) => {
    if (name === "write_token") return undefined;
    if (!isObject(value)) return value;
    // Not by assignment, which a key `__proto__` would turn into something else.
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
