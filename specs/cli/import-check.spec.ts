/**
 * What an import refuses although each record has its shape: what no request could have made. Neighbour:
 * `export.spec.ts` imports by the command line. Invariant: what requests make, whatever they are, is let in.
 */
import { createHash } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fromText, toLines } from "../../cli/archive.ts";
import { checkShapes, whatNoRequestMade } from "../../cli/import-check.ts";
import {
  type ActionName,
  actions,
  createRelations,
  createValidator,
  reduce,
  type State,
  TABLES,
  toTime,
  toWireState,
  VERSION,
  type WireState,
} from "../../core/index.ts";
import { randomAction, randomPause } from "../core/random-actions.ts";
import { AT, demoState, run } from "../support/core.ts";
import { createRandom } from "../support/random.ts";

const test = suite("import check");

/** Holds the state, as it was changed, against what an import lets in. */
function importAs(change: (wire: WireState) => void, state: State = demoState(), now = AT): void {
  const wire = structuredClone(toWireState(state));
  change(wire);
  const origin = { version: VERSION, exported_at: "", journal: "", seq: 0 };
  checkShapes(fromText([...toLines(origin, wire)].join("")), now);
}

const refuses = (change: (wire: WireState) => void, why: RegExp) =>
  assert.throws(
    () => importAs(change),
    (error: Error) => {
      assert.match(error.message, why);
      return true;
    },
  );

type Table = "agents" | "projects" | "tasks" | "sprints" | "threads";

const set = (table: Table, id: string, fields: object) => (wire: WireState) => {
  const record = wire[table][id];
  if (!record) throw new Error(`no ${table}/${id}`);
  Object.assign(record, fields);
};

const renamed = (table: "agents" | "projects", from: string, to: string) => (wire: WireState) => {
  const all = wire[table] as Record<string, object>;
  all[to] = { ...all[from], id: to };
  delete all[from];
};

test("CLI-2: import refuses ids of agents and projects that no request could give", () => {
  for (const id of [
    "c/d",
    "a codex",
    "-x",
    "x".repeat(65),
    "constructor",
    "co\u202edex",
    "\u200b",
  ]) {
    refuses(renamed("agents", "codex", id), /^agents\/.* is no id of its kind$/);
    refuses(renamed("projects", "ceo-console", id), /^projects\/.* is no id of its kind$/);
  }
  for (const id of ["ceo", "CEO", "owner", "System"]) {
    refuses(renamed("agents", "codex", id), new RegExp(`^agents/${id}/id is reserved`));
  }
  refuses(renamed("agents", "codex", "Orion"), /^agents\/\w+\/id is \w+ in other letters$/);
});

test("CLI-2: import refuses a name that makes itself look like another, and names where it is", () => {
  for (const [hidden, point] of [
    ["\u202e", "U+202E"],
    ["\u200b", "U+200B"],
    ["\u2066", "U+2066"],
    ["\ufffc", "U+FFFC"],
    ["\u{e0041}", "U+E0041"],
  ] as const) {
    const name = `CEO${hidden}`;
    for (const [table, id, field] of [
      ["agents", "codex", "name"],
      ["agents", "codex", "role"],
      ["agents", "codex", "team_name"],
      ["agents", "codex", "manager_title"],
      ["projects", "ceo-console", "name"],
      ["tasks", "T-203", "reporter"],
      ["tasks", "T-203", "specialist"],
    ] as const) {
      const why = `^${table}/${id}/${field} may not hold ${point.replace("+", "\\+")}`;
      refuses(set(table, id, { [field]: name }), new RegExp(why));
    }
    for (const field of ["name", "ceo_name", "ceo_role"]) {
      refuses(
        ({ company }) => Object.assign(company, { [field]: name }),
        new RegExp(`^company/${field} may not hold`),
      );
    }
  }
  importAs(set("agents", "codex", { name: "علی\u200cرضا 👩\u200d🚀", role: "Ingénieur" }));
});

test("CLI-2: import refuses times that are to come, or none, wherever they are", () => {
  const lease = { holder: "codex", token: 1, ttl_seconds: 600, expires_at: toTime(AT) };
  for (const time of ["9999-12-31T23:59:59+00:00", toTime(AT + 3 * 86_400_000)]) {
    const why = (path: string) => new RegExp(`^${path} must be a time, none to come$`);
    refuses((wire) => Object.assign(wire, { swept_at: time }), why("swept_at"));
    refuses(set("tasks", "T-203", { updated_at: time }), why("tasks/T-203/updated_at"));
    refuses(set("tasks", "T-203", { done_at: time }), why("tasks/T-203/done_at"));
    refuses(set("agents", "codex", { last_heartbeat: time }), why("agents/codex/last_heartbeat"));
    const held = { lease: { ...lease, expires_at: time } };
    refuses(set("tasks", "T-203", held), why("tasks/T-203/lease/expires_at"));
    const comments = [{ id: "CM-1-1", author: "codex", text: "x", timestamp: time }];
    refuses(set("tasks", "T-203", { comments }), why("tasks/T-203/comments/0/timestamp"));
  }
  for (const time of ["2016-12-31T23:59:60Z", "2016-13-01T00:00:00Z", "yesterday", ""]) {
    refuses(
      set("tasks", "T-203", { created_at: time }),
      /^tasks\/T-203\/created_at must be a time/,
    );
  }
  const endless = { lease: { ...lease, ttl_seconds: 86_401 } };
  refuses(
    set("tasks", "T-203", endless),
    /^tasks\/T-203\/lease\/ttl_seconds must be at most 86400$/,
  );
  // Held as long as may be, by a server whose clock is a little ahead.
  const long = { ...lease, ttl_seconds: 86_400, expires_at: toTime(AT + 86_400_000 + 60_000) };
  importAs(set("tasks", "T-203", { lease: long, created_at: "2026-03-01T09:00:00Z" }));
});

test("CLI-2: import refuses an agent that hands over to itself, or before it left", () => {
  const marked = (fields: object) => set("agents", "codex", fields);
  refuses(marked({ handing_over_to: "codex" }), /^agents\/codex\/handing_over_to is for who left/);
  refuses(marked({ handing_over_to: null }), /^agents\/codex\/handing_over_to is for who left/);
  refuses(
    marked({ standing: "retired", handing_over_to: "codex" }),
    /^agents\/codex\/handing_over_to leads back to itself$/,
  );
  importAs(marked({ standing: "retired", handing_over_to: "orion" }));
  importAs(marked({ standing: "decommissioned", handing_over_to: null }));
});

test("CLI-2: import refuses a record that holds more than requests could say or gather, and names it", () => {
  const many = (count: number, text = "x") => Array.from({ length: count }, () => text);
  const said = (count: number, text = "x") =>
    many(count).map((_, n) => ({ id: `CM-1-${n}`, author: "ceo", text, timestamp: toTime(AT) }));
  const changed = { author: "ceo", action: "note", field: null, from: null, timestamp: toTime(AT) };
  const wrong: [Table, string, string, unknown][] = [
    ["tasks", "T-203", "title", "x".repeat(301)],
    ["tasks", "T-203", "description", "x".repeat(20_001)],
    ["tasks", "T-203", "labels", many(201)],
    ["tasks", "T-203", "labels/0", ["x".repeat(2_001)]],
    ["tasks", "T-203", "assignees", many(201)],
    ["tasks", "T-203", "depends_on", many(201)],
    ["tasks", "T-203", "artifacts", many(201)],
    ["tasks", "T-203", "artifacts", many(101, "x".repeat(2_000))],
    ["tasks", "T-203", "blockers", many(11, "x".repeat(20_000))],
    ["tasks", "T-203", "comments", said(1_401)],
    ["tasks", "T-203", "comments", said(36, "x".repeat(20_000))],
    ["tasks", "T-203", "activity", many(101).map((_, n) => ({ ...changed, id: `${n}`, to: 1 }))],
    [
      ...(["tasks", "T-203", "activity"] as const),
      many(30).map((_, n) => ({ ...changed, id: `${n}`, to: "x".repeat(15_000) })),
    ],
    ["tasks", "T-203", "links", many(201).map(() => ({ link_type: "blocks", target_id: "T-1" }))],
    ["tasks", "T-203", "progress", 101],
    ["tasks", "T-203", "lease_expiries", 1e300],
    ["agents", "codex", "name", "x".repeat(121)],
    ["agents", "codex", "skills", many(201)],
    ["agents", "codex", "specialists", many(51)],
    ["agents", "codex", "collaborating_with", many(201)],
    ["agents", "codex", "profile_hue", 361],
    ["agents", "codex", "note", "x".repeat(20_001)],
    ["projects", "ceo-console", "name", "x".repeat(301)],
    ["sprints", "SP-005", "goal", "x".repeat(20_001)],
  ];
  for (const [table, id, path, value] of wrong) {
    const [field = ""] = path.split("/");
    const why = new RegExp(`^${table}/${id}/${path} (must|may)`);
    refuses(set(table, id, { [field]: value }), why);
  }
  const longDays = { tasks: 1, points: 1, points_by_day: { "some day": 1 } };
  refuses(
    set("sprints", "SP-005", { archived: longDays }),
    /^sprints\/SP-005\/archived\/points_by_day/,
  );
  refuses(({ company }) => Object.assign(company, { name: "x".repeat(20_001) }), /^company\/name/);
});

test("CLI-2: import refuses groups of more than requests could make, and a lease of nobody", () => {
  const group = (count: number, fields: object) => (wire: WireState) => {
    const one = wire.tasks["T-203"];
    for (let n = 0; n < count; n++) {
      const id = `T-${10_000 + n}`;
      wire.tasks[id] = { ...one, id, mission_id: null, sprint_id: null, ...fields } as never;
    }
  };
  refuses(
    group(10_001, { mission_id: "M-300" }),
    /^tasks hold M-300 as mission_id more than 10000/,
  );
  refuses(
    group(10_001, { sprint_id: "SP-005" }),
    /^tasks hold SP-005 as sprint_id more than 10000/,
  );
  refuses(
    group(2_001, { depends_on: ["T-204"] }),
    /^tasks hold T-204 as depends_on more than 2000/,
  );
  importAs(group(1_000, { mission_id: "M-300" }));
  const lease = { holder: "ghost", token: 1, ttl_seconds: 600, expires_at: toTime(AT) };
  refuses(set("tasks", "T-203", { lease }), /^tasks\/T-203\/lease\/holder is no agent: ghost$/);
});

test("CLI-2: import refuses a conversation of more than could ever have been in it, of one twice, or of nobody's id", () => {
  const among = (participants: string[]) => set("threads", "TH-CEO-ORION", { participants });
  const crowd = Array.from({ length: 10_001 }, (_, n) => `a${n}`);
  refuses(among(crowd), /^threads\/TH-CEO-ORION\/participants must NOT have more than 10000 items/);
  refuses(among(["ceo", "ceo"]), /^threads\/TH-CEO-ORION\/participants holds one twice$/);
  refuses(among(["ceo", "or\u202eion"]), /participants holds what is no id of anybody$/);
  importAs(among(crowd.slice(0, 10_000)));
});

test("CLI-2: import refuses a task of which two things are said that no request leaves together", () => {
  const said = (fields: object, why: RegExp) => refuses(set("tasks", "T-208", fields), why);
  const lease = { holder: "codex", token: 1, ttl_seconds: 600, expires_at: toTime(AT) };
  said({ lease }, /^tasks\/T-208\/lease is for what is in progress, and T-208 is ready$/);
  said({ asked_by: "codex" }, /^tasks\/T-208\/asked_by is for what waits for a human, and T-208/);
  said({ asked_by: "Co dex", needs_human: true }, /^tasks\/T-208\/asked_by is no id of an agent$/);
  const link = { link_type: "relates-to", target_id: "T-203" };
  said({ links: [link, link] }, /^tasks\/T-208\/links holds one twice$/);
  const own = { ...link, target_id: "T-208" };
  said({ links: [own] }, /^tasks\/T-208\/links leads back to T-208$/);
  importAs(set("tasks", "T-208", { asked_by: "codex", needs_human: true, links: [link] }));
});

test("CLI-2: import refuses a line of managers that no request could make", () => {
  const line = (length: number) => (wire: WireState) => {
    const { codex } = wire.agents;
    wire.agents = {};
    for (let n = length; n > 0; n--) {
      const [id, manager] = [`line-${n}`, n > 1 ? `line-${n - 1}` : "ceo"];
      wire.agents[id] = { ...codex, id, manager } as never;
    }
    for (const task of Object.values(wire.tasks)) task.lease = null;
  };
  importAs(line(100));
  refuses(line(101), /^agents hold a line of 101 managers, and 100 may be$/);
  refuses(line(20_000), /^agents hold a line of 20000 managers, and 100 may be$/);
});

const idsOf = { tasks: "T", missions: "M", sprints: "SP", runs: "R", messages: "M" } as const;

test("CLI-2: import refuses a number in an id, or of a counter, behind which ids would run out or be the same", () => {
  const refusesId = (table: string, id: string) =>
    refuses(
      (wire) => {
        const all = wire[table as "tasks"];
        all[id] = { ...Object.values(all)[0], id } as never;
      },
      new RegExp(`^${table}/.* is no id of its kind$`),
    );
  for (const [table, prefix] of Object.entries(idsOf)) refusesId(table, `${prefix}-1e+21`);
  for (const number of [
    ...["Infinity", "9007199254740992", "999999999999999", "1000000000001", "1.5", "-1", "000"],
    ...["01", "0001", "0x10", "NaN", " 12", "12 ", "12-1", "\u0661\u0662\u0663"],
  ]) {
    refusesId("tasks", `T-${number}`);
  }
  for (const count of [1_000_000_000_001, Number.MAX_SAFE_INTEGER, 1e21, -1, 1.5]) {
    refuses(({ counters }) => Object.assign(counters, { task: count }), /^counters\/task must be/);
  }
  importAs((wire) => {
    wire.tasks["T-1000000000000"] = { ...wire.tasks["T-203"], id: "T-1000000000000" } as never;
  });
});

test("CLI-2: import refuses what this release knows not, in the head and in every record", () => {
  const knowsNot = (path: string, name: string) =>
    new RegExp(`^${path}holds "${name}", which this release knows not$`);
  const withHead = (state: object) => {
    const wire = toWireState(demoState());
    const origin = { version: VERSION, exported_at: "", journal: "", seq: 0 };
    const [head = "", ...rest] = [...toLines(origin, wire)].slice(0, -1);
    const more = JSON.parse(head) as { state: object };
    Object.assign(more.state, state);
    const body = [`${JSON.stringify(more)}\n`, ...rest].join("");
    const sha256 = createHash("sha256").update(body).digest("hex");
    const end = JSON.stringify({ end: true, records: rest.length, sha256 });
    return () => checkShapes(fromText(`${body}${end}\n`), AT);
  };
  withHead({})();
  for (const table of TABLES) {
    const smuggled = { [table]: { "a/../../x": { id: "a/../../x" } } };
    assert.throws(withHead(smuggled), knowsNot("its head ", table));
    const wire = toWireState(demoState());
    const [id] = Object.keys(wire[table]);
    if (id === undefined) continue;
    refuses(
      (state) => Object.assign(state[table][id] as object, { more: "x" }),
      knowsNot(`${table}/${id} `, "more"),
    );
  }
  assert.throws(withHead({ toString: 1 }), knowsNot("its head ", "toString"));
  refuses(({ counters }) => Object.assign(counters, { x: 1 }), knowsNot("counters ", "x"));
  refuses(({ company }) => Object.assign(company, { x: 1 }), knowsNot("company ", "x"));
  const lease = { holder: "codex", token: 1, ttl_seconds: 600, expires_at: toTime(AT), x: 1 };
  refuses(set("tasks", "T-203", { lease }), /^tasks\/T-203\/lease /);
});

test("DUR-18: what an import would refuse of a state that is there is said in a sentence", () => {
  const seen = (change: (wire: WireState) => void) => {
    const wire = structuredClone(toWireState(demoState()));
    change(wire);
    return whatNoRequestMade(wire, AT);
  };
  assert.is(
    seen(() => {}),
    null,
  );
  // Of an older release that knew no such ids, with what is archived since.
  const older = ({ counters, archive, threads, missions }: WireState) => {
    delete (counters as Partial<typeof counters>).webhook;
    Object.assign(archive, { tasks: 5, messages: 2, directives: 1, since: 3 });
    for (const thread of Object.values(threads)) thread.archived_messages = 2;
    for (const mission of Object.values(missions)) mission.archived_tasks = 3;
  };
  assert.is(seen(older), null);
  assert.match(
    seen(set("agents", "codex", { handing_over_to: "codex" })) ?? "",
    /^the state holds .*: agents\/codex\/handing_over_to is for who left, and codex is active$/,
  );
  assert.match(seen((wire) => Object.assign(wire, { more: {} })) ?? "", /its head holds "more"/);
});

test("CLI-2: as much as requests may say and a record may gather is let in", () => {
  const long = "\u{1f680}".repeat(20_000);
  const line = "x".repeat(300);
  const all = Array.from({ length: 200 }, (_, n) => `${n} `.padEnd(900, "x"));
  const ids = Array.from({ length: 200 }, (_, n) => `a${n}`);
  const agents = ids.map((agent_id) => ({ agent_id, name: agent_id, role: line }));
  const steps: [ActionName, object][] = [
    ["openclaw/roster_sync", { agents }],
    ["agents/update", { agent_id: "codex", name: "CEO", skills: all, note: long, manager: "a1" }],
    ["agents/update", { agent_id: "codex", collaborating_with: ids, doing_summary: long }],
    ["missions/plan", { mission_id: "M-300", summary: long, risks: all, assigned_agents: ids }],
    ["tasks/update", { task_id: "T-203", title: line, description: long, labels: all }],
    ["tasks/update", { task_id: "T-203", assignees: ids, artifacts: all, owner: "codex" }],
    ["tasks/claim", { agent_id: "codex", task_id: "T-208", ttl_seconds: 86_400 }],
    ["ceo/directive", { text: long, target: "codex", create_task: true }],
    ["openclaw/publish", { agent_id: "codex", summary: long, artifacts: all, title: line }],
    ["conversations/message", { sender: "codex", text: long }],
    ["agents/retire", { agent_id: "orion", reason: long, successor_id: "codex" }],
  ];
  for (let n = 0; n < 25; n++) {
    const note = `${n} `.padEnd(20_000, "x");
    steps.push(["tasks/event", { task_id: "T-203", type: "blocked", agent_id: "codex", note }]);
    steps.push(["tasks/comment", { task_id: "T-204", text: note }]);
  }
  const state = steps.reduce((now, [name, body]) => run(now, name, body).state, demoState());
  assert.ok(Object.values(toWireState(state).tasks["T-203"]?.blockers ?? []).length > 5);
  importAs(() => {}, state, AT + 60_000);
});

test("CLI-2: what requests made is let in, whatever they were", () => {
  const validator = createValidator();
  for (const seed of [1, 2, 3, 4, 5]) {
    const random = createRandom(seed);
    let state = demoState();
    const relations = createRelations(state);
    let at = AT;
    for (let step = 0; step < 300; step++) {
      at += randomPause(random);
      const { name, body } = randomAction(random, state);
      const declaration = actions.get(name);
      assert.ok(declaration);
      const validated = validator.validate(declaration, body);
      if (!validated.ok) continue;
      const { payload } = validated;
      const stamp = { at, seq: step + 1, actor: "ceo", actionId: `id-${step}` };
      const result = reduce(state, declaration, { name, payload, stamp }, relations);
      if (!result.ok) continue;
      relations.advance(state, result.state, result.touched);
      state = result.state;
    }
    importAs(() => {}, state, at);
  }
});

test.run();
