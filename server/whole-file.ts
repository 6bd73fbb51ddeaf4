/**
 * A small file that is there whole or not at all: written beside its place, synced, moved in. For its
 * owner's eyes only. Neighbours: the webhooks and the tokens keep theirs in such files.
 */
import { open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

const OWNER_ONLY = 0o600;

/** The text, or null when there is no such file. */
export async function readWhole(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/**
 * Durable once it resolves. Not to be called twice at once for one path.
 * @throws Error when the old text still stands
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const next = `${path}.next`;
  try {
    const file = await open(next, "w", OWNER_ONLY);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, path);
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  }
  const folder = await open(dirname(path), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

export async function removeWhole(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** Moves a file out of the way that cannot be read; answers its new name. */
export async function setAside(path: string): Promise<string> {
  const aside = `${path}.damaged`;
  await rename(path, aside);
  return aside;
}
