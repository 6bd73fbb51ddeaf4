/** What the page does when its socket is refused: asks for a token only where reading needs one. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { createAdmission } from "../../client-solid/src/sync/admission.ts";
import { socketProtocols } from "../../client-solid/src/sync/wire.ts";

function setUp(session: object | null, given: string | null, answer: string | null) {
  const seen = { asked: 0, woken: 0, headers: [] as unknown[] };
  const ask = createAdmission({
    token: {
      token: () => given,
      async request() {
        seen.asked++;
        return answer;
      },
    },
    async fetch(path, { headers }) {
      assert.is(path, "/api/session");
      seen.headers.push(headers);
      if (!session) throw new Error("not reached");
      return new Response(JSON.stringify(session));
    },
    onToken: () => seen.woken++,
  });
  return { ask, seen };
}

test("ACC-10: the person is asked once where reading needs a token, and the wire tries again", async () => {
  const { ask, seen } = setUp({ read_auth: true, role: null }, "old", "new");
  await Promise.all([ask(), ask()]);
  assert.equal(seen, { asked: 1, woken: 1, headers: [{ Authorization: "Bearer old" }] });
});

test("ACC-10: who would rather not is not asked again by itself", async () => {
  const { ask, seen } = setUp({ read_auth: true, role: null }, null, null);
  await ask();
  await ask();
  assert.equal(seen, { asked: 1, woken: 0, headers: [{}] });
});

test("ACC-10: nobody is asked where reading is open, the token is right, or nobody answers", async () => {
  for (const session of [
    { read_auth: false, role: null },
    { read_auth: true, role: "observer" },
    null,
  ]) {
    const { ask, seen } = setUp(session, "t", "new");
    await ask();
    assert.equal([seen.asked, seen.woken], [0, 0]);
  }
});

test("ACC-10: a token travels as a subprotocol that is a token of HTTP, or not at all", () => {
  assert.equal(socketProtocols(null), []);
  assert.equal(socketProtocols("schlüssel"), []);
  const [protocol, token = ""] = socketProtocols("a/b+c?~");
  assert.is(protocol, "clawtasker.v1");
  assert.match(token, /^clawtasker\.token\.[\w-]+$/);
  const text = Buffer.from(token.slice("clawtasker.token.".length), "base64url").toString();
  assert.is(text, "a/b+c?~");
});

test.run();
