/**
 * Makes the pictures of the README from the demo company: `npm run screenshots`. Not a spec: it writes
 * into `docs/images/`. Neighbours: `house.ts` has the server and the page.
 */
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { launchBrowser } from "../support/browser.ts";
import { openHouse, untilLive } from "./house.ts";

const IMAGES = fileURLToPath(new URL("../../../docs/images/", import.meta.url));
const VIEWS = { overview: "/", board: "/board", agents: "/agents" } as const;

mkdirSync(IMAGES, { recursive: true });
const browser = await launchBrowser();
const house = await openHouse(browser);
try {
  for (const [name, path] of Object.entries(VIEWS)) {
    const page = await house.visit(path);
    await page.setViewportSize({ width: 1440, height: 900 });
    await untilLive(page);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `${IMAGES}${name}-${colorScheme}.png` });
    }
    await page.close();
  }
} finally {
  await house.close();
  await browser.close();
}
