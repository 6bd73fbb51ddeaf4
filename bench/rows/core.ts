/**
 * One `tasks/update` in the core, and the smallest message that says it. Neighbour: `company.ts`
 * makes the companies.
 */
import {
  applyPatches,
  createRelations,
  type Entry,
  reduce,
  type State,
  toCommit,
} from "../../core/index.ts";
import { actions } from "../../core/registry.ts";
import { toMessages } from "../../transport-ws/commits.ts";
import { AT, companyOf, updateOf } from "../company.ts";
import { figureOf, inTurns, type Row, toCount } from "../row.ts";

const TIMES = 3_000;

function updater(start: State, tasks: number) {
  const declaration = actions.get("tasks/update");
  if (!declaration) throw new Error("no action tasks/update");
  let state = start;
  let seq = 1;
  const relations = createRelations(state);
  return () => {
    const payload = updateOf(seq++, tasks);
    const stamp = { at: AT + seq * 1_000, seq, actor: "agent-1", actionId: "bench" };
    const action = { name: "tasks/update", payload, stamp };
    const result = reduce(state, declaration, action, relations);
    if (!result.ok) throw new Error(result.message);
    relations.advance(state, result.state, result.touched);
    state = result.state;
    return { action, seq, ...result };
  };
}

export const core: Row = {
  name: "core",
  title: "One `tasks/update` in the core, as the company grows",
  seconds: 15,
  async run({ quick, rounds }) {
    const sizes = quick ? [15, 10_000] : [15, 10_000, 100_000];
    const subjects = await inTurns(
      // Short ones: more of them, the first of which warms up.
      rounds + 2,
      sizes.map((tasks) => {
        const update = updater(companyOf(tasks), tasks);
        return {
          name: `${toCount(tasks)} tasks`,
          async measure() {
            const from = performance.now();
            for (let n = 0; n < TIMES; n++) update();
            return { "µs/update": ((performance.now() - from) * 1_000) / TIMES };
          },
        };
      }),
    );
    const at = (tasks: number) => figureOf(subjects, `${toCount(tasks)} tasks`, "µs/update");
    const most = Math.max(...sizes);
    const what = `${toCount(most)} tasks against 15`;
    return {
      subjects,
      goals: [{ what, value: at(most) / at(15), atMost: 2 }],
      note: "Deciding, patches, event and look-ups, without validation and journal.",
      distance:
        "memory that is further away: the decision and its patches are the same, but a task among so many, its page and its entries in the look-ups are no longer in the processor's caches. This is reasoned, not profiled.",
    };
  },
};

/** As many as are shown together at the maximum rate, about. */
const MANY = 200;

export const bytes: Row = {
  name: "bytes",
  seconds: 1,
  title: "What one task update is on the wire of a watcher",
  async run() {
    const update = updater(companyOf(15), 15);
    const next = (): Entry => {
      const { action, seq, patches, event } = update();
      return { seq, action, patches, event: { id: seq, ...event } };
    };
    const entry = next();
    const { patches } = entry;
    const smallest = Buffer.byteLength(JSON.stringify(patches));
    const state = { tasks: {} };
    // The patches are true JSON Patch: they apply to a wire state that has the task.
    for (const { path } of patches) {
      const [, , id = ""] = path.split("/");
      Object.assign(state.tasks, { [id]: { progress: 0, updated_at: "", version: 0 } });
    }
    applyPatches(state, patches);
    const [message] = toMessages([entry]);
    const whole = message?.value.plain.length ?? Number.NaN;
    const eventBytes = Buffer.byteLength(JSON.stringify(toCommit(entry).event));
    const many = [...toMessages(Array.from({ length: MANY }, next))];
    const packed = many.reduce((sum, { value }) => sum + value.packed().length, 0);
    return {
      subjects: [
        { name: "commit message", samples: [{ bytes: whole }] },
        { name: "its patches", samples: [{ bytes: smallest }] },
        { name: "its event", samples: [{ bytes: eventBytes }] },
        { name: `one of ${MANY} shown together, compressed`, samples: [{ bytes: packed / MANY }] },
      ],
      goals: [
        {
          what: "the message against the smallest patches that say it",
          value: whole / smallest,
          atMost: 1.3,
        },
        {
          what: "the same with its event, which pages and agents show, among what must be said",
          value: whole / (smallest + eventBytes),
        },
      ],
      distance:
        "The message is the patches (four operations for an update of one field: the field, `updated_at`, `updated_by`/`version`, the counter), the event without its id, which is the number of the commit, and some 65 bytes around them. The event cannot be rebuilt from the patches: its title, details and meta name what the action said, which the patches do not. To leave it out, the page would have to ask for it by another request for each line of its news, or speak a second subprotocol; both were rejected: two forms of one stream to document, test and keep apart, for some 200 bytes of an update that comes alone, which one packet carries either way. Of a burst, which is compressed, an update with its event takes less than a fifth of what its patches alone would.",
    };
  },
};
