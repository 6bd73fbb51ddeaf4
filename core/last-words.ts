/**
 * What every answer over HTTP carries so that no browser makes more of it than it is, and whole answers as
 * text, for connections that end with them and have no response of Node's. Neighbours: `transport-http/answer.ts`
 * puts the headers on all others; refused upgrades and what is no HTTP are answered from here.
 * Invariant: whoever writes an answer, the headers are the same (ACC-30).
 */
import { encoder } from "./bytes.ts";

/** The page needs no inline script or style and no foreign host (ACC-6). */
export const SECURITY_HEADERS = [
  [
    "Content-Security-Policy",
    [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "font-src 'self'",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join("; "),
  ],
  ["X-Content-Type-Options", "nosniff"],
  ["Referrer-Policy", "no-referrer"],
  // Nor does one that opened ours hold on to its window.
  ["Cross-Origin-Opener-Policy", "same-origin"],
  // No page of another site loads an answer as its image, script or style.
  ["Cross-Origin-Resource-Policy", "same-origin"],
] as const;

/**
 * A whole answer for a connection that ends with it.
 * @param status with its words: `404 Not Found`
 */
export function lastWords(
  status: string,
  problem: object,
  headers: Readonly<Record<string, string>> = {},
): string {
  const body = `${JSON.stringify(problem)}\n`;
  const all = [
    ...SECURITY_HEADERS,
    ["Cache-Control", "no-cache"],
    ["Content-Type", "application/json; charset=utf-8"],
    ["Content-Length", encoder.encode(body).length],
    ["Connection", "close"],
    ...Object.entries(headers),
  ];
  const lines = all.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `HTTP/1.1 ${status}\r\n${lines}\r\n${body}`;
}
