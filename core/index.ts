/**
 * The core as a package: `import { … } from "clawtasker/core"`. What is exported here is public;
 * everything else may change. Neighbours: embedders, transports, the server, the page.
 */
export { createGate, type Gate } from "./access.ts";
export type { Action, AnyAction, AnyWrite, EventKind, Stamp } from "./action.ts";
export { EVENT_KINDS } from "./action.ts";
export { storedRecords, storedSingles } from "./answers/stored.ts";
export { actionsIn, MAX_ACTIONS, MAX_DECIDING_MS, MAX_JOURNALED } from "./batch.ts";
export { MAX_RESULTS } from "./batch-room.ts";
export { CUT_OFF, CUT_OFF_REASONS, CutOff, type CutOffReason, cutOff } from "./cut-off.ts";
export { type Engine, type EngineOptions, openEngine } from "./engine.ts";
export type { Entry, StreamEvent } from "./entry.ts";
export { Refusal, type Rejection, type RejectionCode, rejection } from "./errors.ts";
export type { Chunk, FanOut, FanOutReader } from "./fan-out.ts";
export type { FeedItem, ResetReason, Subscription } from "./feed.ts";
export { createGathering, type Gathering, MAX_PIECES } from "./gathering.ts";
export { createHolding, type Holding, lengthOf } from "./holding.ts";
export { journalKeyOf } from "./idempotency.ts";
export { freezeStates } from "./immer.ts";
export { toJson } from "./json.ts";
export { MAX_DEPTH, MAX_FIELDS, shapeProblem } from "./json-shape.ts";
export { lastWords, SECURITY_HEADERS } from "./last-words.ts";
export { createMemoryJournal } from "./memory-journal.ts";
export { toPlain } from "./names.ts";
export type { Accepted, DispatchOptions, Outcome } from "./outcome.ts";
export {
  applyPatches,
  byRecord,
  fromPointer,
  haveSameEffect,
  type Patch,
  toPointer,
} from "./patch.ts";
export { patched } from "./patched.ts";
export {
  callerOf,
  isOfPeople,
  isRunningIt,
  OWNER,
  type Principal,
  RESERVED_NAMES,
  ROLES,
  type Role,
  refuseRole,
  SYSTEM,
} from "./permissions.ts";
export { type Picture, toPicture } from "./picture.ts";
export { createPlaces } from "./places.ts";
export {
  ARCHIVE_KINDS,
  type ArchiveChange,
  type ArchivedRow,
  type ArchivedWhat,
  type ArchiveKind,
  type ArchivePage,
  type ArchiveQuery,
  type ArchiveRow,
  type Journal,
  type JournalRecord,
  JournalRefusal,
  type JournalRefusalReason,
  type Ports,
  READ_CHARS,
  type RecoveryReport,
} from "./ports.ts";
export { problems, statusOf } from "./problems.ts";
export * from "./protocol.ts";
export { type AnswerOf, endpoints, type ParamsOf, type QueryName, queries } from "./queries.ts";
export type { AnyQuery, QueryContext } from "./query.ts";
export { MAX_STATE } from "./quota.ts";
export { type Reduction, reduce } from "./reduce.ts";
export {
  type ActionName,
  actions,
  type PayloadOf,
  type ReplyOf,
  type WriteName,
  writes,
} from "./registry.ts";
export { createRelations, type Relations } from "./relations.ts";
export { fromParts, toParts, toWirePieces, type WirePiece } from "./snapshot-parts.ts";
export { MAX_HANDED_AT_ONCE, MAX_HANDED_WITH_LEAVING } from "./state/agents/hand-over.ts";
export { type Left, toHanded, whatIsLeft } from "./state/agents/naming.ts";
export { MAX_ARCHIVED_AT_ONCE } from "./state/archive/actions.ts";
export { archivableTasks, countsOf, toArchiveChange } from "./state/archive/archive.ts";
export {
  archivableTalk,
  KEPT_OF_EACH,
  MAX_CHARACTERS_AT_ONCE,
  MAX_SAID_AT_ONCE,
} from "./state/archive/talk.ts";
export {
  type Look,
  MAX_SWEPT_AT_ONCE,
  type Passed,
  toSweep,
  whatPassed,
} from "./state/company/sweep.ts";
export {
  type Counters,
  createState,
  fromWireState,
  numberIn,
  type State,
  TABLE_OF,
  TABLES,
  type TableName,
  toWireState,
  type WireState,
} from "./state/state.ts";
export { MAX_EXPIRED_AT_ONCE } from "./state/tasks/lease-actions.ts";
export { expiredTasks, hasExpired } from "./state/tasks/lease-ends.ts";
export { overviewOf } from "./state/tasks/overview.ts";
export type { Task } from "./state/tasks/task.ts";
export type { Grant } from "./state/tokens/grant.ts";
export { finish, type Steps } from "./steps.ts";
export * as table from "./table.ts";
export { fromTime, toTime } from "./time.ts";
export { createValidator, type Validator } from "./validate.ts";
export { VERSION } from "./version.ts";
export type { View } from "./view.ts";
export { sizeOf } from "./weight.ts";
export * from "./wire.ts";
