/** How the names of webhooks are looked up, against a real server of names. Neighbour: `server/webhooks/resolve.ts`. */
import { createSocket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { createResolve, hostsFileOf } from "../../server/webhooks/resolve.ts";
import { makeDataDir } from "../support/process.ts";

const A = 1;
const AAAA = 28;

/** Knows good.example, and never answers for another name. */
async function withNames(run: (servers: string[]) => Promise<void>): Promise<void> {
  const server = createSocket("udp4");
  server.on("message", (question, { port, address }) => {
    const end = question.indexOf(0, 12) + 1;
    const name = question.toString("latin1", 12, end);
    if (name.startsWith("\x04half") && !name.includes("\x04corp")) {
      const unknown = Buffer.from([0, 0, 0x81, 0x83, 0, 1, 0, 0, 0, 0, 0, 0]);
      question.copy(unknown, 0, 0, 2);
      server.send(Buffer.concat([unknown, question.subarray(12, end + 4)]), port, address);
      return;
    }
    if (!name.startsWith("\x04good") && !name.startsWith("\x04half")) return;
    const type = question.readUInt16BE(end);
    const data = { [A]: [192, 0, 2, 7], [AAAA]: [0x20, 1, 0xd, 0xb8, ...Array(11).fill(0), 9] }[
      type
    ];
    const header = Buffer.from([0, 0, 0x81, 0x80, 0, 1, 0, data ? 1 : 0, 0, 0, 0, 0]);
    question.copy(header, 0, 0, 2);
    // The name is the one at the twelfth byte; it holds for a minute.
    const record = data ? [0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length, ...data] : [];
    const answer = [header, question.subarray(12, end + 4), Buffer.from(record)];
    server.send(Buffer.concat(answer), port, address);
  });
  await new Promise<void>((resolve) => server.bind(0, "127.0.0.1", resolve));
  try {
    await run([`127.0.0.1:${server.address().port}`]);
  } finally {
    server.close();
  }
}

test("HOOK-4: a name has all its addresses, of both kinds", () =>
  withNames(async (servers) => {
    assert.equal(await createResolve({ servers })("good.example"), [
      { address: "192.0.2.7", family: 4 },
      { address: "2001:db8::9", family: 6 },
    ]);
  }));

test("HOOK-4: a name that is not known is finished with the domains of the network", () =>
  withNames(async (servers) => {
    const resolve = createResolve({ servers, domains: ["corp.example"] });
    assert.is((await resolve("half.name"))[0]?.address, "192.0.2.7");
    const alone = await createResolve({ servers, domains: [] })("half.name").catch(
      (error: NodeJS.ErrnoException) => error.code,
    );
    assert.is(alone, "ENOTFOUND");
  }));

test("HOOK-4: names whose server never answers end in their time, and hold up no other", () =>
  withNames(async (servers) => {
    const resolve = createResolve({ servers, timeoutMs: 300 });
    let ended = 0;
    const lost = Array.from({ length: 32 }, (_, n) =>
      resolve(`lost-${n}.example`).then(
        () => assert.unreachable("nobody has answered"),
        (error: NodeJS.ErrnoException) => {
          ended++;
          assert.is(error.code, "ETIMEOUT");
        },
      ),
    );
    assert.is((await resolve("good.example")).length, 2);
    assert.ok((await lookup("localhost", { all: true })).length > 0, "the threads are free");
    assert.is(ended, 0, "the others are still waited for");
    await Promise.all(lost);
  }));

test("HOOK-4: a name of this machine is looked up as the system has it", () =>
  withNames(async (servers) => {
    const found = await createResolve({ servers })("localhost");
    assert.ok(found.some(({ address }) => address === "127.0.0.1" || address === "::1"));
  }));

test("HOOK-4: a name in the machine's own file is left to the system, on Windows in its own place and with its line ends", async () => {
  assert.is(hostsFileOf("linux", {}), "/etc/hosts");
  const root = { SystemRoot: "D:\\WINNT" };
  assert.is(hostsFileOf("win32", root), "D:\\WINNT\\System32\\drivers\\etc\\hosts");
  assert.is(hostsFileOf("win32", {}), "C:\\Windows\\System32\\drivers\\etc\\hosts");
  await withNames(async (servers) => {
    const { dir, remove } = makeDataDir();
    const hostsFile = join(dir, "hosts");
    // The system takes it for an address, without asking anybody; the server of names never answers for it.
    const resolve = createResolve({ servers, hostsFile, domains: [], timeoutMs: 100 });
    try {
      const alone = await resolve("127.1").catch((error: NodeJS.ErrnoException) => error.code);
      assert.is(alone, "ETIMEOUT");
      writeFileSync(hostsFile, "# here\r\n192.0.2.9\tother 127.1\r\n192.0.2.8 more\r\n");
      assert.equal(await resolve("127.1"), [{ address: "127.0.0.1", family: 4 }]);
    } finally {
      remove();
    }
  });
});

test.run();
