/** Webhooks in the state: what configures them, and what never gets into it. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { actions, createValidator, EVENT_KINDS, queries, reduce } from "../../core/index.ts";
import type { ViewWithWebhooks } from "../../core/state/webhooks/views.ts";
import { list, size } from "../../core/table.ts";
import {
  AT,
  accepts,
  act,
  demoState,
  frozen,
  MINUTE_MS,
  record,
  refuses,
  run,
  SEQ,
} from "../support/core.ts";

const test = suite("webhooks");
frozen(test);

const URL = "https://hooks.example/a/path-of-its-own?key=12345";
const SECRET = "a-secret-for-specs";

test("CORE-3: webhooks/configure creates, then changes only what is given", () => {
  const made = accepts(
    demoState(),
    "webhooks/configure",
    { url: URL, kinds: ["task_updated", "task_updated"] },
    ["add /webhooks/W-001", "replace /counters/webhook"],
  );
  const webhook = record(made.state.webhooks, "W-001");
  assert.is(webhook.origin, "https://hooks.example");
  assert.equal([webhook.kinds, webhook.active, webhook.description], [["task_updated"], true, ""]);
  assert.equal([webhook.created_seq, webhook.activated_seq, webhook.version], [SEQ, SEQ, SEQ]);
  assert.equal(made.event.meta, { action: "webhooks/configure", webhook_id: "W-001" });

  const at = AT + 2 * MINUTE_MS;
  const body = { webhook_id: "W-001", description: "Builds", active: false };
  const changed = act(made.state, "webhooks/configure", body, at, SEQ + 7);
  assert.ok(changed.ok);
  assert.equal(changed.patches.map(({ path }) => path).sort(), [
    "/webhooks/W-001/active",
    "/webhooks/W-001/description",
    "/webhooks/W-001/updated_at",
    "/webhooks/W-001/version",
  ]);
  const again = act(changed.state, "webhooks/configure", { webhook_id: "W-001", active: true });
  assert.ok(again.ok);
  assert.is(record(again.state.webhooks, "W-001").activated_seq, SEQ);
});

test("HOOK-3: of an address that is kept elsewhere nothing is in payload, state, event or reply", () => {
  const body = { url: URL, url_id: "0123456789abcdef" };
  const declaration = actions.get("webhooks/configure");
  assert.ok(declaration);
  const validated = createValidator().validate(declaration, body);
  assert.ok(validated.ok);
  assert.equal(validated.payload, { url_id: body.url_id });
  const made = run(demoState(), "webhooks/configure", body);
  const off = run(made.state, "webhooks/configure", { webhook_id: "W-001", active: false });
  const gone = run(off.state, "webhooks/delete", { webhook_id: "W-001" });
  assert.not.match(JSON.stringify([made, off, gone]), "hooks.example");
  assert.equal([made.event.details, off.event.details, gone.event.details], ["", "not active", ""]);
});

test("HOOK-3, DUR-20: an entry of a release that kept the origin is decided as it was then", () => {
  const url = "https://hooks.example";
  const payload = { url, url_id: "0123456789abcdef" };
  const declaration = actions.get("webhooks/configure");
  assert.ok(declaration);
  const stamp = { at: AT, seq: SEQ, actor: "ceo", actionId: "id" };
  const action = { name: "webhooks/configure", payload, stamp };
  const made = reduce(demoState(), declaration, action);
  assert.ok(made.ok);
  assert.equal(record(made.state.webhooks, "W-001").origin, url);
  assert.is(made.event.details, `to ${url}`);
  // Named anew, it is forgotten.
  const body = { webhook_id: "W-001", url: URL, url_id: "f".repeat(16) };
  const named = act(made.state, "webhooks/configure", body);
  assert.ok(named.ok);
  assert.equal(record(named.state.webhooks, "W-001").origin, "");
});

test("HOOK-3: address and secret are in no payload, whoever dispatches it", () => {
  const declaration = actions.get("webhooks/configure");
  assert.ok(declaration);
  const body = { url: URL, secret: SECRET };
  const validated = createValidator().validate(declaration, body);
  assert.ok(validated.ok);
  assert.equal(validated.payload, { url: "https://hooks.example" });
  const text = JSON.stringify(run(demoState(), "webhooks/configure", body));
  assert.not.ok(text.includes("path-of-its-own"));
  assert.not.ok(text.includes(SECRET));
});

test("HOOK-3: a refused secret or address is not quoted", () => {
  const short = "tooshort";
  const spaced = "with a space in it, so not taken";
  const rule = "must be 16 to 200 visible ASCII characters without spaces";
  for (const secret of [short, spaced, "x".repeat(201)]) {
    refuses(demoState(), "webhooks/configure", { url: URL, secret }, `secret ${rule}`);
  }
  for (const url of [
    "ftp://hooks.example/",
    "https://user:password@hooks.example/",
    "https://user@hooks.example",
    "hooks.example",
    "https://",
    "https://a b/",
    "javascript:alert(1)",
  ]) {
    const why = "url must be an http or https address without a user name or password";
    refuses(demoState(), "webhooks/configure", { url }, why);
  }
});

test("CORE-2: what cannot be done with a webhook is refused by name", () => {
  const { state } = run(demoState(), "webhooks/configure", { url: URL });
  const off = run(state, "webhooks/configure", { webhook_id: "W-001", active: false }).state;
  const ask = { webhook_id: "W-001" };
  refuses(state, "webhooks/configure", {}, "url is required");
  refuses(state, "webhooks/configure", { webhook_id: "W-9" }, "unknown webhook: W-9");
  refuses(
    state,
    "webhooks/configure",
    { url: URL, kinds: ["x"] },
    `invalid kinds[0]: x; use one of ${EVENT_KINDS.join(", ")}`,
  );
  refuses(state, "webhooks/delete", { webhook_id: "W-9" }, "unknown webhook: W-9");
  refuses(state, "webhooks/redeliver", ask, "seq is required");
  refuses(state, "webhooks/redeliver", { ...ask, seq: 1, since: 1 }, "give seq or since, not both");
  refuses(state, "webhooks/redeliver", { ...ask, seq: SEQ }, `there is no entry ${SEQ} yet`);
  refuses(state, "webhooks/redeliver", { ...ask, since: SEQ }, `there is no entry ${SEQ + 1} yet`);
  refuses(
    off,
    "webhooks/redeliver",
    { ...ask, seq: 1 },
    "webhook W-001 is not active; configure it with active true first",
  );
  const far = act(state, "webhooks/redeliver", { ...ask, since: 0 }, AT, 20_000);
  assert.match(far.ok ? "" : far.message, /^since is more than 10000 entries back/);
});

test("CORE-3: webhooks/redeliver changes nothing of the state", () => {
  const { state } = run(demoState(), "webhooks/configure", { url: URL });
  const { reply } = accepts(state, "webhooks/redeliver", { webhook_id: "W-001", since: 0 }, []);
  assert.equal(reply, { webhook_id: "W-001", since: 0 });
});

test("CORE-5: a deleted webhook's id is not given out again, and an older database counts from 1", () => {
  const { state } = run(demoState(), "webhooks/configure", { url: URL });
  const gone = accepts(state, "webhooks/delete", { webhook_id: "W-001" }, [
    "remove /webhooks/W-001",
  ]);
  const next = run(gone.state, "webhooks/configure", { url: URL });
  assert.equal(
    list(next.state.webhooks).map(({ id }) => id),
    ["W-002"],
  );
  const { webhook: _unknown, ...counters } = demoState().counters;
  const old = { ...demoState(), counters: counters as typeof state.counters };
  assert.ok(record(run(old, "webhooks/configure", { url: URL }).state.webhooks, "W-001"));
});

test("CORE-2: there are at most 50 webhooks", () => {
  let state = demoState();
  for (let count = 0; count < 50; count++) {
    state = run(state, "webhooks/configure", { url: URL }).state;
  }
  assert.is(size(state.webhooks), 50);
  refuses(state, "webhooks/configure", { url: URL }, "there are 50 webhooks; delete one first");
});

test("HOOK-3: both reads ask for the token, and answer also where nothing is delivered", () => {
  const { state } = run(demoState(), "webhooks/configure", { url: URL });
  for (const name of ["webhooks/list", "webhooks/deliveries"]) {
    assert.is(queries.get(name)?.auth, true, name);
  }
  const view = { state, seq: SEQ, relations: undefined } as unknown as ViewWithWebhooks;
  const context = { view, now: AT, bootedAt: AT, events: [] } as never;
  const shown = queries.get("webhooks/list")?.answer(context, {}) as { webhooks: object[] };
  assert.equal(shown.webhooks, [
    { ...record(state.webhooks, "W-001"), url: null, status: "active", paused: null, cursor: null },
  ]);
  assert.equal(queries.get("webhooks/deliveries")?.answer(context, {}), { deliveries: [] });
});

test.run();
