/**
 * The documentation page at `/docs`: Swagger UI from its package, with an index and a start of our own,
 * showing `/api/openapi.json`. Neighbour: `site.ts`, which has set the security headers. Invariant: only the files named here are served, nothing inline, no foreign host.
 */
import { createRequire } from "node:module";
import { dirname } from "node:path";
import type { NextFunction, Request, Response } from "express";
import { send } from "./answer.ts";
import { methodNotAllowed, unknownRoute } from "./problem.ts";

const INDEX = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>ClawTasker API</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/docs/swagger-ui.css">
    <link rel="stylesheet" href="/docs/docs.css">
    <script src="/docs/swagger-ui-bundle.js" defer></script>
    <script src="/docs/start.js" defer></script>
  </head>
  <body>
    <main id="docs"></main>
    <noscript>This page needs JavaScript; <a href="/api/openapi.json">the document</a> does not.</noscript>
  </body>
</html>
`;

/**
 * Without a validator, which would be a foreign host; a token typed here is forgotten with the page.
 * The one that the console keeps for this tab reads the document where reading asks for one.
 */
const START = `const kept = sessionStorage.getItem("clawtasker-token");
const dark = matchMedia("(prefers-color-scheme: dark)");
const paint = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", paint);
paint();
SwaggerUIBundle({
  url: "/api/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "list",
  filter: true,
  persistAuthorization: false,
  validatorUrl: null,
  requestInterceptor(request) {
    if (kept && request.loadSpec) request.headers.Authorization = "Bearer " + kept;
    return request;
  },
});
`;

const STYLE = `body { margin: 0; background: #fff; }
.dark-mode body { background: #1c2022; }
`;

/** What is written here, by its path, with its type. */
const OWN = new Map([
  ["/docs", { type: "text/html", body: INDEX }],
  ["/docs/", { type: "text/html", body: INDEX }],
  ["/docs/start.js", { type: "text/javascript", body: START }],
  ["/docs/docs.css", { type: "text/css", body: STYLE }],
]);

/** What is taken from the package, by its path. */
const PACKAGED = new Map(
  ["swagger-ui.css", "swagger-ui-bundle.js"].map((name) => [`/docs/${name}`, name]),
);

const METHODS = "GET, HEAD, OPTIONS";

type Handler = (req: Request, res: Response, next: NextFunction) => void;

/**
 * Serves `/docs` and what is below; everything else goes on.
 * @throws Error when the package is not installed
 */
export function createDocs(): Handler {
  const require = createRequire(import.meta.url);
  const root = dirname(require.resolve("swagger-ui-dist/package.json"));

  return (req, res, next) => {
    const { path, method } = req;
    if (path !== "/docs" && !path.startsWith("/docs/")) return next();
    const own = OWN.get(path);
    const packaged = PACKAGED.get(path);
    if (own === undefined && packaged === undefined) return send(res, unknownRoute(path));
    if (method === "OPTIONS") {
      return send(res, { status: 204, body: "", headers: { Allow: METHODS } });
    }
    if (method !== "GET" && method !== "HEAD") {
      return send(res, methodNotAllowed(method, path, METHODS));
    }
    if (own) {
      return send(res, { status: 200, body: own.body, type: `${own.type}; charset=utf-8` });
    }
    res.setHeader("Cache-Control", "no-cache");
    // The folder may lie below one with a dot in its name; the file never does.
    res.sendFile(packaged ?? "", { root, cacheControl: false }, (error) => {
      if (error && !res.headersSent) next(error);
    });
  };
}
