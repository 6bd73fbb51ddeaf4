/** The action of the CEO: a directive, and a backlog task made of it where wanted. */
import { Type } from "typebox";
import { defineAction } from "../../action.ts";
import { refuseMissing } from "../../errors.ts";
import { flag, longText, nullableName, oneOf, ref, source } from "../../schema.ts";
import { put } from "../../table.ts";
import { CEO } from "../agents/agent.ts";
import { checkRef, find, findActiveAgent, nameOf, nameTold } from "../lookup.ts";
import { takeId } from "../state.ts";
import { addTask } from "../tasks/rules.ts";
import { PRIORITIES } from "../tasks/task.ts";
import { viewTask } from "../tasks/views.ts";
import type { Directive } from "./directive.ts";

const MAX_TITLE = 120;

const directive = defineAction({
  name: "ceo/directive",
  summary: "Post a directive of the CEO to an agent, and make a backlog task of it where wanted.",
  body: Type.Object({
    text: longText("What is wanted."),
    target: ref("The agent it is for; the chief when absent."),
    project_id: ref("The project it is about."),
    create_task: flag("Make a backlog task of it, owned by the target."),
    specialist: nullableName("The specialism of that task."),
    priority: Type.Optional(oneOf(PRIORITIES, "The priority of that task.")),
    source,
  }),
  kind: "directive_queued",
  examples: [
    {
      target: "pixel",
      project_id: "ceo-console",
      text: "Polish the office canvas: ensure all zones are clearly labelled and furniture is visible at all zoom levels.",
      create_task: true,
      specialist: "design",
    },
  ],
  actor: () => CEO,
  reduce(draft, payload, context) {
    const target = payload.target || draft.company.chief_agent_id || refuseMissing("target");
    findActiveAgent(draft, target);
    checkRef(draft, "projects", payload.project_id);
    const record: Directive = {
      id: takeId(draft, "directive", context),
      target,
      text: payload.text,
      project_id: payload.project_id || null,
      specialist: payload.specialist || null,
      status: "queued",
      task_id: null,
      timestamp: context.time,
    };
    if (payload.create_task) {
      const firstLine = payload.text.trim().split("\n", 1)[0] ?? payload.text;
      const title =
        firstLine.length > MAX_TITLE ? `${firstLine.slice(0, MAX_TITLE - 1)}…` : firstLine;
      const fields = {
        title,
        description: payload.text,
        owner: target,
        specialist: record.specialist,
        priority: payload.priority,
        project_id: record.project_id ?? undefined,
      };
      record.task_id = addTask(draft, fields, "backlog", CEO, context).id;
    }
    put(draft.directives, record.id, record);
    const { id: directive_id, task_id } = record;
    return {
      title: `${nameOf(draft, CEO)} directed ${nameTold(draft, target, context)}`,
      details: payload.text.slice(0, 120),
      ids: { directive_id, agent_id: target, ...(task_id && { task_id }) },
      reply: (after, at) => ({
        directive: find(after, "directives", directive_id),
        ...(task_id && { task: viewTask(after, task_id, at) }),
      }),
    };
  },
});

export const directiveActions = [directive] as const;
