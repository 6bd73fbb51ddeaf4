/** What selects offer, from the state as it is: agents, projects, missions, sprints, specialisms. */

import { scaffold } from "../../../core/state/company/scaffold.ts";
import type { WireState } from "../../../core/state/state.ts";
import { compareIds } from "../../../core/table.ts";
import type { Choice } from "./Field.tsx";

/** Agents who can be given work, by name. */
export function agentChoices(wire: WireState): Choice[] {
  return Object.values(wire.agents)
    .filter(({ standing }) => standing === "active")
    .map(({ id, name, role }) => ({ value: id, name: role ? `${name} (${role})` : name }))
    .sort(byName);
}

export function projectChoices(wire: WireState): Choice[] {
  return Object.values(wire.projects)
    .map(({ id, name }) => ({ value: id, name }))
    .sort(byName);
}

export function missionChoices(wire: WireState): Choice[] {
  return Object.values(wire.missions)
    .sort((a, b) => compareIds(a.id, b.id))
    .map(({ id, title }) => ({ value: id, name: `${id} ${title}` }));
}

export function sprintChoices(wire: WireState): Choice[] {
  return Object.values(wire.sprints)
    .sort((a, b) => compareIds(b.id, a.id))
    .map(({ id, name }) => ({ value: id, name: `${id} ${name}` }));
}

/** Every specialism that the catalogue or an agent knows. */
export function specialistChoices(wire: WireState): string[] {
  const known = scaffold.skill_catalog.map(({ specialist }) => specialist as string);
  const held = Object.values(wire.agents).flatMap(({ specialists }) => specialists);
  return [...new Set([...known, ...held])].sort();
}

function byName(a: Choice, b: Choice): number {
  return a.name.localeCompare(b.name);
}
