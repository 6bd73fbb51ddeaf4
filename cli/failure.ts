/**
 * How a command ends badly: one sentence for stderr and an exit code. Neighbours: every command throws
 * it or lets the client's error pass, `main.ts` shows it. Invariant: 0 ok, 1 refused or failed, 2 wrong
 * usage, 3 the server was not reached.
 */
import { ClawTaskerError } from "../client/index.ts";

export const EXIT = { ok: 0, failed: 1, usage: 2, unreachable: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export class CliFailure extends Error {
  readonly exitCode: ExitCode;
  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.name = "CliFailure";
    this.exitCode = exitCode;
  }
}

export function unreachable(url: string): CliFailure {
  return new CliFailure(
    EXIT.unreachable,
    `no ClawTasker server answers at ${url}; start one with "clawtasker serve", or set --url`,
  );
}

/** The sentence and the code for whatever a command threw. */
export function toFailure(error: unknown): { message: string; exitCode: ExitCode } {
  if (error instanceof CliFailure) return error;
  if (error instanceof ClawTaskerError) {
    const exitCode = error.status === 0 ? EXIT.unreachable : EXIT.failed;
    return { message: error.message, exitCode };
  }
  return { message: (error as Error).message || String(error), exitCode: EXIT.failed };
}
