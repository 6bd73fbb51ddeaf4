/**
 * The page's way to write. A view says `await api.post("tasks/update", { task_id, status })` and shows
 * the sentence of a refusal; the rest is done here. The change is on the page at once, since the same
 * reducer runs locally (`optimistic.ts`), and is taken back when the server says no. Nothing the
 * person did is dropped: writes wait their turn, over the write limit, a lost network, a restart of
 * the server and a reload of the page (`write-queue.ts`).
 *
 * - One change: `api.post(name, payload)`. Several records: `api.batch(actions)`, which is one request
 *   for the write limit; never a loop of posts.
 * - Pending: `api.writes.isPending("tasks", id)` for a mark on a card, `api.writes.pending().length` and
 *   `queueWords(api.writes.state(), count, now)` for a line in the frame.
 * - `{ optimistic: false }` where showing early would mislead; `{ label: "Move T-203" }` for the list of
 *   what waits.
 *
 * Neighbours: `client/` sends, `token.ts` holds the token. Invariant: a refusal is a result with the
 * server's sentence, never an exception.
 */
import type { RouteName } from "../../../client/client.ts";
import { type ClawTaskerError, toError } from "../../../client/errors.ts";
import { createExchange } from "../../../client/exchange.ts";
import { type ClientPorts, defaultPorts } from "../../../client/ports.ts";
import type { PayloadOf, ReplyOf } from "../../../core/registry.ts";
import { type Ask, countThatFits, type Write } from "./write.ts";
import {
  type Answer,
  createWriteQueue,
  type GoWith,
  type QueuePorts,
  type WriteQueue,
  type WriteResult,
} from "./write-queue.ts";

export type ApiResult<R> =
  | { ok: true; reply: R; warnings: readonly string[] }
  /** `status` is 0 when the server was not reached. */
  | {
      ok: false;
      status: number;
      code: string | null;
      message: string;
      /** The record as it is, where the write went by an older one (code `stale`). */
      current?: object;
    };

/** One action of a bulk edit; the payload's type follows from the name. */
export type BatchAction = {
  [N in BatchName]: { action: N; body: PayloadOf<N> };
}[BatchName];
type BatchName = Exclude<RouteName, "batch">;

export interface WriteOptions {
  /** Whether the effect is shown before the answer; true where it can be foretold. */
  optimistic?: boolean;
  /** What it is, in the list of what waits. */
  label?: string;
}

export interface Api {
  /** Resolves with the server's answer, however long it takes to get one. */
  post<N extends RouteName>(
    name: N,
    payload: PayloadOf<N>,
    options?: WriteOptions,
  ): Promise<ApiResult<ReplyOf<N>>>;
  /**
   * Many actions in one request: a result for each, in their order. With `atomic` all or none: the
   * one that was refused has the reason, and so have the others.
   */
  batch(
    actions: readonly BatchAction[],
    options?: WriteOptions & { atomic?: boolean },
  ): Promise<readonly ApiResult<object>[]>;
  writes: Omit<WriteQueue, "add">;
}

export interface ApiPorts
  extends Partial<ClientPorts>,
    Partial<Pick<QueuePorts, "storage" | "journal">> {
  token(): string | null;
  /** Of the token that is there: another one has another. */
  tokenNumber(): number;
  /** Asks the person for a token; null when they would rather not. */
  requestToken(): Promise<string | null>;
  /** Shows what a write will do in the company that it is meant for, until its own entry has arrived. */
  effects?: {
    add(key: string, asks: readonly Ask[], journal: string | undefined): void;
    /** The entries it made, one for each action; null for one that made none. */
    answered(key: string, seqs: readonly (number | null)[]): void;
  };
}

const TIMEOUT_MS = 30_000;

export function createApi(options: ApiPorts): Api {
  const { token, tokenNumber, requestToken, effects, ...given } = options;
  const ports: ClientPorts & typeof given = { ...defaultPorts, ...given };
  const exchangeWith = (goWith: GoWith) =>
    createExchange({
      ...ports,
      url: "",
      async token(refused) {
        const given = (refused ? null : token()) ?? (await requestToken());
        if (given !== null) goWith(tokenNumber());
        return given;
      },
      timeoutMs: TIMEOUT_MS,
      // The queue tries again, so that what waits is seen and kept.
      attempts: 1,
      maxWaitMs: 0,
    });

  async function send(
    { key, asks, bulk, atomic, journal }: Write,
    goWith: GoWith,
  ): Promise<Answer> {
    const [only] = asks;
    const body = bulk || !only ? { actions: asks, ...(atomic && { atomic }) } : only.body;
    const path = bulk || !only ? "/api/batch" : `/api/${only.action}`;
    let seq: number | null = null;
    const said = await exchangeWith(goWith)({
      method: "POST",
      path,
      body,
      key,
      journal,
      onHeaders(headers) {
        const header = headers.get("ClawTasker-Seq");
        seq = header === null ? null : Number(header);
      },
    });
    return { body: said as Record<string, unknown>, seq };
  }

  /** Each keeps the key it would have alone, so that it may have been sent alone before. */
  async function sendTogether(
    writes: readonly Write[],
    goWith: GoWith,
  ): Promise<readonly WriteResult[]> {
    const actions = writes.flatMap(({ asks, key }) =>
      asks.map((ask) => ({ ...ask, idempotency_key: key })),
    );
    const body = { actions };
    // Only of one journal are they sent together.
    const journal = writes[0]?.journal;
    const request = { method: "POST", path: "/api/batch", body, key: null, journal } as const;
    const said = await exchangeWith(goWith)(request);
    return resultsOf(said as Record<string, unknown>).map(ofBatch);
  }

  const queue = createWriteQueue({
    ...ports,
    storage: ports.storage ?? null,
    send,
    sendTogether,
    onQueued: ({ key, asks, optimistic, journal }) =>
      optimistic && effects?.add(key, asks, journal),
    onSettled: ({ key, bulk }, result) => {
      if (!result.ok) effects?.answered(key, []);
      else effects?.answered(key, bulk ? resultsOf(result.body).map(seqOf) : [result.seq]);
    },
  });
  const { add, ...writes } = queue;

  async function bulk(write: Omit<Write, "key" | "bulk">): Promise<readonly ApiResult<object>[]> {
    const result = await add({ ...write, bulk: true });
    if (!result.ok) return write.asks.map(() => refused(result.error));
    return resultsOf(result.body).map((one) => toResult<object>(ofBatch(one)));
  }

  return {
    writes,
    async post(name, payload, { optimistic = true, label = name } = {}) {
      const asks = [{ action: name, body: payload as Write["asks"][number]["body"] }];
      const result = await add({ asks, bulk: false, atomic: false, optimistic, label });
      return toResult(result);
    },
    async batch(actions, { optimistic = true, label, atomic = false } = {}) {
      const parts: Promise<readonly ApiResult<object>[]>[] = [];
      const words = label ?? `${actions.length} changes`;
      for (let rest = actions as readonly Ask[]; rest.length > 0; ) {
        // What must be all or none is one request; where that is too large, the server says so.
        const count = atomic ? rest.length : countThatFits(rest);
        parts.push(bulk({ asks: rest.slice(0, count), atomic, optimistic, label: words }));
        rest = rest.slice(count);
      }
      return (await Promise.all(parts)).flat();
    },
  };
}

function toResult<R>(result: WriteResult): ApiResult<R> {
  return result.ok ? accepted(result.body) : refused(result.error);
}

function accepted<R>(body: Record<string, unknown>): ApiResult<R> {
  const { ok: _ok, ...reply } = body;
  return { ok: true, reply: reply as R, warnings: (body.warnings ?? []) as string[] };
}

function resultsOf({ results }: Record<string, unknown>): Record<string, unknown>[] {
  return Array.isArray(results) ? results : [];
}

function seqOf({ ok, seq }: Record<string, unknown>): number | null {
  return ok === true && typeof seq === "number" ? seq : null;
}

/** One result of a batch: as the action alone would have been answered. */
function ofBatch(result: Record<string, unknown>): WriteResult {
  const { status, seq: _seq, replayed: _replayed, ...body } = result;
  if (body.ok === true) return { ok: true, body, seq: seqOf(result) };
  return { ok: false, error: toError(Number(status ?? 400), body) };
}

function refused({ status, code, message, current }: ClawTaskerError) {
  return { ok: false as const, status, code, message, ...(current && { current }) };
}
