/**
 * Turns the forms in which clients in the field send a body (envelope, `id`, `metadata`, camelCase)
 * into the flat body of the reference. Neighbour: `validate.ts`, which runs it first.
 * Invariant: a body that is flat already comes out unchanged; what is said twice, the flat field wins.
 */
import type { Forms } from "./action.ts";

type Body = Record<string, unknown>;

export function isObject(value: unknown): value is Body {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** routes.md, "Existing clients". */
export function toFlatBody(body: Body, forms: Forms): Body {
  const { envelope, items } = forms;
  const inner = envelope === undefined ? undefined : body[envelope];
  let flat = body;
  if (envelope !== undefined && isObject(inner)) {
    const { [envelope]: _wrapped, ...outer } = body;
    flat = { ...inner, ...outer };
    if (forms.id !== undefined) flat = rename(flat, { id: forms.id });
  } else if (envelope !== undefined && items && Array.isArray(inner)) {
    const { [envelope]: _wrapped, ...outer } = body;
    flat = { [items.field]: inner, ...outer };
  } else if (forms.id !== undefined && flat[forms.id] === undefined) {
    flat = rename(flat, { id: forms.id });
  }
  if (forms.aliases) flat = rename(flat, forms.aliases);
  if (forms.metadata && isObject(flat.metadata)) flat = liftMetadata(flat, forms.metadata);
  if (items && Array.isArray(flat[items.field])) {
    const list = flat[items.field] as unknown[];
    const one = (item: unknown) => (isObject(item) ? toFlatBody(item, items.forms) : item);
    flat = { ...flat, [items.field]: list.map(one) };
  }
  return flat;
}

function rename(body: Body, names: Readonly<Record<string, string>>): Body {
  const renamed = Object.entries(body).flatMap(([key, value]): [string, unknown][] => {
    const name = Object.hasOwn(names, key) ? names[key] : undefined;
    if (name === undefined) return [[key, value]];
    return body[name] === undefined ? [[name, value]] : [];
  });
  // Not by assignment, which a key `__proto__` would turn into something else.
  return Object.fromEntries(renamed);
}

function liftMetadata(body: Body, fields: readonly string[]): Body {
  const { metadata, ...rest } = body;
  const entries = Object.entries(metadata as Body);
  const isKnown = ([key]: [string, unknown]) => fields.includes(key);
  const lifted: Body = Object.fromEntries(entries.filter(isKnown));
  const left: Body = Object.fromEntries(entries.filter((entry) => !isKnown(entry)));
  // What is not known of the metadata is named in the warnings like any other unknown field.
  return { ...lifted, ...rest, ...(Object.keys(left).length > 0 && { metadata: left }) };
}
