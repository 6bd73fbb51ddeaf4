/** JSON in pieces of bytes. Neighbours: `snapshot-bytes.ts` and `mission-bytes.ts` make them. */
import type { Steps } from "./steps.ts";

/** Characters of a piece, before the item that goes beyond. */
const PIECE_LENGTH = 64 * 1024;

export const encoder = new TextEncoder();
export const COMMA = encoder.encode(",");

/** The parts as one, a comma between each two. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 0) return new Uint8Array();
  const length = parts.reduce((sum, part) => sum + part.length, parts.length - 1);
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    if (at > 0) bytes.set(COMMA, at++);
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** So many items of a list are written one by one, as those of a thread, which may be long. */
const MANY = 50;

function holdsMany(item: unknown): boolean {
  if (typeof item !== "object" || item === null) return false;
  return Object.values(item).some((value) => Array.isArray(value) && value.length >= MANY);
}

/** The JSON of an object in pieces, without the braces around; its lists are written item by item. */
export function* toFields(fields: object): Steps<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  let text = "";

  function* pause(): Steps<void> {
    if (text.length < PIECE_LENGTH) return;
    pieces.push(encoder.encode(text));
    text = "";
    yield;
  }

  function* writeFields(of: object): Steps<void> {
    let first = true;
    for (const [name, value] of Object.entries(of)) {
      if (value === undefined) continue;
      text += `${first ? "" : ","}${JSON.stringify(name)}:`;
      first = false;
      yield* write(value);
    }
  }

  function* write(value: unknown): Steps<void> {
    if (Array.isArray(value)) {
      text += "[";
      for (const [at, item] of value.entries()) {
        if (at > 0) text += ",";
        if (holdsMany(item)) yield* write(item);
        else text += JSON.stringify(item);
        yield* pause();
      }
      text += "]";
    } else if (typeof value === "object" && value !== null) {
      text += "{";
      yield* writeFields(value);
      text += "}";
    } else text += JSON.stringify(value);
    yield* pause();
  }

  yield* writeFields(fields);
  if (text.length > 0) pieces.push(encoder.encode(text));
  return pieces;
}
