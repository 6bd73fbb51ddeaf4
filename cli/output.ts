/**
 * What commands print: JSON for programs, tables and lines for people. Neighbours: every command;
 * `plain.ts` knows what a terminal may be given. Invariants: stdout carries the answer and nothing else;
 * each line and each cell is plain; colours only where a person looks.
 */
import Table from "cli-table3";
import { plain, toJson } from "./plain.ts";

export function printJson(value: unknown): void {
  process.stdout.write(`${toJson(value, 2)}\n`);
}

/** Each a line of its own, whatever is in it. */
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
  const text = plain(Array.isArray(value) ? value.join(", ") : String(value));
  return text.length > MAX_CELL ? `${text.slice(0, MAX_CELL - 1)}…` : text;
}
