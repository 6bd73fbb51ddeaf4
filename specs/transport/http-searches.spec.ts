/** Searches of the archive over HTTP: too many at once, and clients that do not wait for theirs. */
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { createMemoryJournal } from "../../core/index.ts";
import { queries } from "../../core/queries.ts";
import { type HttpServer, withHttp } from "../support/http.ts";

/** A journal whose searches end when they are told to. */
function heldJournal() {
  const journal = createMemoryJournal("spec");
  const begun: { end(): void; signal: AbortSignal | undefined }[] = [];
  let told = () => {};
  const { listArchived } = journal;
  journal.listArchived = async (query, signal) => {
    await new Promise<void>((resolve) => {
      begun.push({ end: resolve, signal });
      told();
    });
    return listArchived(query, signal);
  };
  return {
    journal,
    begun,
    async until(count: number) {
      while (begun.length < count) {
        await new Promise<void>((resolve) => {
          told = resolve;
        });
      }
    },
  };
}

function ask({ port }: HttpServer, path: string) {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
  return socket;
}

test("ARC-9: of too many searches some are 503 with Retry-After, whatever they search; all others are answered", async () => {
  const { journal, begun, until } = heldJournal();
  await withHttp({ journal }, async (http) => {
    const searched = [...queries.values()].filter(({ searches }) => searches);
    assert.is(searched.length, 3);
    const paths = Array.from({ length: 30 }, (_, at) => `/api/${searched[at % 3]?.name}?query=x`);
    const answers = paths.map((path) => http.get(path));
    await until(2);
    const refused = [];
    for (const answer of answers.slice(18)) refused.push(await answer);
    for (const { status, headers, body } of refused) {
      assert.equal([status, headers["retry-after"], body.code], [503, "1", "unavailable"]);
      assert.match(String(body.error), "too many searches of the archive are under way");
    }
    assert.is((await http.get("/api/health")).status, 200);
    assert.is((await http.post("/api/tasks/create", { title: "Meanwhile" })).status, 200);
    for (let at = 0; at < 18; at++) {
      await until(at + 1);
      begun[at]?.end();
    }
    for (const answer of answers.slice(0, 18)) assert.is((await answer).status, 200);
    assert.is(begun.length, 18);
  });
});

test("ARC-9: a search is told that its client is gone, and who waited is not searched for", async () => {
  const { journal, begun, until } = heldJournal();
  await withHttp({ journal }, async (http) => {
    const path = "/api/tasks/archive?query=x";
    const first = [ask(http, path), ask(http, path)];
    await until(2);
    const late = [ask(http, path), ask(http, path)];
    // Behind them: what is answered tells that they have come.
    assert.is((await http.get("/api/health")).status, 200);
    for (const socket of late) socket.destroy();
    for (const [at, socket] of first.entries()) {
      const { signal } = begun[at] ?? {};
      assert.ok(signal && !signal.aborted);
      socket.destroy();
      if (!signal.aborted) await once(signal, "abort");
    }
    assert.is((await http.get("/api/health")).status, 200);
    for (const { end } of begun) end();
    const last = http.get(path);
    await until(3);
    begun[2]?.end();
    assert.is((await last).status, 200);
    assert.is(begun.length, 3);
    assert.equal(http.logged, [], "no fault of ours");
  });
});

test.run();
