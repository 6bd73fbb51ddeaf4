/**
 * Who calls, and what each role may do: one table. Neighbours: `access.ts` finds out who holds a token,
 * the engine asks here before it decides a write, transport-http before it answers a read.
 * Invariant: what the table does not grant is refused, and an agent speaks for nobody but itself.
 */
import type { AnyAction } from "./action.ts";
import { type Rejection, rejection } from "./errors.ts";
import { bearerBeside, toPlain } from "./names.ts";
import type { DispatchOptions } from "./outcome.ts";
import { CEO } from "./state/agents/agent.ts";
import type { State } from "./state/state.ts";
import { approverOf } from "./state/tasks/approver.ts";
import { get } from "./table.ts";

export const ROLES = ["owner", "operator", "agent", "observer"] as const;
export type Role = (typeof ROLES)[number];

export interface Principal {
  /** The token's name; every entry tells it. */
  name: string;
  role: Role;
  /** Whom it speaks for: the role agent only. */
  agent_id: string | null;
}

/** Whether it is one of those who run the company, for whom some places are kept. */
export function isRunningIt(caller: Principal | null): boolean {
  return caller?.role === "owner" || caller?.role === "operator";
}

/** Who holds the server's own token, and whoever embeds the engine. */
export const OWNER: Principal = { name: "owner", role: "owner", agent_id: null };
/** The server's timers. */
export const SYSTEM: Principal = { name: "system", role: "owner", agent_id: null };

/** Who calls where nobody was named: whoever embeds the engine, or one of its timers. */
export function callerOf({ by, actor }: Pick<DispatchOptions, "by" | "actor">): Principal {
  return by ?? (actor === SYSTEM.name ? SYSTEM : OWNER);
}

/** Names of the server's own, which nobody revokes. */
export const RESERVED_NAMES: readonly string[] = [OWNER.name, SYSTEM.name];

/** Whether a token of that name would pass, in whatever letters, for the server's own or for the CEO. */
export function isReserved(name: string): boolean {
  return [...RESERVED_NAMES, CEO].includes(name.toLowerCase());
}

type Names = (name: string) => boolean;

const ALL: Names = () => true;
const NONE: Names = () => false;
const only =
  (names: ReadonlySet<string>): Names =>
  (name) =>
    names.has(name);
const allBut =
  (names: ReadonlySet<string>): Names =>
  (name) =>
    !names.has(name);

/** What opens doors, leads data out of the house, or begins the company anew. */
const KEYS: ReadonlySet<string> = new Set([
  "tokens",
  "tokens/create",
  "tokens/revoke",
  "system/backup",
  "webhooks/list",
  "webhooks/deliveries",
  "webhooks/configure",
  "webhooks/delete",
  "webhooks/redeliver",
  "demo/reset",
  "blank/reset",
  "org/bootstrap",
]);

/** An agent's day. */
const WORK: ReadonlySet<string> = new Set([
  "agents/register",
  "agents/heartbeat",
  "agents/update",
  "tasks/create",
  "tasks/update",
  "tasks/comment",
  "tasks/link",
  "tasks/event",
  "tasks/claim",
  "tasks/renew",
  "tasks/release",
  "tasks/reopen",
  "missions/plan",
  "conversations/message",
  "openclaw/publish",
]);

interface Rights {
  reads: Names;
  writes: Names;
  /** In whose name. */
  as: "anybody" | "itself" | "nobody";
}

/** By the names of queries and actions. */
const RIGHTS: Record<Role, Rights> = {
  owner: { reads: ALL, writes: ALL, as: "anybody" },
  operator: { reads: allBut(KEYS), writes: allBut(KEYS), as: "anybody" },
  agent: { reads: allBut(KEYS), writes: only(WORK), as: "itself" },
  observer: { reads: allBut(KEYS), writes: NONE, as: "nobody" },
};

/** Whether a person has it, as far as a token tells: it speaks for anybody. */
export function isOfPeople({ role }: Pick<Principal, "role">): boolean {
  return RIGHTS[role].as === "anybody";
}

/** Null when the role may do it, else the refusal with who may. */
export function refuseRole(
  { name: token, role }: Principal,
  what: "reads" | "writes",
  name: string,
): Rejection | null {
  if (RIGHTS[role][what](name)) return null;
  const able = ROLES.filter((one) => RIGHTS[one][what](name)).join(" or ");
  return rejection(
    "forbidden",
    `${name} is not for ${token}, a token of the role ${role}; use one of the role ${able}`,
  );
}

/** The fields of a body that say who acts; the first one that a body knows is filled in. */
const SPEAKERS = ["agent_id", "sender", "author"] as const;
/** Said for the record, any text; but another's name in it would be borrowed. */
const CREDITS = ["source", "reporter"] as const;
/** What our own programs say as `source`: an agent that is called so must not keep all others from them. */
const OWN_PROGRAMS: ReadonlySet<unknown> = new Set(["cli", "mcp"]);

/** The field by which a body names its speaker, with the agent that the caller speaks for; nothing for others. */
export function speakerOf({ agent_id: self }: Principal, { body }: AnyAction): object {
  const { properties = {} } = body as { properties?: object };
  const speaker = SPEAKERS.find((field) => field in properties);
  return self !== null && speaker ? { [speaker]: self } : {};
}

/** The payload with the agent that the caller speaks for, where it did not name itself; an empty name is none. */
export function speakAs(caller: Principal, declaration: AnyAction, payload: unknown): unknown {
  if (caller.agent_id === null) return payload;
  const said: Record<string, unknown> = { ...(payload as object) };
  for (const [field, itself] of Object.entries(speakerOf(caller, declaration))) {
    said[field] ||= itself;
  }
  return said;
}

/**
 * Why this caller may not speak as the payload does; null where it may.
 * @param payload as it speaks
 * @param state what was decided so far: an agent that has left, or not come yet, says nothing
 * @param isBound whether an id that is seen so is kept for who holds a token that was made for it
 */
export function refuseSpeaker(
  caller: Principal,
  { name }: AnyAction,
  payload: unknown,
  state: State,
  isBound: (plain: string) => boolean = () => false,
): Rejection | null {
  const { agent_id: self, role } = caller;
  if (RIGHTS[role].as === "anybody") return null;
  if (self === null) return notAllowed(caller, "agent_id", "it speaks for no agent");
  const agent = get(state.agents, self);
  if (agent ? agent.standing !== "active" : name !== "agents/register") {
    const why = agent ? `${self} is ${agent.standing}` : `${self} is not registered`;
    const remedy = agent ? "ask the owner to bring it back" : "POST /api/agents/register first";
    return notAllowed(caller, "agent_id", `${why}; ${remedy}`);
  }
  const said = payload as Record<string, unknown>;
  const isAnothers = createIsAnothers(self, state, isBound);
  const borrowed = findBorrowed(said, self, isAnothers);
  if (borrowed) {
    return notAllowed(caller, borrowed, `it speaks for ${self} only; leave ${borrowed} out`);
  }
  if (!agent && isAnothers(self)) {
    const why = `somebody else is called ${self}; ask the owner for a token of another agent_id`;
    return notAllowed(caller, "agent_id", why);
  }
  if (typeof said.name === "string" && said.name !== "" && toPlain(said.name) === "") {
    return notAllowed(caller, "name", "nothing of it would be seen; take a name that is");
  }
  // What it is called already it stays.
  const isNaming = name.startsWith("agents/") && said.name !== agent?.name;
  if (isNaming && (isAnothers(said.name) || isReserved(toPlain(String(said.name))))) {
    return notAllowed(caller, "name", "somebody else is called that; take a name of your own");
  }
  return null;
}

/**
 * Why this caller, who may speak, may not say this as things stand; null where it may. What it said already, with
 * a key, it may hear the answer to all the same.
 */
export function refuseSaid(
  caller: Principal,
  { name }: AnyAction,
  payload: unknown,
  state: State,
): Rejection | null {
  const { agent_id: self, role } = caller;
  if (RIGHTS[role].as === "anybody" || self === null) return null;
  const said = payload as Record<string, unknown>;
  // The reference has the chief hand on directives; nobody else's text may pass for an order.
  if (said.category === "directive" && self !== state.company.chief_agent_id) {
    const why = "directives come from the CEO and the chief; use another category";
    return notAllowed(caller, "category", why);
  }
  if (said.needs_human === false) {
    return notAllowed(caller, "needs_human", "only a human ends that; use a token of an operator");
  }
  const unasked = refuseHuman(caller, said, self, state);
  return unasked ?? refuseApproval(caller, name, said, self, state);
}

/** What only people end, an agent begins only for what it holds: else it could put all work out of reach. */
function refuseHuman(
  caller: Principal,
  said: Record<string, unknown>,
  self: string,
  state: State,
): Rejection | null {
  const task = said.needs_human === true ? get(state.tasks, String(said.task_id)) : undefined;
  if (!task || task.lease?.holder === self) return null;
  const why = `${self} does not hold ${task.id}; claim it first, or say it in a comment`;
  return notAllowed(caller, "needs_human", why);
}

/**
 * Whose approval a task waits for is somebody's word, as a name is: no other agent says it is done, and none takes
 * the word from them. A task that names nobody is approved by whoever works in the company.
 */
function refuseApproval(
  caller: Principal,
  name: string,
  said: Record<string, unknown>,
  self: string,
  state: State,
): Rejection | null {
  const task = typeof said.task_id === "string" ? get(state.tasks, said.task_id) : undefined;
  const isNew = name === "tasks/create";
  const approver = isNew ? said.validation_owner : task && approverOf(task);
  if (!approver || approver === self) return null;
  const id = task?.id ?? "it";
  const given = said.validation_owner === undefined ? undefined : said.validation_owner || null;
  if (task && given !== undefined && given !== approver && given !== task.validation_owner) {
    const why = `${approver} approves ${id}; only ${approver} or a human names another`;
    return notAllowed(caller, "validation_owner", why);
  }
  const field = said.status === "done" ? "status" : "type";
  const comesToDone = field === "status" || (name === "tasks/event" && said.type === "done");
  if (!comesToDone || task?.status === "done") return null;
  const whose =
    task && task.validation_owner !== approver
      ? "or another person approved it before"
      : "is its validation_owner";
  const why = `${approver} ${whose} and approves ${id}; report needs-validation and wait`;
  return notAllowed(caller, field, why);
}

/** @param by "id" where a name does not count */
type Is = (text: unknown, by?: "id") => boolean;

/** The field by which the body names somebody else as who acts, in the tasks of a plan too. */
function findBorrowed(said: Record<string, unknown>, self: string, isAnothers: Is): string | null {
  const spoken = SPEAKERS.find((field) => said[field] && said[field] !== self);
  const credited = CREDITS.find((field) => {
    if (said[field] === self || (field === "source" && OWN_PROGRAMS.has(said[field]))) return false;
    // Nowhere shown: by a name that one takes afterwards it would hold off all that say so, from heartbeats on.
    return isAnothers(said[field], field === "source" ? "id" : undefined);
  });
  if (spoken ?? credited) return spoken ?? credited ?? null;
  if (!Array.isArray(said.tasks)) return null;
  for (const [index, task] of said.tasks.entries()) {
    const field = findBorrowed(task as Record<string, unknown>, self, isAnothers);
    if (field) return `tasks[${index}].${field}`;
  }
  return null;
}

/** Whether a text names somebody else, by id or by name, however it is written; each text is looked at once. */
function createIsAnothers(
  self: string,
  { agents, company }: State,
  isBound: (plain: string) => boolean,
): Is {
  const ceo = toPlain(company.ceo_name);
  const own = toPlain(self);
  const known = { id: new Map<unknown, boolean>(), name: new Map<unknown, boolean>() };
  const look: Is = (text, by) => {
    if (typeof text !== "string") return false;
    const plain = toPlain(text);
    if (plain === "") return false;
    if (plain === CEO || plain === ceo || (plain !== own && isBound(plain))) return true;
    return bearerBeside(agents, plain, self, by) !== undefined;
  };
  return (text, by) => {
    const told = known[by ?? "name"];
    const found = told.get(text) ?? look(text, by);
    told.set(text, found);
    return found;
  };
}

function notAllowed({ name }: Principal, field: string, why: string): Rejection {
  return rejection("forbidden", `${field} is refused for the token ${name}: ${why}`, { field });
}
