/**
 * Whether the system may show new exceptions while the page is hidden. Neighbours: `frame/Alerts.tsx`
 * shows them, `prefs.ts` keeps the wish. Invariant: asked for only by this button.
 */
import { createSignal, Show } from "solid-js";
import { Button } from "../../parts/Button.tsx";
import { prefs } from "../../prefs.ts";
import { Section } from "./Section.tsx";

export default function Alerts() {
  const supported = "Notification" in window;
  const [permission, setPermission] = createSignal(supported ? Notification.permission : "denied");
  const on = () => prefs.get().desktop && permission() === "granted";

  async function turn(): Promise<void> {
    if (on()) return prefs.set({ desktop: false });
    const given = await Notification.requestPermission();
    setPermission(given);
    prefs.set({ desktop: given === "granted" });
  }

  return (
    <Section
      title="Desktop notifications"
      text="When something new needs you and this page is hidden, the system shows it. While the page is in view, the bell is enough."
    >
      <Show
        when={supported}
        fallback={<p class="dim">This browser has no desktop notifications.</p>}
      >
        <p class="row wrap">
          <Button kind={on() ? "plain" : "main"} onClick={() => void turn()}>
            {on() ? "Turn off" : "Turn on"}
          </Button>
          <span class="dim" role="status">
            {on() ? "On in this browser." : "Off."}
            {permission() === "denied" &&
              " The browser refuses them for this address; its own site settings allow them again."}
          </span>
        </p>
      </Show>
    </Section>
  );
}
