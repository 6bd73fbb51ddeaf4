/** Comparison with the configured token, in constant time whatever the lengths (digests are equal in length). */
import { createHash, timingSafeEqual } from "node:crypto";

export function createTokenCheck(token: string): (given: string) => boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  const expected = digest(token);
  return (given) => timingSafeEqual(digest(given), expected);
}
