/**
 * `clawtasker doctor`: what is right, what is wrong, and what to do about it. Neighbours: `local.ts` looks
 * at this machine, `remote.ts` at the server. Invariant: it changes nothing, neither on disk nor on
 * the server. Exit codes: 1 for a problem, 3 where the only one is that no server answers.
 */
import { parseConfig } from "../server/config.ts";
import type { Common } from "./connection.ts";
import { EXIT, type ExitCode } from "./failure.ts";
import type { Finding } from "./finding.ts";
import { checkData, checkFolder, checkNode, checkPort } from "./local.ts";
import { printJson, printLines } from "./output.ts";
import { checkServer } from "./remote.ts";

export interface DoctorOptions extends Common {
  "data-dir"?: string | undefined;
}

export async function examine(options: DoctorOptions, env: NodeJS.ProcessEnv): Promise<ExitCode> {
  const findings: Finding[] = [checkNode(process.versions.node)];
  const args = options["data-dir"] ? ["--data-dir", options["data-dir"]] : [];
  const parsed = parseConfig(args, env);
  if (parsed.kind === "invalid") {
    for (const detail of parsed.problems) {
      findings.push({ check: "configuration", level: "problem", detail, remedy: "Correct it." });
    }
  }
  const server = await checkServer(options);
  if (parsed.kind === "config") {
    const { config } = parsed;
    findings.push(checkFolder(config.dataDir), await checkData(config.dataDir));
    if (!server.reached) findings.push(await checkPort(config));
  }
  findings.push(...server.findings);

  const problems = findings.filter(({ level }) => level === "problem");
  if (options.json) printJson({ ok: problems.length === 0, findings });
  else {
    const marks = { ok: "ok     ", warning: "warning", problem: "PROBLEM" };
    for (const { check, level, detail, remedy } of findings) {
      printLines(`${marks[level]}  ${check}: ${detail}`);
      if (remedy) printLines(`         ${remedy}`);
    }
  }
  if (problems.length === 0) return EXIT.ok;
  return problems.every(({ check }) => check === "server") ? EXIT.unreachable : EXIT.failed;
}
