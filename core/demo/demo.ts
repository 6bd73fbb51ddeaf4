import type { State } from "../state/state.ts";
export function fillDemo(_state: State, _at: number): void {}
