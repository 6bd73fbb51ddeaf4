/** For an address that leads nowhere. */
import { A } from "@solidjs/router";

export default function NotFound() {
  return (
    <div data-testid="not-found">
      <h1>There is no such page</h1>
      <p>
        Back to the <A href="/">overview</A> or the <A href="/board">board</A>.
      </p>
    </div>
  );
}
