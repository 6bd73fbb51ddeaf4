/** Forms from schemas: every body of the API gets fields, and what is typed comes back as a body. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  fieldsOf,
  previewManifest,
  type Schema,
  toBody,
  toTyped,
} from "../../client-solid/src/views/settings/model.ts";
import { actions } from "../../core/index.ts";

const published = [...actions.values()].filter(({ internal }) => !internal);

test("PAGE-42: every example of every action survives the way through its form", () => {
  for (const { name, body, examples } of published) {
    const fields = fieldsOf(body as Schema);
    for (const example of examples as Record<string, unknown>[]) {
      const back = toBody(fields, toTyped(fields, example));
      assert.equal(back, { ok: true, body: example }, name);
    }
  }
});

test("PAGE-42: fields by their schema: required first, choices typed, long texts long, the token never", () => {
  const fields = fieldsOf({
    required: ["title"],
    properties: {
      points: { enum: [1, 2, null] },
      on: { type: "boolean" },
      note: { type: "string", maxLength: 20_000 },
      labels: { type: "array", items: { type: "string" } },
      parts: { type: "array", items: { type: "object" } },
      level: { type: ["string", "number", "null"] },
      title: { type: "string", maxLength: 300, description: "What it is." },
      write_token: { type: "string" },
    },
  });
  assert.equal(
    fields.map(({ name, kind }) => `${name} ${kind}`),
    [
      "title text",
      "points choice",
      "on choice",
      "note long",
      "labels lines",
      "parts json",
      "level text",
    ],
  );
  assert.is(fields[0]?.hint, "What it is.");
  const typed = { title: "A", points: "2", on: "false", labels: [" x ", ""], note: "" };
  assert.equal(toBody(fields, typed), {
    ok: true,
    body: { title: "A", points: 2, on: false, labels: ["x"] },
  });
  const broken = toBody(fields, { parts: "[{" });
  assert.is(broken.ok, false);
  assert.ok(
    !broken.ok && broken.field === "parts" && broken.message.startsWith("parts: is no JSON"),
  );
});

test("PAGE-42: a manifest is checked and previewed before it is sent", () => {
  assert.equal(previewManifest(" "), { lines: [], problem: null });
  assert.match(previewManifest("{").problem ?? "", /^The manifest is no JSON/);
  assert.is(previewManifest("[]").problem, "The manifest must be one JSON object.");
  assert.is(previewManifest('{"agents": {}}').problem, "agents must be a list.");
  assert.is(previewManifest('{"projects": [{}, 3]}').problem, "projects[1] must be an object.");
  const { lines, problem } = previewManifest(
    JSON.stringify({ company_name: "Acme", ceo_name: "Al", agents: [{ name: "Ada" }, {}] }),
  );
  assert.is(problem, null);
  assert.equal(lines, [
    "Company: Acme, led by Al",
    "Chief agent: the first agent that reports to the CEO",
    "0 projects",
    "2 agents: Ada, without a name",
  ]);
});

test.run();
