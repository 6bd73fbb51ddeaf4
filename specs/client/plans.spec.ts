/** What of a mission's form is sent, which days a calendar shows, what sprints got done. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  addMonths,
  daysOf,
  stretchIn,
  toValidDate,
  weeksOf,
} from "../../client-solid/src/views/calendar/calendar-grid.ts";
import {
  EMPTY_CHILD,
  toDraft,
  toPayload,
} from "../../client-solid/src/views/missions/mission-draft.ts";
import { averageDone, sumOf, velocity } from "../../client-solid/src/views/sprints/velocity.ts";
import type { Sprint } from "../../core/state/sprints/sprint.ts";

test("PAGE-60: only what was changed is sent; empty rows say nothing", () => {
  const before = toDraft(null, [], "home");
  assert.equal(toPayload(structuredClone(before), before), {});
  const draft = structuredClone(before);
  draft.title = "  Fly ";
  draft.owner = "nova";
  draft.risks = ["", " rain "];
  draft.tasks = [{ ...EMPTY_CHILD }, { ...EMPTY_CHILD, title: "Pack", specialist: "ops" }];
  draft.milestones = [{ title: "Off", due_date: "", done: false }];
  assert.equal(toPayload(draft, before), {
    title: "Fly",
    owner: "nova",
    risks: ["rain"],
    milestones: [{ title: "Off", done: false }],
    tasks: [{ title: "Pack", priority: "P1", specialist: "ops" }],
  });
  const owned = { ...structuredClone(before), owner: "nova" };
  assert.equal(toPayload(before, owned), { owner: null });
});

test("PAGE-62: a month is whole weeks from Monday, also around the turn of a year", () => {
  for (const date of ["2026-02-10", "2026-12-31", "2028-02-29", "2027-08-01"]) {
    const days = daysOf(date, "month");
    assert.is(days.length % 7, 0);
    assert.is(new Date(`${days[0]}T00:00:00Z`).getUTCDay(), 1);
    assert.ok(days.includes(`${date.slice(0, 7)}-01`) && days.includes(date));
    assert.is(new Set(days).size, days.length);
  }
  assert.equal(daysOf("2027-01-01", "week")[0], "2026-12-28");
  assert.is(addMonths("2027-01-31", 1), "2027-02-28");
  assert.is(addMonths("2027-01-31", -2), "2026-11-30");
  assert.is(toValidDate("2027-02-30"), null);
  assert.is(toValidDate("2027-02-28"), "2027-02-28");
});

test("PAGE-62: the calendar opens no year around which dates leave their four digits, and a month there ends", () => {
  for (const date of ["0000-01-01", "0000-02-01", "0099-05-05", "1899-12-31", "9999-01-01"]) {
    assert.is(toValidDate(date), null, date);
  }
  for (const date of ["1900-01-01", "9998-12-31"]) {
    assert.is(toValidDate(date), date);
    assert.ok(daysOf(date, "month").length <= 42);
  }
});

test("PAGE-62: a sprint lies in a week from its first to its last day", () => {
  const week = weeksOf(daysOf("2026-11-24", "week"))[0] ?? [];
  assert.equal(stretchIn(week, "2026-11-25", "2026-11-26"), { from: 3, to: 5 });
  assert.equal(stretchIn(week, "2026-11-01", "2026-12-31"), { from: 1, to: 8 });
  assert.is(stretchIn(week, "2026-11-30", "2026-12-02"), null);
});

test("PAGE-61: velocity counts points, or tasks where there are none", () => {
  const task = (status: "done" | "ready", story_points: number | null) => ({
    status,
    story_points,
  });
  assert.equal(sumOf([task("done", 3), task("ready", 5), task("done", null)]), {
    planned: 8,
    done: 3,
  });
  assert.equal(sumOf([task("done", null), task("ready", null)]), { planned: 2, done: 1 });
  const sprint = (id: string, status: Sprint["status"], start_date: string) =>
    ({ id, name: id, status, start_date, created_at: "2026-01-01" }) as Sprint;
  const sums = velocity(
    [
      sprint("b", "active", "2026-02-01"),
      sprint("c", "planned", "2026-03-01"),
      sprint("a", "completed", "2026-01-01"),
    ],
    (id) => (id === "a" ? [task("done", 5)] : [task("ready", 2)]),
    8,
  );
  assert.equal(
    sums.map(({ id, done }) => [id, done]),
    [
      ["a", 5],
      ["b", 0],
    ],
  );
  assert.is(averageDone(sums.slice(0, 1)), 5);
  assert.is(averageDone([]), null);
});

test.run();
