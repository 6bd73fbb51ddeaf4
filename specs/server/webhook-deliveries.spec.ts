/**
 * Webhooks end to end: each event at least once, in order, across refusals, restarts and kills.
 * Neighbours: `server/webhooks`, `docs/webhooks.md`, whose check of a signature is run as it stands.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Webhook } from "../../core/state/webhooks/webhook.ts";
import { backoffMs, MAX_ATTEMPTS } from "../../server/webhooks/courier.ts";
import { openDeliveryRecord } from "../../server/webhooks/delivery-record.ts";
import { root } from "../support/core.ts";
import { makeDataDir, postTo, startProcess } from "../support/process.ts";
import {
  deliveriesIn,
  hookIn,
  type Received,
  SECRET,
  seqs,
  startReceiver,
  withHouse,
} from "../support/webhooks.ts";

test("HOOK-1: a delivery is the event, signed as the documentation checks it", () =>
  withHouse(async (house) => {
    const { webhook, secret } = await house.post("webhooks/configure", { url: house.receiver.url });
    assert.is((webhook as { id: string }).id, "W-001");
    assert.is((secret as string).length, 43, "a secret was made");
    const seq = await house.write();
    await house.receiver.count(1);
    const { headers, body } = house.receiver.got[0] as Received;
    const [event] = house.server.engine.recentEvents(1);
    assert.equal(JSON.parse(body), { ...event, webhook_id: "W-001" });
    assert.is(headers["clawtasker-seq"], String(seq));
    assert.match(headers["clawtasker-delivery"] as string, /^[0-9a-f]{32}$/);
    assert.match(headers["user-agent"] as string, /^ClawTasker\/\d/);

    const { isFromClawTasker } = await documentedCheck();
    assert.is(isFromClawTasker(secret, headers, body), true);
    assert.is(isFromClawTasker(`${secret}x`, headers, body), false);
    assert.is(isFromClawTasker(secret, headers, `${body} `), false);
    assert.is(isFromClawTasker(secret, headers, body, Date.now() + 400_000), false, "too old");
    const { "clawtasker-signature": _none, ...unsigned } = headers;
    assert.is(isFromClawTasker(secret, unsigned, body), false);
  }));

async function documentedCheck() {
  const text = readFileSync(new URL("docs/webhooks.md", root), "utf8");
  const code = /```js\n([\s\S]*?)```/.exec(text)?.[1] ?? "";
  const url = `data:text/javascript;base64,${Buffer.from(code).toString("base64")}`;
  return (await import(url)) as {
    isFromClawTasker(secret: unknown, headers: object, body: string, now?: number): boolean;
  };
}

test("HOOK-1: what is written at once arrives in order, each once, and only the kinds asked for", () =>
  withHouse(async (house) => {
    await house.post("webhooks/configure", {
      url: house.receiver.url,
      kinds: ["task_updated"],
    });
    const from = house.server.engine.view().seq;
    await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        index % 3 === 0
          ? house.post("projects/configure", { project_id: `p-${index}`, name: "P" })
          : house.post("tasks/create", { title: `T ${index}` }),
      ),
    );
    await house.receiver.count(20);
    const last = await house.write("the last one");
    await house.receiver.count(21);
    const got = seqs(house.receiver);
    assert.equal(
      got,
      [...new Set(got)].sort((a, b) => a - b),
    );
    assert.is(got.length, 21);
    assert.is(got.at(-1), last);
    assert.ok((got[0] ?? 0) > from);
    for (const { body } of house.receiver.got) assert.is(JSON.parse(body).kind, "task_updated");
    // What is not wanted is passed without a word, the last entry too.
    await house.until("/api/webhooks/list", (body) => hookIn(body)?.cursor === last);
  }));

test("HOOK-1: a refused delivery is tried again with the same id, and the next one waits for it", () =>
  withHouse(async (house) => {
    await house.post("webhooks/configure", { url: house.receiver.url });
    house.receiver.first = [500, 500];
    house.receiver.status = 204;
    house.hold = true;
    const first = await house.write();
    await house.receiver.count(1);
    const second = await house.write();
    house.hold = false;
    house.release();
    const taken = await house.until(
      "/api/webhooks/deliveries?webhook_id=W-001",
      (body) => deliveriesIn(body).filter(({ outcome }) => outcome === "delivered").length === 2,
    );
    const got = house.receiver.got;
    const tries = got.filter(({ seq }) => seq === first);
    assert.is(tries.length, 3);
    assert.is(new Set(tries.map(({ id }) => id)).size, 1, "one id");
    assert.equal(seqs(house.receiver), [...tries.map(() => first), second]);
    assert.equal(house.waits, [1_000, 2_000]);
    const [newest, older] = deliveriesIn(taken);
    assert.equal([newest?.seq, older?.seq], [second, first]);
    assert.equal([older?.attempts, older?.status], [tries.length, 204]);
    assert.is(older?.delivery_id, tries[0]?.id);
  }));

test("HOOK-1: the waits double from a second to ten minutes, with a spread", () => {
  assert.equal(
    [1, 2, 3, 10, 11, 12].map((n) => backoffMs(n, 1)),
    [1_000, 2_000, 4_000, 512_000, 600_000, 600_000],
  );
  assert.is(backoffMs(3, 0), 2_000);
});

test("HOOK-1: a restart between attempts loses nothing and keeps the id", () =>
  withHouse(async (house) => {
    await house.post("webhooks/configure", { url: house.receiver.url });
    house.receiver.status = 503;
    house.hold = true;
    const written = [await house.write(), await house.write(), await house.write()];
    await house.receiver.count(1);
    await house.until("/api/webhooks/deliveries", (body) => deliveriesIn(body).length === 1);
    house.receiver.status = 200;
    await house.restart();
    await house.receiver.count(4);
    assert.equal(seqs(house.receiver), [written[0], ...written]);
    assert.is(house.receiver.got[0]?.id, house.receiver.got[1]?.id);
    const shown = await house.until(
      "/api/webhooks/deliveries",
      (body) => deliveriesIn(body)[0]?.outcome === "delivered" && deliveriesIn(body).length === 3,
    );
    assert.is(deliveriesIn(shown)[2]?.attempts, 2, "attempts are counted on");

    await house.restart();
    const next = await house.write();
    await house.receiver.count(5);
    assert.equal(seqs(house.receiver).slice(4), [next], "what was taken is not sent again");
  }));

test("HOOK-1: nothing is lost by a kill -9, and what comes twice has the same id", async () => {
  const { dir, remove } = makeDataDir();
  const receiver = await startReceiver();
  const args = ["--webhook-private"];
  let server = await startProcess(dir, { args });
  try {
    const { url } = receiver;
    await postTo(server.url, "webhooks/configure", { url, kinds: ["task_updated"] });
    const write = (title: string) => postTo(server.url, "tasks/create", { title });
    await Promise.all(Array.from({ length: 20 }, (_, index) => write(`before ${index}`)));
    await receiver.count(5);
    await server.end("SIGKILL");
    server = await startProcess(dir, { args });
    assert.is((await write("the one after")).status, 200);
    const ids = new Map<number, string>();
    const last = () => receiver.got.some(({ body }) => body.includes("the one after"));
    for (let seen = 0; !last() && seen < 60; seen++) await receiver.count(receiver.got.length + 1);
    for (const { seq, id } of receiver.got) {
      assert.is(ids.get(seq) ?? id, id);
      ids.set(seq, id);
    }
    const found = [...ids.keys()].sort((a, b) => a - b);
    assert.is(found.length, 21);
    assert.is((found.at(-1) ?? 0) - (found[0] ?? 0), 20);
  } finally {
    await server.end("SIGKILL");
    await receiver.close();
    remove();
  }
});

test("HOOK-1: what was given up is logged, and after three in a row the webhook pauses until told", () =>
  withHouse(async (house) => {
    await house.post("webhooks/configure", { url: house.receiver.url });
    house.receiver.status = 410;
    const written = [];
    for (let count = 0; count < 4; count++) written.push(await house.write());
    const shown = await house.until("/api/webhooks/list", (b) => hookIn(b)?.status === "paused");
    assert.match(hookIn(shown)?.paused?.reason ?? "", /^3 events in a row .*: answered 410$/);
    assert.is(house.receiver.got.length, 3 * MAX_ATTEMPTS);
    assert.is(hookIn(shown)?.cursor, written[2]);
    const log = deliveriesIn(await house.get("/api/webhooks/deliveries"));
    assert.equal(
      log.map(({ outcome, attempts }) => [outcome, attempts]),
      Array.from({ length: 3 }, () => ["failed", MAX_ATTEMPTS]),
    );

    await house.restart();
    assert.is(hookIn(await house.get("/api/webhooks/list"))?.status, "paused", "also later");
    house.receiver.status = 200;
    await house.post("webhooks/configure", { webhook_id: "W-001", description: "still paused" });
    assert.is(hookIn(await house.get("/api/webhooks/list"))?.status, "paused");
    await house.post("webhooks/configure", { webhook_id: "W-001", active: true });
    await house.receiver.count(3 * MAX_ATTEMPTS + 1);
    assert.is(house.receiver.got.at(-1)?.seq, written[3], "on from where it stopped");
    assert.is(hookIn(await house.get("/api/webhooks/list"))?.status, "active");
  }));

test("HOOK-1: redeliver sends one event, or all since, again under ids of their own", () =>
  withHouse(async (house) => {
    const { receiver } = house;
    await house.post("webhooks/configure", { url: receiver.url, kinds: ["task_updated"] });
    const written = [await house.write(), await house.write(), await house.write()];
    const [first = 0, , third = 0] = written;
    await receiver.count(3);
    const ask = { webhook_id: "W-001" };
    await house.post("webhooks/redeliver", { ...ask, seq: third });
    await receiver.count(4);
    await house.post("webhooks/redeliver", { ...ask, since: first - 1 });
    await receiver.count(7);
    const next = await house.write();
    await receiver.count(8);
    assert.equal(seqs(receiver), [...written, third, ...written, next]);
    assert.is(new Set(receiver.got.map(({ id }) => id)).size, 8);
    assert.is(receiver.got[3]?.body, receiver.got[2]?.body);
    const log = deliveriesIn(await house.get("/api/webhooks/deliveries"));
    assert.is(log.filter(({ redelivery }) => redelivery).length, 4);
  }));

test("HOOK-1: a redelivery that a restart breaks off goes on where it was", () =>
  withHouse(async (house) => {
    const { receiver } = house;
    await house.post("webhooks/configure", { url: receiver.url, kinds: ["task_updated"] });
    const written = [await house.write(), await house.write(), await house.write()];
    await receiver.count(3);
    receiver.first = [200];
    receiver.status = 500;
    house.hold = true;
    await house.post("webhooks/redeliver", { webhook_id: "W-001", since: (written[0] ?? 0) - 1 });
    await receiver.count(5);
    receiver.status = 200;
    await house.restart();
    await receiver.count(7);
    const next = await house.write();
    await receiver.count(8);
    assert.equal(seqs(receiver).slice(3), [written[0], written[1], written[1], written[2], next]);
    assert.is(receiver.got[4]?.id, receiver.got[5]?.id);
  }));

test("HOOK-1: a redelivery in which the webhook pauses goes on after the pause", () =>
  withHouse(async (house) => {
    const { receiver } = house;
    await house.post("webhooks/configure", { url: receiver.url, kinds: ["task_updated"] });
    const written = [];
    for (let count = 0; count < 5; count++) written.push(await house.write());
    await receiver.count(5);
    receiver.status = 500;
    await house.post("webhooks/redeliver", { webhook_id: "W-001", since: (written[0] ?? 0) - 1 });
    await house.until("/api/webhooks/list", (body) => hookIn(body)?.status === "paused");
    const before = receiver.got.length;
    receiver.status = 200;
    await house.post("webhooks/configure", { webhook_id: "W-001", active: true });
    await receiver.count(before + 2);
    const next = await house.write();
    await receiver.count(before + 3);
    assert.equal(seqs(receiver).slice(before), [written[3], written[4], next]);
  }));

test("HOOK-1: after a delete, and while inactive, nothing is sent; what was missed comes later", () =>
  withHouse(async (house) => {
    const { receiver } = house;
    receiver.first = [500];
    house.hold = true;
    // The same address and secret for both, so that the vault still has them for the first.
    const hook = { url: receiver.url, secret: SECRET, kinds: ["task_updated"] };
    await house.post("webhooks/configure", hook);
    await house.write();
    await receiver.count(1);
    await house.post("webhooks/delete", { webhook_id: "W-001" });
    await house.post("webhooks/configure", { ...hook, active: false });
    const missed = [await house.write(), await house.write()];
    await house.post("webhooks/configure", { webhook_id: "W-002", active: true });
    await receiver.count(3);
    house.release();
    missed.push(await house.write());
    await receiver.count(4);
    assert.equal(seqs(receiver).slice(1), missed);
    const told = receiver.got.map(({ body }) => JSON.parse(body).webhook_id);
    assert.equal(told, ["W-001", "W-002", "W-002", "W-002"]);
    await house.server.close();
    assert.not.ok(readdirSync(house.dir).includes("webhook-W-001.json"), "its record is gone");
  }));

test("HOOK-1: a receiver that never answers holds up neither writes nor others", () =>
  withHouse(
    async (house) => {
      const other = await startReceiver();
      try {
        house.receiver.status = 0;
        await house.post("webhooks/configure", {
          url: house.receiver.url,
          kinds: ["task_updated"],
        });
        await house.post("webhooks/configure", { url: other.url, kinds: ["task_updated"] });
        await Promise.all(Array.from({ length: 100 }, () => house.write()));
        await other.count(100);
        await house.receiver.count(1);
        assert.is(house.receiver.got.length, 1, "the first is still unanswered");
      } finally {
        await other.close();
      }
    },
    { timeoutMs: 60_000 },
  ));

test("HOOK-1: a receiver that informs without an end is no answer, and holds up nobody", () =>
  withHouse(async (house) => {
    const information = "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n".repeat(20);
    const endless = createTcpServer((socket) => {
      const inform = () => {
        while (!socket.destroyed && socket.write(information));
      };
      socket
        .on("error", () => {})
        .on("drain", inform)
        .once("data", inform);
    });
    await new Promise<void>((resolve) => endless.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = endless.address() as AddressInfo;
      await house.post("webhooks/configure", { url: `http://127.0.0.1:${port}/` });
      await house.write();
      const log = await house.until("/api/webhooks/deliveries", (b) => deliveriesIn(b).length > 0);
      assert.match(String(deliveriesIn(log)[0]?.error), "informs without an end");
    } finally {
      endless.close();
    }
  }));

test("HOOK-1: no answer in time counts as a failure", () =>
  withHouse(
    async (house) => {
      house.receiver.status = 0;
      house.hold = true;
      await house.post("webhooks/configure", { url: house.receiver.url });
      await house.write();
      const shown = await house.until(
        "/api/webhooks/deliveries",
        (b) => deliveriesIn(b).length > 0,
      );
      const [failed] = deliveriesIn(shown);
      assert.equal([failed?.status, failed?.error], [null, "no answer within 20 ms"]);
    },
    { timeoutMs: 20 },
  ));

test("HOOK-1: the log keeps the last 200, and a record of another webhook is not believed", async () => {
  const { dir, remove } = makeDataDir();
  try {
    const webhook = { id: "W-001", created_seq: 5, version: 5 } as never;
    const options = { dir, journal: "a", head: 900, onError: assert.unreachable };
    const first = await openDeliveryRecord(webhook, options);
    for (let seq = 6; seq < 300; seq++) {
      first.log({ delivery_id: `d-${seq}`, seq } as never);
      first.set({ cursor: seq });
    }
    await first.flush();
    const again = await openDeliveryRecord(webhook, options);
    assert.equal([again.now.deliveries.length, again.now.cursor], [200, 299]);
    const cut = await openDeliveryRecord(webhook, { ...options, journal: "b", head: 100 });
    assert.is(cut.now.cursor, 100, "begun again after damage");
    const other = await openDeliveryRecord({ id: "W-001", created_seq: 9 } as never, options);
    assert.equal([other.now.deliveries.length, other.now.cursor], [0, 9]);
  } finally {
    remove();
  }
});

test("HOOK-6: whatever a webhook is called in a state from elsewhere, what is known of it is kept in a file of the data folder", async () => {
  const { dir, remove } = makeDataDir();
  try {
    const inner = join(dir, "inner");
    mkdirSync(join(inner, "webhook-a"), { recursive: true });
    const [outside, own] = [join(dir, "package.json"), join(inner, "tokens.json")];
    for (const file of [outside, own]) writeFileSync(file, "mine");
    const options = { dir: inner, journal: "a", head: 1, onError: () => {} };
    const before = readdirSync(inner).length;
    for (const id of [
      "a/../../package",
      "a/../tokens",
      "vault",
      "W-1/../../x",
      "\u0000",
      "W-001",
    ]) {
      const webhook = { id, created_seq: 1, version: 1 } as Webhook;
      const record = await openDeliveryRecord(webhook, options);
      record.set({ cursor: 7 });
      await record.flush();
      assert.is(readdirSync(inner).length, before + 1, id);
      const again = await openDeliveryRecord(webhook, options);
      assert.is(again.now.cursor, 7);
      await again.remove();
      await record.remove();
      assert.is(readdirSync(inner).length, before, id);
    }
    for (const file of [outside, own]) assert.is(readFileSync(file, "utf8"), "mine");
    assert.equal(readdirSync(dir).sort(), ["inner", "package.json"]);
  } finally {
    remove();
  }
});

test.run();
