/**
 * Ticks a milestone: by what it says, with the version that it was found in. Neighbour: `MissionPage`. Invariant: the
 * API takes the whole list, which is sent as it is by then, so that nothing others wrote into it is lost.
 */
import type { Milestone, Mission } from "../../../../core/state/missions/mission.ts";
import { usePage } from "../../page.ts";
import { useAct } from "../../parts/act.ts";

/** So often it is done again on what others made of the mission meanwhile. */
const MAX_AGAIN = 3;

const isSame = (one: Milestone, other: Milestone) =>
  one.title === other.title && one.due_date === other.due_date;

export function useTick() {
  const { mirror, toasts } = usePage();
  const { act } = useAct();

  /** @returns whether the server took it */
  return async (missionId: string, milestone: Milestone, done: boolean): Promise<boolean> => {
    const meant = { ...milestone };
    let mission: Mission | undefined = mirror.wire.missions[missionId];
    for (let again = 0; ; again++) {
      const at = mission?.milestones.findIndex((one) => isSame(one, meant)) ?? -1;
      if (!mission || at < 0) {
        toasts.show("refused", `${meant.title} is not a milestone of ${missionId} any more.`);
        return false;
      }
      const milestones = mission.milestones.map((one, index) => ({
        title: one.title,
        ...(one.due_date && { due_date: one.due_date }),
        done: index === at ? done : one.done,
      }));
      // Of one's own that is not answered yet the version is foretold; it goes out after it.
      const isForetold = again === 0 && mirror.effects.isForetold("missions", missionId);
      let current: Mission | undefined;
      const reply = await act(
        "missions/plan",
        {
          mission_id: missionId,
          milestones,
          ...(!isForetold && { expected_version: mission.version }),
        },
        {
          label: `Tick ${meant.title}`,
          refused(no) {
            if (no.code === "stale" && again < MAX_AGAIN) current = no.current as Mission;
            else toasts.show("refused", no.message);
          },
        },
      );
      if (reply || !current) return reply !== null;
      mission = current;
    }
  };
}
