/**
 * What begins the company anew, and what brings data in or out. Neighbours: `Bootstrap`, `RosterSync`.
 * Invariant: nothing is destroyed before its name was typed.
 */
import { createSignal } from "solid-js";
import { usePage } from "../../page.ts";
import { useAct } from "../../parts/act.ts";
import { Button } from "../../parts/Button.tsx";
import { Refusal } from "../../parts/Refusal.tsx";
import { Bootstrap } from "./Bootstrap.tsx";
import { useLosses } from "./losses.ts";
import { RosterSync } from "./RosterSync.tsx";
import { Section } from "./Section.tsx";

export default function Data() {
  return (
    <>
      <Backup />
      <Bootstrap />
      <RosterSync />
      <Resets />
    </>
  );
}

function Resets() {
  const { confirm } = usePage();
  const { act, busy } = useAct();
  const losses = useLosses();

  async function reset(name: "demo/reset" | "blank/reset", into: string): Promise<void> {
    const sure = await confirm.ask({
      title: `Replace everything by ${into}`,
      text: (
        <>
          <p>
            This company is taken away: {losses()}. It begins again as {into}.
          </p>
          <p>Agents that are at work lose their leases. The journal keeps the history.</p>
        </>
      ),
      yes: "Replace everything",
      danger: true,
      typed: "replace",
    });
    if (sure) await act(name, {}, { done: `This is ${into} now` });
  }

  return (
    <Section
      title="Begin again"
      text="Both replace the whole company. There is no way back in the page; download a backup first."
    >
      <p class="row wrap">
        <Button
          kind="danger"
          busy={busy()}
          onClick={() => void reset("demo/reset", "the demo company")}
        >
          Load the demo company
        </Button>
        <Button
          kind="danger"
          busy={busy()}
          onClick={() => void reset("blank/reset", "an empty company")}
        >
          Empty the company
        </Button>
      </p>
    </Section>
  );
}

function Backup() {
  const { token } = usePage();
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<{ message: string } | null>(null);

  async function download(): Promise<void> {
    setBusy(true);
    setProblem(null);
    try {
      const held = token.token() ?? (await token.request());
      const answer = await fetch("/api/system/backup", {
        headers: held ? { Authorization: `Bearer ${held}` } : {},
      });
      if (!answer.ok) {
        const { error } = (await answer.json()) as { error?: string };
        throw new Error(error ?? `the server answered ${answer.status}`);
      }
      const name = /filename="?([^";]+)/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1];
      save(await answer.blob(), name ?? "clawtasker-backup.db");
    } catch (error) {
      setProblem({ message: (error as Error).message });
    } finally {
      setBusy(false);
    }
  }

  return (
    <Section
      title="Backup"
      text="The whole database as one file, taken while the server runs. Tokens and webhook secrets are not in it."
    >
      <p>
        <Button busy={busy()} onClick={() => void download()}>
          Download a backup
        </Button>
      </p>
      <Refusal of={problem()} />
    </Section>
  );
}

function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The download has its own hold on it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
