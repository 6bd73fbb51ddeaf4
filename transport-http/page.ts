/**
 * The built page: its files, and `index.html` for every path that the page routes by itself.
 * Neighbour: `site.ts`, which has set the security headers.
 * Invariant: nothing outside the folder is served, and what has no hash in its name is asked for again.
 */
import { resolve } from "node:path";
import express, { type NextFunction, type Request, type Response } from "express";
import { send } from "./answer.ts";
import { MALFORMED, problem, unknownRoute } from "./problem.ts";

const NOT_BUILT = problem(
  404,
  "not_built",
  "the page is not built; run npm run build, then reload",
);
const HASHED = /-[\w-]{8,}\.\w+$/;

type Handler = (req: Request, res: Response, next: NextFunction) => void;

/** Serves GET and HEAD; what it does not know it answers with 404. */
export function createPage(pageDir: string | null): Handler {
  const root = pageDir === null ? null : resolve(pageDir);
  const files =
    root === null
      ? null
      : express.static(root, {
          index: false,
          redirect: false,
          cacheControl: false,
          setHeaders: (res, path) =>
            res.setHeader(
              "Cache-Control",
              HASHED.test(path) ? "public, max-age=31536000, immutable" : "no-cache",
            ),
        });

  function sendIndex(req: Request, res: Response, next: NextFunction): void {
    const wanted = req.path === "/" || (req.headers.accept ?? "").includes("text/html");
    if (!wanted || root === null) {
      send(res, wanted ? NOT_BUILT : unknownRoute(req.path));
      return;
    }
    res.setHeader("Cache-Control", "no-cache");
    res.sendFile("index.html", { root, cacheControl: false }, (error) => {
      if (!error || res.headersSent) return;
      if ((error as NodeJS.ErrnoException).code === "ENOENT") send(res, NOT_BUILT);
      else next(error);
    });
  }

  return (req, res, next) => {
    if (!isWellFormed(req.path)) send(res, MALFORMED);
    else if (req.method !== "GET" && req.method !== "HEAD") send(res, unknownRoute(req.path));
    else if (!files) sendIndex(req, res, next);
    else files(req, res, (error?: unknown) => (error ? next(error) : sendIndex(req, res, next)));
  };
}

function isWellFormed(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
