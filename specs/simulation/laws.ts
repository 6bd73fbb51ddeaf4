/**
 * What a journal must say in the end, whatever happened on the way, given what the clients were told.
 * Neighbour: `world.ts`. Invariant: each law reads the journal alone, never the engine that wrote it.
 */
import * as assert from "uvu/assert";
import {
  type Accepted,
  type ActionName,
  actions,
  applyPatches,
  createState,
  type Entry,
  type JournalRecord,
  reduce,
  table,
  toWireState,
  type WireState,
} from "../../core/index.ts";

/** One request of a client, with all its retries. */
export interface Call {
  key: string;
  name: ActionName;
  body: unknown;
  invoked: number;
  /** The largest number that had been acknowledged to anybody when it was first sent. */
  before?: number;
  /** Of the last answer, where there was a yes. */
  seq?: number;
  refused?: boolean;
  acks: Accepted[];
}

export function judge(
  records: readonly JournalRecord[],
  calls: readonly Call[],
  live: WireState,
): void {
  const entries = records.map(({ json }) => JSON.parse(json) as Entry);
  const byKey = new Map<string, Entry>();
  const state = createState();
  for (const [index, entry] of entries.entries()) {
    assert.is(entry.seq, index + 1, "the journal has a gap");
    if (entry.key !== undefined) {
      assert.not.ok(byKey.has(entry.key), `${entry.key} had two effects`);
      byKey.set(entry.key, entry);
    }
    checkHolder(state, entry);
    const declaration = actions.get(entry.action.name);
    assert.ok(declaration);
    const again = reduce(state, declaration, entry.action);
    assert.ok(again.ok, `entry ${entry.seq} is refused when it is reduced again`);
    assert.equal(again.patches, entry.patches, `entry ${entry.seq} reduces to other patches`);
    applyPatches(state, structuredClone(entry.patches));
  }
  assert.equal(toWireState(state), live, "the replayed journal differs from the live state");
  for (const call of calls) checkCall(call, byKey);
}

/** Acknowledged is there, with the answer that was given; a retry is told the same. */
function checkCall({ key, acks, before = 0 }: Call, byKey: ReadonlyMap<string, Entry>): void {
  const [first] = acks;
  if (!first) return;
  const entry = byKey.get(key);
  // A yes without an entry: there was nothing to write.
  if (!entry) return;
  assert.ok(
    entry.seq > before,
    `${key} has ${entry.seq}, though ${before} was acknowledged before`,
  );
  for (const { seq, reply } of acks) {
    assert.is(seq, entry.seq, `${key} was acknowledged at ${seq}, but stands at ${entry.seq}`);
    assert.equal(JSON.parse(JSON.stringify(reply)), entry.reply, `${key} had another answer`);
  }
}

/** A task is claimed only while nobody holds it; who quotes a token holds the task. */
function checkHolder(state: ReturnType<typeof createState>, { seq, action, event }: Entry): void {
  const { task_id, lease_token } = action.payload as { task_id?: string; lease_token?: number };
  const id = task_id ?? String(event.meta.task_id ?? "");
  const lease = id === "" ? undefined : table.get(state.tasks, id)?.lease;
  if (action.name === "tasks/claim") assert.not.ok(lease, `entry ${seq}: ${id} had a holder`);
  if (lease_token !== undefined && lease) {
    assert.is(lease.token, lease_token, `entry ${seq}: an old token was accepted`);
  }
}
