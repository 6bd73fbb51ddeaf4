/**
 * The bell: notifications that nobody has dismissed, newest first. Neighbour: the core raises them.
 * Invariant: the number is that of the list; one dismissal takes along all that it counts, and nothing that comes after.
 */
import * as Popover from "@kobalte/core/popover";
import { A } from "@solidjs/router";
import Ban from "lucide-solid/icons/ban";
import BellIcon from "lucide-solid/icons/bell";
import CalendarClock from "lucide-solid/icons/calendar-clock";
import CircleCheckBig from "lucide-solid/icons/circle-check-big";
import Hand from "lucide-solid/icons/hand";
import Layers from "lucide-solid/icons/layers";
import Target from "lucide-solid/icons/target";
import Unplug from "lucide-solid/icons/unplug";
import WifiOff from "lucide-solid/icons/wifi-off";
import X from "lucide-solid/icons/x";
import { createMemo, createSignal, For, Show } from "solid-js";
import { Dynamic } from "solid-js/web";
import { MAX_ITEMS } from "../../../core/schema.ts";
import type {
  Notification,
  NotificationKind,
} from "../../../core/state/notifications/notification.ts";
import { compareIds } from "../../../core/table.ts";
import { usePage } from "../page.ts";
import { useAct } from "../parts/act.ts";
import { Button, type Icon, IconButton } from "../parts/Button.tsx";
import { useTaskHref } from "../parts/links.tsx";
import { inPieces } from "../parts/pieces.ts";
import { Ago } from "../parts/signs.tsx";
import type { BatchAction } from "../sync/api.ts";

const MAX_SHOWN = 50;

const SIGNS: Record<NotificationKind, { icon: Icon; tone: "bad" | "warn" | "info" }> = {
  task_blocked: { icon: Ban, tone: "bad" },
  approval_needed: { icon: CircleCheckBig, tone: "info" },
  agent_silent: { icon: WifiOff, tone: "warn" },
  agent_overloaded: { icon: Layers, tone: "warn" },
  task_overdue: { icon: CalendarClock, tone: "bad" },
  lease_lost: { icon: Unplug, tone: "warn" },
  needs_human: { icon: Hand, tone: "bad" },
  mission_blocked: { icon: Target, tone: "bad" },
};

export function Bell() {
  const { api, mirror, toasts } = usePage();
  const { wire } = mirror;
  const [busy, setBusy] = createSignal(false);
  const open = createMemo(() =>
    Object.values(wire.notifications)
      .filter(({ dismissed }) => !dismissed)
      .sort((a, b) => compareIds(b.id, a.id)),
  );

  /** By their ids: what comes while that waits has been seen by nobody. */
  async function dismissAll(): Promise<void> {
    const ids = open().map(({ id }) => id);
    const actions: BatchAction[] = [];
    for (let at = 0; at < ids.length; at += MAX_ITEMS) {
      const notification_ids = ids.slice(at, at + MAX_ITEMS);
      actions.push({ action: "notifications/dismiss", body: { notification_ids } });
    }
    setBusy(true);
    const results = await api.batch(actions, { label: "Dismiss all" });
    setBusy(false);
    const no = results.find((result) => !result.ok);
    if (no && !no.ok) toasts.show("refused", no.message);
  }

  return (
    <Popover.Root placement="bottom-end" gutter={4}>
      <Popover.Trigger
        class="button bell"
        data-kind="quiet"
        data-only-icon=""
        aria-label={open().length === 0 ? "Notifications" : `Notifications, ${open().length} new`}
        title="Notifications"
        data-testid="bell"
      >
        <BellIcon size={17} aria-hidden="true" />
        <Show when={open().length > 0}>
          <span class="bell-count" aria-hidden="true">
            {Math.min(open().length, 99)}
          </span>
        </Show>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content class="popover">
          {/* What came this moment is not dismissed with the rest. */}
          <header class="row popover-head" data-steady={open()[0]?.title ?? ""}>
            <Popover.Title as="h2">Notifications</Popover.Title>
            <span class="grow" />
            <Show when={open().length > 0}>
              <Button small kind="quiet" busy={busy()} onClick={() => void dismissAll()}>
                Dismiss all
              </Button>
            </Show>
          </header>
          <ul class="notices" data-testid="notices">
            <For
              each={open().slice(0, MAX_SHOWN)}
              fallback={<li class="empty">Nothing new. Exceptions will show up here.</li>}
            >
              {(notice) => <Notice notice={notice} />}
            </For>
          </ul>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Notice(props: { notice: Notification }) {
  const { act, busy } = useAct();
  const taskHref = useTaskHref();
  const sign = () => SIGNS[props.notice.kind];
  const href = () => {
    const { task_id, mission_id, agent_id } = props.notice;
    if (task_id) return taskHref(task_id);
    if (mission_id) return `/missions/${mission_id}`;
    return agent_id ? `/team/agents/${agent_id}` : "/";
  };
  return (
    <li class="row notice" data-steady={props.notice.title}>
      <span class="notice-sign" data-tone={sign().tone}>
        <Dynamic component={sign().icon} size={16} aria-hidden="true" />
      </span>
      <div class="grow">
        <A href={href()} class="link">
          {props.notice.title}
        </A>
        <p class="dim small">
          <bdi>{inPieces(props.notice.detail)}</bdi> <Ago time={props.notice.timestamp} />
        </p>
      </div>
      <IconButton
        small
        label={`Dismiss ${props.notice.title}`}
        icon={X}
        busy={busy()}
        onClick={() => void act("notifications/dismiss", { notification_ids: [props.notice.id] })}
      />
    </li>
  );
}
