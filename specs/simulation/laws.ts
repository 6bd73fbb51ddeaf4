/**
 * What a journal must say in the end, whatever happened on the way, given what the clients were told.
 * Neighbour: `world.ts`. Invariant: each law reads the journal alone, never the engine that wrote it.
 */
import * as assert from "uvu/assert";
import {
  actions,
  byRecord,
  createState,
  type Entry,
  type JournalRecord,
  patched,
  reduce,
  type State,
  table,
  toWireState,
  type WireState,
} from "../../core/index.ts";
import { type Call, firstOf, lastOf } from "./calls.ts";

/**
 * @param kept entries behind the head that are never pruned: so long a key is known
 * @param archived what the archive holds in the end, by id
 */
export function judge(
  records: readonly JournalRecord[],
  calls: readonly Call[],
  live: WireState,
  kept: number,
  archived: ReadonlyMap<string, string>,
): void {
  const entries = records.map(({ json }) => JSON.parse(json) as Entry);
  const byKey = new Map<string, Entry[]>();
  let state = createState();
  const archive = new Map<string, string>();
  for (const [index, entry] of entries.entries()) {
    assert.is(entry.seq, index + 1, "the journal has a gap");
    if (entry.key !== undefined) {
      const [earlier] = byKey.get(entry.key) ?? [];
      const within = earlier && entry.seq - earlier.seq <= kept;
      assert.not.ok(within, `${entry.key} had two effects, ${earlier?.seq} and ${entry.seq}`);
      byKey.set(entry.key, [entry, ...(byKey.get(entry.key) ?? [])]);
    }
    checkHolder(state, entry);
    const declaration = actions.get(entry.action.name);
    assert.ok(declaration);
    const again = reduce(state, declaration, entry.action);
    assert.ok(again.ok, `entry ${entry.seq} is refused when it is reduced again`);
    const where = `entry ${entry.seq} (${entry.action.name})`;
    const patches = JSON.parse(JSON.stringify(byRecord(again.patches)));
    assert.equal(patches, byRecord(entry.patches), `${where} reduces to other patches`);
    const { id: _id, ...event } = entry.event;
    assert.equal(JSON.parse(JSON.stringify(again.event)), event, `${where} tells another event`);
    const before = idsIn(state);
    state = patched(state, structuredClone(entry.patches));
    checkArchive(archive, before, idsIn(state), entry);
  }
  assert.equal(toWireState(state), live, "the replayed journal differs from the live state");
  assert.equal([...archived].sort(), [...archive].sort(), "the archive differs from the entries");
  for (const call of calls) {
    if (call.name === "batch") checkBatch(call, entries, byKey, kept);
    checkCall(call, byKey, kept);
  }
}

const idsIn = ({ tasks, messages, directives }: State) =>
  new Set([tasks, messages, directives].flatMap((one) => Object.keys(table.toFlat<unknown>(one))));
const ENDS_RECORDS = new Set(["tasks/delete", "demo/reset", "blank/reset", "org/bootstrap"]);

/**
 * A task, a message, a directive is in the state or in the archive: none in both, and none in neither
 * that nobody deleted.
 */
function checkArchive(
  archive: Map<string, string>,
  before: ReadonlySet<string>,
  after: ReadonlySet<string>,
  { seq, action, archive: step }: Entry,
): void {
  const known = [...before, ...archive.keys()];
  if (step?.clear) archive.clear();
  for (const id of step?.take ?? []) archive.delete(id);
  const { put = [], messages = [], directives = [] } = step ?? {};
  for (const one of [...put, ...messages, ...directives]) archive.set(one.id, JSON.stringify(one));
  for (const id of archive.keys()) assert.not.ok(after.has(id), `entry ${seq}: ${id} is in both`);
  if (ENDS_RECORDS.has(action.name)) return;
  for (const id of known) {
    assert.ok(
      after.has(id) || archive.has(id),
      `entry ${seq}, ${action.name}: ${id} is in neither`,
    );
  }
}

/** Acknowledged is there, with the answer that was given; a retry is told the same; a no had no effect. */
function checkCall(call: Call, byKey: ReadonlyMap<string, Entry[]>, kept: number): void {
  const { key, acks, before } = call;
  const found = byKey.get(key) ?? [];
  if (call.refusedAt !== undefined) checkRefused(key, found, call.refusedAt, kept);
  const first = found.at(-1);
  if (acks.length === 0 || !first) return;
  assert.ok(
    first.seq > before,
    `${key} has ${first.seq}, though ${before} was acknowledged before`,
  );
  for (const { seq, reply } of acks) {
    if (wroteNothing(reply)) continue;
    const entry = found.find((one) => one.seq === seq);
    assert.ok(entry, `${key} was acknowledged at ${seq}, but stands at ${first.seq}`);
    assert.equal(JSON.parse(JSON.stringify(reply)), entry.reply, `${key} had another answer`);
  }
}

/** Nothing to claim, or to archive: that is not written, and the key is as free as before. */
function wroteNothing(reply: object): boolean {
  const { task, message, task_ids, message_ids, directive_ids } = reply as {
    task?: null;
    message?: string;
    task_ids?: [];
    message_ids?: [];
    directive_ids?: [];
  };
  const nothingSaid = message_ids?.length === 0 && directive_ids?.length === 0;
  return (
    (task === null && message === "no eligible tasks") || task_ids?.length === 0 || nothingSaid
  );
}

function checkRefused(what: string, found: readonly Entry[], at: number, kept: number): void {
  for (const { seq } of found) {
    // A key that was refused may be sent again, and then have its effect.
    const known = seq <= at && at - seq <= kept;
    assert.not.ok(known, `${what} was refused at ${at}, but stands at ${seq}`);
  }
}

/** A batch is there whole or not at all, with nothing of others in it, each with its own answer. */
function checkBatch(
  { key, keys = [], body, acks, refusedAt, refusedFor = 0 }: Call,
  entries: readonly Entry[],
  byKey: ReadonlyMap<string, Entry[]>,
  kept: number,
): void {
  const titled = (title: string) =>
    entries.filter(({ action }) => (action.payload as { title?: string }).title === title);
  const [firsts, lasts] = [titled(firstOf(key)), titled(lastOf(key))];
  const { length } = (body as { actions: unknown[] }).actions;
  const isWhole = (one: Entry, others: readonly Entry[]) =>
    others.some(({ seq }) => Math.abs(one.seq - seq) < length) ||
    // Sent again when the key of this part was forgotten, and that of the other was not.
    (keys.length > 0 && others.some(({ seq }) => seq < one.seq));
  const parts = [
    ...firsts.filter((one) => !isWhole(one, lasts)),
    ...lasts.filter((one) => !isWhole(one, firsts)),
  ];
  assert.equal(
    parts.map(({ seq }) => seq),
    [],
    `${key}: a part of the batch is there`,
  );
  // An action that found nothing to do left nothing with its key: repeated it is decided anew, and may be refused.
  const own = keys[refusedFor];
  const isKept = own === undefined || byKey.has(own);
  if (refusedAt !== undefined && isKept) {
    checkRefused(`${key}, the batch,`, firsts, refusedAt, kept);
  }
  const { actions: asked } = body as { actions: { action: string }[] };
  for (const entry of byKey.get(key) ?? []) {
    const { results } = entry.reply as BatchReply;
    const first = firsts.find(({ seq }) => seq === results[0]?.seq);
    assert.ok(first, `${key}: its first action is not where its answer says`);
    const written = new Set(
      results.flatMap(({ ok, seq }) => (ok && seq !== undefined ? [seq] : [])),
    );
    const due = Array.from({ length: entry.seq - first.seq + 1 }, (_, n) => first.seq + n);
    assert.equal([...written], due, `${key}: something came between its actions`);
    for (const { ok, seq = 0 } of results) {
      if (!ok) assert.is((body as { atomic: boolean }).atomic, false, `${key}: a part was refused`);
      else assert.ok(asked.some(({ action }) => action === entries[seq - 1]?.action.name));
    }
  }
  for (const [index, own] of keys.entries()) {
    const found = byKey.get(own) ?? [];
    for (const { reply } of acks) {
      const result = (reply as BatchReply).results[index];
      if (!result?.ok || found.length === 0 || wroteNothing(result)) continue;
      const { status: _status, ok: _ok, seq, replayed: _replayed, ...told } = result;
      const entry = found.find((one) => one.seq === seq);
      assert.ok(entry, `${own} was acknowledged at ${seq}, but is not there`);
      assert.equal(JSON.parse(JSON.stringify(told)), entry.reply, `${own} had another answer`);
    }
  }
}

interface BatchReply {
  results: { status: number; ok?: boolean; seq?: number; replayed?: boolean }[];
}

/** A task is claimed only while nobody else holds it; who quotes a token holds the task. */
function checkHolder(state: ReturnType<typeof createState>, { seq, action, event }: Entry): void {
  const { task_id, lease_token } = action.payload as { task_id?: string; lease_token?: number };
  const id = task_id ?? String(event.meta.task_id ?? "");
  const lease = id === "" ? undefined : table.get(state.tasks, id)?.lease;
  if (action.name === "tasks/claim") {
    // An agent that lost its token, or its answer, claims what it holds once more, and gets a new one.
    const { agent_id } = action.payload as { agent_id?: string };
    const other = lease && lease.holder !== agent_id;
    assert.not.ok(other, `entry ${seq}: ${id} had a holder`);
  }
  if (lease_token !== undefined && lease) {
    assert.is(lease.token, lease_token, `entry ${seq}: an old token was accepted`);
  }
}
