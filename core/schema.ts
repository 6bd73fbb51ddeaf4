/**
 * The fields that bodies are built from. Each carries its bounds, since every text and list that an
 * agent sends is kept; `validate.ts` turns a violation into a sentence that names the field.
 * Invariant: no unbounded text, no unbounded list, no `uniqueItems`, no pattern that backtracks.
 */
import { Type } from "typebox";

const MAX_ID = 120;
const MAX_LINE = 300;
export const MAX_TEXT = 20_000;
/** Of one list. */
export const MAX_ITEMS = 200;

/** Annotation read by `validate.ts`: the sentence for a value that breaks a pattern or an enum. */
export const RULE = "x-rule";

/**
 * What no name may hold, since it makes one look like another: marks of direction and other controls of
 * format, and ends of lines. Joiners (U+200C, U+200D), without which Persian, Hindi and many emoji cannot be
 * written, are let in, and the Arabic ones that are seen.
 */
export const HIDDEN =
  "(?![\\u200c\\u200d\\u0600-\\u0605\\u06dd\\u070f\\u0890\\u0891\\u08e2])[\\p{Cf}\\u2028\\u2029\\ufffc]";
/** The type is said for what may be null, which no pattern is held against. */
const unhidden = { not: { type: "string", pattern: HIDDEN } } as const;

/** The first character of a text that no name may hold, as `U+202E`; null for none. */
export function hiddenIn(text: string): string | null {
  const point = new RegExp(HIDDEN, "u").exec(text)?.[0].codePointAt(0);
  if (point === undefined) return null;
  return `U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** An id that must be given. */
export const id = (description: string) =>
  Type.String({ minLength: 1, maxLength: MAX_ID, description });

/** An id that may be absent, or `null` to clear it. */
export const ref = (description: string) =>
  Type.Optional(
    Type.Unsafe<string | null>({ type: ["string", "null"], maxLength: MAX_ID, description }),
  );

/** A name, or the title of a role, that must be given. */
export const requiredName = (description: string, maxLength = MAX_LINE) =>
  Type.String({ minLength: 1, maxLength, pattern: "\\S", description, ...unhidden });

/** A name, who somebody is, or a role; may be absent. */
export const optionalName = (description: string) =>
  Type.Optional(Type.String({ maxLength: MAX_LINE, description, ...unhidden }));

export const nullableName = (description: string) =>
  Type.Optional(
    Type.Unsafe<string | null>({
      type: ["string", "null"],
      maxLength: MAX_LINE,
      description,
      ...unhidden,
    }),
  );

/** A text that must be given and say something. */
export const requiredText = (description: string, maxLength = MAX_LINE) =>
  Type.String({ minLength: 1, maxLength, pattern: "\\S", description });

export const line = (description: string) =>
  Type.Optional(Type.String({ maxLength: MAX_LINE, description }));

export const nullableLine = (description: string) =>
  Type.Optional(
    Type.Unsafe<string | null>({ type: ["string", "null"], maxLength: MAX_LINE, description }),
  );

export const text = (description: string) =>
  Type.Optional(Type.String({ maxLength: MAX_TEXT, description }));

export const longText = (description: string) => requiredText(description, MAX_TEXT);

export const lines = (description: string) =>
  Type.Optional(
    Type.Array(Type.String({ maxLength: 2_000 }), { maxItems: MAX_ITEMS, description }),
  );

/** Fewer and shorter than other texts: an answer says for each of them who takes it. */
export const specialisms = (description: string, maxItems: number) =>
  Type.Optional(Type.Array(Type.String({ maxLength: MAX_LINE }), { maxItems, description }));

export const ids = (description: string) =>
  Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: MAX_ID }), {
      maxItems: MAX_ITEMS,
      description,
    }),
  );

export const oneOf = <const V extends readonly string[]>(values: V, description: string) =>
  Type.Enum([...values] as V[number][], { description });

export const flag = (description: string) => Type.Optional(Type.Boolean({ description }));

/** `YYYY-MM-DD`, or `null` to clear it. */
export const date = (description: string) =>
  Type.Optional(
    Type.Unsafe<string | null>({
      type: ["string", "null"],
      maxLength: 10,
      format: "date",
      description,
    }),
  );

/** An id that its caller chooses and that becomes a key: a slug, and no name of Object's own. */
export const slug = (description: string) =>
  Type.String({
    minLength: 1,
    maxLength: 64,
    pattern: "^[A-Za-z0-9][A-Za-z0-9._-]*$",
    not: { enum: ["constructor", "prototype"] },
    description,
    [RULE]:
      "must start with a letter or digit and hold only letters, digits, dots, dashes and underscores",
  });

/** Who calls, as helper scripts in the field say it; kept in the journal. */
export const source = optionalName("Where the call comes from, for the record.");

/** `Market Radar Scout` → `market-radar-scout`; empty when nothing is left. */
export function toSlug(name: string): string {
  return name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 64);
}
