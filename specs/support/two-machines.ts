/**
 * Two machines with one cable, as network namespaces of Linux. Neighbour: the spec of peers that vanish.
 * Invariant: what was made here is gone at the end, and nothing else of the machine's network is touched.
 */
import { spawnSync } from "node:child_process";

export interface TwoMachines {
  /** The address of the first, where a server listens. */
  address: string;
  /** What to put before a command that runs on the first or the second. */
  on(machine: 1 | 2): string[];
  /** Pulls the cable: nobody is told. */
  cut(): void;
  remove(): void;
}

function ip(...args: string[]): boolean {
  return spawnSync("ip", args, { stdio: "ignore" }).status === 0;
}

/** Null where that is not possible: not on Linux, not as root, or without `ip`. */
export function makeTwoMachines(): TwoMachines | null {
  const names = [`claw-${process.pid}-1`, `claw-${process.pid}-2`] as const;
  const [first, second] = names;
  const remove = () => {
    for (const name of names) ip("netns", "del", name);
  };
  const made =
    ip("netns", "add", first) &&
    ip("netns", "add", second) &&
    ip("link", "add", "wire", "netns", first, "type", "veth", "peer", "wire", "netns", second) &&
    names.every((name, at) => {
      const own = `10.83.0.${at + 1}/24`;
      return (
        ip("-n", name, "addr", "add", own, "dev", "wire") &&
        ip("-n", name, "link", "set", "wire", "up")
      );
    });
  if (made) {
    return {
      address: "10.83.0.1",
      on: (machine) => ["ip", "netns", "exec", names[machine - 1] ?? first],
      cut: () => void ip("-n", second, "link", "set", "wire", "down"),
      remove,
    };
  }
  remove();
  return null;
}
