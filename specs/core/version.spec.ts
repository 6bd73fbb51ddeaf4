/** The version that the core shows is the package's. */
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { queries, VERSION } from "../../core/index.ts";
import { root } from "../support/core.ts";

const test = suite("version");

test("VERSION equals the package's", () => {
  const { version } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as {
    version: string;
  };
  assert.is(VERSION, version);
  assert.ok(queries.has("health"));
});

test.run();
