/**
 * Asks the person for the write token when a change needs it. Neighbour: `sync/token.ts`.
 * Invariant: what is typed goes to the keeper only, never into an address.
 */
import { createEffect } from "solid-js";
import { usePage } from "../page.ts";

export function TokenForm() {
  const { token } = usePage();
  let dialog!: HTMLDialogElement;
  let field!: HTMLInputElement;
  createEffect(() => {
    if (token.asking() && !dialog.open) {
      field.value = "";
      dialog.showModal();
    } else if (!token.asking() && dialog.open) {
      dialog.close();
    }
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const given = field.value.trim();
    if (given) token.give(given);
  };
  return (
    <dialog ref={dialog} aria-labelledby="token-title" onClose={() => token.dismiss()}>
      <form method="dialog" onSubmit={submit} data-testid="token-form">
        <h2 id="token-title">Access token</h2>
        <p role="alert" class="refused" hidden={!token.refused()}>
          The server refused that token.
        </p>
        <p>
          The server asks for a token: its own, as set in <code>CLAWTASKER_API_TOKEN</code>, or one
          that was made for you. It is kept for this tab only.
        </p>
        <label>
          Token
          <input ref={field} type="password" name="token" autocomplete="off" required />
        </label>
        <div class="row end">
          <button type="button" class="quiet" onClick={() => token.dismiss()}>
            Not now
          </button>
          <button type="submit" class="main">
            Use token
          </button>
        </div>
      </form>
    </dialog>
  );
}
