/**
 * The tokens: the server's own, from the configuration, and the named ones, of which only hashes are kept.
 * Neighbours: the gate asks who holds one, `token-engine.ts` creates and revokes, `compose.ts` opens.
 * Invariants: a token is in no file and no log; what was acknowledged is durable; a name is never given
 * twice. A hash without salt and stretching is enough: 256 random bits cannot be guessed or tabled.
 */
import { hash, randomBytes, timingSafeEqual } from "node:crypto";
import { join } from "node:path";
import { type Grant, OWNER, type Principal, ROLES, toPlain, toTime } from "../../core/index.ts";
import { readWhole, setAside, writeWhole } from "../whole-file.ts";

export interface TokenKeeper {
  /** Who holds it; the time this takes says nothing about a token that is not known. */
  identify(given: string): Principal | null;
  /** In the order of their creation, revoked ones too. */
  grants(): Grant[];
  has(name: string): boolean;
  isRevoked(name: string): boolean;
  /** The token of that name, upper and lower case alike, as it is written; null for none. */
  like(name: string): string | null;
  /** The token that counts and speaks for an agent whose id is seen so; null for none. */
  boundTo(plain: string): Pick<Grant, "name" | "agent_id"> | null;
  /** Whether it was created by a request with this idempotency key. */
  isRetry(name: string, key: string | undefined): boolean;
  /**
   * Makes the grant durable and answers its token, which nobody can show again.
   * @throws Error when it could not be written: there is no such token then
   */
  issue(grant: Grant, key: string | undefined): Promise<string>;
  /** Durable once it resolves; in force at once. @throws Error when a restart would undo it */
  revoke(name: string): Promise<void>;
  /** Where an unreadable file was moved to when this one was opened. */
  readonly damaged: string | null;
}

export interface KeeperOptions {
  /** Holds `tokens.json`, once there is a named token. */
  dir: string;
  /** The server's own token. */
  ownToken: string;
  /** Milliseconds since the epoch. */
  clock(): number;
}

type Kept = Omit<Grant, "last_used_at"> & { sha256: string; key: string | null };

/** So that scanners for lost secrets know one when they see it. */
const PREFIX = "clawtasker_";
export const MAX_TOKENS = 1_000;

/** @throws Error when the data folder cannot be read */
export async function openTokenKeeper(options: KeeperOptions): Promise<TokenKeeper> {
  const { dir, ownToken, clock } = options;
  const path = join(dir, "tokens.json");
  const text = await readWhole(path);
  const found = text === null ? [] : parse(text);
  const damaged = found === null ? await setAside(path) : null;
  const kept = new Map<string, Kept>((found ?? []).map((one) => [one.name, one]));
  const byHash = new Map<string, Kept>();
  for (const one of kept.values()) if (!one.revoked_at) byHash.set(one.sha256, one);
  /** Made anew when it is asked for after a change; there are few changes and a thousand tokens at most. */
  let bound: ReadonlyMap<string, Kept> | null = null;
  const usedAt = new Map<string, number>();
  const own = digest(ownToken);
  let writing: Promise<void> = Promise.resolve();

  /** One after the other, each with what is kept when its turn comes. */
  function save(): Promise<void> {
    const saved = writing.then(() =>
      writeWhole(path, JSON.stringify({ tokens: [...kept.values()] })),
    );
    writing = saved.catch(() => {});
    return saved;
  }

  return {
    damaged,
    identify(given) {
      const digested = digest(given);
      if (timingSafeEqual(digested, own)) return OWNER;
      // Whoever times this look-up learns of a hash that it cannot choose.
      const one = byHash.get(digested.toString("hex"));
      if (!one) return null;
      usedAt.set(one.name, clock());
      const { name, role, agent_id } = one;
      return { name, role, agent_id };
    },
    grants: () =>
      [...kept.values()].map(({ sha256: _hash, key: _key, ...grant }) => {
        const at = usedAt.get(grant.name);
        return { ...grant, last_used_at: at === undefined ? null : toTime(at) };
      }),
    has: (name) => kept.has(name),
    isRevoked: (name) => Boolean(kept.get(name)?.revoked_at),
    like(name) {
      const wanted = name.toLowerCase();
      for (const known of kept.keys()) if (known.toLowerCase() === wanted) return known;
      return null;
    },
    boundTo(plain) {
      bound ??= boundBy(kept.values());
      return bound.get(plain) ?? null;
    },
    isRetry: (name, key) => key !== undefined && kept.get(name)?.key === key,
    async issue({ last_used_at: _never, ...grant }, key) {
      const token = PREFIX + randomBytes(32).toString("base64url");
      const one: Kept = {
        ...grant,
        sha256: digest(token).toString("hex"),
        key: key ?? null,
      };
      kept.set(one.name, one);
      bound = null;
      try {
        await save();
      } catch (error) {
        kept.delete(one.name);
        bound = null;
        throw error;
      }
      // Revoked already, by who could not wait for its creation.
      if (!one.revoked_at) byHash.set(one.sha256, one);
      return token;
    },
    async revoke(name) {
      const one = kept.get(name);
      if (!one) return;
      byHash.delete(one.sha256);
      one.revoked_at ??= toTime(clock());
      bound = null;
      await save();
    },
  };
}

/** By what is seen of their agents' ids. */
function boundBy(tokens: Iterable<Kept>): Map<string, Kept> {
  const bound = new Map<string, Kept>();
  for (const one of tokens) {
    if (one.agent_id !== null && !one.revoked_at) bound.set(toPlain(one.agent_id), one);
  }
  return bound;
}

function digest(text: string): Buffer {
  return hash("sha256", text, "buffer");
}

/** Null when it is not what was written here: then no named token is anybody's. */
function parse(text: string): Kept[] | null {
  try {
    const { tokens } = JSON.parse(text) as { tokens?: unknown };
    return Array.isArray(tokens) && tokens.every(isKept) ? tokens : null;
  } catch {
    return null;
  }
}

function isKept(value: unknown): value is Kept {
  const one = value as Partial<Kept> | null;
  return (
    typeof one?.name === "string" &&
    ROLES.some((role) => role === one.role) &&
    /^[0-9a-f]{64}$/.test(one.sha256 ?? "") &&
    (typeof one.agent_id === "string") === (one.role === "agent") &&
    (one.revoked_at === null || typeof one.revoked_at === "string")
  );
}
