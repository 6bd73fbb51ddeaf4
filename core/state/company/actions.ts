/**
 * The actions of the whole company: configure it, begin again blank or as the demo, bootstrap it from
 * a manifest. Neighbours: `demo/` builds the demo company. Invariant: a reset keeps the counters, so
 * that no id is ever used twice.
 */
import { Type } from "typebox";
import { type Context, defineAction } from "../../action.ts";
import { fillDemo } from "../../demo/demo.ts";
import { Refusal } from "../../errors.ts";
import { lines, optionalName, requiredName, source, toSlug } from "../../schema.ts";
import { list, put, values } from "../../table.ts";
import { CEO } from "../agents/agent.ts";
import { registration } from "../agents/fields.ts";
import { MAX_LINE } from "../agents/line.ts";
import { agentIdOf, checkAgentFields, checkNewId, registerAgent } from "../agents/rules.ts";
import { type ArchiveStep, countsOf } from "../archive/archive.ts";
import { findActiveAgent } from "../lookup.ts";
import { configureProject, projectBody } from "../projects/actions.ts";
import { HOME_PROJECT } from "../projects/project.ts";
import { createState, type State, TABLES } from "../state.ts";
import type { Company } from "./company.ts";

const companyFields = {
  company_name: optionalName("The company's name."),
  ceo_name: optionalName("The CEO's name."),
  ceo_role: optionalName("The CEO's role."),
};

const configureOrg = defineAction({
  name: "org/configure",
  summary: "Change the company's name, its CEO or its chief agent.",
  body: Type.Object({
    chief_agent_id: Type.Optional(requiredName("The agent that leads the others.", 64)),
    ...companyFields,
    source,
  }),
  kind: "state_saved",
  examples: [
    {
      chief_agent_id: "orion",
      ceo_name: "Alex",
      ceo_role: "Chief Executive Officer",
      company_name: "Acme Corp",
    },
  ],
  actor: () => CEO,
  reduce(draft, { source: _source, chief_agent_id, ...names }) {
    if (chief_agent_id) {
      findActiveAgent(draft, chief_agent_id);
      draft.company.chief_agent_id = chief_agent_id;
    }
    applyNames(draft.company, names);
    return {
      title: "Company configured",
      details: Object.keys({ ...(chief_agent_id && { chief_agent_id }), ...names }).join(", "),
      ...(chief_agent_id && { ids: { agent_id: chief_agent_id } }),
      reply: ({ company }) => ({ company, chief_agent_id: company.chief_agent_id }),
    };
  },
});

function applyNames(
  company: Company,
  names: { company_name?: string; ceo_name?: string; ceo_role?: string },
): void {
  if (names.company_name !== undefined) company.name = names.company_name;
  if (names.ceo_name !== undefined) company.ceo_name = names.ceo_name;
  if (names.ceo_role !== undefined) company.ceo_role = names.ceo_role;
}

/**
 * Empties the company down to the built-in project.
 * @returns what goes into the action's effect
 */
function clear(
  draft: State,
  mode: Company["mode"],
  { time, seq }: Context,
): { archive?: ArchiveStep } {
  const empty = createState();
  for (const table of TABLES) Object.assign(draft, { [table]: empty[table] });
  draft.company = {
    name: "My Company",
    ceo_name: "CEO",
    ceo_role: "Chief Executive Officer",
    chief_agent_id: null,
    mode,
  };
  draft.swept_at = time;
  const archived = Object.values(countsOf(draft.archive)).some((count) => count > 0);
  if (archived) draft.archive = { tasks: 0, since: seq };
  put(draft.projects, HOME_PROJECT, {
    id: HOME_PROJECT,
    name: "CEO Console",
    description: "Where work without a project of its own goes.",
    status: "active",
    created_at: time,
    updated_at: time,
  });
  return archived ? { archive: { clear: true } } : {};
}

const resetBlank = defineAction({
  name: "blank/reset",
  alone: "it replaces the whole company",
  summary: "Begin again with an empty company. Destructive.",
  body: Type.Object({ source }),
  kind: "state_saved",
  examples: [{}],
  actor: () => CEO,
  reduce(draft, _payload, context) {
    const cleared = clear(draft, "blank", context);
    return {
      ...cleared,
      title: "Blank company",
      reply: () => ({ reset: true as const, mode: "blank" as const }),
    };
  },
});

const resetDemo = defineAction({
  name: "demo/reset",
  alone: "it replaces the whole company",
  summary: "Begin again with the demo company. Destructive.",
  body: Type.Object({ source }),
  kind: "state_saved",
  examples: [{}],
  actor: () => CEO,
  reduce(draft, _payload, context) {
    const cleared = clear(draft, "demo", context);
    fillDemo(draft, context.at, context.seq);
    return {
      ...cleared,
      title: "Demo company",
      reply: () => ({ reset: true as const, mode: "demo" as const }),
    };
  },
});

const MAX_MANIFEST = 500;

const bootstrapBody = Type.Object({
  ...companyFields,
  chief_agent_id: optionalName("The chief; the first agent that reports to the CEO when absent."),
  projects: Type.Optional(
    Type.Array(projectBody, { maxItems: MAX_MANIFEST, description: "As in projects/configure." }),
  ),
  agents: Type.Optional(
    Type.Array(Type.Unsafe<Record<string, unknown>>({}), {
      maxItems: MAX_MANIFEST,
      description: "As in agents/register; one that is not valid is skipped, with a warning.",
    }),
  ),
  remarks: lines("Written by the server: what was left out of the manifest. Ignored when sent."),
  source,
});

const bootstrap = defineAction({
  name: "org/bootstrap",
  alone: "it replaces the whole company",
  summary: "Begin again with your own company, from one manifest. Destructive.",
  body: bootstrapBody,
  kind: "state_saved",
  forms: { items: { field: "agents", forms: { id: "agent_id" } } },
  examples: [
    {
      company_name: "Acme Corp",
      ceo_name: "Alex",
      projects: [{ project_id: "atlas-core", name: "Atlas Core", status: "active" }],
      agents: [
        {
          agent_id: "orion",
          name: "Orion",
          role: "Chief of Staff",
          home_specialist: "planning",
          skills: ["coordination", "planning"],
          manager: "ceo",
          project_id: "atlas-core",
        },
      ],
    },
  ],
  actor: () => CEO,
  prepare(body, check) {
    const agents: Record<string, unknown>[] = [];
    const remarks: string[] = [];
    for (const [index, agent] of (body.agents ?? []).entries()) {
      const checked = check(registration, agent);
      if (checked.ok) {
        agents.push(checked.value);
        remarks.push(...checked.warnings.map((warning) => `agents[${index}]: ${warning}`));
      } else remarks.push(`agents[${index}] skipped: ${checked.message}`);
    }
    return { ...body, agents, remarks };
  },
  reduce(draft, { projects = [], agents = [], remarks = [], chief_agent_id, ...names }, context) {
    const cleared = clear(draft, "bootstrap", context);
    applyNames(draft.company, names);
    for (const project of projects) configureProject(draft, project, context);
    const warnings = [...remarks];
    const registered = registerManifest(draft, agents, warnings, context);
    if (chief_agent_id && registered.includes(chief_agent_id)) {
      draft.company.chief_agent_id = chief_agent_id;
    } else {
      if (chief_agent_id) warnings.push(`chief_agent_id ignored: unknown agent: ${chief_agent_id}`);
      const chief = list(draft.agents).filter(({ manager }) => manager === CEO);
      draft.company.chief_agent_id =
        registered.find((id) => chief.some((a) => a.id === id)) ?? null;
    }
    const { name } = draft.company;
    return {
      ...cleared,
      title: `${name} bootstrapped`,
      details: `${registered.length} agents, ${projects.length} projects`,
      ids: { agent_ids: registered },
      reply: (after) => ({
        agents_registered: registered,
        projects: unionWithHome(
          list(after.projects).map(({ id }) => id),
          projects,
        ),
        warnings,
      }),
    };
  },
});

/** The built-in project first, the others as the manifest has them. */
function unionWithHome(known: string[], manifest: { project_id: string }[]): string[] {
  const order = [HOME_PROJECT, ...manifest.map(({ project_id }) => project_id)];
  return [...new Set(order)].filter((id) => known.includes(id));
}

type ManifestAgent = Parameters<typeof registerAgent>[2] & { agent_id?: string; manager?: string };

/**
 * Registers what can be registered, each after its manager in whatever order the manifest has them; the
 * rest is named in `warnings`.
 */
function registerManifest(
  draft: State,
  agents: readonly Record<string, unknown>[],
  warnings: string[],
  context: Context,
): string[] {
  const waiting = new Map<string, ManifestAgent[]>();
  const order: string[] = [];
  const skip = (agent: ManifestAgent, why: string) =>
    warnings.push(`${agent.agent_id ?? agent.name} skipped: ${why}`);
  for (const agent of agents as unknown as ManifestAgent[]) {
    const manager = agent.manager || CEO;
    waiting.set(manager, [...(waiting.get(manager) ?? []), agent]);
    order.push(agent.agent_id ?? toSlug(agent.name));
  }
  const registered = new Set<string>();
  const known = new Map<string, string>();
  const ready = [CEO];
  const levels = new Map([[CEO, 0]]);
  for (let manager = ready.pop(); manager !== undefined; manager = ready.pop()) {
    const reports = waiting.get(manager) ?? [];
    waiting.delete(manager);
    const level = (levels.get(manager) ?? 0) + 1;
    for (const agent of reports) {
      if (context.rules !== undefined && level > MAX_LINE) {
        skip(agent, `${MAX_LINE} agents stand above it`);
        continue;
      }
      const id = tryRegister(draft, agent, known, context, (why) => skip(agent, why));
      if (id === null) continue;
      registered.add(id);
      levels.set(id, level);
      ready.push(id);
    }
  }
  for (const [manager, reports] of waiting) {
    for (const agent of reports) skip(agent, `unknown manager: ${manager}`);
  }
  dropStrangers(draft, registered);
  return [...registered].sort((a, b) => order.indexOf(a) - order.indexOf(b));
}

/** @returns the id, or null when the agent was skipped */
function tryRegister(
  draft: State,
  { agent_id, collaborating_with, ...fields }: ManifestAgent,
  known: Map<string, string>,
  context: Context,
  skip: (why: string) => void,
): string | null {
  try {
    const id = agentIdOf({ agent_id, name: fields.name });
    if (known.get(id.toLowerCase()) === id) {
      skip("the manifest names it twice");
      return null;
    }
    checkNewId(id, known);
    // Its manager was just registered: the chain above needs no second look.
    const { manager: _manager, ...rest } = fields;
    checkAgentFields(draft, id, rest);
    registerAgent(draft, id, { ...fields, collaborating_with }, context);
    known.set(id.toLowerCase(), id);
    return id;
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    skip(thrown.rejection.message);
    return null;
  }
}

/** Collaborators who were skipped are not there to work with. */
function dropStrangers(draft: State, registered: ReadonlySet<string>): void {
  for (const agent of values(draft.agents)) {
    const known = agent.collaborating_with.filter((id) => registered.has(id));
    if (known.length < agent.collaborating_with.length) agent.collaborating_with = known;
  }
}

export const companyActions = [configureOrg, resetBlank, resetDemo, bootstrap] as const;
