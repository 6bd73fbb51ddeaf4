/**
 * From the JSON Schema of a body to the fields of a form, and from what was typed back to a body.
 * Neighbours: `parts/SchemaForm.tsx` shows the fields, the API section sends the body. Invariant: what
 * is left empty is not sent, so the server's own defaults and refusals hold.
 */

/** What is used of a JSON Schema. */
export interface Schema {
  type?: string | readonly string[];
  enum?: readonly unknown[];
  description?: string;
  maxLength?: number;
  items?: Schema;
  required?: readonly string[];
  properties?: Readonly<Record<string, Schema>>;
}

export type FieldKind = "text" | "long" | "number" | "choice" | "lines" | "json";

export interface FormField {
  name: string;
  kind: FieldKind;
  hint: string;
  required: boolean;
  /** Of a choice: as JSON, so that 3 and "3" differ. */
  choices: readonly { value: string; name: string }[];
}

/** What was typed, by field: a text, or the lines of a list. */
export type Typed = Readonly<Record<string, string | readonly string[]>>;

/** The longest text that fits a line. */
const MAX_LINE = 400;
/** The page sends the token in the header. */
const LEFT_OUT = new Set(["write_token"]);

/** The fields of a body, those that are required first. */
export function fieldsOf(schema: Schema): FormField[] {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {})
    .filter(([name]) => !LEFT_OUT.has(name))
    .map(([name, of]) => toField(name, of, required.has(name)))
    .sort((a, b) => Number(b.required) - Number(a.required));
}

function toField(name: string, schema: Schema, required: boolean): FormField {
  const choices = choicesOf(schema);
  const kind = choices.length > 0 ? "choice" : kindOf(schema);
  return { name, kind, hint: schema.description ?? "", required, choices };
}

function choicesOf(schema: Schema): FormField["choices"] {
  const values = schema.enum ?? (typesOf(schema).includes("boolean") ? [true, false] : []);
  return values.map((value) => ({
    value: JSON.stringify(value),
    name: value === true ? "yes" : value === false ? "no" : value === null ? "none" : String(value),
  }));
}

function kindOf(schema: Schema): FieldKind {
  const types = typesOf(schema).filter((type) => type !== "null");
  const [type] = types;
  if (types.length !== 1) return types.includes("string") ? "text" : "json";
  if (type === "string") return (schema.maxLength ?? 0) > MAX_LINE ? "long" : "text";
  if (type === "number" || type === "integer") return "number";
  const { items } = schema;
  const ofTexts =
    items?.enum?.every((value) => typeof value === "string") ||
    (items && typesOf(items).length === 1 && typesOf(items)[0] === "string");
  return type === "array" && ofTexts ? "lines" : "json";
}

function typesOf({ type }: Schema): readonly string[] {
  return type === undefined ? [] : typeof type === "string" ? [type] : type;
}

export type Body =
  | { ok: true; body: Record<string, unknown> }
  | { ok: false; field: string; message: string };

/** What will be sent; a field that holds no JSON where it should is named. */
export function toBody(fields: readonly FormField[], typed: Typed): Body {
  const body: Record<string, unknown> = {};
  for (const { name, kind } of fields) {
    const value = typed[name];
    if (value === undefined || value === "") continue;
    if (typeof value !== "string") {
      // A list without lines says something too: that there are none.
      body[name] = value.map((line) => line.trim()).filter((line) => line !== "");
    } else if (kind === "number") {
      body[name] = Number(value);
    } else if (kind === "choice" || kind === "json") {
      const parsed = parseJson(value);
      if (!parsed.ok) return { ok: false, field: name, message: `${name}: ${parsed.message}` };
      body[name] = parsed.value;
    } else {
      body[name] = value;
    }
  }
  return { ok: true, body };
}

/** The other way: the body of an example, typed in. */
export function toTyped(fields: readonly FormField[], body: Record<string, unknown>): Typed {
  const typed: Record<string, string | readonly string[]> = {};
  for (const { name, kind } of fields) {
    const value = body[name];
    if (value === undefined) continue;
    if (kind === "lines" && Array.isArray(value)) typed[name] = value.map(String);
    else if (kind === "choice") typed[name] = JSON.stringify(value);
    else if (kind === "json") typed[name] = JSON.stringify(value, null, 2);
    else typed[name] = value === null ? "" : String(value);
  }
  return typed;
}

export type Parsed = { ok: true; value: unknown } | { ok: false; message: string };

/** JSON, or why it is none, said so that it can be mended. */
export function parseJson(text: string): Parsed {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return { ok: false, message: `is no JSON: ${(error as Error).message}` };
  }
}

export interface Preview {
  /** What it will make, a line each. */
  lines: string[];
  /** Why it cannot be sent as it is. */
  problem: string | null;
}

/** What a manifest would make of the company, checked before it is sent. */
export function previewManifest(text: string): Preview {
  if (text.trim() === "") return { lines: [], problem: null };
  const parsed = parseJson(text);
  if (!parsed.ok) return { lines: [], problem: `The manifest ${parsed.message}` };
  const { value } = parsed;
  if (!isRecord(value)) return { lines: [], problem: "The manifest must be one JSON object." };
  for (const list of ["projects", "agents"]) {
    const given = value[list];
    if (given === undefined) continue;
    if (!Array.isArray(given)) return { lines: [], problem: `${list} must be a list.` };
    const at = given.findIndex((one) => !isRecord(one));
    if (at >= 0) return { lines: [], problem: `${list}[${at}] must be an object.` };
  }
  const { company_name, ceo_name, chief_agent_id } = value;
  const agents = (value.agents ?? []) as Record<string, unknown>[];
  const projects = (value.projects ?? []) as Record<string, unknown>[];
  return {
    problem: null,
    lines: [
      `Company: ${said(company_name) ?? "My Company"}${said(ceo_name) ? `, led by ${said(ceo_name)}` : ""}`,
      `Chief agent: ${said(chief_agent_id) ?? "the first agent that reports to the CEO"}`,
      `${projects.length === 1 ? "1 project" : `${projects.length} projects`}${named(projects, "project_id")}`,
      `${agents.length === 1 ? "1 agent" : `${agents.length} agents`}${named(agents, "agent_id")}`,
    ],
  };
}

const MAX_NAMED = 8;

function named(records: readonly Record<string, unknown>[], id: string): string {
  const names = records.map((one) => said(one.name) ?? said(one[id]) ?? "without a name");
  if (names.length === 0) return "";
  const more = names.length > MAX_NAMED ? `, and ${names.length - MAX_NAMED} more` : "";
  return `: ${names.slice(0, MAX_NAMED).join(", ")}${more}`;
}

function said(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
