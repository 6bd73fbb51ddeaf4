/** What may be set, and what is said about what may not. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Config, helpText, parseConfig } from "../../server/config.ts";

function configOf(args: string[], env: Record<string, string> = {}): Config {
  const parsed = parseConfig(args, env);
  if (parsed.kind !== "config") throw new Error(JSON.stringify(parsed));
  return parsed.config;
}

function problemsOf(args: string[], env: Record<string, string> = {}): string[] {
  const parsed = parseConfig(args, env);
  return parsed.kind === "invalid" ? parsed.problems : [];
}

test("without any setting it listens on loopback, port 3000, with the documented limits", () => {
  const { dataDir, ...config } = configOf([]);
  assert.equal(config, {
    host: "127.0.0.1",
    port: 3_000,
    token: "change-me-local",
    writesPerMinute: 30,
    staleSeconds: 180,
    maxExpiries: 3,
    archiveDays: 30,
    keepEntries: 100_000,
    keepDays: 1,
    keepMb: 4_000,
    maxStateMb: null,
    webhookPrivate: false,
    readAuth: false,
    allowedHosts: [],
    logLevel: "info",
    begin: "demo",
  });
  assert.match(dataDir, /clawtasker/);
});

test("a flag wins over its variable", () => {
  const env = { CLAWTASKER_PORT: "4000", CLAWTASKER_WRITE_LIMIT: "60", CLAWTASKER_LOG: "silent" };
  const config = configOf(["--port", "5000", "--blank", "--data-dir", "somewhere"], env);
  assert.is(config.port, 5_000);
  assert.is(config.writesPerMinute, 60);
  assert.is(config.logLevel, "silent");
  assert.is(config.begin, "blank");
  assert.is(config.dataDir, "somewhere");
});

const WRONG: [string, string[], Record<string, string>, RegExp][] = [
  ["a port that is no number", [], { CLAWTASKER_PORT: "http" }, /^CLAWTASKER_PORT must be a whole/],
  ["a port out of range", ["--port", "70000"], {}, /^--port must be .* 0 to 65535, not "70000"$/],
  ["a negative limit", [], { CLAWTASKER_WRITE_LIMIT: "-1" }, /^CLAWTASKER_WRITE_LIMIT must be/],
  ["no stale time", ["--stale-seconds", "0"], {}, /^--stale-seconds must be .* 1 to 86400/],
  [
    "a log level that is none",
    [],
    { CLAWTASKER_LOG: "loud" },
    /one of trace, debug, .* not "loud"$/,
  ],
  ["a host with a path", ["--host", "a/b"], {}, /^--host must be an address or a host name/],
  ["a token with a space", [], { CLAWTASKER_API_TOKEN: "a b" }, /^CLAWTASKER_API_TOKEN must be/],
  [
    "a URL where a host is meant",
    ["--allowed-hosts", "http://a:80/"],
    {},
    /^--allowed-hosts must list/,
  ],
  ["a yes that is none", [], { CLAWTASKER_READ_AUTH: "yes" }, /^CLAWTASKER_READ_AUTH must be 0 or/],
  ["an unknown flag", ["--prot", "1"], {}, /--prot.*see --help$/],
];
for (const [what, args, env, sentence] of WRONG) {
  test(`${what} is told by its name`, () => {
    const problems = problemsOf(args, env);
    assert.is(problems.length, 1, JSON.stringify(problems));
    assert.match(problems[0] ?? "", sentence);
  });
}

test("everything that is wrong is told at once", () => {
  assert.is(problemsOf(["--port", "x", "--stale-seconds", "y"]).length, 2);
});

test("ACC-5: off loopback the default token is refused, a secret one is not", () => {
  for (const host of ["0.0.0.0", "::", "192.0.2.1", "example.test"]) {
    assert.match(problemsOf(["--host", host])[0] ?? "", /set CLAWTASKER_API_TOKEN/, host);
    assert.is(configOf(["--host", host], { CLAWTASKER_API_TOKEN: "secret" }).host, host);
  }
  for (const host of ["127.0.0.1", "127.9.9.9", "localhost", "::1", "[::1]"]) {
    assert.equal(problemsOf(["--host", host]), [], host);
  }
});

test("ACC-10: off loopback reading asks for a token, unless it is said", () => {
  const secret = { CLAWTASKER_API_TOKEN: "secret" };
  const asks = (args: string[], env = {}) => configOf(args, { ...secret, ...env }).readAuth;
  for (const host of ["0.0.0.0", "::", "192.0.2.1", "example.test"]) {
    assert.is(asks(["--host", host]), true, host);
    assert.is(asks(["--host", host], { CLAWTASKER_READ_AUTH: "0" }), false, host);
  }
  assert.is(asks([]), false);
  assert.is(asks(["--read-auth"]), true);
  assert.is(asks([], { CLAWTASKER_READ_AUTH: "1" }), true);
  assert.is(asks(["--read-auth"], { CLAWTASKER_READ_AUTH: "0" }), true, "a flag wins");
});

test("the name it listens on is a name under which it may be reached", () => {
  const env = {
    CLAWTASKER_API_TOKEN: "secret",
    CLAWTASKER_ALLOWED_HOSTS: "A.example, b.example:8080",
  };
  const config = configOf(["--host", "example.test"], env);
  assert.equal(config.allowedHosts, ["a.example", "b.example:8080", "example.test"]);
});

test("--help names every variable, and --version asks for the version", () => {
  assert.is(parseConfig(["--help"], {}).kind, "help");
  assert.is(parseConfig(["-v"], {}).kind, "version");
  for (const name of [
    "HOST",
    "PORT",
    "API_TOKEN",
    "WRITE_LIMIT",
    "STALE_SECONDS",
    "DATA_DIR",
    "ALLOWED_HOSTS",
    "READ_AUTH",
    "LOG",
  ]) {
    assert.match(helpText(), `CLAWTASKER_${name}`);
  }
});

test.run();
