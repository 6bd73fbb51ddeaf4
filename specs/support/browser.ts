/**
 * A real browser for the specs of the page: the one named by `CHROME_PATH`, else one that is installed,
 * else one that is fetched. Neighbour: `specs/browser/`. Invariant: the caller closes what it was given.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type Browser, chromium, type LaunchOptions } from "playwright-core";

/** Where each system keeps it; on Windows below the folders for programs. */
const USUAL_PATHS: Partial<Record<NodeJS.Platform, string[]>> = {
  linux: [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/usr/bin/google-chrome-stable",
    "/snap/bin/chromium",
  ],
  darwin: [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
  ],
  win32: ["ProgramFiles", "ProgramFiles(x86)", "LocalAppData"].flatMap((folder) => {
    const base = process.env[folder];
    return base
      ? [
          join(base, "Google/Chrome/Application/chrome.exe"),
          join(base, "Microsoft/Edge/Application/msedge.exe"),
        ]
      : [];
  }),
};

const ARGS = [
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/** @throws Error that says what to set when there is no browser and none can be fetched */
export async function launchBrowser(): Promise<Browser> {
  const isRoot = process.getuid?.() === 0;
  const options: LaunchOptions = {
    headless: true,
    args: isRoot ? [...ARGS, "--no-sandbox"] : ARGS,
  };
  const named = process.env.CHROME_PATH;
  if (named) {
    if (existsSync(named)) return chromium.launch({ ...options, executablePath: named });
    throw new Error(`CHROME_PATH names no file: ${named}`);
  }
  const found = (USUAL_PATHS[process.platform] ?? []).find((path) => existsSync(path));
  if (found) return chromium.launch({ ...options, executablePath: found });
  const installed = await chromium.launch({ ...options, channel: "chrome" }).catch(() => null);
  if (installed) return installed;
  if (!existsSync(chromium.executablePath())) fetchBrowser();
  return chromium.launch(options).catch((error: unknown) => {
    throw new Error("no browser for the specs: install Chromium, or set CHROME_PATH to one", {
      cause: error,
    });
  });
}

/** The last resort, which needs the network; the same as `npx playwright-core install chromium`. */
function fetchBrowser(): void {
  const cli = join(createRequire(import.meta.url).resolve("playwright-core/package.json"), "..");
  spawnSync(process.execPath, [join(cli, "cli.js"), "install", "chromium"], { stdio: "inherit" });
}
