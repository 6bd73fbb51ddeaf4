/**
 * The driver: HTTP requests over so many kept connections, written and read without a client library,
 * so that the load costs little beside what it measures. Neighbours: the rows.
 * Invariant: an answer that is not a success ends the measurement.
 */
import { connect, type Socket } from "node:net";

export interface Requests {
  port: number;
  connections: number;
  /** The bytes of the n-th request. */
  request(n: number): string;
}

export interface Loaded {
  answers: number;
  seconds: number;
  /** When each request was due, and how long its answer took from then, in milliseconds. */
  sentAt: number[];
  latencies: number[];
}

/** Milliseconds on the clock that all processes of the machine share. */
export const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

/** One request after the other on each connection until the time is over. */
export function flatOut(asked: Requests & { seconds: number }): Promise<Loaded> {
  return inTurn(asked, (_sent, ms) => ms < asked.seconds * 1_000);
}

/** So many requests, as fast as the connections take them. */
export function inAll(asked: Requests & { count: number }): Promise<Loaded> {
  return inTurn(asked, (sent) => sent < asked.count);
}

async function inTurn(
  asked: Requests,
  goesOn: (sent: number, ms: number) => boolean,
): Promise<Loaded> {
  const lines = await open(asked);
  const loaded = begin();
  const from = nowMs();
  let sent = 0;
  await Promise.all(
    lines.map(async (line) => {
      while (goesOn(sent, nowMs() - from)) await time(line, asked.request(sent++), nowMs(), loaded);
    }),
  );
  return finish(loaded, lines, from);
}

/** At a steady pace; a late answer delays no request, which then takes a connection of its own. */
export async function paced(
  asked: Requests & { perSecond: number; seconds: number },
): Promise<Loaded> {
  const lines = await open(asked);
  const idle = [...lines];
  const loaded = begin();
  const from = nowMs();
  const count = Math.round(asked.perSecond * asked.seconds);
  const answers: Promise<void>[] = [];
  for (let n = 0; n < count; n++) {
    const due = from + (n * 1_000) / asked.perSecond;
    const wait = due - nowMs();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    let line = idle.pop();
    if (!line) {
      line = await openLine(asked.port);
      lines.push(line);
    }
    // Sent now: a timer that came late is the driver's fault, not the server's.
    const mine = line;
    const answer = time(mine, asked.request(n), Math.max(due, nowMs()), loaded);
    const answered = answer.then(() => void idle.push(mine));
    // Told below, once all are sent.
    answered.catch(() => {});
    answers.push(answered);
  }
  await Promise.all(answers);
  return finish(loaded, lines, from);
}

const begin = (): Loaded => ({ answers: 0, seconds: 0, sentAt: [], latencies: [] });

function finish(loaded: Loaded, lines: readonly Line[], from: number): Loaded {
  loaded.seconds = (nowMs() - from) / 1_000;
  for (const line of lines) line.close();
  return loaded;
}

async function time(line: Line, request: string, from: number, loaded: Loaded): Promise<void> {
  loaded.sentAt.push(from);
  await line.ask(request);
  loaded.latencies.push(nowMs() - from);
  loaded.answers++;
}

interface Line {
  ask(request: string): Promise<void>;
  close(): void;
}

function open({ port, connections }: Requests): Promise<Line[]> {
  return Promise.all(Array.from({ length: connections }, () => openLine(port)));
}

function openLine(port: number): Promise<Line> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ port, host: "127.0.0.1", noDelay: true });
    let seen = "";
    let settle: { resolve(): void; reject(error: Error): void } | null = null;
    const fail = (error: Error) => {
      reject(error);
      settle?.reject(error);
    };
    socket.setEncoding("latin1");
    socket.on("error", fail);
    socket.on("close", () => fail(new Error("the server closed a connection")));
    socket.on("data", (text: string) => {
      seen += text;
      const body = seen.indexOf("\r\n\r\n") + 4;
      if (body < 4) return;
      const length = /\r\ncontent-length: (\d+)/i.exec(seen)?.[1] ?? "0";
      if (seen.length < body + Number(length)) return;
      const asked = settle;
      settle = null;
      if (/^HTTP\/1\.1 [23]/.test(seen)) asked?.resolve();
      else asked?.reject(new Error(seen.slice(0, 600)));
      seen = "";
    });
    socket.on("connect", () =>
      resolve({
        ask(request) {
          return new Promise((answered, failed) => {
            settle = { resolve: answered, reject: failed };
            socket.write(request, "latin1");
          });
        },
        close() {
          socket.removeAllListeners("close");
          socket.destroy();
        },
      }),
    );
  });
}

/** A POST with a JSON body, as a small client sends it. */
export function post(path: string, body: object): string {
  const json = JSON.stringify(body);
  return `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer change-me-local\r\nContent-Type: application/json\r\nContent-Length: ${json.length}\r\n\r\n${json}`;
}

export function get(path: string, headers = ""): string {
  return `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer change-me-local\r\n${headers}\r\n`;
}
