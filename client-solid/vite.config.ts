/**
 * Builds the page into `dist/page`, which the server hands out. Nothing is inlined, since the page runs
 * under a Content-Security-Policy of `'self'` only. In development the API is proxied to a local server.
 */
import { defineConfig } from "vite";
import solid from "vite-plugin-solid";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [solid()],
  build: {
    outDir: "../dist/page",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
  },
  server: {
    host: "127.0.0.1",
    // The Host stays as it is, so that the server sees the page and the API as one origin.
    proxy: { "/api": { target: "http://127.0.0.1:3000", ws: true, changeOrigin: false } },
  },
});
