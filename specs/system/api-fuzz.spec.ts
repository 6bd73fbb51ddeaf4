/**
 * The API under random requests: valid ones, ones with a field gone wrong, and hostile ones, drawn from
 * the declarations and a dictionary. Whatever comes, the answer is a yes or a clear no; never a fault,
 * never an internal, and a no changes nothing.
 */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { queries, type State } from "../../core/index.ts";
import { randomAction } from "../core/random-actions.ts";
import { type Answer, type HttpServer, type Sending, TOKEN, withHttp } from "../support/http.ts";
import { createRandom, type Random, seedOf } from "../support/random.ts";
import { grouped, part, sizeFor } from "../support/soak.ts";

/** A company begins anew after so many, so that answers stay small. */
const REQUESTS_EACH = 2_500;
const JSON_HEADERS = { "Content-Type": "application/json", Authorization: `Bearer ${TOKEN}` };

/** What has broken other servers. */
const HOSTILE_TEXTS = [
  "",
  "__proto__",
  "constructor.prototype",
  "../../../../etc/passwd",
  "%2e%2e%2f%00",
  "' OR 1=1; DROP TABLE entries; --",
  "<script>alert(1)</script>",
  "$" + "{7*7}{{7*7}}",
  "\u0000\u0001\u001f",
  "\ud800",
  "\u202etxt.exe",
  "a".repeat(5_000),
  "🏴‍☠️".repeat(200),
  "NaN",
  "-0",
  "1e999",
  "9".repeat(40),
  "\r\nSet-Cookie: a=b",
];
const HOSTILE_VALUES: unknown[] = [
  ...[null, true, 0, -1, 1.5, 2 ** 53, Number.MAX_VALUE, [], {}, [[]], [null], [{}]],
  ...[{ length: 1e9 }, { toString: 1 }, Array(500).fill("x"), { $ref: "#" }],
];
const HOSTILE_BODIES = [
  ...["{", "[]", "null", '"text"', "{}x", '{"a":}', "\u0000", '{"__proto__":{"admin":true}}'],
  ...[`${'{"a":'.repeat(3_000)}1${"}".repeat(3_000)}`, `{"title":${"[".repeat(3_000)}`],
  ...[
    '{"title":"a","title":{"b":1}}',
    '{"constructor":{"prototype":{"admin":true}}}',
    "{}".repeat(9),
  ],
  ...[
    '{"title":"\\ud800"}',
    '{"title":1e999}',
    '{"title":-0}',
    `{"title":"${"\\u0000".repeat(100)}"}`,
  ],
];

type Request = Sending & { path: string };

function anyRequest(random: Random, { engine }: HttpServer): Request {
  const { name, body } = randomAction(random, engine.view().state);
  // The system's own actions have no route; that is a 404.
  const post = { path: `/api/${name}`, method: "POST", headers: JSON_HEADERS };
  const kind = random.whole(10);
  if (kind < 5) return { ...post, body };
  if (kind < 8) return { ...post, body: spoil(random, body) };
  if (kind === 8 && random.whole(2)) {
    return { ...post, path: "/api/batch", body: anyBatch(random, engine.view().state) };
  }
  if (kind === 8) return { ...post, body: random.pick(HOSTILE_BODIES) };
  return hostileRead(random);
}

function anyBatch(random: Random, state: State): unknown {
  const actions = Array.from({ length: 1 + random.whole(5) }, () => {
    const { name, body } = randomAction(random, state);
    return { action: name, body: random.whole(4) ? body : spoil(random, body) };
  });
  return { actions, ...(random.whole(2) === 0 && { atomic: true }) };
}

/** One field is gone wrong, or one too many is there. */
function spoil(random: Random, body: unknown): unknown {
  if (typeof body !== "object" || body === null) return body;
  const spoilt = structuredClone(body) as Record<string, unknown>;
  const fields = [...Object.keys(spoilt), random.pick(HOSTILE_TEXTS) || "extra"];
  const value = random.whole(2) ? random.pick(HOSTILE_TEXTS) : random.pick(HOSTILE_VALUES);
  Object.defineProperty(spoilt, random.pick(fields), {
    ...{ value, enumerable: true, configurable: true, writable: true },
  });
  return spoilt;
}

function hostileRead(random: Random): Request {
  const query = random.pick([...queries.values()]);
  const known = Object.keys(query.examples[0] as object);
  const name = random.pick([...known, "since", "limit", "__proto__", "x"]);
  const value = encodeURIComponent(random.pick(HOSTILE_TEXTS).replace("\ud800", "%"));
  const tail = random.pick([`?${name}=${value}`, `?${name}=${value}&${name}=2`, "/", "//", "?%"]);
  const method = random.pick(["GET", "GET", "GET", "HEAD", "OPTIONS", "DELETE", "PUT", "PATCH"]);
  return {
    path: `/api/${query.name}${tail}`,
    method,
    headers: { Authorization: JSON_HEADERS.Authorization },
  };
}

const INTERNALS = /node_modules|\n\s+at |file:\/\/|\.(?:ts|js):\d+|\/(?:tmp|home|root|usr)\//;

/** What every answer must be. */
function judge(answer: Answer, before: number, after: number): void {
  assert.ok(answer.status < 500, `answered ${answer.status}: ${answer.text.slice(0, 300)}`);
  if (answer.status < 400) return;
  assert.is(after, before, "a refusal left an entry");
  if (answer.text === "") return;
  assert.type(answer.body.error, "string");
  // What the caller sent may be quoted; of ours nothing may show.
  assert.not.match(answer.text.replaceAll("etc/passwd", ""), INTERNALS);
}

test("HTTP-20 CORE-10: random requests get a yes or a clear no, never a fault; a no changes nothing", async () => {
  const size = sizeFor("api-fuzz", 5_000);
  const counts: Record<string, number> = {};
  let sent = 0;
  for (let seed = seedOf(20_260_321); size.more(sent); seed++) {
    const random = createRandom(seed);
    await withHttp({ writesPerMinute: 1_000_000 }, async (http) => {
      for (let n = 0; n < REQUESTS_EACH && size.more(sent); n++, sent++) {
        const request = anyRequest(random, http);
        const before = http.engine.view().seq;
        try {
          const answer = await http.send(request.path, request);
          judge(answer, before, http.engine.view().seq);
          const group = `${Math.floor(answer.status / 100)}xx`;
          counts[group] = (counts[group] ?? 0) + 1;
        } catch (error) {
          const told = JSON.stringify(request).slice(0, 500);
          (error as Error).message = `seed ${seed}, ${told}: ${(error as Error).message}`;
          throw error;
        }
      }
    });
    assert.is(Reflect.get({}, "admin"), undefined, "a prototype was reached");
  }
  assert.ok((counts["2xx"] ?? 0) > sent / 5 && (counts["4xx"] ?? 0) > sent / 5, `${counts}`);
  const yes = grouped(counts["2xx"] ?? 0);
  size.reached(
    `${part(sent, size)} requests, ${yes} accepted, ${grouped(counts["4xx"] ?? 0)} refused: 0 × 5xx, 0 exits`,
  );
});

test("HTTP-20: the judge sees a fault, an internal, and an entry left by a refusal", () => {
  const answer = (status: number, error: string) => ({
    ...{ status, headers: {}, text: JSON.stringify({ error }), body: { error } },
    at: () => undefined,
  });
  const saysNo = (...given: Parameters<typeof judge>) => {
    try {
      judge(...given);
    } catch {
      return true;
    }
    return false;
  };
  assert.not.ok(saysNo(answer(400, "title is required"), 1, 1));
  assert.ok(saysNo(answer(500, "internal error"), 1, 1));
  assert.ok(saysNo(answer(400, "at f (/root/app/core/x.js:1)"), 1, 1));
  assert.ok(saysNo(answer(400, "title is required"), 1, 2));
});

test.run();
