/** What is in the archive, beside what is live: each record once, in its order, whatever goes meanwhile. */
import { createRoot, createSignal } from "solid-js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  createOlder,
  joined,
  type Older,
  type Page,
} from "../../client-solid/src/views/conversations/older.ts";

interface Said {
  id: string;
}

interface List {
  older: Older<Said>;
  /** All that is shown, the oldest first. */
  shown(): string;
  /** So many of the oldest go to the archive. */
  archive(count: number): void;
  say(): void;
  reset(count: number): void;
  /** The next reads fail, or wait until they are let go. */
  fail(message: string | null): void;
  hold(): () => void;
  asked(): number;
}

/** A list of so many, numbered from 1, of which some are archived; a page of the archive holds three. */
function within(count: number, archived: number, run: (list: List) => Promise<void>) {
  return createRoot(async (dispose) => {
    let [last, gone, asked] = [count, archived, 0];
    let failure: string | null = null;
    let held = Promise.resolve();
    const numbers = (from: number, to: number) =>
      Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => `M-${from + n}`);
    const [live, setLive] = createSignal<readonly string[]>(numbers(gone + 1, last));
    const renew = () => setLive(numbers(gone + 1, last));
    const older = createOlder<Said>({
      live,
      recordOf: (id) => (live().includes(id) ? { id } : undefined),
      archived: () => gone,
      async ask(cursor): Promise<Page<Said>> {
        asked++;
        const ids = numbers(1, cursor ? Number(cursor) - 1 : gone)
          .reverse()
          .slice(0, 3);
        await held;
        if (failure) throw new Error(failure);
        const end = ids.at(-1)?.slice(2) ?? null;
        return { records: ids.map((id) => ({ id })), next: end === "1" ? null : end };
      },
    });
    // Effects of a root begin when it has been made.
    await Promise.resolve();
    try {
      await run({
        older,
        shown: () =>
          joined(older.ids(), live())
            .map((id) => id.slice(2))
            .join(" "),
        archive(more) {
          gone += more;
          renew();
        },
        say() {
          last++;
          renew();
        },
        reset(now) {
          [last, gone] = [now, 0];
          renew();
        },
        fail(message) {
          failure = message;
        },
        hold() {
          let free = () => {};
          held = new Promise((resolve) => {
            free = resolve;
          });
          return free;
        },
        asked: () => asked,
      });
    } finally {
      dispose();
    }
  });
}

test("PAGE-48: older ones are read page by page until none is left", () =>
  within(12, 7, async ({ older, shown }) => {
    assert.equal([shown(), older.left()], ["8 9 10 11 12", 7]);
    await older.load();
    assert.equal([shown(), older.left()], ["5 6 7 8 9 10 11 12", 4]);
    await older.load();
    await older.load();
    assert.equal([shown(), older.left()], ["1 2 3 4 5 6 7 8 9 10 11 12", 0]);
    await older.load();
    assert.is(older.get("M-1")?.id, "M-1");
  }));

test("PAGE-48: what goes to the archive while it is looked at stays in its place, once, and is not read again", () =>
  within(12, 2, async ({ older, shown, archive, say, asked }) => {
    archive(5);
    assert.equal([shown(), older.left()], ["3 4 5 6 7 8 9 10 11 12", 2]);
    say();
    assert.is(older.get("M-3")?.id, "M-3");
    // The first pages hold what is here already.
    await older.load();
    assert.equal([shown(), older.left()], ["2 3 4 5 6 7 8 9 10 11 12 13", 1]);
    await older.load();
    assert.equal([shown(), older.left()], ["1 2 3 4 5 6 7 8 9 10 11 12 13", 0]);
    assert.is(asked(), 3);
    archive(1);
    assert.is(shown(), "1 2 3 4 5 6 7 8 9 10 11 12 13");
  }));

test("PAGE-48: a read that fails says why and may be tried again; one at a time", () =>
  within(9, 6, async ({ older, shown, fail, hold, asked }) => {
    fail("the server is stopping; try again");
    await older.load();
    assert.equal([older.problem(), older.loading()], ["the server is stopping; try again", false]);
    fail(null);
    const free = hold();
    const both = [older.load(), older.load()];
    assert.equal([older.problem(), older.loading()], ["", true]);
    free();
    await Promise.all(both);
    assert.equal([shown(), asked()], ["4 5 6 7 8 9", 2]);
  }));

test("PAGE-48: a reset takes away what was read, and what is still under way", () =>
  within(9, 6, async ({ older, shown, reset, hold }) => {
    await older.load();
    const free = hold();
    const late = older.load();
    reset(2);
    assert.equal([shown(), older.left(), older.loading()], ["1 2", 0, false]);
    free();
    await late;
    assert.equal([shown(), older.problem()], ["1 2", ""]);
    assert.is(older.get("M-6"), undefined);
  }));

test.run();
