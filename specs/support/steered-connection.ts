/** The page's wire with sockets, timers, clock and chance in the spec's hands. Neighbour: `sync/connection.ts`. */
import {
  type ConnectionState,
  createConnection,
  type SocketHandlers,
} from "../../client-solid/src/sync/connection.ts";
import type { Commit } from "../../client-solid/src/sync/wire.ts";
import { PROTOCOL_VERSION } from "../../core/wire.ts";

export const START = Date.parse("2026-03-21T09:30:00Z");

/** A connection whose whole surroundings are in the spec's hands. */
export function steer(
  onCommit: (commit: Commit) => void = () => {},
  onHello: () => void = () => {},
) {
  let now = START;
  let timers: { at: number; run(): void }[] = [];
  const sockets: { url: string; handlers: SocketHandlers; closed: boolean }[] = [];
  const states: ConnectionState[] = [];
  const taken: string[] = [];
  const connection = createConnection({
    url: "ws://here/api/ws",
    createSocket(url, handlers) {
      const socket = { url, handlers, closed: false };
      sockets.push(socket);
      return {
        close() {
          socket.closed = true;
        },
      };
    },
    setTimer(run, delayMs) {
      const timer = { at: now + delayMs, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    clock: () => now,
    random: () => 1,
    onHello({ seq, state }) {
      onHello();
      taken.push(`hello ${seq}${state === undefined ? "" : " state"}`);
    },
    onCommits(commits) {
      for (const commit of commits) onCommit(commit);
      taken.push(`commit ${commits.map(({ seq }) => seq).join(" ")}`);
    },
    onState: (state) => states.push(state),
  });
  const socket = () => {
    const last = sockets.at(-1);
    if (!last) throw new Error("no socket yet");
    return last;
  };
  const say = (message: object) => socket().handlers.onMessage(JSON.stringify(message));
  const hello = (seq: number, more: object = { state: {} }) =>
    say({
      type: "hello",
      protocol: PROTOCOL_VERSION,
      version: "0",
      journal: "j 1",
      seq,
      head: seq,
      now,
      ...more,
    });
  return {
    connection,
    sockets,
    states,
    taken,
    socket,
    timers: () => timers.length,
    open: () => sockets.filter(({ closed }) => !closed).length,
    /** The person's clock is set. */
    setClock(by: number) {
      now += by;
      for (const timer of timers) timer.at += by;
    },
    status: () => states.at(-1)?.status,
    asOf() {
      const last = states.at(-1);
      return last?.status === "offline" ? last.asOf : undefined;
    },
    drop: () => socket().handlers.onClose(),
    say,
    hello,
    resumed: (seq: number, head = seq) => hello(seq, { head }),
    commit: (...seqs: number[]) =>
      say({
        type: "commits",
        commits: seqs.map((seq) => ({
          seq,
          event: { timestamp: new Date(now).toISOString() },
          patches: [],
        })),
      }),
    keepalive: (seq: number) => say({ type: "keepalive", seq, now }),
    /** Lets time pass, running what is due in its order. */
    pass(ms: number) {
      const end = now + ms;
      for (;;) {
        const due = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        timers = timers.filter((other) => other !== due);
        now = Math.max(now, due.at);
        due.run();
      }
      now = end;
    },
  };
}
