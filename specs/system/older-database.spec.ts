/**
 * An older copy of the database is put in the place of the present one: who has seen more than it holds
 * is told to start over at once, on both streams, and it is logged.
 */
import { copyFileSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Hello } from "../../core/index.ts";
import { startServer } from "../../server/compose.ts";
import { makeDataDir, postTo, quietConfig, SILENT } from "../support/process.ts";
import { connectSse, connectWs } from "../support/streams.ts";

function copyDatabase(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    if (name.startsWith("clawtasker.db")) copyFileSync(join(from, name), join(to, name));
  }
}

test("STR-2 WS-3: after an older database was restored every reader ahead of it is told so first, and it is logged", async () => {
  const { dir, remove } = makeDataDir();
  try {
    const [data, copy] = [join(dir, "data"), join(dir, "copy")];
    const config = quietConfig(data);
    const first = await startServer({ config, log: SILENT });
    const create = async (url: string) => {
      assert.is((await postTo(url, "tasks/create", { title: "x" })).status, 200);
    };
    await create(first.url);
    await first.close();
    copyDatabase(data, copy);

    const second = await startServer({ config, log: SILENT });
    for (let n = 0; n < 5; n++) await create(second.url);
    const { seq: seen } = second.engine.view();
    const journal = second.engine.journalId();
    await second.close();
    copyDatabase(copy, data);

    const warned: string[] = [];
    const log = {
      ...SILENT,
      warn(facts: object, message: string) {
        // One line: anybody may name a number, so no stack comes with it.
        assert.not.ok("err" in facts);
        warned.push(message);
      },
    };
    const restored = await startServer({ config, log });
    try {
      const { seq: head } = restored.engine.view();
      assert.ok(head < seen);
      const sse = await connectSse(`${restored.url}/api/events/stream`, {
        lastEventId: String(seen),
      });
      const frame = await sse.frames.next();
      assert.equal([frame.event, frame.id], ["reset", String(head)]);
      assert.is((JSON.parse(frame.data) as { reason: string }).reason, "ahead");
      const ws = await connectWs(
        `${restored.url.replace("http", "ws")}/api/ws?since=${seen}&journal=${journal}`,
      );
      const hello = (await ws.messages.next()) as Hello;
      assert.equal([hello.type, hello.reset, hello.seq], ["hello", "ahead", head]);
      assert.ok(hello.state, "with the state");
      assert.ok(
        warned.some((text) =>
          text.includes(`has seen entry ${seen}, the last one here is ${head}`),
        ),
      );
      // From there on all is as usual.
      await create(restored.url);
      assert.is((await sse.frames.next()).id, String(head + 1));
      assert.is((await ws.messages.next()).type, "commit");
      sse.close();
      ws.drop();
    } finally {
      await restored.close();
    }
  } finally {
    remove();
  }
});

test.run();
