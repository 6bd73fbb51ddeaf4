/** What a view keeps in the address after the `?`: read reactively, changed without a step back in history. */
import { useLocation, useNavigate } from "@solidjs/router";
import { createMemo } from "solid-js";

export interface Query {
  /** "" where it is absent. */
  get(name: string): string;
  /** Sets what is given; "" takes it out. */
  set(change: Readonly<Record<string, string>>): void;
}

export function useQuery(): Query {
  const location = useLocation();
  const navigate = useNavigate();
  const query = createMemo(() => new URLSearchParams(location.search));
  return {
    get: (name) => query().get(name) ?? "",
    set(change) {
      const next = new URLSearchParams(location.search);
      for (const [name, value] of Object.entries(change)) {
        if (value) next.set(name, value);
        else next.delete(name);
      }
      const text = next.toString();
      const href = text ? `${location.pathname}?${text}` : location.pathname;
      navigate(href, { replace: true, scroll: false });
    },
  };
}
