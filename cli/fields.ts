/**
 * Flags for the fields of an action, read off its declaration, and the body that the flags say.
 * Neighbours: `writes.ts`; the core's declarations. Invariant: a field that an action gets is a flag
 * at once, with its description and its allowed values.
 */
import { readFileSync } from "node:fs";
import type { Options } from "yargs";
import { CliFailure, EXIT } from "./failure.ts";

interface FieldSchema {
  type?: string | string[];
  enum?: (string | number | null)[];
  items?: { type?: string };
  description?: string;
}

interface BodySchema {
  properties?: Record<string, FieldSchema>;
  required?: string[];
}

type Kind = "string" | "number" | "boolean" | "list";

/** Written by the program itself, or of no use on a command line. */
const LEFT_OUT: ReadonlySet<string> = new Set(["source"]);

/** Flags for all fields that one value or a list of texts can say; the rest goes by `--file`. */
export function toOptions(body: object): Record<string, Options> {
  const options: Record<string, Options> = {
    file: {
      alias: "f",
      type: "string",
      describe: "JSON file with the body, - for stdin; flags win",
    },
  };
  for (const [field, schema] of fieldsOf(body)) {
    const kind = kindOf(schema);
    if (!kind || LEFT_OUT.has(field)) continue;
    const choices = schema.enum?.filter((value) => value !== null);
    options[toFlag(field)] = {
      ...(schema.description && { describe: schema.description }),
      ...(choices && { choices }),
      ...(field === "agent_id" && { alias: "agent" }),
      ...(kind === "list" ? { type: "string", array: true } : { type: kind }),
    };
  }
  return options;
}

/** @throws CliFailure when a required field is missing or a file cannot be read */
export function toBody(body: object, args: Record<string, unknown>): Record<string, unknown> {
  const said: Record<string, unknown> = { source: "cli", ...readBody(args.file) };
  for (const [field, schema] of fieldsOf(body)) {
    const value = args[toFlag(field)];
    if (value === undefined || LEFT_OUT.has(field)) continue;
    said[field] = toValue(field, schema, value);
  }
  for (const field of (body as BodySchema).required ?? []) {
    if (said[field] === undefined) {
      throw new CliFailure(EXIT.usage, `--${toFlag(field)} is required; see --help`);
    }
  }
  return said;
}

function toValue(field: string, schema: FieldSchema, value: unknown): unknown {
  if (typeof value === "number" && Number.isNaN(value)) {
    throw new CliFailure(EXIT.usage, `--${toFlag(field)} must be a number`);
  }
  // The empty text is how a command line says none.
  if (Array.isArray(value)) return value.filter((item) => item !== "");
  return value === "" && isNullable(schema) ? null : value;
}

function fieldsOf(body: object): [string, FieldSchema][] {
  return Object.entries((body as BodySchema).properties ?? {});
}

/** `agent_id` → `agent-id`. */
function toFlag(field: string): string {
  return field.replaceAll("_", "-");
}

function isNullable({ type, enum: values }: FieldSchema): boolean {
  return Array.isArray(type) ? type.includes("null") : (values?.includes(null) ?? false);
}

function kindOf({ type, enum: values, items }: FieldSchema): Kind | null {
  if (values) return values.some((value) => typeof value === "number") ? "number" : "string";
  const name = [type].flat().find((one) => one !== "null");
  if (name === "integer" || name === "number") return "number";
  if (name === "string" || name === "boolean") return name;
  return name === "array" && items?.type === "string" ? "list" : null;
}

function readBody(file: unknown): object {
  if (typeof file !== "string") return {};
  const value: unknown = JSON.parse(readText(file));
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new CliFailure(EXIT.usage, `${file} must hold a JSON object`);
}

function readText(file: string): string {
  try {
    const text = readFileSync(file === "-" ? 0 : file, "utf8");
    JSON.parse(text);
    return text;
  } catch (error) {
    const why = error instanceof SyntaxError ? "is no JSON" : "cannot be read";
    throw new CliFailure(EXIT.usage, `${file} ${why}: ${(error as Error).message}`);
  }
}
