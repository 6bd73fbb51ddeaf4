/** A server with nothing behind its connections, for the specs of these. Neighbours: `connections.spec.ts`, `loop-share.spec.ts`. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { listenTo } from "../../server/connections.ts";

/** A listener that is not to be called, or throws where it is. */
export const broken = (): never => {
  throw new Error("a fault of ours");
};

export const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

export interface House {
  port: number;
  /** What was handed out, in its order. */
  came: ServerResponse[];
  /** What Node has made of all that it read. */
  parsed: IncomingMessage[];
  sockets: ReadonlySet<Socket>;
}

/** Answers nothing by itself, unless told how. */
export async function withHouse(
  answer: (res: ServerResponse, req: IncomingMessage) => void,
  run: (house: House) => Promise<void>,
  options: Parameters<typeof listenTo>[3] = {},
): Promise<void> {
  const server = createServer({ requireHostHeader: false });
  const came: ServerResponse[] = [];
  const request = (req: IncomingMessage, res: ServerResponse) => {
    came.push(res);
    answer(res, req);
  };
  const sockets = listenTo(
    server,
    { request, upgrade: broken, clientError: broken },
    { error: broken },
    options,
  );
  const parsed: IncomingMessage[] = [];
  server.on("request", (req) => parsed.push(req));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await run({ port, came, parsed, sockets });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Sends it at once; answers what has come so far. */
export function dial(port: number, packet: string): { socket: Socket; text(): string } {
  let text = "";
  const socket = connect(port, "127.0.0.1", () => socket.write(packet));
  socket
    .on("error", () => {})
    .on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
    });
  return { socket, text: () => text };
}

export const turns = async (count: number) => {
  for (let n = 0; n < count; n++) await new Promise((resolve) => setImmediate(resolve));
};
