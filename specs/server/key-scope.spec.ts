/**
 * Whose an idempotency key is: a token's own. Neighbours: core/idempotency.ts, the keys themselves in
 * specs/core/engine.spec.ts. Every case on a real server with named tokens, and again after a restart.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createMemoryJournal, type Engine, OWNER, openEngine } from "../../core/index.ts";
import { type RunningServer, startServer } from "../../server/compose.ts";
import {
  type Answer,
  makeDataDir,
  postTo,
  quietConfig,
  SILENT,
  TOKEN,
} from "../support/process.ts";

const test = suite("whose keys");

type Post = (who: string, name: string, body: object, key?: string) => Promise<Answer>;

/** Runs once on a server, and again on the same data after a restart. */
async function twice(run: (post: Post, server: RunningServer, again: boolean) => Promise<void>) {
  const data = makeDataDir();
  const tokens: Record<string, string> = { owner: TOKEN };
  try {
    for (const again of [false, true]) {
      const server = await startServer({ config: quietConfig(data.dir), log: SILENT });
      const post: Post = (who, name, body, key) =>
        postTo(server.url, name, body, {
          authorization: `Bearer ${tokens[who]}`,
          ...(key !== undefined && { "idempotency-key": key }),
        });
      try {
        for (const [name, role, agent_id] of again
          ? []
          : [
              ["anna", "operator"],
              ["otto", "operator"],
              ["codex-1", "agent", "codex"],
              ["codex-2", "agent", "codex"],
            ]) {
          const made = await postTo(server.url, "tokens/create", { name, role, agent_id });
          tokens[name as string] = String(made.body.token);
        }
        await run(post, server, again);
      } finally {
        await server.close();
      }
    }
  } finally {
    data.remove();
  }
}

const idOf = ({ status, body }: Answer): string => {
  assert.is(status, 200, JSON.stringify(body));
  return (body.task as { id: string }).id;
};

test("ACC-12: one key in the hands of several tokens is several keys, each with its own answer", () => {
  const first = new Map<string, string>();
  return twice(async (post, _server, again) => {
    for (const who of ["owner", "anna", "otto", "codex-1", "codex-2"]) {
      const id = idOf(await post(who, "tasks/create", { title: "Same" }, "k-1"));
      if (again) assert.is(id, first.get(who), `${who} after a restart`);
      else first.set(who, id);
      assert.is(idOf(await post(who, "tasks/create", { title: "Same" }, "k-1")), id, who);
      // Only its own earlier request is in its way.
      const reused = await post(who, "tasks/create", { title: "Other" }, "k-1");
      assert.equal([reused.status, reused.body.code], [422, "key_reused"], who);
    }
    assert.is(new Set(first.values()).size, 5);
  });
});

test("ACC-12: a key that another token has used is free, and tells nothing of what it was used for", () =>
  twice(async (post, _server, again) => {
    if (!again) await post("anna", "tasks/create", { title: "Hers" }, "k-2");
    const said = await post("otto", "projects/configure", { project_id: "p", name: "P" }, "k-2");
    assert.equal([said.status, said.body.ok], [200, true]);
    assert.not.match(JSON.stringify(said.body), "Hers");
  }));

test("ACC-12: at once as well, and in a batch, for its actions' keys and its own", () =>
  twice(async (post, server, again) => {
    const { seq } = server.engine.view();
    const create = { action: "tasks/create", body: { title: "Same" } };
    const ids = await Promise.all(
      ["anna", "otto", "codex-1"].flatMap((who) => [
        post(who, "tasks/create", { title: "Same" }, "k-3"),
        post(who, "tasks/create", { title: "Same" }, "k-3"),
      ]),
    );
    assert.is(new Set(ids.map(idOf)).size, 3);
    for (const who of ["anna", "otto"]) {
      const keyed = { actions: [{ ...create, idempotency_key: "k-3" }] };
      const { body } = await post(who, "batch", keyed);
      const [result] = body.results as { replayed?: boolean }[];
      assert.is(result?.replayed, true, who);
      const whole = await post(who, "batch", { actions: [create, create] }, "k-4");
      assert.is(whole.status, 200, JSON.stringify(whole.body));
    }
    assert.is(server.engine.view().seq, seq + (again ? 0 : 3 + 4));
  }));

test("ACC-12: of two owners with one key each makes a token and a webhook of its own", () =>
  twice(async (post, { url: server }, again) => {
    if (again) return;
    const made = await post("owner", "tokens/create", { name: "twin", role: "observer" }, "k-5");
    assert.is(made.status, 200);
    const url = "https://hooks.example/x";
    const theirs = await post("owner", "webhooks/configure", { url }, "k-6");
    const boss = await postTo(server, "tokens/create", { name: "boss", role: "owner" });
    const as = { authorization: `Bearer ${boss.body.token}` };
    const body = { name: "twin", role: "observer" };
    const taken = await postTo(server, "tokens/create", body, {
      ...as,
      "idempotency-key": "k-5",
    });
    assert.equal([taken.status, taken.body.token], [400, undefined]);
    const other = await postTo(
      server,
      "webhooks/configure",
      { url },
      { ...as, "idempotency-key": "k-6" },
    );
    assert.is(other.status, 200);
    assert.is.not(other.body.secret, theirs.body.secret);
  }));

test("ACC-12: no key of one token reads like one of another, whatever it holds", async () => {
  const engine: Engine = await openEngine({
    journal: createMemoryJournal("keys"),
    clock: () => 0,
    newId: () => "id",
  });
  const by = (name: string) => ({ ...OWNER, name });
  const seqs = new Set<number>();
  for (const [name, key] of [
    ["owner", "a b c"],
    ["owner", "a"],
    ["a", "b c"],
    ["a", "b"],
    ["owner", "a b"],
    ["b", "a"],
  ] as const) {
    const body = { title: "X" };
    const made = await engine.dispatch("tasks/create", body, { key, by: by(name) });
    assert.ok(made.ok && !made.replayed, `${name} ${key}`);
    seqs.add(made.ok ? made.seq : 0);
    const again = await engine.dispatch("tasks/create", body, { key, by: by(name) });
    assert.ok(again.ok && again.replayed && again.seq === made.seq);
  }
  assert.is(seqs.size, 6);
  await engine.close();
});

test.run();
