/**
 * Input schemas for tools, made of the declarations' own. Neighbour: `tools.ts`. Invariant: a field, its
 * type and its description are said in the declaration alone.
 */
export interface InputSchema {
  type: "object";
  properties?: Record<string, object>;
  required?: string[];
  [keyword: string]: unknown;
}

/**
 * Without `source`, which the server itself fills in, and without conditions at the top, which several
 * model providers refuse; the core checks those all the same.
 */
export function toInputSchema(body: object): InputSchema {
  const plain = JSON.parse(JSON.stringify(body)) as InputSchema;
  const { if: _if, else: _else, properties = {}, ...rest } = plain;
  const { source: _source, ...fields } = properties;
  return { ...rest, type: "object", properties: fields };
}

/** The schema of a write: without its id an agent would write as the CEO, whom no lease holds back. */
export function toWriteSchema(body: object): InputSchema {
  const schema = toInputSchema(body);
  const { properties = {}, required = [] } = schema;
  const asks = "agent_id" in properties && !required.includes("agent_id");
  return asks ? { ...schema, required: [...required, "agent_id"] } : schema;
}

export const taskSchema: InputSchema = {
  type: "object",
  required: ["task_id"],
  properties: {
    task_id: { type: "string", description: "The task, such as T-208." },
    latest: {
      type: "integer",
      minimum: 0,
      description: "Only so many of its latest comments and of its activity; all when absent.",
    },
  },
};
