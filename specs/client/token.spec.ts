/** The token on the page: out of the address at once, kept for the tab, asked for when it is missing. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { createTokenKeeper } from "../../client-solid/src/sync/token.ts";

function keeper(fragment: string, stored: Record<string, string> = {}, forbidden = false) {
  const address = { fragment };
  const guard = () => {
    if (forbidden) throw new Error("storage is forbidden");
  };
  const token = createTokenKeeper({
    fragment: () => address.fragment,
    clearFragment() {
      address.fragment = "";
    },
    storage: {
      getItem(key) {
        guard();
        return stored[key] ?? null;
      },
      setItem(key, value) {
        guard();
        stored[key] = value;
      },
      removeItem(key) {
        delete stored[key];
      },
    },
  });
  return { token, address, stored };
}

test("PAGE-4: a token in the fragment is taken, removed from the address and kept", () => {
  const { token, address, stored } = keeper("#token=a%2Bb+c");
  token.takeFromAddress();
  assert.is(token.token(), "a+b+c");
  assert.is(address.fragment, "");
  assert.equal(stored, { "clawtasker-token": "a+b+c", "clawtasker-token-number": "1" });
  assert.is(keeper("", stored).token.token(), "a+b+c", "a reload still has it");
});

test("PAGE-72: a link puts no token in the place of another; what it brought is given back, to be asked about", () => {
  const { token, address } = keeper("#token=mine");
  assert.is(token.takeFromAddress(), null, "there was none");
  for (const [fragment, other] of [
    ["#token=mine", null],
    ["#token=", null],
    ["#main", null],
    ["#token=theirs", "theirs"],
  ] as const) {
    address.fragment = fragment;
    assert.is(token.takeFromAddress(), other, fragment);
    assert.is(address.fragment, fragment === "#main" ? fragment : "");
  }
  assert.is(token.token(), "mine");
});

test("PAGE-71: tokens of a tab are numbered, over a reload too; the same one keeps its number", () => {
  const { token, stored } = keeper("#token=mine");
  const first = token.number();
  token.takeFromAddress();
  const mine = token.number();
  assert.ok(mine > first);
  token.give("mine");
  assert.is(token.number(), mine);
  assert.is(keeper("", stored).token.number(), mine, "a reload changes nothing");
  const reloaded = keeper("", stored).token;
  reloaded.give("theirs");
  assert.ok(reloaded.number() > mine);
  token.give("theirs");
  const theirs = token.number();
  assert.ok(theirs > mine);
  token.forget();
  token.give("theirs");
  assert.ok(token.number() > theirs, "what was forgotten is not known again");
  const { token: forbidden } = keeper("#token=a", {}, true);
  forbidden.takeFromAddress();
  const one = forbidden.number();
  forbidden.give("b");
  assert.ok(forbidden.number() > one, "also where storage is forbidden");
});

test("PAGE-4: another fragment is left alone, an empty token is removed but not used", () => {
  const other = keeper("#main");
  other.token.takeFromAddress();
  assert.is(other.address.fragment, "#main");
  assert.is(other.token.token(), null);
  const empty = keeper("#token=");
  empty.token.takeFromAddress();
  assert.is(empty.address.fragment, "");
  assert.is(empty.token.token(), null);
});

test("PAGE-4: what is too long for any token is none", () => {
  for (const [length, taken] of [
    [4_000, 4_000],
    [4_001, undefined],
  ] as const) {
    const { token, address } = keeper(`#token=${"x".repeat(length)}`);
    token.takeFromAddress();
    assert.equal([token.token()?.length, address.fragment], [taken, ""]);
  }
});

test("PAGE-4: where storage is forbidden, or the token badly escaped, it still works", () => {
  const { token } = keeper("#token=100%", {}, true);
  token.takeFromAddress();
  assert.is(token.token(), "100%");
});

test("ACC-1: everybody who waits for a token gets the same answer, and the form closes", async () => {
  const { token } = keeper("");
  const asked = [token.request(), token.request()];
  assert.ok(token.asking());
  token.give("t");
  assert.equal(await Promise.all(asked), ["t", "t"]);
  assert.not(token.asking());
  const again = token.request();
  token.dismiss();
  assert.is(await again, null);
  assert.is(token.token(), "t", "to dismiss the form is not to forget");
});

test.run();
