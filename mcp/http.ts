/**
 * Streamable HTTP at `/mcp`: one POST is one exchange, without a session, so that nothing is kept
 * between two requests and a restart of the server is not noticed. Neighbours: transport-http mounts
 * the handler once Host, Origin and token are checked; `server.ts` answers.
 * Invariants: a request is one message, so one call; what is made for it ends with it, and a caller that
 * goes away ends its waiting claim.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { createGathering, MAX_PIECES, shapeProblem } from "../core/index.ts";
import { createEngineBackends, type EngineBackendOptions, type Sender } from "./engine-backend.ts";
import { createMcpServer } from "./server.ts";

/** A body of the API at its largest, in the envelope of a tool call. */
const MAX_REQUEST_BYTES = 256 * 1024;

export type McpHandler = (
  req: IncomingMessage,
  res: ServerResponse,
  sender: Sender,
) => Promise<void>;

export interface McpHandlerOptions extends EngineBackendOptions {
  /** Told of what should not happen. */
  onError(error: Error): void;
}

export function createMcpHandler({ onError, ...options }: McpHandlerOptions): McpHandler {
  const backendFor = createEngineBackends(options);
  return async (req, res, sender) => {
    const said = await readMessage(req);
    if (res.destroyed || said === GONE) return;
    if ("status" in said) return refuse(res, said);
    const server = createMcpServer(backendFor(sender), onError);
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
    res.once("close", () => server.close().catch(onError));
    await server.connect(transport);
    await transport.handleRequest(req, res, said.message);
  };
}

interface Refused {
  status: number;
  code: number;
  text: string;
}

const GONE = "gone";
const TOO_LARGE: Refused = {
  status: 413,
  code: -32_000,
  text: `the message has more than ${MAX_REQUEST_BYTES} bytes, or ${MAX_PIECES} pieces; send less at a time`,
};
const NO_JSON: Refused = { status: 400, code: -32_700, text: "Parse error: Invalid JSON" };
const MANY: Refused = {
  status: 400,
  code: -32_600,
  text: "Invalid Request: one message for each request; the protocol has no arrays of them since 2025-06-18. For many writes at once call the tool batch",
};

/** Read here and not by the SDK, which would work on an array of messages as a whole. */
async function readMessage(
  req: IncomingMessage,
): Promise<{ message: unknown } | Refused | typeof GONE> {
  const gathering = createGathering(MAX_REQUEST_BYTES);
  try {
    for await (const chunk of req as AsyncIterable<Buffer>) {
      if (!gathering.add(chunk)) return TOO_LARGE;
    }
  } catch {
    return GONE;
  }
  try {
    const text = new TextDecoder().decode(gathering.bytes());
    const problem = shapeProblem(text);
    if (problem)
      return { ...NO_JSON, code: -32_600, text: `Invalid Request: the message ${problem}` };
    const message: unknown = JSON.parse(text);
    return Array.isArray(message) ? MANY : { message };
  } catch {
    return NO_JSON;
  }
}

function refuse(res: ServerResponse, { status, code, text }: Refused): void {
  const body = JSON.stringify({ jsonrpc: "2.0", error: { code, message: text }, id: null });
  // What was not read would be taken for the next request.
  if (status === TOO_LARGE.status) res.setHeader("Connection", "close");
  res.writeHead(status, { "Content-Type": "application/json" }).end(body);
}
