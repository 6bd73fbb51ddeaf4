/**
 * The risks, one row each: the spec that proves it, what the spec does in `npm test`, and how much more
 * in a soak. Neighbours: `main.ts` runs them, `guarantees.ts` writes them down. Invariant: a row with a
 * count is a spec that asks `sizeFor(<row>, …)`; `guarantees.spec.ts` checks that.
 */
export interface Row {
  name: string;
  section: Section;
  risk: string;
  /** What `npm test` does. */
  small: string;
  /** Below `specs/`, without `.spec.ts`. */
  spec: string;
  /** Rounds of the large size; absent where the small one is all there is. */
  count?: number;
  /** How long a soak of this row alone may take; 60 when absent. */
  seconds?: number;
  /** Bugs that were planted once, each with the word by which the spec turned red. */
  planted?: readonly (readonly [bug: string, word: string])[];
}

export const SECTIONS = [
  "Nothing lost, nothing doubled",
  "Streams",
  "Nobody in where they don't belong",
] as const;
export type Section = (typeof SECTIONS)[number];

const [LOST, STREAMS, ACCESS] = SECTIONS;

export const ROWS: readonly Row[] = [
  {
    name: "crash",
    section: LOST,
    risk: "a crash loses or doubles an acknowledged write",
    small: "20 × kill -9 under load: 0 missing, 0 doubled",
    spec: "system/crash",
    count: 1_000,
    seconds: 2_400,
  },
  {
    name: "power-cut",
    section: LOST,
    risk: "a power cut loses an acknowledged write; durability is misconfigured",
    small:
      "24 cuts of a traced process: 0 lost, a sync before every acknowledgement; with NORMAL the same test sees a loss",
    spec: "faults/power-cut",
    count: 300,
    seconds: 120,
  },
  {
    name: "eio",
    section: LOST,
    risk: "a sync fails (EIO)",
    small:
      "3 injected failures: nothing acknowledged afterwards, the process ends and says why, a retry has one effect",
    spec: "faults/broken-sync",
    count: 40,
    seconds: 300,
    planted: [
      ["writes are acknowledged although the sync failed", "acknowledged after the failure"],
      ["the engine goes on after it", "it had not ended by itself"],
      ["the process does not end", "it had not ended by itself"],
      ["the failure is taken for a full disk", "it had not ended by itself"],
    ],
  },
  {
    name: "full",
    section: LOST,
    risk: "the disk is full",
    small: "a tmpfs filled twice: 503 in words, reads and streams go on, writes come back, 0 lost",
    spec: "faults/full-disk",
    count: 20,
    seconds: 120,
    planted: [
      ["200 although the disk is full", "more was acknowledged than the disk holds"],
      ["no way back once there is space", "there is space, and nothing is written"],
      ["the failure is taken for a broken disk", "another sentence than that the disk is full"],
    ],
  },
  {
    name: "torn",
    section: LOST,
    risk: "torn or flipped bytes in the database or its log",
    small: "60 cases: a clean prefix and a report, or a refusal",
    spec: "journal/damage",
    count: 500,
    seconds: 300,
  },
  {
    name: "replay",
    section: LOST,
    risk: "replay differs from live",
    small: "3 histories of 150 random actions: live = replay = snapshot and tail = a client's copy",
    spec: "core/random",
    count: 10_000,
    seconds: 3_000,
  },
  {
    name: "laws",
    section: LOST,
    risk: "a reducer breaks a law: identity, references, ids, notices, versions, leases",
    small: "6 laws on 3 random histories each",
    spec: "core/random",
    count: 500,
    seconds: 600,
  },
  {
    name: "simulation",
    section: LOST,
    risk: "any order of crashes, failed writes, lost answers, broken wires and clock jumps, with batches, the archive and pruning",
    small:
      "120 seeds: nothing shown early, lost, doubled, in part, held by two, or archived (task, message or directive) and open at once; replay = live",
    spec: "simulation/simulation",
    count: 20_000,
    seconds: 900,
  },
  {
    name: "history",
    section: LOST,
    risk: "a history that could not have been: lost, doubled, out of order, stale, taken back",
    small: "8 clients and 4 streams under 5 × kill -9: 0 violations; 11 bad histories are caught",
    spec: "history/history",
    count: 200,
    seconds: 600,
  },
  {
    name: "archive",
    section: LOST,
    risk: "a crash leaves a task, a message or a directive in the state and in the archive, or in neither",
    small:
      "10 × kill -9 while tasks are archived and reopened, and messages and directives archived: each in one place, no move undone",
    spec: "faults/archive-crash",
    count: 500,
    seconds: 1_500,
  },
  {
    name: "backup",
    section: LOST,
    risk: "a backup taken under load is not the state at its number",
    small: "6 copies under load, restored and compared",
    spec: "system/backup",
    count: 20,
    seconds: 120,
  },
  {
    name: "clock",
    section: LOST,
    risk: "the clock jumps",
    small: "no lease ends early, a dead one ends in its own time; the simulation jumps by days",
    spec: "server/hearing",
  },
  {
    name: "impure",
    section: LOST,
    risk: "a reducer asks for time or chance",
    small: "300 random actions on frozen input, with Date, Math.random and the network throwing",
    spec: "core/purity",
    count: 100_000,
    seconds: 120,
  },
  {
    name: "old-journal",
    section: LOST,
    risk: "a journal of an older release is read otherwise",
    small: "a journal of each release: same state, events and answers",
    spec: "fixtures/journals",
  },
  {
    name: "race",
    section: LOST,
    risk: "two agents get one task",
    small: "100 agents want one task, 20 times: one winner each",
    spec: "system/claims",
    count: 1_000,
    seconds: 300,
  },
  {
    name: "agents",
    section: LOST,
    risk: "agents that crash or freeze do a task twice, or never",
    small: "30 agents, 200 tasks under leases of 2 s: each done once",
    spec: "system/claims",
    count: 1_000,
    seconds: 300,
  },
  {
    name: "gap-sse",
    section: STREAMS,
    risk: "a reconnect to the event stream leaves a gap or a double",
    small: "200 random reconnects during writes",
    spec: "transport/sse-resume",
    count: 1_000,
    seconds: 120,
  },
  {
    name: "gap-ws",
    section: STREAMS,
    risk: "a reconnect of a socket leaves a gap or a double",
    small: "200 random reconnects during writes",
    spec: "transport/ws-commits",
    count: 1_000,
    seconds: 120,
  },
  {
    name: "peers",
    section: STREAMS,
    risk: "peers diverge",
    small: "50 seeds: 4 peers, 100 actions, disconnects and a restart: all equal the server",
    spec: "system/fuzz",
    count: 1_000,
    seconds: 900,
  },
  {
    name: "leak-sse",
    section: STREAMS,
    risk: "readers of the event stream leave something behind",
    small: "200 readers come and go: no session, subscription or timer is left",
    spec: "transport/sse-resume",
    count: 500,
    seconds: 120,
  },
  {
    name: "leak-ws",
    section: STREAMS,
    risk: "sockets leave something behind",
    small: "200 sockets come and go: no session, subscription or timer is left",
    spec: "transport/ws-life",
    count: 500,
    seconds: 120,
  },
  {
    name: "slow",
    section: STREAMS,
    risk: "readers that do not read cost memory, or hold up others",
    small:
      "6 paused clients, 1,000 long events: what waits for them is bounded, all resume complete",
    spec: "system/crowd",
    count: 50_000,
    seconds: 180,
    planted: [
      ["entries are skipped for a stream that has no room", "nothing came"],
      ["entries are skipped for a socket that has no room", "nothing came"],
      ["no bound to what waits for a stream", "25 MB waited for 6"],
      ["no bound to what waits for a socket", "61 MB waited for 6"],
    ],
  },
  {
    name: "returning",
    section: STREAMS,
    risk: "a crowd that comes back from different places holds the server up",
    small:
      "40 streams, then 40 sockets, each from a place of its own, after a restart: all complete, in order",
    spec: "system/returning",
    count: 300,
    seconds: 120,
  },
  {
    name: "dead-peer",
    section: STREAMS,
    risk: "the sockets of a dead process stay",
    small: "20 sockets of a stopped process: ended, no descriptor left",
    spec: "system/crowd",
    count: 1,
    seconds: 60,
    planted: [
      ["a socket that does not answer pings is kept", "20 sessions, 20 sockets after 60 s"],
      ["the session of a socket that is gone is kept", "20 sessions, 0 sockets after 60 s"],
    ],
  },
  {
    name: "vanished",
    section: STREAMS,
    risk: "readers stay whose machine is gone without a word (no FIN), or that take nothing",
    small:
      "a cable pulled between two network namespaces: 5 event streams and 5 sockets ended, no descriptor left; 3 readers that take nothing of an answer ended, one that takes a little not",
    spec: "system/vanished",
    count: 1,
    seconds: 90,
  },
  {
    name: "idle",
    section: STREAMS,
    risk: "an idle proxy ends a quiet stream",
    small:
      "a stream and a socket, directly and through an nginx that waits 2 s: first words at once, 8 keepalives, none ended; without keepalives both are",
    spec: "system/idle",
    count: 40,
    seconds: 700,
  },
  {
    name: "shutdown",
    section: STREAMS,
    risk: "a stop under load loses a write or hangs",
    small: "SIGTERM with 10 SSE, 10 WS and 4 writers: exit 0, 1012, 0 lost",
    spec: "server/process",
    count: 100,
  },
  {
    name: "older",
    section: STREAMS,
    risk: "an older database is restored",
    small: "readers ahead of it are told first, on SSE and WS; it is logged",
    spec: "system/older-database",
  },
  {
    name: "slowloris",
    section: ACCESS,
    risk: "requests whose head trickles in",
    small: "40 sockets: dropped in their time, others served",
    spec: "system/floods",
    count: 500,
    seconds: 60,
  },
  {
    name: "slow-bodies",
    section: ACCESS,
    risk: "requests whose body trickles in",
    small: "40 sockets: dropped in their time, others served",
    spec: "system/floods",
    count: 500,
    seconds: 60,
  },
  {
    name: "upgrades",
    section: ACCESS,
    risk: "upgrades that are never finished",
    small: "100 sockets: dropped in their time, others served",
    spec: "system/floods",
    count: 2_000,
    seconds: 60,
  },
  {
    name: "pipelined",
    section: ACCESS,
    risk: "a request behind an answer that is under way ends the process, or is held for good",
    small:
      "each of 14 requests behind each of 11, with and without a token for reads, 40 random chains, 1,500 streams at once, 200 files behind each of 3: the server goes on, no client, socket or file left",
    spec: "system/pipelined",
    count: 20_000,
    seconds: 300,
  },
  {
    name: "foreign",
    section: ACCESS,
    risk: "DNS rebinding, or a foreign page drives the API",
    small:
      "9 foreign hosts and origins, and another site's mark, on every route and on the upgrade: 403, nothing changed",
    spec: "transport/http-access",
  },
  {
    name: "token",
    section: ACCESS,
    risk: "a write without the token",
    small: "19 wrong tokens on every route: 401, nothing changed, no token in a log line",
    spec: "transport/http-access",
  },
  {
    name: "default-token",
    section: ACCESS,
    risk: "the default token off loopback",
    small: "the server refuses to start and says what to set",
    spec: "server/config",
  },
  {
    name: "bodies",
    section: ACCESS,
    risk: "bodies beyond the bound, compressed, endless or of another type",
    small: "163,840 bytes pass, one more and a gzip bomb are 413; gzip and form posts are 415",
    spec: "transport/http-bodies",
  },
  {
    name: "hostile",
    section: ACCESS,
    risk: "script or markup in a field runs on the page",
    small:
      "7 payloads in every field, every view in a real browser: no dialog, no violation of the policy, no foreign request",
    spec: "browser/hostile",
  },
  {
    name: "page-leaks",
    section: ACCESS,
    risk: "an address leads the page or its token away",
    small: "5 foreign URLs in 21 query and hash parameters: 0 requests off the origin",
    spec: "browser/hostile",
  },
  {
    name: "limit",
    section: ACCESS,
    risk: "a flood of writes",
    small: "the 31st in a minute is 429 with Retry-After, whatever X-Forwarded-For says",
    spec: "transport/http-access",
  },
  {
    name: "api-fuzz",
    section: ACCESS,
    risk: "a request that nobody expected",
    small: "5,000 random, spoilt and hostile requests: 0 × 5xx, a refusal changes nothing",
    spec: "system/api-fuzz",
    count: 200_000,
    seconds: 900,
  },
  {
    name: "bombs",
    section: ACCESS,
    risk: "a body that holds the server: deep, long, wide, a prototype",
    small: "9 bombs on every route: answered, nothing polluted",
    spec: "system/bombs",
    count: 3,
    seconds: 60,
  },
  {
    name: "batch-bombs",
    section: ACCESS,
    risk: "a batch that answers without end",
    small: "a batch of each action and of the dearest: answered within a bound",
    spec: "system/bombs",
    count: 1,
  },
  {
    name: "patterns",
    section: ACCESS,
    risk: "a pattern that backtracks, a text or list without a bound",
    small: "every schema: all texts and lists have bounds, each pattern against 36 texts of 160 KB",
    spec: "system/bombs",
    count: 1,
  },
  {
    name: "audit",
    section: ACCESS,
    risk: "a dependency with a known hole",
    small: "(asks the registry: in a soak alone)",
    spec: "soak/audit",
    count: 1,
  },
  {
    name: "errors",
    section: ACCESS,
    risk: "an error shows a stack or a path",
    small: "whatever fails is JSON with one sentence, whatever NODE_ENV says",
    spec: "transport/http-methods",
  },
];
