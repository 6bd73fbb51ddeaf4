/**
 * What a large company costs at the start and in memory. Neighbours: `probes/start.ts` and
 * `probes/memory.ts` measure, each in a process of its own.
 */
import type { Context } from "../context.ts";
import type { MemoryFound } from "../probes/memory.ts";
import type { StartFound } from "../probes/start.ts";
import { type Result, type Row, ratio, toCount } from "../row.ts";

const toMb = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

export const start: Row = {
  name: "start",
  onlyNamed: "quick",
  seconds: 80,
  title: "Start with 100,000 tasks and a journal of a million entries",
  async run({ quick, probe }) {
    const sizes = quick ? [2_000, 20_000, 1] : [100_000, 1_000_000, 3];
    const { subjects, databaseBytes, snapshotBytes } = await probe<StartFound>("start", ...sizes);
    const against = (measure: string) =>
      ratio(subjects, measure, "start, ready to serve", "JSON.parse of the snapshot");
    return {
      subjects,
      goals: [
        { what: "ready to serve, against parsing the snapshot", value: against("ms"), atMost: 2 },
        { what: "the same by CPU", value: against("CPU ms"), atMost: 2 },
      ],
      distance:
        "the parse itself is one of it. By CPU, in a measurement of its own (parse 0.41 s, start 0.76 s): 0.18 s are the opening, of which reading 74 MB out of SQLite is 0.08 s, most of it the kernel's, and the digest 0.04 s, the rest the worker's own start; 0.03 s make texts of the bytes; what remains is garbage collection beside that of the parse, which together, by a profile from before that, is as much as all of the parsing, and the records' way into their pages (1 %). The parts go from the worker without a copy and become texts one at a time: 0.83 s before. By the clock the reading comes before the parsing: parts that were parsed while the next are read would overlap, but nothing may be built on them before the digest is whole.",
      note: `The database has ${toMb(databaseBytes)}, its newest snapshot ${toMb(snapshotBytes)}.`,
    };
  },
};

export const memory: Row = {
  name: "memory",
  onlyNamed: "quick",
  seconds: 60,
  title: "Memory at 100,000 tasks, while they are written to",
  run: (context) => memoryOver(context, context.quick ? 2_000 : 100_000),
};

export const memoryMillion: Row = {
  name: "memory-million",
  onlyNamed: "always",
  seconds: 600,
  title: "Memory at 100,000 tasks, over a million writes",
  run: (context) => memoryOver(context, 1_000_000),
};

/** Too long for a whole run; by \`npm run bench -- memory-million\`, at the commit it names. */
const MILLION =
  " A million writes, by `npm run bench -- memory-million` at commit 5257e7d (140 s): 1.46 × the JSON before the first, then 1.50, 1.84, 2.03, 1.83 and 2.03 × after each 200,000. It swings because a snapshot that is being written holds the state it is of; nine seconds after 100,000 writes, when none is, it was 1.43 ×.";

const DISTANCE =
  "the snapshot that is being written, which holds the state it is of until it is done: after about 57,000 writes one begins, and what is written meanwhile is there twice. By heap snapshots a written task takes some 30 bytes more than a loaded one, whose fields lie within it where the copy that a write makes keeps them in a store beside it; the shapes of the leaves' copies take about as much for each task of 100,000, and the entries at hand for readers 5 MB.";

async function memoryOver({ quick, probe }: Context, writes: number): Promise<Result> {
  const tasks = quick ? 2_000 : 100_000;
  const { jsonBytes, samples } = await probe<MemoryFound>("memory", tasks, writes);
  const ratios = samples.map((sample) => sample["× its JSON"] ?? Number.NaN);
  const [first = Number.NaN] = ratios.slice(-2);
  const last = ratios.at(-1) ?? Number.NaN;
  return {
    subjects: samples.map(({ writes: done = 0, ...sample }) => ({
      name: `after ${toCount(done)} writes`,
      samples: [sample],
    })),
    goals: [
      {
        what: "most of the heap, against the JSON of the state",
        value: Math.max(...ratios),
        atMost: 2.5,
      },
      {
        what: "heap at the end, against a fifth of the writes before",
        value: last / first,
        atMost: 1.1,
      },
    ],
    note: `The heap is taken after garbage collection, beyond that of an empty process; the JSON has ${toMb(jsonBytes)}. Resident is the whole process, this bench's making of the company with it.${writes < 1_000_000 ? MILLION : ""}`,
    distance: DISTANCE,
  };
}
