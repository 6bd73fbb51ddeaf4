/**
 * The records of the base state as schemas: those of answers without what is derived. Neighbours:
 * `records.ts` has them with it; an import holds each record against its own before anything is written.
 * Invariants: a schema that does not say the same as the state's interface does not compile; what a schema does
 * not name is no field.
 */
import { type Static, type TObject, Type } from "typebox";
import { isObject } from "../forms.ts";
import type { RecordOf, State, TableName } from "../state/state.ts";
import { count, type Same, time } from "./fields.ts";
import { records } from "./records.ts";

const of =
  <T>() =>
  <S extends TObject>(schema: S & Same<Static<S>, T>): TObject =>
    closed(schema) as TObject;

/** The schema, in which no object has a field beside those that are named. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (!isObject(schema)) return schema;
  const inner = Object.entries(schema).map(([key, value]) => [key, closed(value)]);
  const isNamed = schema.type === "object" && isObject(schema.properties);
  return { ...Object.fromEntries(inner), ...(isNamed && { additionalProperties: false }) };
}

/** By the table. */
export const storedRecords: Readonly<Record<TableName, TObject>> = {
  tasks: of<RecordOf<"tasks">>()(
    Type.Omit(records.task, ["has_unresolved_blockers", "stale", "owner_name", "project_name"]),
  ),
  agents: of<RecordOf<"agents">>()(
    Type.Omit(records.agent, ["derived_status", "manager_name", "last_seen"]),
  ),
  missions: of<RecordOf<"missions">>()(
    Type.Omit(records.mission, [
      "task_ids",
      "progress",
      "owner_name",
      "project_name",
      "counts",
      "staffing",
    ]),
  ),
  sprints: of<RecordOf<"sprints">>()(records.sprint),
  projects: of<RecordOf<"projects">>()(records.project),
  threads: of<RecordOf<"threads">>()(records.thread),
  messages: of<RecordOf<"messages">>()(records.message),
  directives: of<RecordOf<"directives">>()(records.directive),
  notifications: of<RecordOf<"notifications">>()(records.notification),
  runs: of<RecordOf<"runs">>()(records.run),
  webhooks: of<RecordOf<"webhooks">>()(records.webhook),
};

/** All of the state that is no table. */
export const storedSingles = of<Omit<State, TableName>>()(
  Type.Object({
    company: records.company,
    counters: Type.Object({
      task: count(),
      mission: count(),
      sprint: count(),
      directive: count(),
      notification: count(),
      run: count(),
      message: count(),
      webhook: count(),
    }),
    swept_at: time(),
    archive: Type.Object({
      tasks: count(),
      messages: Type.Optional(count()),
      directives: Type.Optional(count()),
      since: count(),
    }),
  }),
);
