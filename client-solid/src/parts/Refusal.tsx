/** The server's no at a form, in its own words. Neighbours: `act.ts` holds it, the fields mark themselves by it. */
import { Show } from "solid-js";

interface Said {
  message: string;
}

export function Refusal(props: { of: Said | null }) {
  return (
    <Show when={props.of}>
      {(said) => (
        <p class="alert" role="alert">
          {said().message}
        </p>
      )}
    </Show>
  );
}

/** Whether the refusal names this field. */
export function isNamed(refusal: Said | null, field: string): boolean {
  return refusal !== null && new RegExp(`\\b${field}\\b`).test(refusal.message);
}
