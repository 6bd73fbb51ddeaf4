/**
 * The capability matrix: agents down, specialisms or skills across, and above it what is missing.
 * Neighbour: `coverage.ts` finds the gaps. Invariant: a mark is also said in words.
 */
import { A } from "@solidjs/router";
import CircleAlert from "lucide-solid/icons/circle-alert";
import { createMemo, createSignal, For, Show } from "solid-js";
import { isPresent } from "../../../../core/state/agents/views.ts";
import { usePage } from "../../page.ts";
import { Avatar } from "../../parts/Avatar.tsx";
import { Button } from "../../parts/Button.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { AgentLink } from "../../parts/links.tsx";
import { useQuery } from "../../parts/query.ts";
import { useSettled } from "../../parts/settled.ts";
import { plural } from "../../parts/words.ts";
import { rosterIds } from "../../sync/reading.ts";
import { abilitiesOf, type Cover, type CoverageKind, coverageOf } from "./coverage.ts";

const PAGE = 60;

export default function Skills() {
  const { wire } = usePage().mirror;
  const query = useQuery();
  const [limit, setLimit] = createSignal(PAGE);
  const kind = (): CoverageKind => (query.get("of") === "skills" ? "skills" : "specialisms");
  const all = useSettled((state) => ({
    specialisms: coverageOf(state, "specialisms"),
    skills: coverageOf(state, "skills"),
  }));
  const covers = () => all()[kind()];
  const gaps = createMemo(() => covers().filter(({ gap }) => gap !== null));
  const ids = createMemo(() => rosterIds(wire));
  return (
    <div class="view-body">
      <div class="row wrap">
        <nav class="tabs" aria-label="Of what">
          <button
            type="button"
            aria-pressed={kind() === "specialisms"}
            onClick={() => query.set({ of: "" })}
          >
            Specialisms <span class="count">{all().specialisms.length}</span>
          </button>
          <button
            type="button"
            aria-pressed={kind() === "skills"}
            onClick={() => query.set({ of: "skills" })}
          >
            Skills <span class="count">{all().skills.length}</span>
          </button>
        </nav>
        <span class="grow" />
        <span class="small dim">● present, main · ○ present · – offline</span>
      </div>
      <Show when={gaps().length > 0}>
        <section class="card stack" aria-labelledby="gaps-title" data-testid="gaps">
          <h2 id="gaps-title">
            Gaps <span class="count">{gaps().length}</span>
          </h2>
          <ul class="gaps">
            <For each={gaps()}>{(cover) => <Gap cover={cover} kind={kind()} />}</For>
          </ul>
        </section>
      </Show>
      <Show
        when={covers().length > 0}
        fallback={
          <Empty title={`Nobody names any ${kind()}`} text="Agents name them when they register." />
        }
      >
        <section class="card skills-table" tabindex="0" aria-label="Who can do what">
          <table data-testid="skills">
            <thead>
              <tr>
                <th scope="col">Agent</th>
                <For each={covers()}>
                  {(cover) => (
                    <th scope="col" data-gap={cover.gap ?? undefined}>
                      {cover.name}
                      <br />
                      <span class="small">
                        {cover.present} of {cover.holders.length} here
                      </span>
                    </th>
                  )}
                </For>
              </tr>
            </thead>
            <tbody>
              <For each={ids().slice(0, limit())}>
                {(id) => <SkillRow id={id} kind={kind()} covers={covers()} />}
              </For>
            </tbody>
          </table>
        </section>
        <Show when={ids().length > limit()}>
          <div>
            <Button small onClick={() => setLimit((shown) => shown + PAGE)}>
              Show {plural(Math.min(PAGE, ids().length - limit()), "more agent")}
            </Button>
          </div>
        </Show>
      </Show>
    </div>
  );
}

function Gap(props: { cover: Cover; kind: CoverageKind }) {
  return (
    <li class="row">
      <CircleAlert size={16} aria-hidden="true" />
      <span>
        <strong>{props.cover.name}</strong>:{" "}
        {props.cover.gap === "uncovered" ? "nobody has it" : "nobody who has it is here"}
        <Show when={props.cover.openTasks > 0}>
          {", "}
          <A href={`/board?specialist=${encodeURIComponent(props.cover.name)}`}>
            {plural(props.cover.openTasks, "open task needs it", "open tasks need it")}
          </A>
        </Show>
      </span>
    </li>
  );
}

function SkillRow(props: { id: string; kind: CoverageKind; covers: readonly Cover[] }) {
  const { wire } = usePage().mirror;
  const has = createMemo(() => {
    const agent = wire.agents[props.id];
    return new Set(agent ? abilitiesOf(agent, props.kind) : []);
  });
  const here = () => {
    const agent = wire.agents[props.id];
    return agent !== undefined && isPresent(agent);
  };
  const isMain = (name: string) =>
    props.kind === "specialisms" && wire.agents[props.id]?.home_specialist === name;
  return (
    <tr>
      <th scope="row">
        <span class="row">
          <Avatar id={props.id} />
          <AgentLink id={props.id} />
        </span>
      </th>
      <For each={props.covers}>
        {(cover) => (
          <td data-gap={cover.gap ?? undefined}>
            <Show when={has().has(cover.name)}>
              <span class="mark" data-absent={here() ? undefined : ""} aria-hidden="true">
                {here() ? (isMain(cover.name) || props.kind === "skills" ? "●" : "○") : "–"}
              </span>
              <span class="unseen">
                {here() ? (isMain(cover.name) ? "main" : "yes") : "yes, but offline"}
              </span>
            </Show>
          </td>
        )}
      </For>
    </tr>
  );
}
