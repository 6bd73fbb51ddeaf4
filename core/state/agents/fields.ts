/** The schema of what may be said of an agent, shared by register, update, heartbeat and the roster. */
import { Type } from "typebox";
import {
  flag,
  ids,
  lines,
  nullableLine,
  nullableName,
  oneOf,
  optionalName,
  ref,
  requiredName,
  slug,
  specialisms,
  text,
} from "../../schema.ts";
import { AGENT_STATUSES } from "./agent.ts";

/** Of one agent. */
export const MAX_SPECIALISMS = 50;

export const agentId = slug("The agent's id.");
export const agentStatus = Type.Optional(oneOf(AGENT_STATUSES, "What the agent is doing."));

/** What an agent says of its work. */
export const summaries = {
  done_summary: text("What it has done."),
  doing_summary: text("What it is doing."),
  next_summary: text("What it will do next."),
};

/** reference.txt, "Mutable fields", without name and role. */
export const profile = {
  manager: optionalName("The agent it reports to, or ceo."),
  emoji: nullableLine("An emoji to show it by."),
  profile_hue: Type.Optional(
    Type.Unsafe<number | null>({
      type: ["number", "null"],
      minimum: 0,
      maximum: 360,
      description: "Its colour, in degrees.",
    }),
  ),
  department: nullableName("Its department."),
  org_level: Type.Optional(
    Type.Unsafe<string | number | null>({
      type: ["string", "number", "null"],
      maxLength: 60,
      description: "Its level in the organisation.",
    }),
  ),
  team_id: nullableName("Its team's id."),
  team_name: nullableName("Its team's name."),
  coordination_scope: nullableLine("What it coordinates."),
  manager_title: nullableName("Its title as a manager."),
  avatar_ref: nullableLine("A reference to its picture."),
  project_id: ref("The project it works on."),
  note: text("A remark."),
  ...summaries,
  status: agentStatus,
  skills: lines("What it can do."),
  specialists: specialisms("The specialisms it takes tasks of.", MAX_SPECIALISMS),
  allowed_tools: lines("The tools it may use."),
  blockers: lines("What holds it up."),
  collaborating_with: ids("The agents it works with."),
};

/** The body of a registration; also one agent of a roster or a manifest. */
export const registration = Type.Object({
  agent_id: Type.Optional(agentId),
  name: requiredName("Its name.", 120),
  role: requiredName("Its role."),
  home_specialist: nullableName("Its main specialism, such as code or docs."),
  ...profile,
  speaking: flag("Whether it is talking right now."),
  current_task_id: ref("The task it works on."),
});
