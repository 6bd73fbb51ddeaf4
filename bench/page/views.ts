/**
 * The views that are measured under load, each with a write whose effect it shows as `probe 42`.
 * Neighbours: `load.ts` sends it, `watch.ts` looks for it. Invariant: a probe changes what is in sight.
 */

export interface Write {
  /** Below `/api/`. */
  route: string;
  body: object;
}

export interface MeasuredView {
  name: string;
  path: string;
  /** What has to be there before anything is measured. */
  ready: string;
  /** Sent once before, so that there is something to see. */
  before?: Write;
  /** @param shown the ids of the tasks in sight */
  probe(n: number, shown: readonly string[]): Write;
}

/** The task that the dashboard shows among the exceptions. */
const HELD = "T-007";
/** Agents of the bench's company whose place is in sight at the beginning. */
const AGENTS = 5;

const taskOf = (shown: readonly string[], n: number) => shown[n % shown.length] ?? "T-001";

export const MEASURED_VIEWS: readonly MeasuredView[] = [
  {
    name: "board",
    path: "/board",
    ready: "[data-task-id]",
    probe: (n, shown) => ({
      route: "tasks/update",
      body: { task_id: taskOf(shown, n), title: `probe ${n}` },
    }),
  },
  {
    // Comes from anywhere in the table and is its first row then.
    name: "pipeline, sorted by title",
    path: "/pipeline?sort=-title",
    ready: "[data-task-id]",
    probe: (n) => ({
      route: "tasks/update",
      body: {
        task_id: `T-${String(1 + ((n * 97) % 10_000)).padStart(3, "0")}`,
        title: `zz probe ${n}`,
      },
    }),
  },
  {
    name: "dashboard",
    path: "/",
    ready: `[data-exception="${HELD}"]`,
    before: {
      route: "tasks/update",
      body: { task_id: HELD, priority: "P0", blocked: true, blockers: ["no decision"] },
    },
    probe: (n) => ({ route: "tasks/update", body: { task_id: HELD, blockers: [`probe ${n}`] } }),
  },
  {
    name: "team",
    path: "/team",
    ready: '[data-agent-id="agent-1"]',
    probe: (n) => ({
      route: "agents/register",
      body: { agent_id: "agent-1", name: "Agent 1", role: `probe ${n}` },
    }),
  },
  {
    name: "office",
    path: "/office",
    ready: '[data-person="agent-1"]',
    before: { route: "agents/heartbeat", body: { agent_id: "agent-1", status: "working" } },
    probe: (n) => ({
      route: "agents/heartbeat",
      body: { agent_id: `agent-${n % AGENTS}`, status: "working", doing_summary: `probe ${n}` },
    }),
  },
];
