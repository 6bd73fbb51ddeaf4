/**
 * The dialogs of the panel's menu: take a task back from its holder, give it to an agent, speak for an
 * agent. Neighbours: tasks/release, tasks/claim, tasks/event.
 * Invariant: a refusal stays in the form, with what was typed.
 */
import { createSignal, type JSX, Show } from "solid-js";
import { nameOf } from "../../../core/state/lookup.ts";
import type { TaskEvent } from "../../../core/state/tasks/event-action.ts";
import type { Task } from "../../../core/state/tasks/task.ts";
import { usePage } from "../page.ts";
import { useAct } from "../parts/act.ts";
import { Button } from "../parts/Button.tsx";
import { Dialog } from "../parts/Dialog.tsx";
import { SelectField, TextArea, TextField } from "../parts/Field.tsx";
import { useChoices } from "./choices.ts";
import { useAnswered, useDecide } from "./decide.ts";
import { changedSince, seenOf, whatChanged } from "./seen.ts";

export type Asked = "release" | "claim" | "event";

export function Ask(props: { asked: Asked | null; task: Task; onClose(): void }) {
  return (
    <>
      <Dialog
        title={`Take ${props.task.id} back`}
        open={props.asked === "release"}
        onClose={props.onClose}
      >
        <Release task={props.task} onClose={props.onClose} />
      </Dialog>
      <Dialog
        title={`Give ${props.task.id} to an agent`}
        open={props.asked === "claim"}
        onClose={props.onClose}
      >
        <Claim task={props.task} onClose={props.onClose} />
      </Dialog>
      <Dialog
        title={`Report on ${props.task.id} for an agent`}
        open={props.asked === "event"}
        onClose={props.onClose}
      >
        <Report task={props.task} onClose={props.onClose} />
      </Dialog>
    </>
  );
}

interface Form {
  task: Task;
  onClose(): void;
}

function Release(props: Form) {
  const { mirror } = usePage();
  const { submit, busy, refusal } = useAct();
  const [reason, setReason] = createSignal("");
  const holder = () => nameOf(mirror.wire, props.task.lease?.holder ?? "");
  return (
    <AskForm
      yes="Take it back"
      busy={busy()}
      refusal={refusal()?.message}
      onClose={props.onClose}
      send={async () => {
        const { id } = props.task;
        const done = `${id} is ready again; ${holder()} is told when it writes next.`;
        if (await submit("tasks/release", { task_id: id, reason: reason().trim() }, { done })) {
          props.onClose();
        }
      }}
    >
      <p>
        {holder()} stops working on it: its lease ends, and the task is ready for whoever may start
        it.
      </p>
      <TextField
        label="Reason"
        required
        autofocus
        value={reason()}
        invalid={refusal() !== null}
        onInput={setReason}
      />
    </AskForm>
  );
}

const TTL_CHOICES = [
  { value: "300", name: "5 minutes" },
  { value: "3600", name: "1 hour" },
  { value: "28800", name: "8 hours" },
];

function Claim(props: Form) {
  const { mirror } = usePage();
  const { submit, busy, refusal } = useAct();
  const choices = useChoices();
  const [agent, setAgent] = createSignal(props.task.owner ?? "");
  const [ttl, setTtl] = createSignal("300");
  return (
    <AskForm
      yes="Give it"
      busy={busy()}
      refusal={refusal()?.message}
      onClose={props.onClose}
      send={async () => {
        const done = `${nameOf(mirror.wire, agent())} holds ${props.task.id}.`;
        const body = {
          task_id: props.task.id,
          agent_id: agent(),
          ttl_seconds: Number(ttl()),
        };
        if (await submit("tasks/claim", body, { done })) props.onClose();
      }}
    >
      <p>
        The task starts at once, in that agent's name, with a lease: nobody else can take it while
        the agent is heard from.
      </p>
      <SelectField
        label="Agent"
        required
        value={agent()}
        choices={choices.agents()}
        none="Choose an agent"
        invalid={refusal() !== null}
        onInput={setAgent}
      />
      <SelectField
        label="Without a sign of life it ends after"
        value={ttl()}
        choices={TTL_CHOICES}
        onInput={setTtl}
      />
    </AskForm>
  );
}

const EVENT_CHOICES: { value: TaskEvent; name: string }[] = [
  { value: "started", name: "Started: it is in progress" },
  { value: "needs-validation", name: "Needs validation: it goes to the validator" },
  { value: "blocked", name: "Blocked: the note says by what" },
  { value: "done", name: "Done: it was approved" },
];

function Report(props: Form) {
  const { toasts } = usePage();
  const answered = useAnswered();
  const { unread } = useDecide();
  const { submit, busy, refusal } = useAct();
  const choices = useChoices();
  const [agent, setAgent] = createSignal(props.task.lease?.holder ?? props.task.owner ?? "");
  const [type, setType] = createSignal<string>(
    props.task.status === "in_progress" ? "needs-validation" : "started",
  );
  const [note, setNote] = createSignal("");
  return (
    <AskForm
      yes="Report"
      busy={busy() || answered.busy()}
      refusal={refusal()?.message}
      onClose={props.onClose}
      send={async () => {
        const { id, status } = props.task;
        const seen = seenOf(props.task);
        if (status === "validation" && unread(seen)) return;
        if (answered.isOpen(id)) await answered.until(id);
        if (status === "validation" && changedSince(seen, props.task).length > 0) {
          toasts.show("refused", whatChanged(seen, props.task));
          return;
        }
        const body = {
          task_id: id,
          agent_id: agent(),
          type: type() as TaskEvent,
          // Who says that it is done has seen it.
          ...(status === "validation" && { expected_version: props.task.version }),
          ...(note().trim() && { note: note().trim() }),
        };
        if (await submit("tasks/event", body, { done: `Reported on ${props.task.id}.` })) {
          props.onClose();
        }
      }}
    >
      <p>As if the agent had reported it: the task moves, and the note becomes its comment.</p>
      <div class="columns">
        <SelectField
          label="Agent"
          required
          value={agent()}
          choices={choices.agents()}
          none="Choose an agent"
          onInput={setAgent}
        />
        <SelectField
          label="What happened"
          value={type()}
          choices={EVENT_CHOICES}
          invalid={refusal() !== null}
          onInput={setType}
        />
      </div>
      <TextArea label="Note" rows={3} value={note()} onInput={setNote} />
    </AskForm>
  );
}

function AskForm(props: {
  yes: string;
  busy: boolean;
  refusal: string | undefined;
  send(): Promise<void>;
  onClose(): void;
  children: JSX.Element;
}) {
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!props.busy) void props.send();
      }}
    >
      <Show when={props.refusal}>
        <p class="alert" role="alert">
          {props.refusal}
        </p>
      </Show>
      {props.children}
      <div class="foot">
        <Button kind="quiet" onClick={() => props.onClose()}>
          Cancel
        </Button>
        <Button kind="main" type="submit" busy={props.busy}>
          {props.yes}
        </Button>
      </div>
    </form>
  );
}
