/**
 * What the person prefers on this machine: look, density, what they last saw. Kept in this browser only.
 * Neighbours: `public/theme.js` applies the look before the first paint, Settings changes it, the
 * dashboard asks what is new. Invariant: the token is never here; broken storage costs memory only.
 */
import { createRoot, createSignal } from "solid-js";

export const THEMES = ["system", "light", "dark"] as const;
export const ACCENTS = ["indigo", "teal", "amber", "rose", "graphite"] as const;
export const DENSITIES = ["comfortable", "compact"] as const;

export interface Prefs {
  theme: (typeof THEMES)[number];
  accent: (typeof ACCENTS)[number];
  density: (typeof DENSITIES)[number];
  /** Whether the browser may show notifications of the system for new exceptions. */
  desktop: boolean;
  /** The last entry that the person has seen on the dashboard; null before the first visit. */
  seenSeq: number | null;
  /** The number of the last message seen, by thread; `""` for all threads as of the first visit. */
  readMessages: Readonly<Record<string, number>>;
  /** Named views of the board: a name and its query. */
  boardViews: readonly { name: string; query: string }[];
}

const KEY = "clawtasker.prefs";
const DEFAULTS: Prefs = {
  theme: "system",
  accent: "indigo",
  density: "comfortable",
  desktop: false,
  seenSeq: null,
  readMessages: {},
  boardViews: [],
};

/** Of this browser; another tab's change is taken over. */
export const prefs = createRoot(() => {
  const [kept, setKept] = createSignal<Prefs>(load());
  const system = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const { theme, accent, density } = kept();
    const root = document.documentElement.dataset;
    root.shade = theme === "dark" || (theme === "system" && system.matches) ? "dark" : "light";
    root.accent = accent;
    root.density = density;
  };
  system.addEventListener("change", apply);
  window.addEventListener("storage", ({ key }) => {
    if (key !== KEY) return;
    setKept(load());
    apply();
  });
  apply();
  return {
    get: kept,
    set(change: Partial<Prefs>): void {
      setKept((before) => ({ ...before, ...change }));
      apply();
      try {
        localStorage.setItem(KEY, JSON.stringify(kept()));
      } catch {
        // Storage is forbidden here: it lasts as long as the page.
      }
    },
  };
});

function load(): Prefs {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Prefs> | null;
    return { ...DEFAULTS, ...stored };
  } catch {
    return DEFAULTS;
  }
}
