/**
 * What all peers have in common: bare HTTP takes a write and hands on its patch. Neighbours: the peers.
 */
import { createServer } from "node:http";

/** @param {(patch: { seq: number, path: string, value: number }) => unknown} show may give a promise */
export function serve(show) {
  let seq = 0;
  const server = createServer((req, res) => {
    if (req.method !== "POST") return;
    let text = "";
    req.setEncoding("utf8");
    req.on("data", (chunk) => {
      text += chunk;
    });
    req.on("end", async () => {
      const { task_id, progress } = JSON.parse(text);
      await show({ seq: ++seq, path: `/tasks/${task_id}/progress`, value: progress });
      res.setHeader("Content-Type", "application/json");
      res.end('{"ok":true}');
    });
  });
  // Whoever listens for requests beside us comes after us.
  server.listen(0, "127.0.0.1", 4_096, () => {
    process.stdout.write(`port ${server.address().port}\n`);
  });
  process.once("SIGTERM", () => process.exit());
  return server;
}
