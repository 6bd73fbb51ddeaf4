/** The documentation page as a server answers it: what is there, what is not, and with which methods. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { isRefusal, withHttp } from "../support/http.ts";

const FILES: Record<string, string> = {
  "/docs": "text/html",
  "/docs/": "text/html",
  "/docs/start.js": "text/javascript",
  "/docs/docs.css": "text/css",
  "/docs/swagger-ui.css": "text/css",
  "/docs/swagger-ui-bundle.js": "text/javascript",
};

test("API-1 ACC-6: /docs and its files are served under the policy, and name no foreign host", () =>
  withHttp({}, async (http) => {
    for (const [path, type] of Object.entries(FILES)) {
      const answer = await http.get(path);
      assert.is(answer.status, 200, path);
      assert.match(answer.headers["content-type"] ?? "", type, path);
      assert.is(answer.headers["cache-control"], "no-cache");
      assert.match(String(answer.headers["content-security-policy"]), "script-src 'self'");
      assert.is(answer.headers["x-content-type-options"], "nosniff");
      assert.is((await http.send(path, { method: "HEAD" })).text, "");
    }
    const { text } = await http.get("/docs");
    assert.not.match(text, /https?:|<style|style=|<script>|\son\w+=/);
    for (const [, url = ""] of text.matchAll(/(?:src|href)="(\/docs[^"]*)"/g)) {
      assert.ok(url in FILES, url);
    }
  }));

test("HTTP-3: below /docs other methods are 405, other paths 404; a foreign Host gets nothing", () =>
  withHttp({}, async (http) => {
    for (const path of Object.keys(FILES)) {
      const posted = await http.post(path);
      isRefusal(posted, 405, path);
      assert.is(posted.headers.allow, "GET, HEAD, OPTIONS");
      assert.is((await http.send(path, { method: "OPTIONS" })).status, 204);
      isRefusal(await http.get(path, { Host: "evil.example" }), 403, path);
    }
    for (const path of [
      "/docs/package.json",
      "/docs/swagger-ui-bundle.js.map",
      "/docs/../package.json",
      "/docs/%2e%2e%2fpackage.json",
      "/docs/%zz",
    ]) {
      const { status } = await http.get(path);
      assert.ok(status === 404 || status === 400, `${path} ${status}`);
    }
    // What only begins alike is the page's.
    assert.is((await http.get("/docsify")).status, 404);
  }));

test.run();
