/**
 * The HTTP facade: every action as a POST, every query as a GET, the page, and the streams that others
 * provide. Neighbours: `core` decides everything, `server` listens. Invariant: no rule lives here twice.
 */
export { createHttpApp, type HttpApp, type HttpOptions, type Log } from "./app.ts";
export { bearerOf } from "./auth.ts";
export { isShared } from "./being-sent.ts";
export { hasBody, MAX_BODY_BYTES } from "./body.ts";
export { whoIs } from "./limits.ts";
export { answerClientError, LET_GO } from "./problem.ts";
export { requestIdOf } from "./request-id.ts";
export type { StreamHandler } from "./routes.ts";
export { createSparing } from "./sparing.ts";
export { takenBy } from "./taken.ts";
