/**
 * The bounds of an address by themselves: what has one allowance, and what people have for themselves.
 * Neighbours: `http-access.spec.ts` meets them over HTTP, `transport-http/limits.ts`.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createWriteLimit, type WriteLimit } from "../../transport-http/limits.ts";
import { START, withHttp } from "../support/http.ts";

const test = suite("write limit");

const from = (address: string, isPerson = false) => ({ address, isPerson });

/** How long each of these addresses is told to wait, 0 for one that may write. */
const waits = (limit: WriteLimit, ...addresses: string[]) =>
  addresses.map((address) => limit.admit({ address, isPerson: false })?.waitSeconds ?? 0);

test("ACC-27: each address has its own allowance; the largest batch has room, and a clock set back locks nobody out", () => {
  let now = START;
  // The largest batch is as much as 16 writes have.
  const limit = createWriteLimit(16, () => now);
  limit.wrote(from("a"), 16_000_000);
  assert.equal(waits(limit, "a", "b"), [0, 0]);
  limit.wrote(from("a"), 8_000_000);
  assert.equal(waits(limit, "a", "b"), [30, 0]);
  now += 30_000;
  assert.equal(waits(limit, "a"), [0]);
  limit.wrote(from("a"), 8_000_000);
  assert.equal(waits(limit, "a"), [30]);
  now -= 86_400_000;
  assert.equal(waits(limit, "a"), [0]);
  limit.wrote(from("127.0.0.1"), 32_000_000);
  assert.equal(waits(limit, "::1"), [60]);
  // Ten thousand others later, the address that was silent longest is forgotten.
  for (let n = 0; n < 10_000; n++) limit.wrote(from(`other-${n}`), 32_000_000);
  assert.equal(waits(limit, "127.0.0.1", "other-0"), [0, 60]);
});

test("ACC-4: who has many addresses at hand has one allowance: this machine, and a network of IPv6", () => {
  const limit = createWriteLimit(1, () => START);
  const one = [
    ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.2", "0:0:0:0:0:0:0:1"],
    ["2001:db8:1:2::7", "2001:db8:1:2:ffff:1:2:3", "2001:0DB8:1:2::", "2001:db8:1:2:0:0:8.8.8.8"],
    ["fe80::1%eth0", "fe80::2%eth0"],
    ["8.8.8.8", "::ffff:8.8.8.8", "::ffff:808:808"],
  ];
  const others = ["2001:db8:1:3::7", "8.8.8.9", "unknown", "2001:db8::1:2:0:7", "::2"];
  for (const [first = "", ...rest] of one) {
    assert.equal(waits(limit, first), [0], first);
    for (const same of rest) assert.equal(waits(limit, same), [60], same);
  }
  for (const other of others) assert.equal(waits(limit, other), [0], other);
});

test("ACC-4: each address has its own minute; the number of addresses is bounded", () => {
  let now = START;
  const limit = createWriteLimit(1_000_000, () => now);
  assert.equal(waits(limit, "a"), [0]);
  const single = createWriteLimit(1, () => now);
  assert.is(single.admitActions(from("c"), 500), null, "the largest");
  assert.is(single.admitActions(from("c"), 1)?.waitSeconds, 60);
  assert.equal(waits(single, "a", "b"), [0, 0]);
  assert.equal(waits(single, "a", "b"), [60, 60]);
  // Ten thousand others later, the address that was silent longest is forgotten.
  for (let n = 0; n < 9_999; n++) single.admit(from(`other-${n}`));
  assert.equal(waits(single, "b"), [60]);
  assert.equal(waits(single, "a"), [0]);
  now -= 86_400_000;
  assert.equal(waits(single, "b"), [0], "a clock set back locks nobody out");
  assert.throws(() => createWriteLimit(0, () => now), "at least 1");
  assert.throws(() => createWriteLimit(Number.NaN, () => now), "at least 1");
});

test("ACC-4: what others at their address have used up, people still have a third of; who is alone has the limit, and no more", () => {
  let now = START;
  const limit = createWriteLimit(30, () => now);
  const [agent, person] = [from("127.0.0.1"), from("::1", true)];
  const passed = (who: typeof agent, count: number) =>
    Array.from({ length: count }, () => limit.admit(who)).filter((no) => no === null).length;
  assert.is(passed(person, 40), 30, "alone");
  now += 60_000;
  assert.is(passed(agent, 100), 30);
  assert.is(passed(person, 40), 10);
  assert.is(limit.admit(person)?.waitSeconds, 60);
  now += 60_000;
  assert.is(passed(person, 5) + passed(agent, 100), 30, "it counts with the rest");
  assert.is(passed(person, 40), 5, "of its third as much as is left");
  assert.is(limit.admitActions(agent, 500), null);
  for (let n = 0; n < 10; n++) limit.admitActions(agent, 500);
  assert.is(limit.admitActions(agent, 1)?.waitSeconds, 60);
  assert.equal(
    [500, 500, 1].map((count) => limit.admitActions(person, count)?.waitSeconds ?? 0),
    [0, 0, 60],
  );
  now += 60_000;
  limit.wrote(agent, 60_000_000);
  assert.is(limit.admit(agent)?.waitSeconds, 60);
  assert.is(limit.admit(person), null);
  limit.wrote(person, 17_000_000);
  assert.ok(limit.admit(person));
});

test("ACC-4: while an agent, or who has no token, uses up the limit of their address, the owner ends its token", () =>
  withHttp({ writesPerMinute: 30 }, async (http) => {
    const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
    const made = await http.post("/api/tokens/create", {
      name: "bad",
      role: "agent",
      agent_id: "codex",
    });
    const token = String(made.body.token);
    const beat = () => http.post("/api/agents/heartbeat", { agent_id: "codex" }, bearer(token));
    for (let n = 0; n < 40; n++) await beat();
    assert.is((await beat()).status, 429);
    assert.is((await http.post("/api/tokens/revoke", { name: "bad" })).status, 200);
    http.time.now += 60_000;
    for (let n = 0; n < 30; n++) assert.is((await beat()).status, 401);
    assert.is((await beat()).status, 429);
    assert.is((await http.post("/api/tasks/create", { title: "on" })).status, 200);
  }));

test.run();
