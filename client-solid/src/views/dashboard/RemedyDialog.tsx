/**
 * Asks for the words or the value that a remedy needs, and sends it. Neighbour: `remedies.ts`.
 * Invariant: what is typed stays until it went through or the person closes it.
 */
import { createMemo, createSignal, Match, Switch } from "solid-js";
import { nameOf } from "../../../../core/state/lookup.ts";
import type { Task } from "../../../../core/state/tasks/task.ts";
import { usePage } from "../../page.ts";
import { useAct } from "../../parts/act.ts";
import { Button } from "../../parts/Button.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { SelectField, TextArea, TextField } from "../../parts/Field.tsx";
import { isNamed, Refusal } from "../../parts/Refusal.tsx";
import { rosterIds } from "../../sync/reading.ts";
import { useDecide } from "../../task/decide.ts";
import { seenOf } from "../../task/seen.ts";
import { REMEDIES, type RemedyName } from "./remedies.ts";

export function RemedyDialog(props: {
  name: RemedyName;
  task: Task;
  onClose(went: boolean): void;
}) {
  // What the form is about is fixed when it opens; the task may change under it.
  const { name, task } = props;
  const { wire } = usePage().mirror;
  const { submit, busy, refusal } = useAct();
  const decision = useDecide();
  const [no, setNo] = createSignal<{ message: string } | null>(null);
  let seen = seenOf(task);
  const owner = () => (task.owner ? nameOf(wire, task.owner) : "nobody");
  /** Who is written to is who it was when the person began. */
  const addressee = task.owner;
  const addressed = addressee ? nameOf(wire, addressee) : "nobody";
  const [text, setText] = createSignal(
    name === "message" ? `How is ${task.id} (${task.title}) coming along? What do you need?` : "",
  );
  const [chosen, setChosen] = createSignal(
    (name === "due" ? task.due_date : name === "reassign" ? task.owner : null) ?? "",
  );
  const people = createMemo(() =>
    rosterIds(wire).map((id) => ({ value: id, name: `${nameOf(wire, id)} (${id})` })),
  );

  async function giveBack(): Promise<object | null> {
    const { id } = task;
    setNo(null);
    const went = await decision.decide(
      seen,
      { status: "in_progress", note: text().trim() },
      {
        label: `Return ${id}`,
        done: `${id} returned to ${owner()}`,
        refused(message) {
          setNo({ message });
          // Said, so that it is known from here on.
          const now = wire.tasks[id];
          if (now) seen = seenOf(now);
        },
      },
    );
    return went ? {} : null;
  }

  function send(): Promise<object | null> {
    const task_id = task.id;
    switch (name) {
      case "return":
        return giveBack();
      case "message":
        return submit(
          "conversations/message",
          { sender: "ceo", target: addressee, text: text().trim(), project_id: task.project_id },
          { done: `Message sent to ${addressed}` },
        );
      case "reassign":
        return submit(
          "tasks/update",
          { task_id, owner: chosen() || null },
          {
            done: `${task_id} given to ${chosen() ? nameOf(wire, chosen()) : "nobody"}`,
            undo: { name: "tasks/update", payload: { task_id, owner: task.owner } },
          },
        );
      default:
        return submit(
          "tasks/update",
          { task_id, due_date: chosen() || null },
          {
            done: chosen() ? `${task_id} is due ${chosen()}` : `${task_id} has no due date`,
            undo: { name: "tasks/update", payload: { task_id, due_date: task.due_date } },
          },
        );
    }
  }

  return (
    <Dialog
      title={`${REMEDIES[name].name}: ${task.id}`}
      open={true}
      onClose={() => props.onClose(false)}
      testid="remedy"
    >
      <form
        class="form"
        onSubmit={async (event) => {
          event.preventDefault();
          if (!busy() && !decision.busy() && (await send())) props.onClose(true);
        }}
      >
        <p class="dim">{task.title}</p>
        <Switch>
          <Match when={name === "return"}>
            <TextArea
              label="What is missing"
              hint={`It goes back to ${owner()}, in progress, with this note.`}
              value={text()}
              onInput={setText}
              required
              autofocus
              invalid={isNamed(no(), "note")}
            />
          </Match>
          <Match when={name === "message"}>
            <TextArea
              label={`Message to ${addressed}`}
              value={text()}
              onInput={setText}
              required
              autofocus
              invalid={isNamed(refusal(), "text")}
            />
          </Match>
          <Match when={name === "reassign"}>
            <SelectField
              label="Owner"
              none="Nobody"
              value={chosen()}
              choices={people()}
              onInput={setChosen}
              invalid={isNamed(refusal(), "owner")}
            />
          </Match>
          <Match when={name === "due"}>
            <TextField
              label="Due date"
              type="date"
              value={chosen()}
              onInput={setChosen}
              hint="Empty for no due date."
              invalid={isNamed(refusal(), "due_date")}
            />
          </Match>
        </Switch>
        <Refusal of={no() ?? refusal()} />
        <div class="foot">
          <Button kind="quiet" onClick={() => props.onClose(false)}>
            Cancel
          </Button>
          <Button kind="main" type="submit" busy={busy() || decision.busy()}>
            {name === "message" ? "Send" : REMEDIES[name].name}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
