/**
 * JSON that was written before anybody asks for it. Neighbours: `batch.ts` notes the text of its answer,
 * the journal's records and the transports take it from here.
 * Invariant: the text says what `JSON.stringify` would say of the value.
 */
const texts = new WeakMap<object, string>();

/** Notes the text of a value, which never changes from here on. */
export function withText<T extends object>(value: T, text: string): T {
  texts.set(value, text);
  return value;
}

export function textAtHand(value: object): string | undefined {
  return texts.get(value);
}

export function toJson(value: object): string {
  return texts.get(value) ?? JSON.stringify(value);
}
