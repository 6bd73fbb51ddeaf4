/** Who stands where in the office, and how they get there. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { phaseAt } from "../../client-solid/src/views/office/daylight.ts";
import { CORRIDOR_X, DOOR, ROOM } from "../../client-solid/src/views/office/floor-plan.ts";
import {
  lengthOf,
  type Occupant,
  type Place,
  placesFor,
  podsOf,
  wayBetween,
} from "../../client-solid/src/views/office/places.ts";
import { AGENT_STATUSES } from "../../core/state/agents/agent.ts";
import { createRandom, seedOf } from "../support/random.ts";

const PODS = ["code", "design", "docs"];
const at = (id: string, status: Occupant["status"], specialist = "code"): Occupant => ({
  id,
  status,
  specialist,
});

test("PAGE-63: the place follows from the state; who is offline has none", () => {
  const places = placesFor(
    [
      at("a", "working", "design"),
      at("b", "validation"),
      at("c", "blocked"),
      at("d", "idle"),
      at("e", "offline"),
    ],
    PODS,
    new Map(),
  );
  const zones = [...places].map(([id, { zone, pod }]) => `${id} ${zone} ${pod}`);
  assert.equal(zones, ["a desks 1", "b rail 0", "c table 0", "d lounge 0"]);
});

test("PAGE-63: seeded comings and goings: no two on one seat, inside the room, seats are kept", () => {
  const seed = seedOf(20_261_124);
  const random = createRandom(seed);
  const ids = Array.from({ length: 60 }, (_, id) => `agent-${id}`);
  let before: ReadonlyMap<string, Place> = new Map();
  for (let round = 0; round < 200; round++) {
    const occupants = ids
      .filter(() => random.whole(10) < 8)
      .map((id) => at(id, random.pick(AGENT_STATUSES), random.pick([...PODS, "unknown"])));
    const places = placesFor(occupants, PODS, before);
    const spots = [...places.values()].map(({ x, y }) => `${x} ${y}`);
    assert.is(new Set(spots).size, spots.length, `seed ${seed}, round ${round}`);
    for (const [id, place] of places) {
      assert.ok(place.x > 0 && place.x < ROOM.width, `${id} stands in the room`);
      assert.ok(place.y > 130 && place.y < ROOM.height + 200, `${id} stands on the floor`);
      const old = before.get(id);
      if (old?.zone === place.zone && old.pod === place.pod) assert.equal(place, old);
    }
    before = places;
  }
});

test("PAGE-63: more specialisms than desks share the last group", () => {
  const many = Array.from({ length: 20 }, (_, at) => `s${at}`);
  const pods = podsOf(many);
  assert.is(pods.length, 12);
  assert.is(pods.at(-1), "others");
  const place = placesFor([at("a", "working", "s19")], pods, new Map()).get("a");
  assert.is(place?.pod, 11);
});

test("PAGE-63: the way begins and ends where it should, and crosses the room by the corridor", () => {
  const places = placesFor([at("a", "working"), at("b", "idle")], PODS, new Map());
  const [from, to] = [places.get("a"), places.get("b")];
  if (!from || !to) throw new Error("both are there");
  const way = wayBetween(from, to);
  assert.equal([way[0]?.x, way.at(-1)?.x], [from.x, to.x]);
  assert.ok(way.some(({ x }) => x === CORRIDOR_X));
  assert.ok(lengthOf(way) >= Math.hypot(to.x - from.x, to.y - from.y));
  assert.is(wayBetween(from, DOOR).at(-1)?.y, DOOR.y);
  assert.is(wayBetween(from, from).length <= 3, true);
});

test("PAGE-63: the windows know the hour", () => {
  assert.equal([0, 7, 12, 19, 23].map(phaseAt), ["night", "dawn", "day", "dusk", "night"]);
});

test.run();
