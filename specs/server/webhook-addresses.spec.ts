/**
 * Where a webhook may lead: nowhere private unless a flag says so, be it by address, name or redirect.
 * Neighbours: `server/webhooks/addresses.ts`, `server/webhooks/post.ts`.
 */
import { readdirSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { startServer } from "../../server/compose.ts";
import { helpText, parseConfig } from "../../server/config.ts";
import { isPublic, refuseUrl } from "../../server/webhooks/addresses.ts";
import { makeDataDir, postTo, quietConfig, TOKEN } from "../support/process.ts";
import {
  type Answer,
  type Delivery,
  deliveriesIn,
  startReceiver,
  withHouse,
} from "../support/webhooks.ts";

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

test.run();
