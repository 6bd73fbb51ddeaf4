/**
 * What may not be in the state, because that is open to read: addresses and secrets of webhooks, each
 * under an id made of it. Neighbours: `sealed-engine.ts` keeps values before it dispatches, the courier
 * reads them. Invariants: a value is durable before its id is given out; without the vault's own key
 * nothing about a value can be guessed from its id.
 */
import { createHmac, randomBytes } from "node:crypto";
import { join } from "node:path";
import { readWhole, setAside, writeWhole } from "../whole-file.ts";

export interface Vault {
  /** Makes the value durable and answers its id; the same value has the same id. */
  keep(value: string): Promise<string>;
  read(id: string | null): string | null;
  /** A new secret; always the same one for the same idempotency key. */
  generate(key: string | undefined): string;
  /** Forgets all values but these. */
  retain(ids: ReadonlySet<string>): Promise<void>;
  /** Where an unreadable vault was moved to when this one was opened. */
  readonly damaged: string | null;
}

interface Kept {
  key: string;
  values: Record<string, string>;
}

const ID = /^[0-9a-f]{16}$/;

/** @param dir holds `webhook-vault.json`, once there is something to keep */
export async function openVault(dir: string): Promise<Vault> {
  const path = join(dir, "webhook-vault.json");
  const text = await readWhole(path);
  const kept = text === null ? null : parse(text);
  const damaged = text !== null && kept === null ? await setAside(path) : null;
  const key = kept ? Buffer.from(kept.key, "hex") : randomBytes(32);
  const values = new Map(Object.entries(kept?.values ?? {}));
  let writing: Promise<void> = Promise.resolve();

  const hmac = (purpose: string, text: string) =>
    createHmac("sha256", key).update(`${purpose}\0${text}`);

  function save(): Promise<void> {
    const write = () => {
      const now: Kept = { key: key.toString("hex"), values: Object.fromEntries(values) };
      return writeWhole(path, JSON.stringify(now));
    };
    const saved = writing.then(write);
    writing = saved.catch(() => {});
    return saved;
  }

  return {
    damaged,
    async keep(value) {
      const id = hmac("id", value).digest("hex").slice(0, 16);
      values.set(id, value);
      await save();
      return id;
    },
    read: (id) => (id === null ? null : (values.get(id) ?? null)),
    generate(idempotencyKey) {
      if (idempotencyKey === undefined) return randomBytes(32).toString("base64url");
      return hmac("secret", idempotencyKey).digest("base64url");
    },
    async retain(ids) {
      const gone = [...values.keys()].filter((id) => !ids.has(id));
      for (const id of gone) values.delete(id);
      if (gone.length > 0) await save();
    },
  };
}

function parse(text: string): Kept | null {
  try {
    const { key, values } = JSON.parse(text) as Partial<Kept>;
    if (typeof key !== "string" || !/^[0-9a-f]{64}$/.test(key)) return null;
    const entries = Object.entries(values ?? {});
    const sound = entries.every(([id, value]) => ID.test(id) && typeof value === "string");
    return sound ? { key, values: Object.fromEntries(entries) } : null;
  } catch {
    return null;
  }
}
