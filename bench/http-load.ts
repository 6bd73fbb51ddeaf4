/**
 * The load: so many connections, each with one request under way, written and read without a client
 * library so that the driver costs little. Neighbour: `http.ts`. Invariant: an answer that is not the
 * expected status ends the measurement.
 */
import { connect } from "node:net";
import { performance } from "node:perf_hooks";

export interface Load {
  port: number;
  connections: number;
  seconds: number;
  /** The text of the n-th request. */
  request(n: number): string;
  status: number;
}

export interface Loaded {
  answers: number;
  seconds: number;
  /** Milliseconds of each answer. */
  latencies: number[];
}

/** Runs until the time is over; answers under way are awaited. */
export async function load({ port, connections, seconds, request, status }: Load): Promise<Loaded> {
  const latencies: number[] = [];
  const from = performance.now();
  const end = from + seconds * 1_000;
  let sent = 0;
  await Promise.all(Array.from({ length: connections }, run));
  return { answers: latencies.length, seconds: (performance.now() - from) / 1_000, latencies };

  function run(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1", noDelay: true });
      let began = 0;
      let seen = "";
      const next = () => {
        began = performance.now();
        if (began >= end) socket.end(() => resolve());
        else socket.write(request(sent++));
      };
      socket.on("connect", next);
      socket.on("error", reject);
      socket.on("data", (chunk: Buffer) => {
        seen = seen + chunk.toString("latin1");
        const body = seen.indexOf("\r\n\r\n") + 4;
        if (body < 4) return;
        const length = /content-length: (\d+)/i.exec(seen.slice(0, body))?.[1] ?? "0";
        if (seen.length < body + Number(length)) return;
        if (!seen.startsWith(`HTTP/1.1 ${status}`)) return reject(new Error(seen.slice(0, 500)));
        latencies.push(performance.now() - began);
        seen = "";
        next();
      });
    });
  }
}

/** The text of a request with a JSON body, as a small client sends it. */
export function post(path: string, body: string, headers = ""): string {
  return `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer change-me-local\r\nContent-Type: application/json\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`;
}

export function get(path: string, headers = ""): string {
  return `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer change-me-local\r\n${headers}\r\n`;
}
