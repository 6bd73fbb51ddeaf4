/**
 * Which addresses a webhook may lead to: the public ones, so that nobody uses this server to reach what
 * is behind its wall. Neighbours: `sealed-engine.ts` looks at an address that is configured, `post.ts`
 * at the one it connects to. Invariant: what is not known to be public is private.
 */
import { BlockList, isIP, isIPv4 } from "node:net";

/** IANA special-purpose ranges: none is reached across the Internet. */
const PRIVATE_V4 = new BlockList();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const) {
  PRIVATE_V4.addSubnet(net, bits, "ipv4");
}

/** Of the global unicast range: protocol assignments with Teredo, documentation, 6to4. */
const PRIVATE_V6 = new BlockList();
for (const [net, bits] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const) {
  PRIVATE_V6.addSubnet(net, bits, "ipv6");
}

/** Whether this literal address is one of the public Internet; what is no address is not. */
export function isPublic(address: string): boolean {
  if (isIPv4(address)) return !PRIVATE_V4.check(address, "ipv4");
  const groups = groupsOf(address);
  if (!groups) return false;
  const inner = embeddedV4(groups);
  if (inner !== null) return isPublic(inner);
  // 2000::/3 is all of IPv6 that is given out.
  return (groups[0] ?? 0) >> 13 === 1 && !PRIVATE_V6.check(address, "ipv6");
}

/** The IPv4 address behind a mapped (`::ffff:0:0/96`) or translated (`64:ff9b::/96`) one. */
function embeddedV4(groups: readonly number[]): string | null {
  const prefix = groups.slice(0, 6).join();
  if (prefix !== "0,0,0,0,0,65535" && prefix !== "100,65435,0,0,0,0") return null;
  const [high = 0, low = 0] = groups.slice(6);
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** The eight groups of an IPv6 address; null for anything else, such as one with a zone. */
function groupsOf(address: string): number[] | null {
  if (isIP(address) !== 6 || address.includes("%")) return null;
  // A URL has the canonical form, in which the last groups are hexadecimal too.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = "", tail] = canonical.split("::");
  const parse = (part: string) =>
    part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));
  const first = parse(head);
  if (tail === undefined) return first;
  const last = parse(tail);
  return [...first, ...new Array<number>(8 - first.length - last.length).fill(0), ...last];
}

/**
 * What is wrong with an address as written, as far as that can be told without asking anybody; null
 * when nothing is. Names are looked up when something is sent.
 */
export function refuseUrl(url: string, allowPrivate: boolean): string | null {
  if (!URL.canParse(url)) return "url is not a valid address";
  const { protocol, username, password } = new URL(url);
  if (protocol !== "http:" && protocol !== "https:") return "url must be an http or https address";
  if (username || password) return "url may not hold a user name or password";
  if (allowPrivate) return null;
  const host = hostOf(url);
  const isPrivate = isIP(host)
    ? !isPublic(host)
    : host === "localhost" || host.endsWith(".localhost");
  if (!isPrivate) return null;
  return `url leads to a private address (${host}); start the server with --webhook-private to allow that`;
}

/** The host without brackets and final dot, numbers in their usual form. */
export function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
}
