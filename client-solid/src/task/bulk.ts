/**
 * One change of many tasks, in one request, with one way back. Neighbours: `BulkBar`, `api.batch`; `update.ts` does it
 * for one. Invariant: what was refused is said with the first reason; what went through stays; what was changed
 * meanwhile is not decided, by the way back neither.
 */
import type { Task } from "../../../core/state/tasks/task.ts";
import { usePage } from "../page.ts";
import { plural } from "../parts/words.ts";
import type { ApiResult, BatchAction } from "../sync/api.ts";
import { againOn, MAX_AGAIN, useAnswered } from "./decide.ts";
import { isAsSeen, isDecision, type Seen, seenOf, whatChanged } from "./seen.ts";
import { type TaskChange, undoOf } from "./undo.ts";

/** The most that one request takes. */
const MAX_ACTIONS = 500;

/** What is to become of one. */
interface Step {
  seen: Seen;
  change: TaskChange;
  decides: boolean;
}

interface Sent extends Step {
  back: TaskChange | null;
  result: ApiResult<object>;
}

const toStep = (task: Task, change: TaskChange, seen = seenOf(task, change)): Step => ({
  seen,
  change,
  decides: isDecision(task, change),
});

const toStale = (message: string): ApiResult<object> => ({
  ...{ ok: false, status: 409, code: "stale", message },
});

export function useBulk() {
  const { api, mirror, toasts, fresh } = usePage();
  const { tasks } = mirror.wire;
  const answered = useAnswered();

  async function send(actions: readonly BatchAction[], label: string) {
    const results = [];
    for (let at = 0; at < actions.length; at += MAX_ACTIONS) {
      results.push(...(await api.batch(actions.slice(at, at + MAX_ACTIONS), { label })));
    }
    return results;
  }

  function tell(results: readonly ApiResult<object>[], done: string, undo: readonly Step[]) {
    const refused = results.filter((result) => !result.ok);
    const count = results.length - refused.length;
    if (count > 0) {
      const run = () => void takeBack(undo);
      const action = undo.length > 0 ? { label: "Undo", run } : undefined;
      toasts.show("done", `${plural(count, "task")} ${done}.`, action);
    }
    const [first] = refused;
    if (first && !first.ok) {
      const others = refused.length > 1 ? ` (and ${refused.length - 1} more)` : "";
      toasts.show(
        "refused",
        `${plural(refused.length, "task")} refused: ${first.message}${others}`,
      );
    }
  }

  /** As they are shown, once the person's own writes are in them: until then their versions are foretold. */
  async function untilAnswered(ids: readonly string[]): Promise<void> {
    const open = ids.filter(answered.isOpen);
    if (open.length > 0) await Promise.all(open.map(answered.until));
  }

  /** As refused, where others changed it this moment. */
  function toUnread(step: Step): Sent | null {
    const { seen, decides } = step;
    const parts = decides ? fresh.partsOf(seen.id) : [];
    if (parts.length === 0) return null;
    return { ...step, back: null, result: toStale(whatChanged(seen, tasks[seen.id], parts)) };
  }

  /** Sends them together, and those again of which only what was not decided on became another. */
  async function put(steps: readonly Step[], label: string): Promise<Sent[]> {
    const sent: Sent[] = steps.flatMap((step) => toUnread(step) ?? []);
    const unread = new Set(sent.map(({ seen }) => seen));
    const read = steps.filter(({ seen }) => !unread.has(seen));
    const decided = read.filter(({ decides }) => decides);
    if (decided.length > 0) await untilAnswered(decided.map(({ seen }) => seen.id));
    let open: [step: Step, now: Task, back: TaskChange | null][] = [];
    for (const step of read) {
      const { seen, change, decides } = step;
      const now = tasks[seen.id];
      if (!now || (decides && !isAsSeen(seen, now)))
        sent.push({ ...step, back: null, result: toStale(whatChanged(seen, now)) });
      else open.push([step, now, undoOf(now, change)]);
    }
    for (let again = 0; open.length > 0; again++) {
      const actions = open.map(([{ seen, change, decides }, now]): BatchAction => {
        const version = decides && { expected_version: now.version };
        return { action: "tasks/update", body: { ...change, ...version, task_id: seen.id } };
      });
      const results = await send(actions, label);
      const left: typeof open = [];
      for (const [at, [step, , back]] of open.entries()) {
        const result = results[at];
        if (!result) continue;
        const stale = !result.ok && result.code === "stale" && step.decides ? result : null;
        const now = stale && again < MAX_AGAIN && againOn(step.seen, stale);
        if (now) left.push([step, now, back]);
        else sent.push({ ...step, back, result: stale ? inWords(step.seen, stale) : result });
      }
      open = left;
    }
    return sent;
  }

  function inWords(seen: Seen, no: Extract<ApiResult<object>, { ok: false }>): typeof no {
    return {
      ...no,
      message: whatChanged(seen, (no.current as Task | undefined) ?? tasks[seen.id]),
    };
  }

  async function takeBack(steps: readonly Step[]): Promise<void> {
    const now = steps.map((step) => {
      const task = tasks[step.seen.id];
      return { ...step, decides: step.decides || (!!task && isDecision(task, step.change)) };
    });
    tell(await put(now, "Undo").then(resultsOf), "taken back", []);
  }

  return {
    /** As they are shown at this moment: what is decided goes by it. */
    look: (ids: readonly string[]): readonly Seen[] =>
      ids.flatMap((id) => tasks[id] ?? []).map((task) => seenOf(task)),
    /** @param changeOf what becomes of each; null leaves it as it is */
    async update(shown: readonly Seen[], changeOf: (task: Task) => TaskChange | null) {
      const steps = shown.flatMap((seen) => {
        const task = tasks[seen.id];
        const change = task && changeOf(task);
        return change ? [toStep(task, change, seen)] : [];
      });
      const sent = await put(steps, `Change ${plural(steps.length, "task")}`);
      const undo = sent.flatMap(({ back, result }) =>
        back && result.ok ? [toStep((result.reply as { task: Task }).task, back)] : [],
      );
      tell(resultsOf(sent), "changed", undo);
    },
    async remove(ids: readonly string[]) {
      const actions = ids.map((task_id) => ({
        action: "tasks/delete" as const,
        body: { task_id },
      }));
      tell(await send(actions, `Delete ${plural(ids.length, "task")}`), "deleted", []);
    },
  };
}

const resultsOf = (sent: readonly Sent[]) => sent.map(({ result }) => result);
