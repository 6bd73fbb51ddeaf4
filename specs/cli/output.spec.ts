/** What reaches a terminal of the texts that agents write. Neighbour: cli/output.ts. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { withHouse } from "../support/cli.ts";
import { postTo } from "../support/process.ts";

const test = suite("output");

/** A control of ASCII, one beyond, and what turns the direction of writing. */
const HOSTILE = ["\u001b", "\u009b", "\u202e", "\u2066", "\u200f", "\u061c"];

test("ACC-21: nothing that a terminal obeys, or that turns a line around, is printed", () =>
  withHouse(async ({ server, cli }) => {
    const title = `Pay${HOSTILE.join("x")}now`;
    const made = await postTo(server.url, "tasks/create", { title, owner: "codex" });
    assert.is(made.status, 200);
    for (const args of [
      ["events"],
      ["events", "--json"],
      ["tasks", "list"],
      ["tasks", "list", "--json"],
    ]) {
      const { code, out } = await cli(...args);
      assert.equal([code, out.includes("Pay")], [0, true], args.join(" "));
      for (const one of HOSTILE)
        assert.not.ok(out.includes(one), `${args.join(" ")} ${escape(one)}`);
      // For programs it is all there.
      if (args.includes("--json"))
        assert.ok(JSON.stringify(out.split("\n").filter(Boolean)).includes("u202e"));
    }
  }));

test.run();
