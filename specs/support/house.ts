/** A server with a token of every role, and requests with each. */
import * as assert from "uvu/assert";
import { type RunningServer, startServer } from "../../server/compose.ts";
import { type Answer, toAnswer } from "../support/http.ts";
import { makeDataDir, quietConfig, SILENT, TOKEN } from "../support/process.ts";

export interface House {
  server: RunningServer;
  tokens: Record<string, string>;
  post(name: string, body: object, token: string | null, key?: string): Promise<Answer>;
  get(path: string, token: string | null): Promise<Answer>;
}

export async function withHouse(
  readAuth: boolean,
  run: (house: House) => Promise<void>,
): Promise<void> {
  const data = makeDataDir();
  const config = { ...quietConfig(data.dir), readAuth };
  const server = await startServer({ config, log: SILENT });
  const send = async (path: string, token: string | null, init: RequestInit): Promise<Answer> => {
    const headers = {
      "content-type": "application/json",
      ...(token && { authorization: `Bearer ${token}` }),
      ...init.headers,
    };
    const response = await fetch(server.url + path, { ...init, headers });
    const text = await response.text();
    return toAnswer(response.status, Object.fromEntries(response.headers), text);
  };
  const post: House["post"] = (name, body, token, key) =>
    send(`/api/${name}`, token, {
      method: "POST",
      body: JSON.stringify(body),
      ...(key !== undefined && { headers: { "idempotency-key": key } }),
    });
  const tokens: Record<string, string> = { owner: TOKEN };
  try {
    for (const [name, role, agent_id] of [
      ["operator", "operator"],
      ["observer", "observer"],
      ["codex-1", "agent", "codex"],
      ["ralph-1", "agent", "ralph"],
      ["ghost-1", "agent", "ghost"],
      ["spare", "observer"],
    ]) {
      const made = await post("tokens/create", { name, role, agent_id }, TOKEN);
      assert.is(made.status, 200, made.text);
      tokens[name as string] = String(made.body.token);
    }
    await run({ server, tokens, post, get: (path, token) => send(path, token, {}) });
  } finally {
    await server.close();
    data.remove();
  }
}
