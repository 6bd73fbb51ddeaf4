/**
 * The commands and their flags. Neighbours: each command is a module of its own that is loaded when it is
 * meant; `main.ts` runs the program. Invariant: what is declared here is what help and completion show.
 */
import yargs, { type Argv } from "yargs";
import { TASK_STATUSES } from "../core/state/tasks/task.ts";
import { VERSION } from "../core/version.ts";
import { defaultsFrom } from "./connection.ts";
import { CliFailure, EXIT } from "./failure.ts";
import { toWriteCommand, type WriteDeclaration } from "./writes.ts";

const TASK_WRITES: readonly WriteDeclaration[] = [
  { command: "claim [task-id]", describe: "Take a task and start it", action: "tasks/claim" },
  { command: "create [title]", describe: "Create a task", action: "tasks/create" },
  { command: "update <task-id>", describe: "Change a task", action: "tasks/update" },
  { command: "comment <task-id> [text]", describe: "Comment on a task", action: "tasks/comment" },
  { command: "event <task-id> [type]", describe: "Say what happened to it", action: "tasks/event" },
  { command: "renew <task-id>", describe: "Extend a lease", action: "tasks/renew" },
  { command: "release <task-id>", describe: "Give a task back", action: "tasks/release" },
];

/** A handler that is loaded when it is called; it says itself which flags it expects. */
function run<A>(load: () => Promise<(args: A) => Promise<void>>) {
  return async (given: unknown) => (await load())(given as A);
}

/** @param setExitCode for a command that has something to say besides yes and no */
export function createProgram(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  setExitCode: (code: number) => void,
): Argv {
  const { url, token } = defaultsFrom(env);
  const hasServer = (program: Argv) =>
    program
      .option("url", { type: "string", default: url, describe: "The server (CLAWTASKER_URL)" })
      .option("token", {
        type: "string",
        default: token,
        defaultDescription: "CLAWTASKER_API_TOKEN",
        describe: "Its token",
      })
      .option("json", { type: "boolean", default: false, describe: "JSON instead of tables" });

  /** yargs takes a dash that stands alone for an option without a name, and gives "". */
  const toFile = (file: string) => (file === "" && args.includes("-") ? "-" : file);

  return hasServer(yargs([...args]))
    .scriptName("clawtasker")
    .usage("$0 <command>\n\nMission control for one CEO and many agents. Without a command: serve.")
    .command("serve", "Start the server; its own flags are in serve --help", {})
    .command({
      command: "agents",
      describe: "Show the agents",
      handler: run(async () => (await import("./reads.ts")).showAgents),
    })
    .command("tasks", "Look at tasks and work on them", addTasks)
    .command(
      toWriteCommand({
        command: "batch",
        describe: "Do many actions at once, with -f from a JSON file",
        action: "batch",
      }),
    )
    .command("missions", "Plan missions", (program) =>
      program
        .command(
          toWriteCommand({
            command: "plan",
            describe: "Create or update a mission, with -f from a JSON file",
            action: "missions/plan",
          }),
        )
        .demandCommand(1, "say what to do with missions"),
    )
    .command("tokens", "Give others tokens of their own, and take them back", (program) =>
      program
        .command({
          command: "list",
          describe: "List the named tokens",
          handler: run(async () => (await import("./reads.ts")).listTokens),
        })
        .command(
          toWriteCommand({
            command: "create <name>",
            describe: "Create a token; it is shown once",
            action: "tokens/create",
          }),
        )
        .command(
          toWriteCommand({
            command: "revoke <name>",
            describe: "Take a token back",
            action: "tokens/revoke",
          }),
        )
        .demandCommand(1, "say what to do with tokens"),
    )
    .command({
      command: "events",
      describe: "Show the latest events",
      builder: {
        follow: { type: "boolean", default: false, describe: "Go on with each later one" },
        limit: { type: "number", default: 20, describe: "How many of the latest (up to 100)" },
        since: { type: "number", describe: "All after this number instead" },
      },
      handler: run(async () => (await import("./events.ts")).showEvents),
    })
    .command({
      command: "snapshot",
      describe: "Show the company",
      handler: run(async () => (await import("./reads.ts")).showSnapshot),
    })
    .command({
      command: "export [file]",
      describe: "Write the whole company to a file or stdout",
      builder: (program) =>
        program.positional("file", {
          type: "string",
          coerce: toFile,
          describe: "Where to; - for stdout",
        }),
      handler: run(async () => (await import("./export.ts")).exportCompany),
    })
    .command({
      command: "import <file>",
      describe: "Begin a company in an empty data folder from an export",
      builder: (program) =>
        withDataDir(program).positional("file", {
          type: "string",
          coerce: toFile,
          describe: "An export; - for stdin",
        }),
      handler: run(async () => (await import("./import.ts")).importCompany),
    })
    .command({
      command: "backup <file>",
      describe: "Write the journal of a running server to a file",
      builder: (program) => program.positional("file", { type: "string", describe: "Where to" }),
      handler: run(async () => (await import("./backup.ts")).backup),
    })
    .command({
      command: "restore <file>",
      describe: "Make a data folder of a backup, with the server stopped",
      builder: (program) =>
        withDataDir(program)
          .positional("file", { type: "string", describe: "A backup" })
          .option("force", {
            type: "boolean",
            default: false,
            describe: "Also where there is a journal, which is kept beside it",
          }),
      handler: run(async () => (await import("./backup.ts")).restore),
    })
    .command({
      command: "verify [file]",
      describe: "Hold a data folder, or a backup, against itself",
      builder: (program) =>
        withDataDir(program)
          .positional("file", { type: "string", describe: "A backup; the data folder when absent" })
          .option("head", {
            type: "string",
            describe: "What an earlier verify printed as its head: it must still be there",
          }),
      handler: run(async () => {
        const { verify } = await import("./verify.ts");
        return async (options: Parameters<typeof verify>[0]) => setExitCode(await verify(options));
      }),
    })
    .command({
      command: "doctor",
      describe: "Say what is wrong here, and what to do about it",
      builder: (program) => withDataDir(program),
      handler: run(async () => {
        const { examine } = await import("./doctor.ts");
        return async (options: Parameters<typeof examine>[0]) =>
          setExitCode(await examine(options, env));
      }),
    })
    .command({
      command: "mcp",
      describe: "Serve the Model Context Protocol on stdin and stdout",
      handler: run(async () => (await import("./mcp.ts")).serveMcp),
    })
    .completion("completion", "Print a script for shell completion")
    .demandCommand(1, "a command is missing")
    .strict()
    .parserConfiguration({ "camel-case-expansion": false, "greedy-arrays": false })
    .version(VERSION)
    .alias({ h: "help", v: "version" })
    .locale("en")
    .wrap(100)
    .exitProcess(false)
    .fail((message, error) => {
      // A command's own failure passes; what is left is what the parser does not understand.
      if (error && error.name !== "YError") throw error;
      throw new CliFailure(EXIT.usage, `${message ?? error.message}; see --help`);
    });
}

function withDataDir(program: Argv): Argv {
  return program.option("data-dir", {
    type: "string",
    describe: "Folder of the database (CLAWTASKER_DATA_DIR)",
  });
}

function addTasks(program: Argv): Argv {
  program
    .command({
      command: "list",
      describe: "List the open tasks",
      builder: {
        status: { type: "string", choices: TASK_STATUSES, describe: "Only these" },
        owner: { type: "string", describe: "Only this agent's; empty for nobody's" },
        project: { type: "string", describe: "Only this project" },
        all: { type: "boolean", default: false, describe: "Those that are done too" },
      },
      handler: run(async () => (await import("./reads.ts")).listTasks),
    })
    .command({
      command: "next",
      describe: "Show what an agent should start next",
      builder: {
        agent: { type: "string", demandOption: true, describe: "The agent" },
        project: { type: "string", describe: "Only this project" },
      },
      handler: run(async () => (await import("./reads.ts")).showNext),
    })
    .command({
      command: "explain <task-id>",
      describe: "Say why a task is or is not picked up",
      builder: (inner) =>
        inner
          .positional("task-id", { type: "string", describe: "The task" })
          .option("agent", { type: "string", describe: "Only this agent" }),
      handler: run(async () => (await import("./reads.ts")).explain),
    });
  for (const declaration of TASK_WRITES) program.command(toWriteCommand(declaration));
  return program.demandCommand(1, "say what to do with tasks");
}
