/**
 * Readers whose machine is gone: a cable is pulled between two machines, so that nothing says that anybody
 * went. Needs network namespaces; where there are none, it says so and is skipped.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { listenTo } from "../../server/connections.ts";
import { rowsOf, watchVanished } from "../../server/vanished.ts";
import { root } from "../support/core.ts";
import { makeDataDir, openSockets, startProcess } from "../support/process.ts";
import { sizeFor } from "../support/soak.ts";
import { eventually } from "../support/streams.ts";
import { makeTwoMachines, type TwoMachines } from "../support/two-machines.ts";

const EACH = 5;

/** Runs a module's text on a machine, and waits for its first line. */
async function run(
  machine: string[],
  text: string,
  ...args: string[]
): Promise<{ child: ChildProcess; line: string }> {
  const [command = "", ...rest] = [...machine, process.execPath];
  const child = spawn(command, [...rest, "--input-type=module", "-e", text, ...args], {
    cwd: fileURLToPath(root),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("exit", () => reject(new Error("it ended before it said anything")));
  });
  return { child, line };
}

/** Both transports, as impatient as a test. */
const SERVER = `import { startStreams } from "./dist/specs/support/streams.js";
  import { watchVanished } from "./dist/server/vanished.js";
  const [, host] = process.argv;
  const limits = { keepaliveMs: 50 };
  const { server, sockets } = await startStreams({ host, sse: limits, ws: { ...limits, pingMs: 100 } });
  watchVanished(sockets, { everyMs: 50, patienceMs: 300 });
  console.log("http://" + host + ":" + server.address().port);`;

/** Opens as many event streams as sockets, and says so when all have had a word. */
const READERS = `import { get } from "node:http";
  import { WebSocket } from "ws";
  const [, url, each] = process.argv;
  let open = 0;
  const heard = () => { if (++open === 2 * each) console.log("ready"); };
  for (let n = 0; n < each; n++) {
    new WebSocket(url.replace("http", "ws") + "/api/ws").on("error", () => {}).once("message", heard);
    get(url + "/api/events/stream", (res) => res.on("error", () => {}).once("data", heard)).on("error", () => {});
  }`;

async function startServer(machines: TwoMachines, soaking: boolean) {
  if (!soaking) {
    const { child, line } = await run(machines.on(1), SERVER, machines.address);
    return { child, url: line, end: () => void child.kill("SIGKILL") };
  }
  const { dir, remove } = makeDataDir();
  const env = { CLAWTASKER_ALLOWED_HOSTS: machines.address, CLAWTASKER_READ_AUTH: "0" };
  const args = ["--host", machines.address];
  const { child, url } = await startProcess(dir, { args, env, under: machines.on(1) });
  return {
    child,
    url,
    end() {
      child.kill("SIGKILL");
      remove();
    },
  };
}

const machines = makeTwoMachines();
if (!machines)
  process.stdout.write("skipped: no network namespaces here (root and ip are needed)\n");
const onMachines = machines ? test : test.skip;

onMachines(
  "STR-5: readers on a machine that vanished are gone, quiet or not, and no descriptor is left",
  async () => {
    if (!machines) return;
    const size = sizeFor("vanished", 1);
    const server = await startServer(machines, size.soaking);
    let readers: ChildProcess | undefined;
    try {
      const { pid } = server.child;
      const before = openSockets(pid);
      readers = (await run(machines.on(2), READERS, server.url, String(EACH))).child;
      assert.is(openSockets(pid), before + 2 * EACH);
      machines.cut();
      const from = performance.now();
      while (openSockets(pid) > before) {
        const seconds = (performance.now() - from) / 1_000;
        assert.ok(seconds < (size.soaking ? 60 : 20), `${openSockets(pid) - before} are left`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const seconds = ((performance.now() - from) / 1_000).toFixed(1);
      size.reached(
        `${EACH} event streams and ${EACH} sockets, nothing to send, cable pulled: gone in ${seconds} s, no descriptor left`,
      );
    } finally {
      readers?.kill("SIGKILL");
      server.end();
    }
  },
);

test("STR-5: the kernel's table is read: who acknowledges nothing, by both kinds of addresses", () => {
  const line = (local: string, remote: string, state: string, repeats: string, questions = 0) =>
    `   1: ${local} ${remote} ${state} 0000001F:00000000 01:00000074 ${repeats}     0        ${questions} 1662823 2 0000`;
  const table = [
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
    line("0100530A:15B3", "0200530A:A512", "01", "00000003"),
    line("0100530A:15B3", "0200530A:A513", "01", "00000000"),
    line("0100530A:15B3", "0200530A:A514", "04", "00000003"),
    line("0100530A:15B3", "0200530A:A515", "01", "00000000", 1),
    line("0100530A:15B3", "0200530A:A516", "01", "00000000", 4),
    line(
      "0000000000000000FFFF00000100530A:15B3",
      "B80D0120000000000000000001000000:0050",
      "01",
      "00000001",
    ),
    "",
  ].join("\n");
  assert.equal(
    [...rowsOf(table)].filter(({ isRepeated }) => isRepeated).map(({ name }) => name),
    [
      "10.83.0.1:5555 10.83.0.2:42258",
      "10.83.0.1:5555 10.83.0.2:42262",
      "[::ffff:a53:1]:5555 [2001:db8::1]:80",
    ],
  );
  assert.equal(
    [...rowsOf(table)].map(({ unacknowledged }) => unacknowledged),
    [31, 31, 31, 31, 31],
  );
});

test("STR-6: who takes nothing of an answer is ended, who takes a little of it gets it whole", async () => {
  const BYTES = 64 * 1024 * 1024;
  const body = Buffer.alloc(BYTES);
  const server = createServer();
  const silent = { error() {} };
  const request = (_req: IncomingMessage, res: ServerResponse) => res.end(body);
  const refuse = (_req: unknown, socket: Socket) => socket.destroy();
  let stuck = 0;
  const sockets = listenTo(server, { request, upgrade: refuse, clientError: refuse }, silent, {
    onCutOff(_remote, reason) {
      assert.is(reason, "stuck");
      stuck++;
    },
  });
  const stop = watchVanished(sockets, { everyMs: 100, stuckMs: 2_500 });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const dial = () => {
    const socket = connect(port, "127.0.0.1", () =>
      socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    );
    return socket.on("error", () => {}).pause();
  };
  let read = 0;
  const slow = dial();
  try {
    // A chunk at a time.
    slow.on("data", (chunk: Buffer) => {
      read += chunk.length;
      if (stuck < 1) slow.pause();
    });
    dial();
    const late = Date.now() + 20_000;
    while (stuck < 1) {
      assert.ok(Date.now() < late, "it is not ended");
      slow.resume();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.is(sockets.size, 1, "the slow one is still there");
    assert.ok(read > 0 && read < BYTES, `${read} bytes were read slowly`);
    slow.resume();
    await eventually(() => read > BYTES, "it gets all of it");
    assert.is(stuck, 1);
  } finally {
    stop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

test.after(() => machines?.remove());

test.run();
