/** How the page looks on this machine. Neighbour: `prefs.ts` keeps and applies it at once. */
import { For, type JSX } from "solid-js";
import { ACCENTS, DENSITIES, type Prefs, prefs, THEMES } from "../../prefs.ts";
import { Section } from "./Section.tsx";

const NAMES: Record<string, string> = { system: "Like the system" };
const nameOf = (value: string) => NAMES[value] ?? value.charAt(0).toUpperCase() + value.slice(1);

export default function Appearance() {
  return (
    <Section title="Appearance" text="Kept in this browser only.">
      <Choices legend="Theme" name="theme" values={THEMES} />
      <Choices
        legend="Accent"
        name="accent"
        values={ACCENTS}
        sign={(accent) => <span class="swatch" data-swatch={accent} aria-hidden="true" />}
      />
      <Choices legend="Density" name="density" values={DENSITIES} />
    </Section>
  );
}

function Choices<N extends "theme" | "accent" | "density">(props: {
  legend: string;
  name: N;
  values: readonly Prefs[N][];
  sign?: (value: Prefs[N]) => JSX.Element;
}) {
  return (
    <fieldset class="field choices">
      <legend>{props.legend}</legend>
      <div class="row wrap">
        <For each={props.values}>
          {(value) => (
            <label class="choice">
              <input
                type="radio"
                name={props.name}
                value={value}
                checked={prefs.get()[props.name] === value}
                onChange={() => prefs.set({ [props.name]: value })}
              />
              {props.sign?.(value)}
              {nameOf(value)}
            </label>
          )}
        </For>
      </div>
    </fieldset>
  );
}
