/** How the page says what missions are. Neighbours: the views of missions, the dashboard. */
import type { MissionStatus, Severity } from "../../../../core/state/missions/mission.ts";

export const MISSION_WORDS: Record<MissionStatus, string> = {
  planned: "Planned",
  active: "Active",
  blocked: "Blocked",
  done: "Done",
};

export const MISSION_TONES: Record<MissionStatus, string | undefined> = {
  planned: undefined,
  active: "info",
  blocked: "bad",
  done: "good",
};

export const SEVERITY_WORDS: Record<Severity, string> = {
  low: "Low stakes",
  medium: "Medium stakes",
  high: "High stakes",
  critical: "Critical",
};

export const SEVERITY_TONES: Record<Severity, string | undefined> = {
  low: undefined,
  medium: undefined,
  high: "warn",
  critical: "bad",
};
