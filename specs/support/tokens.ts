/** A server with named tokens, and what is done with them over HTTP. */
import { type RunningServer, startServer } from "../../server/compose.ts";
import { type Answer, makeDataDir, postTo, quietConfig, SILENT } from "../support/process.ts";

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

export async function withServer(
  run: (server: RunningServer, dir: string) => Promise<void>,
  more: { readAuth?: boolean } = {},
): Promise<void> {
  const data = makeDataDir();
  const server = await startServer({ config: { ...quietConfig(data.dir), ...more }, log: SILENT });
  try {
    await run(server, data.dir);
  } finally {
    await server.close();
    data.remove();
  }
}

export async function create(url: string, body: object, headers = {}): Promise<Answer> {
  return postTo(url, "tokens/create", body, headers);
}

export async function read(url: string, path: string, token: string): Promise<Response> {
  return fetch(url + path, { headers: bearer(token) });
}
