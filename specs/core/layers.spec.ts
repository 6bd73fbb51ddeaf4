/** Which folder may import which, read off the import lines of the sources. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../support/core.ts";

const test = suite("layers");

const CHECKOUT = fileURLToPath(root);

/** Each folder with the folders that it may import beside itself. */
const LAYERS: Record<string, readonly string[]> = {
  core: [],
  journal: ["core"],
  "transport-http": ["core"],
  "transport-sse": ["core"],
  "transport-ws": ["core"],
  client: ["core"],
  mcp: ["core", "client"],
  "client-solid": ["core", "client"],
  server: ["core", "journal", "transport-http", "transport-sse", "transport-ws", "mcp"],
  cli: ["core", "client", "journal", "mcp", "server"],
};

const IMPORT = /(?:^(?:import|export|\})[^"\n]*\bfrom |^import |\bimport\()"([^"\n]+)"/gm;

/** The imports of a file that lead out of its folder, as top-level folder names, and its packages. */
function importsOf(file: string): { folders: string[]; packages: string[] } {
  const folders: string[] = [];
  const packages: string[] = [];
  const code = readFileSync(file, "utf8").replaceAll(/\/\*[\s\S]*?\*\//g, "");
  for (const [, target = ""] of code.matchAll(IMPORT)) {
    if (!target.startsWith(".")) packages.push(target);
    else folders.push(relative(CHECKOUT, join(dirname(file), target)).split(/[\\/]/)[0] ?? "");
  }
  return { folders, packages };
}

function sourcesIn(folder: string): string[] {
  const path = join(CHECKOUT, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes("node_modules"))
    .map((name) => join(path, name));
}

for (const [folder, allowed] of Object.entries(LAYERS)) {
  test(`CORE-14: ${folder} imports ${allowed.join(", ") || "no other folder"}`, () => {
    for (const file of sourcesIn(folder)) {
      for (const target of importsOf(file).folders) {
        const fits = target === folder || allowed.includes(target);
        assert.ok(fits, `${relative(CHECKOUT, file)} imports ${target}`);
      }
    }
  });
}

test("CORE-14: the journal's threads load the core's types alone: a start waits for what they load", () => {
  const seen = new Set<string>();
  const load = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    const code = readFileSync(file, "utf8").replaceAll(/\/\*[\s\S]*?\*\//g, "");
    // What is imported as a type alone is gone when it runs.
    const kept = code.replaceAll(/import type [\s\S]*?;/g, "");
    for (const [, target = ""] of kept.matchAll(IMPORT)) {
      if (target.startsWith(".")) load(join(dirname(file), target));
      else seen.add(target);
    }
  };
  for (const worker of ["sqlite-worker.ts", "check-worker.ts"])
    load(join(CHECKOUT, "journal", worker));
  const packages = [...seen].filter((name) => !name.startsWith(CHECKOUT));
  assert.equal(
    packages.filter((name) => !name.startsWith("node:")),
    ["libsql"],
  );
  const ours = [...seen].filter((name) => name.startsWith(join(CHECKOUT, "core")));
  assert.equal(
    ours.map((name) => relative(CHECKOUT, name)),
    [join("core", "ports.ts")],
  );
});

test("CORE-14: the core needs nothing of Node, nothing of a transport and nothing of a page", () => {
  const known = [
    "ajv/dist/2020.js",
    "ajv-formats",
    "dequal/lite",
    "immer",
    "rfdc",
    "tinyqueue",
    "typebox",
  ];
  const files = sourcesIn("core");
  assert.ok(files.length > 40, "the sources were found");
  for (const file of files) {
    for (const name of importsOf(file).packages) {
      assert.ok(known.includes(name), `${relative(CHECKOUT, file)} imports ${name}`);
    }
  }
});

test.run();
