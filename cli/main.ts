#!/usr/bin/env node
/**
 * The program `clawtasker`: the server, and every other way to use it from a shell. Neighbours: `serve`
 * goes to the server with its flags untouched, everything else to `program.ts`. Invariants: little is
 * loaded before it is known what is meant; an error is one sentence on stderr and an exit code.
 */
const args = process.argv.slice(2);

/** Flags alone are the server's, as they were before there were commands. */
function isServe([first, ...rest]: readonly string[]): boolean {
  if (first === undefined || first === "serve") return true;
  if (!first.startsWith("-")) return false;
  const forProgram = /^(-h|-v|--help|--version|--get-yargs-completions|--url|--token|--json)(=|$)/;
  return !forProgram.test(first) && rest.every((arg) => !forProgram.test(arg));
}

async function runProgram(): Promise<void> {
  const [{ toFailure }, { plain }] = await Promise.all([
    import("./failure.ts"),
    import("./plain.ts"),
  ]);
  try {
    const { createProgram } = await import("./program.ts");
    const setExitCode = (code: number) => {
      process.exitCode = code;
    };
    await createProgram(args, process.env, setExitCode).parseAsync();
  } catch (error) {
    const { message, exitCode } = toFailure(error);
    process.stderr.write(`clawtasker: ${plain(message.replaceAll(/\s*\n\s*/g, " "))}\n`);
    process.exitCode = exitCode;
  }
}

// Whoever reads may stop early (`| head`): the command still comes to its end and its exit code.
process.stdout.on("error", ({ code, message }: NodeJS.ErrnoException) => {
  if (code === "EPIPE") return;
  process.stderr.write(`clawtasker: the answer could not be written: ${message}\n`);
  process.exitCode = 1;
});

if (isServe(args)) {
  const { runServer } = await import("../server/run.ts");
  await runServer(args[0] === "serve" ? args.slice(1) : args, process.env);
} else await runProgram();

// What follows makes this file a module, for the awaits above.
export {};
