/**
 * Body in, payload out: forms made flat, unknown fields dropped and named, the rest held against the
 * declaration's schema. Neighbours: the engine validates every dispatch here, so that REST, batch,
 * MCP and embedders meet one set of rules; `schema.ts` holds the bounds.
 * Invariant: a payload holds nothing that its schema does not describe.
 */
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { TSchema } from "typebox";
import type { AnyAction, Check } from "./action.ts";
import { type Rejection, rejection } from "./errors.ts";
import { isObject, toFlatBody } from "./forms.ts";
import { HIDDEN, hiddenIn, RULE } from "./schema.ts";

/** What of a JSON Schema this module looks at. */
interface SchemaNode {
  properties?: Record<string, SchemaNode>;
  items?: SchemaNode;
}

export type Validated = { ok: true; payload: unknown; warnings: string[] } | Rejection;

export interface Validator {
  /** @param absent what stands for the fields that the body leaves out */
  validate(declaration: AnyAction, body: unknown, absent?: Readonly<object>): Validated;
  /** Holds one value against one schema, dropping what the schema does not describe. */
  check: Check;
}

/** Compiled once for all validators of the process: that costs milliseconds a schema. */
const compiled = new WeakMap<object, ValidateFunction>();
let ajv: Ajv2020 | undefined;

function compile(schema: TSchema): ValidateFunction {
  if (!ajv) {
    // verbose: the sentence for a broken pattern stands in the schema that broke.
    ajv = new Ajv2020({ allowUnionTypes: true, strictRequired: false, verbose: true });
    addFormats.default(ajv, ["date"]);
    ajv.addKeyword(RULE);
  }
  const conforms = ajv.compile(schema);
  compiled.set(schema, conforms);
  return conforms;
}

export function createValidator(): Validator {
  function check(schema: TSchema, value: unknown): ReturnType<Check> {
    if (!isObject(value)) return rejection("invalid", "the body must be a JSON object");
    const conforms = compiled.get(schema) ?? compile(schema);
    const unknown: string[] = [];
    const known = keepKnown(schema as SchemaNode, value, "", unknown) as Record<string, unknown>;
    const warnings = unknown.map((field) => `unknown field: ${field}`);
    if (conforms(known)) return { ok: true, value: known, warnings };
    const refused = toRejection(conforms.errors?.[0], known);
    return warnings.length > 0 ? { ...refused, warnings } : refused;
  }

  return {
    check,
    validate(declaration, body, absent) {
      const given = body ?? {};
      const { forms } = declaration;
      const flat = forms && isObject(given) ? toFlatBody(given, forms) : given;
      const filled = absent && isObject(flat) ? { ...absent, ...flat } : flat;
      const checked = check(declaration.body, filled);
      if (!checked.ok) return checked;
      const { value } = checked;
      // An envelope has an outer note, whether or not the action has a use for one.
      const enveloped = forms?.envelope && isObject(given) && given[forms.envelope] !== undefined;
      const warnings = checked.warnings.filter(
        (warning) => !(enveloped && warning === "unknown field: note"),
      );
      return { ok: true, payload: declaration.prepare?.(value, check) ?? value, warnings };
    },
  };
}

/** A copy of the value without the fields that the schema does not describe; arrays and objects alike. */
function keepKnown(schema: SchemaNode, value: unknown, path: string, unknown: string[]): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!items) return value;
    return value.map((item, index) => keepKnown(items, item, `${path}[${index}]`, unknown));
  }
  if (!isObject(value) || !schema.properties) return value;
  const known: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    const at = path ? `${path}.${key}` : key;
    const property = Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
    if (property) known[key] = keepKnown(property, inner, at, unknown);
    else if (unknown.length < MAX_WARNINGS) unknown.push(at.slice(0, 200));
  }
  return known;
}

const MAX_WARNINGS = 20;

function toRejection(error: ErrorObject | undefined, body: Record<string, unknown>): Rejection {
  if (!error) return rejection("invalid", "the body is not valid");
  const field = toField(error.instancePath);
  const value = valueAt(body, error.instancePath);
  const schema = (error.parentSchema ?? {}) as Record<string, unknown>;
  switch (error.keyword) {
    case "required": {
      const missing = [field, String(error.params.missingProperty)].filter(Boolean).join(".");
      return rejection("required", `${missing} is required`, { field: missing });
    }
    case "enum": {
      const allowed = (error.params.allowedValues as unknown[]).map(String);
      return rejection(
        "unknown_field_value",
        `invalid ${field}: ${show(value)}; use one of ${allowed.join(", ")}`,
        { field, allowed },
      );
    }
    case "type": {
      const types = [error.params.type as string | string[]].flat();
      return rejection("invalid", `${field} must be ${types.map(article).join(" or ")}`, { field });
    }
    case "minLength":
      return rejection("required", `${field} is required`, { field });
    case "pattern":
      return error.params.pattern === "\\S"
        ? rejection("required", `${field} is required`, { field })
        : rejection("invalid", `${field} ${schema[RULE] ?? "has the wrong form"}`, { field });
    case "maxLength":
      return rejection("invalid", `${field} must have at most ${error.params.limit} characters`, {
        field,
      });
    case "maxItems":
      return rejection("invalid", `${field} must have at most ${error.params.limit} items`, {
        field,
      });
    case "minimum":
    case "maximum":
      return rejection(
        "invalid",
        `${field} must be ${error.params.comparison} ${error.params.limit}`,
        {
          field,
        },
      );
    case "format":
      return rejection("invalid", `${field} must be a date such as 2026-03-21`, { field });
    case "not":
      if (isHiddenRule(error.schema)) return refuseHidden(field, String(value));
      return rejection("invalid", `${field} may not be ${show(value)}`, { field });
    default:
      return rejection("invalid", `${field || "the body"} ${error.message ?? "is not valid"}`, {
        field,
      });
  }
}

function isHiddenRule(schema: unknown): boolean {
  return isObject(schema) && schema.pattern === HIDDEN;
}

function refuseHidden(field: string, value: string): Rejection {
  const why = "it is not seen, and makes a name look like another";
  return rejection("invalid", `${field} may not hold ${hiddenIn(value)}: ${why}`, { field });
}

/** `/tasks/0/title` → `tasks[0].title`. */
function toField(instancePath: string): string {
  return instancePath
    .slice(1)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce((path, part) => {
      if (/^\d+$/.test(part)) return `${path}[${part}]`;
      return path ? `${path}.${part}` : part;
    }, "");
}

function valueAt(body: unknown, instancePath: string): unknown {
  let value = body;
  for (const part of instancePath.split("/").slice(1)) {
    value = typeof value === "object" && value !== null ? Reflect.get(value, part) : undefined;
  }
  return value;
}

function show(value: unknown): string {
  // What is nested is not written out: it may be as deep as a stack.
  const text = Array.isArray(value) ? "a list" : isObject(value) ? "an object" : String(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function article(type: string): string {
  if (type === "null") return "null";
  if (type === "array") return "a list";
  if (type === "boolean") return "true or false";
  return /^[aeio]/.test(type) ? `an ${type}` : `a ${type}`;
}
