/**
 * Says new exceptions aloud: to screen readers wherever one is in the page, and by the system's own
 * notifications where the person wants them and the page is hidden. Neighbours: the core raises
 * notifications, `prefs.ts` keeps the wish. Invariant: what was there before is not announced.
 */
import { useNavigate } from "@solidjs/router";
import { createEffect, createSignal, on } from "solid-js";
import { unwrap } from "solid-js/store";
import type { Notification as Notice } from "../../../core/state/notifications/notification.ts";
import { usePage } from "../page.ts";
import { prefs } from "../prefs.ts";

/** More at once are told as a number. */
const MAX_TOLD = 3;

export function Alerts() {
  const { mirror } = usePage();
  const navigate = useNavigate();
  const [said, setSaid] = createSignal("");

  createEffect(
    on(
      () => (mirror.ready() ? mirror.wire.counters.notification : null),
      (last, before) => {
        // The first state is no news, nor is one of a company that was begun anew.
        if (last === null || before === null || before === undefined || last <= before) return;
        const news = fresh(unwrap(mirror.wire).notifications, before, last);
        if (news.length === 0) return;
        setSaid(
          news.length > MAX_TOLD
            ? `${news.length} things need your eye`
            : news.map(({ title }) => title).join(". "),
        );
        if (prefs.get().desktop && document.hidden) show(news);
      },
    ),
  );

  function show(news: readonly Notice[]): void {
    if (!("Notification" in window) || Notification.permission !== "granted") return;
    const [first] = news;
    if (!first) return;
    const title = news.length > 1 ? `${news.length} things need your eye` : first.title;
    const body = news.length > 1 ? news.map((one) => one.title).join("\n") : first.detail;
    const notification = new Notification(title, { body, tag: "clawtasker", icon: "/favicon.svg" });
    notification.onclick = () => {
      window.focus();
      navigate(news.length === 1 && first.task_id ? `/?task=${first.task_id}` : "/");
      notification.close();
    };
  }

  return (
    <p class="unseen" role="status" data-testid="alerts">
      {said()}
    </p>
  );
}

function fresh(
  notifications: Readonly<Record<string, Notice>>,
  before: number,
  last: number,
): Notice[] {
  const news: Notice[] = [];
  for (const notice of Object.values(notifications)) {
    const number = Number(notice.id.slice(notice.id.lastIndexOf("-") + 1));
    if (number > before && number <= last && !notice.dismissed) news.push(notice);
  }
  return news;
}
