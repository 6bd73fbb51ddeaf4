/**
 * Streamable HTTP at `/mcp`: one POST is one exchange, without a session, so that nothing is kept
 * between two requests and a restart of the server is not noticed. Neighbours: transport-http mounts
 * the handler once Host, Origin and token are checked; `server.ts` answers.
 * Invariant: what is made for a request ends with it; a caller that goes away ends its waiting claim.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
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
    const server = createMcpServer(backendFor(sender), onError);
    const transport = new StreamableHTTPServerTransport({
      enableJsonResponse: true,
      maxRequestBodySize: MAX_REQUEST_BYTES,
    });
    res.once("close", () => server.close().catch(onError));
    await server.connect(transport);
    await transport.handleRequest(req, res);
  };
}
