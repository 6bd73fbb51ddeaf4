/** How many searches of the archive are under way, and who waits. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Refusal } from "../../core/errors.ts";
import type { ArchivePage, ArchiveQuery } from "../../core/ports.ts";
import { createSearches } from "../../core/searches.ts";

/** An archive whose searches end when they are told to. */
function startSearches() {
  const begun: { end(): void; fail(): void; signal: AbortSignal | undefined }[] = [];
  const archiveFor = createSearches({
    findArchived: async () => [],
    listArchived: (_query, signal) =>
      new Promise<ArchivePage>((resolve, reject) => {
        begun.push({
          signal,
          end: () => resolve({ rows: [], next: null }),
          fail: () => reject(new Error("planted")),
        });
      }),
  });
  const query: ArchiveQuery = { kind: "task", words: ["x"], limit: 1 };
  return {
    begun,
    archive: archiveFor("anybody"),
    search(signal?: AbortSignal, who = "anybody"): Promise<string> {
      return archiveFor(who)
        .listArchived(query, signal)
        .then(
          () => "found",
          (thrown) => (thrown instanceof Refusal ? thrown.rejection.message : String(thrown)),
        );
    },
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("ARC-9: two searches are under way, sixteen wait, and one more is refused in words", async () => {
  const { begun, search, archive } = startSearches();
  const answers = Array.from({ length: 18 }, () => search());
  await turn();
  assert.is(begun.length, 2);
  assert.match(await search(), /^too many searches of the archive are under way/);
  assert.equal(await archive.findArchived("task", ["T-1"]), [], "a look by id is no search");
  for (let at = 0; at < 18; at++) {
    assert.is(begun.length, Math.min(18, at + 2));
    if (at % 2) begun[at]?.fail();
    else begun[at]?.end();
    await turn();
  }
  assert.equal(
    await Promise.all(answers),
    Array.from({ length: 18 }, (_, at) => (at % 2 ? "Error: planted" : "found")),
  );
  const last = search();
  await turn();
  assert.is(begun.length, 19, "all places are free again");
  begun[18]?.end();
  assert.is(await last, "found");
});

test("ARC-12: who takes all places for searches leaves others theirs: they come first, and take of the places to wait", async () => {
  const { begun, search } = startSearches();
  const many = Array.from({ length: 18 }, () => search(undefined, "many"));
  await turn();
  assert.match(await search(undefined, "many"), "too many searches", "its own are all taken");
  let ended = "";
  many.at(-1)?.then((answer) => {
    ended = answer;
  });
  const one = search(undefined, "one");
  await turn();
  assert.match(ended, "too many searches", "the latest of who has most gave way");
  begun[0]?.end();
  await turn();
  assert.is(begun.length, 3);
  begun[2]?.end();
  assert.is(await one, "found", "it did not wait behind the others");
  // Up to half of them, and then each is refused for its own.
  const others = Array.from({ length: 8 }, () => search(undefined, "one"));
  await turn();
  assert.match(await search(undefined, "one"), "too many searches");
  for (let at = 1; at < 40; at++) {
    begun[at]?.end();
    await turn();
  }
  assert.equal(new Set(await Promise.all(others)), new Set(["found"]));
  const answers = await Promise.all(many);
  assert.is(answers.filter((answer) => answer === "found").length, 18 - 1 - 6);
});

test("ARC-9: who is gone is not searched for, waits no more, and leaves nothing behind", async () => {
  const { begun, search } = startSearches();
  const first = [search(), search()];
  const gone = new AbortController();
  const left = [search(gone.signal), search(gone.signal)];
  const stays = Array.from({ length: 14 }, () => search());
  gone.abort();
  assert.equal(await Promise.all(left), ["the caller is gone", "the caller is gone"]);
  assert.is(await search(gone.signal), "the caller is gone");
  const more = [search(), search()];
  assert.match(await search(), "too many searches", "their places were taken");
  const all = [...first, ...stays, ...more];
  for (let at = 0; at < all.length; at++) {
    await turn();
    begun[at]?.end();
  }
  assert.equal(
    await Promise.all(all),
    all.map(() => "found"),
  );
  assert.is(begun.length, all.length);
});

test("ARC-9: a search knows of its caller's going", async () => {
  const { begun, search } = startSearches();
  const gone = new AbortController();
  const answer = search(gone.signal);
  await turn();
  assert.is(begun[0]?.signal, gone.signal);
  begun[0]?.end();
  assert.is(await answer, "found");
});

test.run();
