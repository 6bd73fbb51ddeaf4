/** What an interrupted bench leaves behind. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";

const MODULE = fileURLToPath(new URL("../../bench/resources.js", import.meta.url));

/** Holds a folder and a child that would stay, and says the child's id. */
const HOLDER = `
  import { openResources } from ${JSON.stringify(MODULE)};
  import { writeFileSync } from "node:fs";
  const resources = openResources();
  const script = resources.folder() + "/child.mjs";
  writeFileSync(script, "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); process.send('up');");
  const child = resources.run(script, []);
  child.once("message", () => process.stdout.write(child.pid + "\\n"));
  if (process.argv[1] === "crash") child.once("message", () => setTimeout(() => { throw new Error("planned"); }));
  if (process.argv[1] === "release") child.once("message", async () => { await resources.release(); process.exit(); });
`;

/** Whether it still runs; one that is dead but not yet buried does not. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || !/\) [ZX] /.test(readFileSync(stat, "utf8"));
}

for (const how of ["SIGINT", "SIGTERM", "SIGHUP", "crash", "release"] as const) {
  test(`DOC-4 the bench leaves no process and no folder behind: ${how}`, async () => {
    const dir = mkdtempSync(join(tmpdir(), "clawtasker-leftovers-"));
    const holder = spawn(process.execPath, ["--input-type=module", "-e", HOLDER, how], {
      env: { ...process.env, TMPDIR: dir },
      stdio: ["ignore", "pipe", "ignore"],
      timeout: 20_000,
      killSignal: "SIGKILL",
    });
    const gone = once(holder, "exit");
    const [said] = await once(holder.stdout, "data");
    const child = Number(String(said));
    if (how.startsWith("SIG")) holder.kill(how as NodeJS.Signals);
    await gone;
    // A killed process is gone a moment later; one that was not killed stays.
    for (let looks = 0; looks < 500 && isAlive(child); looks++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    const stayed = isAlive(child);
    if (stayed) process.kill(child, "SIGKILL");
    assert.not.ok(stayed, "the child still runs");
    assert.equal(readdirSync(dir), []);
    rmSync(dir, { recursive: true });
  });
}

test.run();
