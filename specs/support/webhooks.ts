/**
 * A whole server that delivers to a real receiver on 127.0.0.1, with waits that the spec steers. Neighbours: the
 * specs of webhooks. Invariant: only a spec that fails waits by the clock.
 */
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import * as assert from "uvu/assert";
import { type RunningServer, startServer } from "../../server/compose.ts";
import type { DeliveryPorts } from "../../server/webhooks/index.ts";
import { makeDataDir, postTo, quietConfig, TOKEN } from "./process.ts";

export interface Received {
  headers: IncomingHttpHeaders;
  body: string;
  seq: number;
  id: string;
}

export interface Receiver {
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
const GIVE_UP_MS = 30_000;

export async function startReceiver(): Promise<Receiver> {
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

export interface House {
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
export type Answer = Record<string, unknown>;

type Setting = Partial<DeliveryPorts> & { private?: boolean };

export async function withHouse(run: (house: House) => Promise<void>, setting: Setting = {}) {
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
      const late = performance.now() + GIVE_UP_MS;
      while (performance.now() < late) {
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

export const SECRET = "a-secret-for-specs-0123456789";

export interface Delivery {
  seq: number;
  outcome: string;
  attempts: number;
  status: number | null;
  error: string | null;
  delivery_id: string;
  redelivery: boolean;
}
export const deliveriesIn = (body: Answer) => (body.deliveries ?? []) as Delivery[];
export const hookIn = (body: Answer, at = 0) =>
  (body.webhooks as { status: string; cursor: number; paused: { reason: string } | null }[])[at];
export const seqs = (receiver: Receiver) => receiver.got.map(({ seq }) => seq);
