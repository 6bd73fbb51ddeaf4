/**
 * The floors of HTTP by themselves: the same POST said back by Express and by bare `node:http`, and made
 * durable in groups behind bare HTTP. Neighbour: `floors/http.ts`; the other rows compare with them.
 */
import { updateOf } from "../company.ts";
import { flood, warm } from "../flood.ts";
import { post } from "../load.ts";
import { inTurns, type Row } from "../row.ts";

const KINDS = ["express", "bare", "append"] as const;
const CONNECTIONS = [1, 16, 64] as const;

export const floors: Row = {
  name: "floors",
  title: "The floors of HTTP: one JSON POST said back, or appended and synced",
  seconds: 18,
  onlyNamed: "quick",
  async run({ quick, rounds, startFloor, folder }) {
    const servers = await Promise.all(KINDS.map((kind) => startFloor("http", kind, folder())));
    const request = (n: number) => post("/api/tasks/update", updateOf(n, 15));
    const asked = { request, seconds: quick ? 0.2 : 0.5 };
    await warm(servers, asked);
    const subjects = servers.flatMap((server, at) =>
      CONNECTIONS.map((connections) => ({
        name: `${KINDS[at]}, ${connections} ${connections === 1 ? "connection" : "connections"}`,
        measure: () => flood(server, { ...asked, connections }),
      })),
    );
    return { subjects: await inTurns(rounds, subjects), goals: [] };
  },
};
