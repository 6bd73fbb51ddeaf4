/**
 * `clawtasker export`: the whole base state of a running server as a file. Neighbours: the WebSocket's
 * hello, which carries exactly that; `archive.ts` has the form. Invariant: a file appears whole or not
 * at all, and the state is that of one entry.
 */
import { once } from "node:events";
import { open, rename, rm } from "node:fs/promises";
import { WebSocket } from "ws";
import { type Hello, SOCKET_PATH, toTime, type WireState } from "../core/index.ts";
import { toLines } from "./archive.ts";
import type { Common } from "./connection.ts";
import { CliFailure, EXIT, unreachable } from "./failure.ts";

const TIMEOUT_MS = 60_000;
const MAX_STATE_BYTES = 512 * 1024 * 1024;

export async function exportCompany(args: Common & { file?: string | undefined }): Promise<void> {
  const { version, journal, seq, state } = await readHello(args);
  const origin = { version, exported_at: toTime(Date.now()), journal, seq };
  const lines = toLines(origin, state as WireState);
  if (args.file === undefined || args.file === "-") {
    for (const line of lines) if (!process.stdout.write(line)) await once(process.stdout, "drain");
    return;
  }
  await writeWhole(args.file, lines);
  process.stderr.write(`exported ${args.url} as of seq ${seq} to ${args.file}\n`);
}

async function writeWhole(file: string, lines: Iterable<string>): Promise<void> {
  const growing = `${file}.part-${process.pid}`;
  // It holds all that the company knows.
  const target = await open(growing, "wx", 0o600);
  try {
    try {
      for (const line of lines) await target.write(line);
      await target.sync();
    } finally {
      await target.close();
    }
    await rename(growing, file);
  } catch (error) {
    await rm(growing, { force: true });
    throw error;
  }
}

/** The first message of the socket: the state as of one entry. */
function readHello({ url, token }: Common): Promise<Hello> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(
      `${url.replace(/^http/, "ws").replace(/\/+$/, "")}${SOCKET_PATH}`,
      {
        handshakeTimeout: TIMEOUT_MS,
        headers: { Authorization: `Bearer ${token}` },
        maxPayload: MAX_STATE_BYTES,
      },
    );
    const late = setTimeout(() => settle(unreachable(url)), TIMEOUT_MS);
    const settle = (result: Hello | Error) => {
      clearTimeout(late);
      if (result instanceof Error) reject(result);
      else resolve(result);
      socket.terminate();
    };
    socket.once("message", (data) => settle(JSON.parse(String(data)) as Hello));
    socket.once("unexpected-response", (_request, { statusCode }) => {
      const why = statusCode === 401 ? "it asks for a token; set --token" : String(statusCode);
      settle(new CliFailure(EXIT.failed, `the server at ${url} refused the socket: ${why}`));
    });
    socket.once("error", () => settle(unreachable(url)));
    socket.once("close", () => settle(unreachable(url)));
  });
}
