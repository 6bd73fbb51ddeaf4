/**
 * Everything that is not the API, by Express: the documentation, the page and its files, and whatever
 * goes wrong there. Neighbour: `app.ts`, which has checked Host and Origin and answers the API itself,
 * for Express costs a request more than all the rest of it. Invariant: every request that comes here
 * gets exactly one answer, with the security headers.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import express, { type NextFunction, type Request, type Response } from "express";
import { secure, send } from "./answer.ts";
import { createDocs } from "./docs.ts";
import { createPage } from "./page.ts";
import { MALFORMED, methodNotAllowed } from "./problem.ts";

const PAGE_METHODS = "GET, HEAD, OPTIONS";

export type Fail = (error: unknown, req: IncomingMessage, res: ServerResponse) => void;

/** @param pageDir the folder of the built page; null when there is none */
export function createSite(
  pageDir: string | null,
  fail: Fail,
): (req: IncomingMessage, res: ServerResponse) => void {
  const page = createPage(pageDir);
  const site = express();
  site.disable("x-powered-by");
  site.use(createDocs());
  site.use(answerPage);
  site.use(answerError);

  function answerPage(req: Request, res: Response, next: NextFunction): void {
    if (req.path !== "/" || req.method === "GET" || req.method === "HEAD") {
      page(req, res, next);
    } else if (req.method === "OPTIONS") {
      send(res, { status: 204, body: "", headers: { Allow: PAGE_METHODS } });
    } else send(res, methodNotAllowed(req.method, "/", PAGE_METHODS));
  }

  // Express knows an error handler by its four parameters.
  function answerError(error: unknown, req: Request, res: Response, _next: NextFunction): void {
    fail(error, req, res);
  }

  return (req, res) => {
    secure(res);
    // Only a target that is no path gets past all of the above, without an error.
    site(req as Request, res as Response, (error?: unknown) =>
      error ? fail(error, req, res) : send(res, MALFORMED),
    );
  };
}
