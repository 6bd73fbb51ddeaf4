/**
 * The write token on the page: taken from the fragment of the address, which no browser sends, or from
 * the person; kept for this tab only. Neighbours: `api.ts` asks for it, `parts/TokenForm` shows the form.
 * Invariant: after reading, the address no longer shows it, and no URL that is sent ever holds it.
 */
import { type Accessor, createSignal } from "solid-js";

export interface TokenPorts {
  /** `location.hash`. */
  fragment(): string;
  /** Takes the fragment out of the address, leaving no entry in the history. */
  clearFragment(): void;
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
}

export interface TokenKeeper {
  token: Accessor<string | null>;
  /** Which one that is: each that takes the place of another has a higher number, over a reload too. */
  number(): number;
  /** Whether the person is being asked. */
  asking: Accessor<boolean>;
  /** Whether it is because the token that was there is not the server's. */
  refused: Accessor<boolean>;
  /**
   * Looks at the address; also after it changed. What it holds is kept where this tab has no token yet.
   * @returns the token of the address where this tab has another, which stays until one is given
   */
  takeFromAddress(): string | null;
  /** Asks the person; null when they would rather not. Asked twice, it is one form. */
  request(): Promise<string | null>;
  give(token: string): void;
  /** From now on this tab has none. */
  forget(): void;
  dismiss(): void;
}

const STORED_AS = "clawtasker-token";
const NUMBER_STORED_AS = "clawtasker-token-number";

export function createTokenKeeper({ fragment, clearFragment, storage }: TokenPorts): TokenKeeper {
  const [token, setToken] = createSignal<string | null>(recall(STORED_AS));
  let number = Number(recall(NUMBER_STORED_AS)) || 0;
  const [asking, setAsking] = createSignal(false);
  const [refused, setRefused] = createSignal(false);
  let answers: ((token: string | null) => void)[] = [];

  function recall(name: string): string | null {
    try {
      return storage.getItem(name);
    } catch {
      return null;
    }
  }

  function keep(given: string): void {
    if (given !== token()) number++;
    setToken(given);
    try {
      storage.setItem(NUMBER_STORED_AS, String(number));
      storage.setItem(STORED_AS, given);
    } catch {
      // Storage is forbidden here: the token lasts as long as the page.
    }
  }

  function answer(given: string | null): void {
    const waiting = answers;
    answers = [];
    setAsking(false);
    for (const resolve of waiting) resolve(given);
  }

  return {
    token,
    number: () => number,
    asking,
    refused,
    takeFromAddress() {
      const given = tokenIn(fragment());
      if (given === null) return null;
      clearFragment();
      if (given === "") return null;
      if (token() !== null && token() !== given) return given;
      keep(given);
      answer(given);
      return null;
    },
    request() {
      setRefused(token() !== null);
      setAsking(true);
      return new Promise((resolve) => answers.push(resolve));
    },
    give(given) {
      keep(given);
      answer(given);
    },
    forget() {
      setToken(null);
      try {
        storage.removeItem(STORED_AS);
      } catch {
        // Where storage is forbidden nothing was kept.
      }
    },
    dismiss: () => answer(null),
  };
}

const MAX_TOKEN = 4_000;

/** What the page would take from this fragment; null where it holds no token. */
export function tokenIn(fragment: string): string | null {
  const given = /^#(?:.*&)?token=([^&]*)/.exec(fragment)?.[1];
  if (given === undefined) return null;
  // A longer one would make a handshake that no server takes, and the page would be offline without a word.
  if (given.length > MAX_TOKEN) return "";
  try {
    return decodeURIComponent(given);
  } catch {
    return given;
  }
}
