/**
 * What commands print: JSON for programs, tables and lines for people. Neighbours: every command.
 * Invariants: stdout carries the answer and nothing else; texts that agents wrote reach a terminal
 * without control characters; colours only where a person looks.
 */
import Table from "cli-table3";

/** Controls beyond those of ASCII, and what turns the direction of writing. */
const UNSEEN = /[\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

function toEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

export function printJson(value: unknown): void {
  process.stdout.write(`${toJson(value, 2)}\n`);
}

/** JSON escapes only the controls of ASCII by itself. */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replaceAll(UNSEEN, toEscape);
}

export function printLines(...lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${plain(line)}\n`);
}

const MAX_CELL = 60;
const NO_LINES = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "  ",
};

/** Rows under a head, without borders, so that `grep` and `awk` read them too. */
export function printTable(head: readonly string[], rows: readonly (readonly unknown[])[]): void {
  const colours = process.stdout.isTTY === true && !process.env.NO_COLOR;
  const table = new Table({
    head: head.map((name) => name.toUpperCase()),
    chars: NO_LINES,
    style: { head: colours ? ["bold"] : [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  for (const row of rows) table.push(row.map(toCell));
  const text = table.toString().split("\n");
  process.stdout.write(`${text.map((line) => line.trimEnd()).join("\n")}\n`);
}

function toCell(value: unknown): string {
  if (value === null || value === undefined || value === "") return "-";
  const text = plain(Array.isArray(value) ? value.join(", ") : String(value)).replaceAll("\n", " ");
  return text.length > MAX_CELL ? `${text.slice(0, MAX_CELL - 1)}…` : text;
}

/** Without what a terminal would obey, or what would show a line in another order than it is written. */
export function plain(text: string): string {
  return text
    .replaceAll(
      // biome-ignore lint/suspicious/noControlCharactersInRegex: it is those that are taken out.
      /[\u0000-\u0008\u000b-\u001f]/g,
      "",
    )
    .replaceAll(UNSEEN, "");
}
