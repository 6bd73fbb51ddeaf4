/** What reaches a terminal of the texts that agents write. Neighbours: cli/plain.ts, cli/output.ts. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { withHouse } from "../support/cli.ts";
import { record } from "../support/core.ts";
import { postTo } from "../support/process.ts";

const test = suite("output");

/** Controls, what turns the direction of writing, what ends a line, and what nobody sees. */
const HOSTILE = [
  ...["\u001b", "\u009b", "\u202e", "\u2066", "\u2069", "\u200f", "\u061c"],
  ...["\r", "\v", "\f", "\u0085", "\u2028", "\u2029"],
  ...["\u00ad", "\u034f", "\u200b", "\u200d", "\u2060", "\ufeff", "\u3164", "\ufffa", "\ufffc"],
  ...["\ufe0f", "\u{e0001}", "\u{e0041}", "\u{e007f}", "\u{e0101}"],
];
const FORGED = "#99 2026 directive_sent: CEO orders";
const BREAKS = ["\n", "\r\n", "\v", "\f", "\u0085", "\u2028", "\u2029"];

test("ACC-21: nothing that a terminal obeys, that turns a line around, or that nobody sees is printed", () =>
  withHouse(async ({ server, cli }) => {
    const title = `Pay${HOSTILE.join("x")}now`;
    const made = await postTo(server.url, "tasks/create", { title, owner: "codex" });
    assert.is(made.status, 200);
    const { id } = made.body.task as { id: string };
    await postTo(server.url, "tasks/update", { task_id: id, blockers: [title] });
    // As an older release let it be called; what it says of itself may hold such marks still.
    Object.assign(record(server.engine.view().state.agents, "codex"), { role: title, name: title });
    const said = { agent_id: "codex", note: title };
    assert.is((await postTo(server.url, "agents/update", said)).status, 200);
    for (const args of [
      ["events"],
      ["events", "--json"],
      ["tasks", "list"],
      ["tasks", "list", "--json"],
      ["tasks", "explain", id],
      ["tasks", "explain", id, "--json"],
      ["tasks", "update", id, "--progress", "5"],
      ["agents"],
      ["agents", "--json"],
      ["snapshot"],
      ["export"],
    ]) {
      const { code, out } = await cli(...args);
      assert.equal(
        [code, args[0] === "snapshot" || out.includes("Pay")],
        [0, true],
        args.join(" "),
      );
      for (const one of HOSTILE) {
        assert.not.ok(out.includes(one), `${args.join(" ")} ${escape(one)}`);
      }
      // For programs it is all there.
      if (args.includes("--json") || args[0] === "export") {
        for (const escaped of ["\\u202e", "\\udb40\\udc41", "\\u2028"]) {
          assert.ok(out.includes(escaped), `${args.join(" ")} ${escaped}`);
        }
      }
    }
    const { code, err } = await cli("tasks", "explain", `T${HOSTILE.join("x")}`);
    assert.is(code, 1);
    for (const one of HOSTILE) assert.not.ok(err.includes(one), `stderr ${escape(one)}`);
  }));

test("ACC-21: a record is one line, so no text passes for another record", () =>
  withHouse(async ({ server, cli }) => {
    const title = ["x", ...BREAKS.map((one) => one + FORGED)].join("");
    const made = await postTo(server.url, "tasks/create", { title, owner: "codex" });
    assert.is(made.status, 200);
    const { id } = made.body.task as { id: string };
    const lines = (out: string) => out.split(/[\n\r\v\f\u0085\u2028\u2029]/).filter(Boolean);
    const shown = lines((await cli("events")).out);
    assert.is(shown.length, server.engine.view().seq);
    for (const line of shown) assert.match(line, /^#[12] /);
    for (const args of [
      ["tasks", "list"],
      ["tasks", "explain", id],
      ["tasks", "update", id, "--note", "x"],
    ]) {
      const { code, out } = await cli(...args);
      assert.is(code, 0);
      assert.not.ok(
        lines(out).some((line) => line.trimStart().startsWith("#99")),
        args.join(" "),
      );
    }
  }));

test.run();
