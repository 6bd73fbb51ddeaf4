/**
 * The declaration of a read: its route, its parameters, its answer from the durable view. Neighbours:
 * `queries.ts` declares them, transport-http serves them, the typed client and the contract list them.
 * Invariant: an answer is a function of the view, the moment and the server's facts; it changes nothing.
 */
import type { Static, TSchema } from "typebox";
import type { StreamEvent } from "./entry.ts";
import type { Principal } from "./permissions.ts";
import type { RecoveryReport } from "./ports.ts";
import type { ArchiveReader } from "./state/archive/archive.ts";
import type { Grant } from "./state/tokens/grant.ts";
import type { Steps } from "./steps.ts";
import type { View } from "./view.ts";

/** What a read may know beside the state. */
export interface QueryContext {
  view: View;
  /** Milliseconds since the epoch. */
  now: number;
  events: readonly StreamEvent[];
  recovery: RecoveryReport;
  /** Milliseconds since the epoch at which the server started. */
  bootedAt: number;
  archive: ArchiveReader;
  /** Aborted when nobody waits for the answer any more. */
  signal?: AbortSignal;
  /** Absent where nobody is asked for a token. */
  access?: { caller: Principal | null; readsAsk: boolean; grants(): readonly Grant[] };
}

export interface QueryDeclaration<N extends string, P extends TSchema, A extends object> {
  /** As in its route: `GET /api/<name>`. */
  name: N;
  summary: string;
  params: P;
  /** Asks for the token like a write (reference: tasks/next). */
  auth?: true;
  /** Answered without a token even where reading asks for one. */
  open?: true;
  /** It searches the archive: of too many some are refused as unavailable. */
  searches?: true;
  /** The answer stands alone, without `ok`. */
  bare?: true;
  /** The answer changes with the sequence number only: it is cached and has an ETag. */
  cached?: true;
  /** Of a cached answer its JSON in pieces, by a maker that keeps what it can use again. */
  createPieces?(): (context: QueryContext) => Steps<readonly Uint8Array[]>;
  examples: readonly Static<P>[];
  /** At once, from the view; a promise only where the journal must be asked. */
  answer(context: QueryContext, params: Static<P>): A | Promise<A>;
}

export type AnyQuery = QueryDeclaration<string, TSchema, object>;

/** Declares a read; the identity function, for its types. */
export function defineQuery<const N extends string, P extends TSchema, A extends object>(
  declaration: QueryDeclaration<N, P, A>,
): QueryDeclaration<N, P, A> {
  return declaration;
}
