/**
 * Webhooks keep their secrets: address and key are in the vault alone; who may not configure learns nothing.
 * Neighbours: `server/webhooks/vault.ts`, `server/webhooks/sealed-engine.ts`.
 */
import type { LookupAddress } from "node:dns";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { WebSocket } from "ws";
import { postTo } from "../support/process.ts";
import { deliveriesIn, hookIn, SECRET, withHouse } from "../support/webhooks.ts";

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

test.run();
