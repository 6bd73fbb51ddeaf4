/**
 * The peers' packages, which are installed by the first run that wants them and by nobody who only uses
 * ClawTasker. Neighbours: `package.json` of this folder names them, `peers/` are their servers.
 */
import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL("../../bench/", import.meta.url));

/** Whether they are there now; told on stderr where they cannot be. */
export function installPeers(): boolean {
  if (isInstalled()) return true;
  try {
    const flags = ["--no-audit", "--no-fund", "--ignore-scripts"];
    // Its words are not the bench's: stdout is for figures.
    execFileSync("npm", ["ci", ...flags], { cwd: here, stdio: ["ignore", 2, 2] });
    return true;
  } catch {
    process.stderr.write("the peers could not be installed: measured without them\n");
    return false;
  }
}

/** npm writes its own list last, so an older one is of other packages or of an install cut short. */
function isInstalled(): boolean {
  const list = `${here}node_modules/.package-lock.json`;
  return existsSync(list) && statSync(list).mtimeMs >= statSync(`${here}package-lock.json`).mtimeMs;
}
