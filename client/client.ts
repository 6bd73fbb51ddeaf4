/**
 * The typed client: every route by its name, payload and reply typed by the declarations of the core.
 * Neighbours: `exchange.ts` sends, `stream.ts` subscribes; `runAgent`, the page and the programs call.
 * Invariant: nothing is said here about a route that its declaration does not say.
 */
import type { AnswerOf, ParamsOf, QueryName } from "../core/queries.ts";
import type { PayloadOf, ReplyOf, WriteName } from "../core/registry.ts";
import { createExchange, type ExchangeOptions } from "./exchange.ts";
import { type ClientPorts, defaultPorts } from "./ports.ts";
import { type StreamItem, type SubscribeOptions, subscribe } from "./stream.ts";

/** What can be posted. */
export type RouteName = WriteName;

/** What was sent but is not known, or was not kept, is named in `warnings`. */
export type Reply<N extends RouteName> = ReplyOf<N> & { warnings?: readonly string[] };

export interface CallOptions {
  signal?: AbortSignal;
  /** For each try. */
  timeoutMs?: number;
  /** How often it is tried where nobody answers, or the answer is 429 or 503; 1 for once. */
  attempts?: number;
}

export interface PostOptions extends CallOptions {
  /** Idempotency key; a new one for each call when absent. */
  key?: string;
}

export interface Client {
  readonly url: string;
  readonly ports: ClientPorts;
  /** @throws ClawTaskerError on a refusal or without an answer; the signal's reason once aborted */
  post<N extends RouteName>(
    name: N,
    payload: PayloadOf<N>,
    options?: PostOptions,
  ): Promise<Reply<N>>;
  /** @throws ClawTaskerError on a refusal or without an answer; the signal's reason once aborted */
  get<N extends QueryName>(
    name: N,
    params?: ParamsOf<N>,
    options?: CallOptions,
  ): Promise<AnswerOf<N>>;
  /**
   * Every write from here on, in order; resumes by itself, and ends with the signal.
   * @throws ClawTaskerError when the server refuses the stream for good
   */
  subscribe(options: SubscribeOptions): AsyncGenerator<StreamItem, void, void>;
}

export interface ClientOptions
  extends Partial<ClientPorts>,
    Partial<Pick<ExchangeOptions, "token" | "timeoutMs" | "attempts" | "maxWaitMs">> {
  /** Such as `http://127.0.0.1:3000`; empty on a page of the server itself. */
  url: string;
}

const TIMEOUT_MS = 30_000;
const ATTEMPTS = 5;
/** The write limit counts a minute: whoever waits so long gets through. */
const MAX_WAIT_MS = 60_000;

export function createClient(options: ClientOptions): Client {
  const url = options.url.replace(/\/+$/, "");
  const { fetch, clock, random, wait, newKey } = { ...defaultPorts, ...options };
  const ports: ClientPorts = { fetch, clock, random, wait, newKey };
  const exchange = createExchange({
    ...ports,
    url,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    attempts: options.attempts ?? ATTEMPTS,
    maxWaitMs: options.maxWaitMs ?? MAX_WAIT_MS,
    ...(options.token !== undefined && { token: options.token }),
  });

  const client: Client = {
    url,
    ports,
    async post<N extends RouteName>(name: N, payload: PayloadOf<N>, more: PostOptions = {}) {
      const body = payload as object;
      const said = await exchange({ method: "POST", path: `/api/${name}`, body, ...more });
      return withoutOk(said) as Reply<N>;
    },
    async get<N extends QueryName>(name: N, params?: ParamsOf<N>, more: CallOptions = {}) {
      const path = `/api/${name}${toSearch(params ?? {})}`;
      return withoutOk(await exchange({ method: "GET", path, ...more })) as AnswerOf<N>;
    },
    subscribe: (more) => subscribe({ ...client, token: options.token }, more),
  };
  return client;
}

/** Bare documents, such as the snapshot, have no `ok` to take away. */
function withoutOk(json: unknown): unknown {
  if (typeof json !== "object" || json === null || !("ok" in json)) return json;
  const { ok: _ok, ...rest } = json;
  return rest;
}

function toSearch(params: object): string {
  const given = Object.entries(params).filter(([, value]) => value !== undefined && value !== null);
  if (given.length === 0) return "";
  return `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}
