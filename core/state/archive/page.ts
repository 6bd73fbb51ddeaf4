/**
 * A page of the archive as every read of it takes and gives one: words, a time, a limit, a cursor.
 * Neighbours: `views.ts` and `talk-views.ts` say what is in it, the journal looks.
 */
import { Type } from "typebox";
import { refuse } from "../../errors.ts";
import type { ArchivedRow, ArchiveKind } from "../../ports.ts";
import type { QueryContext } from "../../query.ts";
import { line } from "../../schema.ts";
import { fromTime, toTime } from "../../time.ts";

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;
const MAX_WORDS = 8;

export const paging = {
  limit: Type.Optional(
    Type.String({
      pattern: "^[0-9]{1,6}$",
      maxLength: 6,
      description: `1 to ${MAX_LIMIT}; ${DEFAULT_LIMIT} when absent.`,
    }),
  ),
  cursor: line("The next of the page before."),
};

/** As a caller says it; empty is absent. */
interface Asked {
  query?: string;
  project?: string;
  owner?: string;
  before?: string;
  limit?: string;
  cursor?: string;
}

/** @throws Refusal for what cannot be read */
export async function pageOf(
  { archive, signal }: Pick<QueryContext, "archive" | "signal">,
  kind: ArchiveKind,
  { query, project, owner, before, limit, cursor }: Asked,
): Promise<{ rows: ArchivedRow[]; next: string | null }> {
  const wanted = {
    kind,
    words: wordsOf(query ?? ""),
    project: project || undefined,
    owner: owner || undefined,
    before: before ? momentOf(before) : undefined,
    after: cursor ? fromCursor(cursor) : undefined,
    limit: limitOf(limit),
  };
  const { rows, next } = await archive.listArchived(wanted, signal);
  return { rows, next: next && toCursor(next) };
}

function wordsOf(query: string): string[] {
  return [...new Set(query.toLowerCase().split(/\s+/).filter(Boolean))].slice(0, MAX_WORDS);
}

function limitOf(limit: string | undefined): number {
  if (limit === undefined) return DEFAULT_LIMIT;
  const number = Number(limit);
  if (number >= 1 && number <= MAX_LIMIT) return number;
  refuse("invalid", `limit must be from 1 to ${MAX_LIMIT}`, { field: "limit" });
}

/** As the rows are ordered. */
function momentOf(before: string): string {
  const ms = fromTime(before);
  if (Number.isNaN(ms)) {
    refuse("invalid", "before must be a time such as 2026-03-21T09:30:00Z, or a day", {
      field: "before",
    });
  }
  return toTime(ms);
}

const CURSOR = /^([0-9T:+-]{25})~(.{1,120})$/;

function toCursor({ at, id }: Pick<ArchivedRow, "at" | "id">): string {
  return `${at}~${id}`;
}

function fromCursor(cursor: string): Pick<ArchivedRow, "at" | "id"> {
  // A plus sign in a query is a blank where nobody encoded it.
  const [, at, id] = CURSOR.exec(cursor.replace(" ", "+")) ?? [];
  if (at && id) return { at, id };
  refuse("invalid", "cursor must be the next of an earlier answer", { field: "cursor" });
}
