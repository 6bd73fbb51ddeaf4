/**
 * Who may speak to the server at all: one check of Host, Origin and site for every HTTP request and every
 * upgrade, which HTTP middleware never sees, and one place that knows who holds which token.
 * Neighbours: the transports ask the gate, the server makes it, `permissions.ts` has the roles.
 * Invariant: a page of another site gets nothing, whatever name it resolves to us.
 */
import { type Rejection, rejection } from "./errors.ts";
import type { Principal } from "./permissions.ts";
import type { Grant } from "./state/tokens/grant.ts";

/** What the gate looks at; a request of Node's is one. */
export interface Head {
  headers: Readonly<Record<string, string | readonly string[] | undefined>> & {
    host?: string | undefined;
    origin?: string | undefined;
  };
  /** Names and values by turns, as they came: of two Hosts `headers` has the first alone. */
  rawHeaders: readonly string[];
}

export interface Gate {
  /**
   * Null when the request may go on, else its refusal.
   * @param isDocument whether it is for what the page is made of, to which a link of another site may lead
   */
  admit(head: Head, isDocument?: boolean): Rejection | null;
  /** Who holds the token, null for nobody; whatever is no string is no token. */
  identify(given: unknown): Principal | null;
  /** Whether reading asks for a token too. */
  readonly readsAsk: boolean;
  /** The named tokens, without anything that could be used in their place. */
  grants(): readonly Grant[];
}

export interface GateOptions {
  /** Host names beside loopback under which the server is reached, with or without a port. */
  allowedHosts: readonly string[];
  /** Must not tell by its time how much of a wrong token was right. */
  identify(given: string): Principal | null;
  readsAsk?: boolean;
  grants?(): readonly Grant[];
}

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

export function createGate({
  allowedHosts,
  identify,
  readsAsk = false,
  grants = () => [],
}: GateOptions): Gate {
  const allowed = new Set(allowedHosts.map((host) => host.toLowerCase()));
  const names = new Set([...LOOPBACK, ...allowed]);
  const known = (host: string) => names.has(host) || names.has(withoutPort(host));

  return {
    admit({ headers, rawHeaders }, isDocument = false) {
      const { host, origin } = headers;
      // A proxy before us may have gone by the other one (RFC 9112 section 3.2).
      if (namesHostTwice(rawHeaders)) {
        return rejection("invalid", "the request has more than one Host header");
      }
      const at = host?.toLowerCase();
      if (at === undefined || !known(at)) {
        return rejection(
          "forbidden",
          `host not allowed: ${host ?? "none"}; set CLAWTASKER_ALLOWED_HOSTS to serve it`,
        );
      }
      if (origin === undefined) return refuseSite(headers, isDocument);
      const from = /^https?:\/\/([^/]+)$/.exec(origin.toLowerCase())?.[1];
      // Another port of this machine is another site too: only our own page, or one that was named.
      if (from !== undefined && allowed.has(from)) return null;
      if (from === at) return refuseSite(headers, isDocument);
      return rejection(
        "forbidden",
        `origin not allowed: ${origin}; set CLAWTASKER_ALLOWED_HOSTS to serve it`,
      );
    },
    identify: (given) => (typeof given === "string" && given.length > 0 ? identify(given) : null),
    readsAsk,
    grants,
  };
}

/**
 * A page of another site need not read an answer to do harm by asking, and the simplest requests carry no
 * Origin; a browser that knows the header says whose they are, and no page can change it.
 */
function refuseSite(headers: Head["headers"], isDocument: boolean): Rejection | null {
  const site = headers["sec-fetch-site"];
  if (site !== "cross-site" && site !== "same-site") return null;
  const isLink =
    headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document";
  if (isDocument && isLink) return null;
  return rejection(
    "forbidden",
    `a page of another site sent this (Sec-Fetch-Site: ${site}); open the address by itself`,
  );
}

function namesHostTwice(rawHeaders: readonly string[]): boolean {
  let seen = false;
  for (let n = 0; n < rawHeaders.length; n += 2) {
    const name = rawHeaders[n] ?? "";
    if (name.length !== 4 || name.toLowerCase() !== "host") continue;
    if (seen) return true;
    seen = true;
  }
  return false;
}

function withoutPort(host: string): string {
  return host.replace(/:\d+$/, "");
}
