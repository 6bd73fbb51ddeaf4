/**
 * The body of a POST: read up to its bound, held to be JSON, made an object. Neighbour: `write.ts`.
 * Invariant: no more than the bound is ever held; what is over it, or unpacks to more, is refused.
 */
import { isUtf8 } from "node:buffer";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import { createGathering, MAX_PIECES, shapeProblem } from "../core/index.ts";
import type { Answer } from "./answer.ts";
import { problem } from "./problem.ts";

export const MAX_BODY_BYTES = 163_840;

export type Body = { ok: true; value: Record<string, unknown> } | { ok: false; answer: Answer };

const TOO_LARGE: Body = {
  ok: false,
  answer: problem(
    413,
    "too_large",
    `the body is larger than ${MAX_BODY_BYTES} bytes; send less at a time`,
  ),
};

const TOO_MANY: Body = {
  ok: false,
  answer: problem(
    413,
    "too_large",
    `the body comes in more than ${MAX_PIECES} pieces; send larger ones`,
  ),
};

const BYTE_ORDER_MARK = "\ufeff";

export function hasBody({ headers }: Pick<IncomingMessage, "headers">): boolean {
  return Number(headers["content-length"] ?? 0) !== 0 || "transfer-encoding" in headers;
}

/** @returns null when the client went away before its body was complete */
export async function readBody(req: IncomingMessage): Promise<Body | null> {
  const { headers } = req;
  const declared = Number(headers["content-length"] ?? 0);
  if (declared > MAX_BODY_BYTES) return TOO_LARGE;
  if (!hasBody(req)) return { ok: true, value: {} };
  const bytes = await collect(req);
  if (bytes === "gone") return null;
  if ("ok" in bytes) return bytes;
  if (bytes.length === 0) return { ok: true, value: {} };
  if (unpacksBeyond(bytes, headers)) return TOO_LARGE;
  const unsupported = checkHeaders(headers);
  return unsupported ? { ok: false, answer: unsupported } : parse(bytes);
}

function collect(req: IncomingMessage): Promise<Buffer | Body | "gone"> {
  return new Promise((resolve) => {
    const gathering = createGathering(MAX_BODY_BYTES);
    const settle = (result: Body | "gone") => {
      req.off("data", onData).off("end", onEnd).off("close", onClose);
      resolve(result);
    };
    const onData = (chunk: Buffer) => {
      if (!gathering.add(chunk)) settle(gathering.pieces() > MAX_PIECES ? TOO_MANY : TOO_LARGE);
    };
    // The listeners may stay: nothing more comes.
    const onEnd = () => resolve(toBuffer(gathering.bytes()));
    const onClose = () => settle("gone");
    req.on("data", onData).on("end", onEnd).on("close", onClose).on("error", ignore);
  });
}

function toBuffer({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}

/** An aborted request is told by its close; the error says no more, but must not be unheard. */
function ignore(): void {}

/** Whether it is compressed and holds more than the bound; no more than that is ever unpacked. */
function unpacksBeyond(bytes: Buffer, { "content-encoding": encoding = "" }: IncomingHttpHeaders) {
  const unpack = UNPACK.get(encoding.toLowerCase());
  try {
    return unpack !== undefined && unpack(bytes, BOUND).length > MAX_BODY_BYTES;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
  }
}

const BOUND = { maxOutputLength: MAX_BODY_BYTES };
const UNPACK: ReadonlyMap<string, (bytes: Buffer, bound: typeof BOUND) => Buffer> = new Map([
  ["gzip", gunzipSync],
  ["x-gzip", gunzipSync],
  ["deflate", inflateSync],
  ["br", brotliDecompressSync],
]);

function checkHeaders(headers: IncomingHttpHeaders): Answer | null {
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding.toLowerCase() !== "identity") {
    return unsupported(`unsupported Content-Encoding: ${shorten(encoding)}; send it uncompressed`);
  }
  const type = headers["content-type"];
  if (type === "application/json") return null;
  if (type === undefined) return unsupported("Content-Type is missing; send application/json");
  const [name = "", ...parameters] = type.split(";");
  const charset = parameters
    .map((parameter) => parameter.trim().toLowerCase())
    .find((parameter) => parameter.startsWith("charset="))
    ?.slice("charset=".length)
    .replaceAll('"', "");
  const isJson = name.trim().toLowerCase() === "application/json";
  if (isJson && (charset === undefined || charset === "utf-8" || charset === "utf8")) return null;
  return unsupported(`unsupported Content-Type: ${shorten(type)}; send application/json in UTF-8`);
}

function unsupported(error: string): Answer {
  return problem(415, "unsupported_media_type", error);
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function parse(bytes: Buffer): Body {
  // Invalid UTF-8 is refused rather than stored as replacement characters.
  if (!isUtf8(bytes)) return refused(NO_JSON);
  const decoded = bytes.toString();
  const text = decoded.startsWith(BYTE_ORDER_MARK) ? decoded.slice(1) : decoded;
  try {
    const problem = shapeProblem(text);
    if (problem) return refused(`the body ${problem}`);
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return { ok: true, value: value as Record<string, unknown> };
    }
  } catch {
    // The parser's own message quotes the body, which may hold the token.
    return refused(NO_JSON);
  }
  return refused("the body must be a JSON object");
}

const NO_JSON = "the body is not valid JSON in UTF-8";

function refused(error: string): Body {
  return { ok: false, answer: problem(400, "invalid", error) };
}
