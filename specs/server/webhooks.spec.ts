/**
 * Webhooks end to end: the whole server, real receivers on 127.0.0.1, waits that the spec steers.
 * Neighbours: `server/webhooks`, `docs/webhooks.md`, whose check of a signature is run as it stands.
 */

import type { LookupAddress } from "node:dns";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { WebSocket } from "ws";
import { type RunningServer, startServer } from "../../server/compose.ts";
import { helpText, parseConfig } from "../../server/config.ts";
import { isPublic, refuseUrl } from "../../server/webhooks/addresses.ts";
import { backoffMs, MAX_ATTEMPTS } from "../../server/webhooks/courier.ts";
import { openDeliveryRecord } from "../../server/webhooks/delivery-record.ts";
import type { DeliveryPorts } from "../../server/webhooks/index.ts";
import { root } from "../support/core.ts";
import { makeDataDir, postTo, quietConfig, startProcess, TOKEN } from "../support/process.ts";

interface Received {
  headers: IncomingHttpHeaders;
  body: string;
  seq: number;
  id: string;
}

interface Receiver {
  url: string;
  got: Received[];
  /** What is answered from now on; 0 for no answer at all. */
  status: number;
  /** What is answered first, one each. */
  first: number[];
  location?: string;
  /** Resolves once so many requests have come. */
  count(wanted: number): Promise<void>;
  close(): Promise<void>;
}

/** Only a spec that fails waits for so long. */
const GIVE_UP_MS = 10_000;

async function startReceiver(): Promise<Receiver> {
  let wake: (() => void)[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => {
      const { headers } = req;
      receiver.got.push({
        headers,
        body: Buffer.concat(chunks).toString(),
        seq: Number(headers["clawtasker-seq"]),
        id: String(headers["clawtasker-delivery"]),
      });
      const { first, location } = receiver;
      const status = first.shift() ?? receiver.status;
      if (status !== 0) res.writeHead(status, location ? { location } : {}).end("thanks");
      const woken = wake;
      wake = [];
      for (const each of woken) each();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?of=spec`,
    got: [],
    status: 200,
    first: [],
    async count(wanted) {
      while (receiver.got.length < wanted) {
        await new Promise<void>((resolve, reject) => {
          const missing = `${receiver.got.length} of ${wanted} came`;
          const timer = setTimeout(() => reject(new Error(missing)), GIVE_UP_MS);
          wake.push(() => {
            clearTimeout(timer);
            resolve();
          });
        });
      }
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return receiver;
}

interface House {
  dir: string;
  server: RunningServer;
  receiver: Receiver;
  logged: string[];
  /** Milliseconds that were waited for between attempts. */
  waits: number[];
  /** While true a courier waits until it is stopped or released. */
  hold: boolean;
  release(): void;
  post(name: string, body: object, headers?: Record<string, string>): Promise<Answer>;
  get(path: string): Promise<Answer>;
  /** Reads until it is so. */
  until(path: string, isSo: (body: Answer) => boolean): Promise<Answer>;
  /** A task, so an event; answers its sequence number. */
  write(title?: string): Promise<number>;
  restart(): Promise<void>;
}
type Answer = Record<string, unknown>;

type Setting = Partial<DeliveryPorts> & { private?: boolean };

async function withHouse(run: (house: House) => Promise<void>, setting: Setting = {}) {
  const { dir, remove } = makeDataDir();
  const receiver = await startReceiver();
  const { private: allowed = true, ...ports } = setting;
  const held: (() => void)[] = [];
  const logged: string[] = [];
  const say = (facts: object, message: string) => {
    logged.push(JSON.stringify({ message, ...facts }));
  };
  const start = () =>
    startServer({
      config: { ...quietConfig(dir), ...(allowed && { webhookPrivate: true as const }) },
      log: { info: say, warn: say, error: say },
      deliveries: {
        random: () => 1,
        async wait(ms, signal) {
          house.waits.push(ms);
          if (!house.hold) return;
          await new Promise<void>((resolve) => {
            held.push(resolve);
            signal.addEventListener("abort", () => resolve());
          });
        },
        ...ports,
      },
    });
  const headers = { authorization: `Bearer ${TOKEN}` };
  const house: House = {
    dir,
    server: await start(),
    receiver,
    logged,
    waits: [],
    hold: false,
    release() {
      for (const resolve of held.splice(0)) resolve();
    },
    async post(name, body, more = {}) {
      const answer = await postTo(house.server.url, name, body, more);
      assert.is(answer.status, 200, JSON.stringify(answer.body));
      return answer.body;
    },
    async get(path) {
      const response = await fetch(`${house.server.url}${path}`, { headers });
      return (await response.json()) as Answer;
    },
    async until(path, isSo) {
      for (let tries = 0; tries < 2_000; tries++) {
        const body = await house.get(path);
        if (isSo(body)) return body;
      }
      throw new Error(`${path} never became so: ${JSON.stringify(await house.get(path))}`);
    },
    async write(title = "something happened") {
      await house.post("tasks/create", { title });
      return house.server.engine.view().seq;
    },
    async restart() {
      await house.server.close();
      house.server = await start();
    },
  };
  try {
    await run(house);
  } finally {
    await house.server.close();
    await receiver.close();
    remove();
  }
}

const SECRET = "a-secret-for-specs-0123456789";

interface Delivery {
  seq: number;
  outcome: string;
  attempts: number;
  status: number | null;
  error: string | null;
  delivery_id: string;
  redelivery: boolean;
}
const deliveriesIn = (body: Answer) => (body.deliveries ?? []) as Delivery[];
const hookIn = (body: Answer, at = 0) =>
  (body.webhooks as { status: string; cursor: number; paused: { reason: string } | null }[])[at];
const seqs = (receiver: Receiver) => receiver.got.map(({ seq }) => seq);

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
    house.receiver.status = 500;
    const first = await house.write();
    const second = await house.write();
    await house.receiver.count(3);
    house.receiver.status = 204;
    const taken = await house.until(
      "/api/webhooks/deliveries?webhook_id=W-001",
      (body) => deliveriesIn(body).filter(({ outcome }) => outcome === "delivered").length === 2,
    );
    const got = house.receiver.got;
    const tries = got.filter(({ seq }) => seq === first);
    assert.ok(tries.length >= 3);
    assert.is(new Set(tries.map(({ id }) => id)).size, 1, "one id");
    assert.equal(seqs(house.receiver), [...tries.map(() => first), second]);
    assert.equal(house.waits.slice(0, 3), [1_000, 2_000, 4_000].slice(0, house.waits.length));
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

test("HOOK-2: a redirect is not followed", () =>
  withHouse(async (house) => {
    const elsewhere = await startReceiver();
    try {
      house.receiver.status = 307;
      house.receiver.location = elsewhere.url;
      house.hold = true;
      await house.post("webhooks/configure", { url: house.receiver.url });
      await house.write();
      const shown = await house.until(
        "/api/webhooks/deliveries",
        (b) => deliveriesIn(b).length > 0,
      );
      assert.is(deliveriesIn(shown)[0]?.error, "answered 307; redirects are not followed");
      assert.is(elsewhere.got.length, 0);
    } finally {
      await elsewhere.close();
    }
  }));

test("HOOK-2: a private address is refused at once, one behind a name when it is looked up", () =>
  withHouse(
    async (house) => {
      const refused = await postTo(house.server.url, "webhooks/configure", {
        url: house.receiver.url,
      });
      assert.is(refused.status, 400);
      assert.match(String(refused.body.error), /private address \(127\.0\.0\.1\).*webhook-private/);
      assert.is(refused.body.field, "url");
      assert.not.ok(readdirSync(house.dir).includes("webhook-vault.json"), "nothing was kept");

      house.hold = true;
      const port = new URL(house.receiver.url).port;
      await house.post("webhooks/configure", { url: `http://hooks.example:${port}/` });
      await house.write();
      const shown = await house.until(
        "/api/webhooks/deliveries",
        (b) => deliveriesIn(b).length > 0,
      );
      const [failed] = deliveriesIn(shown);
      assert.is(failed?.error, "its name resolves to private addresses only");
      assert.is(house.receiver.got.length, 0);
    },
    { private: false, resolve: async () => [{ address: "127.0.0.1", family: 4 }] },
  ));

test("HOOK-2: an address kept while private ones were allowed is not used afterwards", async () => {
  const { dir, remove } = makeDataDir();
  const receiver = await startReceiver();
  const log = { info() {}, warn() {}, error() {} };
  const deliveries = {
    wait: (_ms: number, signal: AbortSignal) =>
      new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve())),
  };
  const config = quietConfig(dir);
  let server = await startServer({ config: { ...config, webhookPrivate: true }, log, deliveries });
  try {
    await postTo(server.url, "webhooks/configure", { url: receiver.url });
    await server.close();
    server = await startServer({ config, log, deliveries });
    await postTo(server.url, "tasks/create", { title: "x" });
    const headers = { authorization: `Bearer ${TOKEN}` };
    let shown: Delivery[] = [];
    while (shown.length === 0) {
      const answer = await fetch(`${server.url}/api/webhooks/deliveries`, { headers });
      shown = deliveriesIn((await answer.json()) as Answer);
    }
    assert.match(shown[0]?.error ?? "", /private address/);
    assert.is(receiver.got.length, 0);
  } finally {
    await server.close();
    await receiver.close();
    remove();
  }
});

test("HOOK-2: private addresses are allowed by a flag or its variable only", () => {
  const allowed = (args: string[], value?: string) => {
    const parsed = parseConfig(args, value === undefined ? {} : { [VARIABLE]: value });
    return parsed.kind === "config" ? parsed.config.webhookPrivate === true : parsed;
  };
  assert.equal([allowed([]), allowed([], "0"), allowed([], "")], [false, false, false]);
  assert.equal([allowed(["--webhook-private"]), allowed([], "1")], [true, true]);
  const problems = [`${VARIABLE} must be 0 or 1, not "yes"`];
  assert.equal(allowed([], "yes"), { kind: "invalid", problems });
  assert.match(helpText(), VARIABLE);
});
const VARIABLE = "CLAWTASKER_WEBHOOK_PRIVATE";

test("HOOK-2: what is not known to be public is private, in every spelling", () => {
  for (const address of [
    ...["0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.255", "169.254.169.254"],
    ...["172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.1.1", "198.19.0.1"],
    ...["203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255"],
    ...["::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:a00:1", "::ffff:0:7f00:1"],
    ...["64:ff9b::127.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1", "fc00::1", "fd12:3456::1"],
    ...["fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "2001:db8::1", "2002:7f00:1::", "2001::1"],
    ...["100::1", "3fff::1", "", "localhost", "1.2.3", "not an address"],
  ]) {
    assert.is(isPublic(address), false, address);
  }
  for (const address of [
    ...["1.1.1.1", "8.8.8.8", "172.15.0.1", "172.32.0.1", "100.128.0.1", "223.255.255.254"],
    ...["2606:4700:4700::1111", "2a00:1450:4001:831::200e", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"],
  ]) {
    assert.is(isPublic(address), true, address);
  }
  for (const url of [
    ...["http://127.1/", "http://0x7f.0.0.1/", "http://2130706433/", "http://0177.0.0.1/"],
    ...["http://127.0.0.1./", "http://[::1]:80/", "http://[::ffff:7f00:1]/", "http://LOCALHOST/"],
    ...[
      "https://api.localhost/",
      "http://localhost./",
      "http://169.254.169.254/latest",
      "http://0/",
    ],
    "http://①②⑦.⓪.⓪.①/",
  ]) {
    assert.match(String(refuseUrl(url, false)), /private address/, url);
    assert.is(refuseUrl(url, true), null, url);
  }
  assert.is(refuseUrl("https://hooks.example/x", false), null);
  assert.match(String(refuseUrl("http://999.1.1.1/", true)), /not a valid address/);
});

test("HOOK-3: the secret and the path are in nothing but the vault, which its owner alone reads", () =>
  withHouse(async (house) => {
    const { receiver } = house;
    const sockets: string[] = [];
    const socket = new WebSocket(`${house.server.url.replace("http", "ws")}/api/ws`);
    socket.on("message", (data) => sockets.push(String(data)));
    await new Promise((resolve) => socket.once("message", resolve));

    const own = await house.post("webhooks/configure", { url: receiver.url, secret: SECRET });
    assert.not.ok("secret" in own, "one's own is not shown back");
    const made = await house.post("webhooks/configure", { url: receiver.url, kinds: [] });
    const turned = `${SECRET}-turned`;
    await house.post("webhooks/configure", { webhook_id: "W-001", secret: turned });
    const refused = await postTo(house.server.url, "webhooks/configure", {
      url: "nowhere",
      secret: SECRET,
    });
    await house.write("the last one");
    await house.until("/api/webhooks/deliveries", (b) => deliveriesIn(b).length >= 4);
    while (!sockets.some((text) => text.includes("the last one"))) {
      await new Promise((resolve) => socket.once("message", resolve));
    }
    socket.terminate();
    const shown: string[] = [JSON.stringify(own), JSON.stringify(refused), ...sockets];
    for (const path of [
      ...["/api/snapshot", "/api/webhooks/list", "/api/webhooks/deliveries", "/api/health"],
      ...["/api/system/recovery", "/api/openclaw/contract"],
    ]) {
      shown.push(JSON.stringify(await house.get(path)));
    }
    await house.server.close();
    const vault = join(house.dir, "webhook-vault.json");
    assert.is(statSync(vault).mode & 0o777, 0o600);
    assert.is(statSync(join(house.dir, "webhook-W-001.json")).mode & 0o777, 0o600);
    const files = readdirSync(house.dir).filter((name) => name !== "webhook-vault.json");
    assert.ok(files.includes("clawtasker.db"));
    const kept = files.map((name) => readFileSync(join(house.dir, name), "latin1"));
    for (const text of [...shown, ...kept, ...house.logged]) {
      for (const secret of [SECRET, String(made.secret)]) assert.not.ok(text.includes(secret));
    }
    const open = [...sockets, ...kept, ...house.logged, shown.at(-6) ?? ""];
    const { host } = new URL(receiver.url);
    for (const text of open) {
      for (const part of ["of=spec", host]) assert.not.ok(text.includes(part), text.slice(0, 200));
    }
    const values = Object.values(JSON.parse(readFileSync(vault, "utf8")).values);
    assert.equal(values.sort(), [turned, String(made.secret), receiver.url].sort());
  }));

/** What the name of a receiver leads to just now. */
let answer: () => Error | LookupAddress[] = () => [];

test("HOOK-3: where an address leads is in no log, event, record or delivery, whatever went wrong with it", () =>
  withHouse(
    async (house) => {
      const host = "secret-hook.internal.example";
      const failing: [string, () => Error | LookupAddress[], RegExp][] = [
        ["unknown", () => lookupError(host), /ENOTFOUND/],
        ["nobody", () => [], /has no address/],
        ["refused", () => [{ address: "127.0.0.2", family: 4 }], /ECONNREFUSED/],
      ];
      const port = await freePort();
      const shown: string[] = [];
      for (const [at, [, fails, why]] of failing.entries()) {
        answer = fails;
        await house.post("webhooks/configure", { url: `http://${host}:${port}/` });
        for (let count = 0; count < 3; count++) await house.write();
        const list = await house.until(
          "/api/webhooks/list",
          (b) => hookIn(b, at)?.status === "paused",
        );
        const { reason } = hookIn(list, at)?.paused ?? {};
        assert.match(reason ?? "", why);
        shown.push(String(reason));
        shown.push(JSON.stringify(await house.get("/api/webhooks/deliveries")));
        shown.push(JSON.stringify(await house.get("/api/snapshot")));
      }
      assert.is(house.logged.filter((text) => text.includes("paused")).length, failing.length);
      await house.server.close();
      const files = readdirSync(house.dir).filter((name) => name !== "webhook-vault.json");
      const kept = files.map((name) => readFileSync(join(house.dir, name), "latin1"));
      for (const text of [...shown, ...kept, ...house.logged]) {
        for (const part of ["secret-hook", "127.0.0.2", `:${port}`]) {
          assert.not.ok(text.includes(part), text.slice(0, 300));
        }
      }
    },
    {
      resolve: async () => {
        const found = answer();
        if (found instanceof Error) throw found;
        return found;
      },
    },
  ));

function lookupError(host: string): Error {
  const more = { code: "ENOTFOUND", errno: -3008, syscall: "getaddrinfo", hostname: host };
  return Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), more);
}

/** A port on which nobody listens any more. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.2", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test("HOOK-3, ACC-7: who may not configure is refused before anything is looked at, made or written", () =>
  withHouse(async (house) => {
    const made = await house.post("tokens/create", {
      name: "codex-1",
      role: "agent",
      agent_id: "codex",
    });
    const as = { authorization: `Bearer ${made.token}`, "idempotency-key": "k" };
    for (const body of [{ url: house.receiver.url }, { url: "http://[::1]/" }, { kinds: 1 }, {}]) {
      const { status, body: said } = await postTo(house.server.url, "webhooks/configure", body, as);
      assert.equal([status, said.code], [403, "forbidden"], JSON.stringify(body));
      assert.match(String(said.error), "webhooks/configure is not for codex-1");
    }
    assert.not.ok(readdirSync(house.dir).includes("webhook-vault.json"));
  }));

test("HOOK-3, DUR-10: a retry with its key gets the same secret, and makes no second webhook", () =>
  withHouse(async (house) => {
    const headers = { "Idempotency-Key": "once-only" };
    const body = { url: house.receiver.url, active: false };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => house.post("webhooks/configure", body, headers)),
    );
    await house.restart();
    answers.push(await house.post("webhooks/configure", body, headers));
    assert.is(new Set(answers.map((answer) => JSON.stringify(answer))).size, 1);
    assert.type(answers[0]?.secret, "string");
    assert.is(
      (await house.get("/api/webhooks/list").then((b) => b.webhooks as object[])).length,
      1,
    );
    const other = await postTo(
      house.server.url,
      "webhooks/configure",
      { ...body, url: "http://127.0.0.1:9/" },
      headers,
    );
    assert.is(other.status, 422);
    assert.not.ok("secret" in other.body);
  }));

test("HOOK-3: where the vault is lost the webhook pauses and says what to do", () =>
  withHouse(async (house) => {
    const { receiver } = house;
    await house.post("webhooks/configure", { url: receiver.url, secret: SECRET });
    await house.server.close();
    rmSync(join(house.dir, "webhook-vault.json"));
    await house.restart();
    const missed = await house.write();
    const shown = await house.until("/api/webhooks/list", (b) => hookIn(b)?.status === "paused");
    assert.match(hookIn(shown)?.paused?.reason ?? "", /configure both again$/);
    assert.is(receiver.got.length, 0);
    const { url } = receiver;
    await house.post("webhooks/configure", { webhook_id: "W-001", url, secret: SECRET });
    await receiver.count(1);
    assert.is(receiver.got[0]?.seq, missed);
  }));

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

test.run();
