/**
 * Commands that do one action: their flags come from its declaration, its reply is shown. Neighbours:
 * `program.ts` lists them, `fields.ts` makes flags and body.
 */
import type { ArgumentsCamelCase, Argv } from "yargs";
import type { RouteName } from "../client/index.ts";
import { type Common, withServer } from "./connection.ts";
import { CliFailure, EXIT } from "./failure.ts";
import { printJson, printLines } from "./output.ts";

export interface WriteDeclaration {
  /** With its positionals, named like the flags: `update <task-id>`. */
  command: string;
  describe: string;
  action: RouteName;
}

/** The command for yargs; the core is loaded only when it is meant. */
export function toWriteCommand({ command, describe, action }: WriteDeclaration) {
  return {
    command,
    describe,
    builder: async (yargs: Argv) => {
      const options = (await import("./fields.ts")).toOptions(await bodyOf(action));
      const positionals = [...command.matchAll(/[<[]([\w-]+)[>\]]/g)].map(([, name]) => name ?? "");
      for (const name of positionals) {
        yargs.positional(name, { type: "string", describe: options[name]?.describe ?? "" });
        delete options[name];
      }
      return yargs.options(options);
    },
    handler: (args: ArgumentsCamelCase) => runWrite(action, args as unknown as Common),
  };
}

async function bodyOf(action: RouteName): Promise<object> {
  const { writes } = await import("../core/index.ts");
  const declaration = writes.get(action);
  if (!declaration) throw new Error(`no action ${action}`);
  return declaration.body;
}

async function runWrite(action: RouteName, args: Common): Promise<void> {
  const { toBody } = await import("./fields.ts");
  const body = toBody(await bodyOf(action), { ...args });
  const reply = await withServer(args, (client) => client.post(action, body as never));
  if (args.json) printJson(reply);
  else printLines(...linesOf(reply));
  const refused = resultsOf(reply).filter(({ ok }) => !ok).length;
  if (refused > 0) throw new CliFailure(EXIT.failed, `${refused} of the actions were refused`);
}

/** What became of each action of a batch. */
function resultsOf(reply: object): Fields[] {
  return (reply as { results?: Fields[] }).results ?? [];
}

type Fields = Record<string, unknown>;

/** What a person wants to know of a reply. */
function linesOf(reply: object): string[] {
  const { task, lease, comment, mission, message, warnings } = reply as Record<string, Fields>;
  const lines: string[] = [];
  if (task) lines.push(taskLine(task));
  if (lease) lines.push(`lease_token ${lease.token} until ${lease.expires_at}`);
  if (comment) lines.push(`${comment.id} added`);
  if (mission) lines.push(`${mission.id} ${mission.status}: ${mission.title}`);
  if (typeof message === "string") lines.push(message);
  const { token, revoked } = reply as Record<string, unknown>;
  if (typeof token === "string") lines.push(token);
  if (typeof revoked === "string") lines.push(`${revoked} revoked`);
  for (const [index, result] of resultsOf(reply).entries()) {
    lines.push(`${index}: ${result.ok ? linesOf(result).join("; ") : result.error}`);
  }
  for (const warning of (warnings as unknown as string[] | undefined) ?? []) lines.push(warning);
  return lines.length > 0 ? lines : ["done"];
}

export function taskLine({ id, status, priority, owner, title }: Fields): string {
  return `${id} ${status} ${priority} ${owner ?? "nobody"}: ${title}`;
}
