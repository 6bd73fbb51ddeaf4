/**
 * One attempt: signs a body and posts it. Neighbours: the courier decides when, `addresses.ts` where
 * to. Invariants: the connection goes to the very address that was checked; a redirect is an answer
 * like any other; no answer is read beyond a bound or waited for beyond a time; no failure says where an
 * address leads, for its sentence goes into logs.
 */
import { createHmac } from "node:crypto";
import { type RequestOptions, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { LookupFunction, OnReadOpts } from "node:net";
import { VERSION } from "../../core/index.ts";
import { isPublic, refuseUrl } from "./addresses.ts";
import type { Resolve } from "./resolve.ts";

/** Of an answer that says how long it is: so much is taken, for the receiver to send it in peace. */
const MAX_ANSWER_BYTES = 1024;
/**
 * At once. All that was read is parsed, also once the connection was given up: of what is made of tens
 * of thousands of pieces, such as chunks of one byte, that takes tens of milliseconds.
 */
const READ_BYTES = 2 * 1024;
/** Answers that only inform (1xx), which Node reads on from for as long as they come. */
const MAX_INFORMATIONS = 8;
/** Of TLS, for connections to come: a server hands out two, as a rule. */
const MAX_TICKETS = 16;

export interface Post {
  url: string;
  secret: string;
  body: string;
  deliveryId: string;
  seq: number;
  /** Milliseconds since the epoch. */
  now: number;
}

export interface PostOptions {
  allowPrivate: boolean;
  timeoutMs: number;
  resolve: Resolve;
  signal: AbortSignal;
}

/** `v1=` and the HMAC-SHA256 of `<timestamp>.<body>`, in hexadecimal; the timestamp in whole seconds. */
export function sign(secret: string, timestamp: number, body: string): string {
  return `v1=${createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex")}`;
}

/** Why there was no answer, in words that name no host and no address. */
class PostFailure extends Error {}

/** What went wrong below has the host in its message: only its code is told. */
function toFailure(error: Error): PostFailure {
  if (error instanceof PostFailure) return error;
  const { code } = error as NodeJS.ErrnoException;
  return new PostFailure(
    `no connection (${typeof code === "string" && /^\w{1,60}$/.test(code) ? code : "unknown"})`,
  );
}

/**
 * @returns the HTTP status, whatever it is
 * @throws PostFailure when there was no answer, or the address may not be used
 */
export function post(
  { url, secret, body, deliveryId, seq, now }: Post,
  { allowPrivate, timeoutMs, resolve, signal }: PostOptions,
): Promise<number> {
  // Node asks for no look-up where the host is an address already.
  if (refuseUrl(url, allowPrivate) !== null) {
    const why = "its address is refused: a private address asks for --webhook-private";
    return Promise.reject(new PostFailure(why));
  }
  const timestamp = Math.floor(now / 1_000);
  const send = url.slice(0, 6).toLowerCase() === "https:" ? requestHttps : requestHttp;
  return new Promise((settle, reject) => {
    const options: RequestOptions & { onread: OnReadOpts } = {
      method: "POST",
      agent: false,
      signal,
      lookup: createLookup(resolve, allowPrivate),
      headers: {
        "Content-Type": "application/json; charset=utf-8",
        "Content-Length": Buffer.byteLength(body),
        "User-Agent": `ClawTasker/${VERSION}`,
        "ClawTasker-Delivery": deliveryId,
        "ClawTasker-Seq": seq,
        "ClawTasker-Timestamp": timestamp,
        "ClawTasker-Signature": sign(secret, timestamp, body),
      },
      onread: {
        buffer: Buffer.allocUnsafe(READ_BYTES),
        callback(size, bytes) {
          if (request.destroyed) return false;
          request.socket?.push(Buffer.from(bytes.subarray(0, size)));
          return true;
        },
      },
    };
    const request = send(url, options);
    let status: number | null = null;
    let failure: Error | null = null;
    const timer = setTimeout(
      () => request.destroy(new PostFailure(`no answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    request.on("error", (error) => {
      failure = error;
    });
    let informations = 0;
    request.on("information", () => {
      if (++informations > MAX_INFORMATIONS) {
        request.destroy(new PostFailure("it informs without an end (1xx) and does not answer"));
      }
    });
    let tickets = 0;
    request.on("socket", (socket) => {
      socket.on("session", () => {
        if (++tickets > MAX_TICKETS) {
          request.destroy(new PostFailure("it hands out TLS tickets without an end"));
        }
      });
    });
    request.on("response", (response) => {
      status = response.statusCode ?? null;
      response.on("error", () => {});
      const length = Number(response.headers["content-length"] ?? Number.NaN);
      if (length <= MAX_ANSWER_BYTES) response.resume();
      else request.destroy();
    });
    request.on("close", () => {
      clearTimeout(timer);
      // An answer whose rest did not come is an answer: its status is all that counts.
      if (status !== null) settle(status);
      else if (failure !== null) reject(toFailure(failure));
      else reject(new PostFailure("the connection was closed without an answer"));
    });
    request.end(body);
  });
}

/** A look-up that answers checked addresses only, so that there is nothing between check and use. */
function createLookup(resolve: Resolve, allowPrivate: boolean): LookupFunction {
  return (name, options, callback) => {
    resolve(name).then(
      (found) => {
        const { family } = options;
        const wanted = found.filter(
          (one) => !family || one.family === family || family === `IPv${one.family}`,
        );
        const allowed = wanted.filter(({ address }) => allowPrivate || isPublic(address));
        const [first] = allowed;
        if (!first) {
          const why = wanted.length > 0 ? "resolves to private addresses only" : "has no address";
          callback(new PostFailure(`its name ${why}`), "", 0);
        } else if (options.all) callback(null, allowed);
        else callback(null, first.address, first.family);
      },
      (error: Error) => callback(error, "", 0),
    );
  };
}
