/**
 * What every view stands on, made once: the mirror of the state, the wire, the typed client, the clock,
 * the toasts. A view reads records by `mirror.wire`, lists and counts by `read` (`sync/reading.ts`), and
 * writes by `api` (`sync/api.ts`), which shows the change at once and keeps it until it is answered.
 * Neighbours: `main.tsx` opens it, views reach it by `usePage`. Here, and only here, the sync modules
 * meet the real browser. Invariant: `close` ends every timer, listener and socket.
 */
import {
  type Accessor,
  batch,
  createContext,
  createRoot,
  createSignal,
  useContext,
} from "solid-js";
import { type Commands, createCommands } from "./commands.ts";
import { type Confirm, createConfirm } from "./parts/confirm.ts";
import { createToasts, type Toasts } from "./parts/toasts.ts";
import "./prefs.ts";
import { createSteady } from "./steady.ts";
import { createAdmission } from "./sync/admission.ts";
import { type Api, createApi } from "./sync/api.ts";
import { type ConnectionState, createConnection } from "./sync/connection.ts";
import { createIntake } from "./sync/intake.ts";
import { createReading, type Reading } from "./sync/reading.ts";
import { createMirror, type Mirror } from "./sync/store.ts";
import { createTokenKeeper, type TokenKeeper } from "./sync/token.ts";
import { SOCKET_PATH, socketProtocols } from "./sync/wire.ts";
import { createFresh, type Fresh } from "./task/fresh.ts";

export interface Page {
  mirror: Mirror;
  /** Lists and counts that are cheap to follow: see `sync/reading.ts`. */
  read: Reading;
  connection: Accessor<ConnectionState>;
  /** By the server's clock, in milliseconds; moves every 15 s. */
  now: Accessor<number>;
  api: Api;
  token: TokenKeeper;
  toasts: Toasts;
  /** What others changed of a task this moment. */
  fresh: Fresh;
  confirm: Confirm;
  commands: Commands;
  /** The card that was just moved by hand, so that it takes the focus in its new place. */
  moved: { id: string | null };
  close(): void;
}

const TICK_MS = 15_000;
/** A link may come from anybody. */
const OTHER_TOKEN = {
  title: "Take the token of the link?",
  text: "This tab has a token already, and the link that was followed brings another one. With it, what you change here is entered as done by whoever it was made for.",
  yes: "Take it",
  danger: true,
};

export function openPage(): Page {
  const mirror = createMirror();
  const toasts = createToasts();
  const [commands, disposeCommands] = createRoot(
    (dispose) => [createCommands((why) => toasts.show("refused", why)), dispose] as const,
  );
  const [wireState, setWireState] = createSignal<ConnectionState>({ status: "connecting" });
  const [now, setNow] = createSignal(Date.now());
  let aheadMs = 0;
  const serverNow = () => Date.now() + aheadMs;
  const steady = createSteady((why) => toasts.show("refused", why));
  const fresh = createFresh(setTimer);
  mirror.onOthers((others) => {
    steady.shift();
    fresh.take(others);
  });
  const tick = () =>
    batch(() => {
      setNow(serverNow());
      mirror.exceptions.tick(now());
    });

  const token = createTokenKeeper({
    fragment: () => location.hash,
    clearFragment: () =>
      history.replaceState(history.state, "", location.pathname + location.search),
    storage: sessionStorage,
  });
  const confirm = createConfirm();
  const takeToken = async () => {
    const other = token.takeFromAddress();
    if (other !== null && (await confirm.ask(OTHER_TOKEN))) token.give(other);
  };
  // Before anything else looks at the address.
  void takeToken();

  const api = createApi({
    token: token.token,
    tokenNumber: token.number,
    requestToken: token.request,
    journal: mirror.journal,
    storage: sessionStorage,
    effects: {
      add: (key, asks, journal) => mirror.effects.add({ key, asks, at: serverNow(), journal }),
      answered: mirror.effects.answered,
    },
  });

  const slices = new MessageChannel();
  const intake = createIntake({
    apply: mirror.applyCommits,
    replace: mirror.replaceState,
    onMisfit: () => wire.distrust(),
    // Not a timer, which a hidden tab is given once a minute.
    schedule(run) {
      slices.port1.onmessage = run;
      slices.port2.postMessage(null);
    },
    elapsed: () => performance.now(),
  });
  const connection = (): ConnectionState => {
    const state = wireState();
    return state.status === "live" && intake.behind() ? { status: "catching-up" } : state;
  };

  const wire = createConnection({
    url: new URL(SOCKET_PATH, location.href.replace(/^http/, "ws")).href,
    createSocket(url, { onMessage, onClose }) {
      const socket = new WebSocket(url, socketProtocols(token.token()));
      let opened = false;
      socket.onopen = () => {
        opened = true;
      };
      socket.onmessage = ({ data }) => onMessage(String(data));
      socket.onclose = () => {
        onClose();
        if (!opened) void askToRead();
      };
      return socket;
    },
    setTimer,
    clock: () => Date.now(),
    random: () => Math.random(),
    onHello(hello) {
      aheadMs = hello.now - Date.now();
      tick();
      const first = !mirror.ready();
      intake.hello(hello);
      if (first) afterPaint(loadReducer);
    },
    onCommits: intake.commits,
    onState(state) {
      setWireState(state);
      // The wire is back, so the server is: what waits for it need not wait longer.
      if (state.status === "live") api.writes.wake();
    },
  });

  /** Large, and only of use for what the person does next: until then writes are simply pending. */
  const loadReducer = () =>
    void import("./sync/reducer.ts").then(mirror.effects.useReducer, () => {});

  const askToRead = createAdmission({
    token,
    fetch: (path, init) => fetch(path, init),
    onToken: () => wire.wake(),
  });

  const wake = () => document.visibilityState === "visible" && wire.wake();
  const abort = new AbortController();
  const { signal } = abort;
  window.addEventListener("online", wake, { signal });
  window.addEventListener("hashchange", () => void takeToken(), { signal });
  document.addEventListener("visibilitychange", wake, { signal });
  window.addEventListener(
    "beforeunload",
    (event) => api.writes.pending().length > 0 && event.preventDefault(),
    { signal },
  );
  const endSteady = steady.listen();
  const ticking = setInterval(() => {
    // What time moves, the person did not.
    steady.shift();
    tick();
  }, TICK_MS);
  wire.start();

  return {
    mirror,
    read: createReading(mirror, now),
    connection,
    now,
    api,
    token,
    toasts,
    fresh,
    confirm,
    commands,
    moved: { id: null },
    close() {
      abort.abort();
      endSteady();
      fresh.close();
      clearInterval(ticking);
      wire.stop();
      api.writes.close();
      slices.port1.close();
      toasts.close();
      disposeCommands();
    },
  };
}

function setTimer(run: () => void, delayMs: number): () => void {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
}

function afterPaint(run: () => void): void {
  if ("requestIdleCallback" in window) window.requestIdleCallback(run, { timeout: 2_000 });
  else setTimeout(run, 200);
}

export const PageContext = createContext<Page>();

export function usePage(): Page {
  const page = useContext(PageContext);
  if (!page) throw new Error("no page around this component");
  return page;
}
