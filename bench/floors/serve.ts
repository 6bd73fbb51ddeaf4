/**
 * What the floors have in common: bare HTTP that reads a body, answers with JSON, and says its port.
 * Neighbours: the floors. `peers/serve.mjs` is the same for the peers, whose packages are apart.
 */
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Answers each POST with what is given for its body. */
export function answering(answer: (body: string) => string | Promise<string>): RequestListener {
  return (req, res) => {
    let text = "";
    req.setEncoding("utf8");
    req.on("data", (chunk: string) => {
      text += chunk;
    });
    req.on("end", async () => {
      res.setHeader("Content-Type", "application/json");
      res.end(await answer(text));
    });
  };
}

export function listen(listener: RequestListener): Server {
  const server = createServer(listener);
  // A thousand watchers come at once.
  server.listen(0, "127.0.0.1", 4_096, () => {
    process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`);
  });
  process.once("SIGTERM", () => process.exit());
  return server;
}
