/** Creates a project or changes one, as a dialog. Invariant: what is typed survives a refusal. */
import { createEffect, createSignal, on, Show, untrack } from "solid-js";
import { PROJECT_STATUSES, type ProjectStatus } from "../../../../core/state/projects/project.ts";
import { usePage } from "../../page.ts";
import { useAct } from "../../parts/act.ts";
import { Button } from "../../parts/Button.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { SelectField, TextArea, TextField } from "../../parts/Field.tsx";
import { isNamed, Refusal } from "../../parts/Refusal.tsx";
import { PROJECT_WORDS } from "./project-view.ts";

interface Props {
  /** The project to change; null for a new one. */
  id: string | null;
  open: boolean;
  onClose(): void;
  onCreated(id: string): void;
}

export function ProjectForm(props: Props) {
  return (
    <Dialog
      title={props.id === null ? "Create a project" : "Change the project"}
      open={props.open}
      onClose={() => props.onClose()}
      testid="project-form"
    >
      <Body {...props} />
    </Dialog>
  );
}

function Body(props: Props) {
  const { wire } = usePage().mirror;
  const { submit, busy, refusal } = useAct();
  const before = untrack(() => (props.id === null ? undefined : wire.projects[props.id]));
  const [name, setName] = createSignal(before?.name ?? "");
  const [id, setId] = createSignal(before?.id ?? "");
  const [ownId, setOwnId] = createSignal(before !== undefined);
  const [description, setDescription] = createSignal(before?.description ?? "");
  const [status, setStatus] = createSignal<ProjectStatus>(before?.status ?? "active");
  // Follows the name until somebody types an id.
  createEffect(on(name, (text) => ownId() || setId(toSlug(text)), { defer: true }));
  const names = (field: string) => isNamed(refusal(), field);
  const taken = () => before === undefined && wire.projects[id()] !== undefined;

  async function save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (busy() || taken()) return;
    const reply = await submit(
      "projects/configure",
      { project_id: id(), name: name().trim(), description: description(), status: status() },
      { done: before ? `${name()} is saved.` : `${name()} is created.` },
    );
    if (!reply) return;
    props.onClose();
    if (!before) props.onCreated(reply.project.id);
  }

  return (
    <form class="form" onSubmit={(event) => void save(event)} novalidate>
      <TextField
        label="Name"
        name="name"
        required
        autofocus
        maxLength={300}
        value={name()}
        invalid={names("name")}
        onInput={setName}
      />
      <Show when={before === undefined}>
        <TextField
          label="Id"
          name="project_id"
          required
          hint={
            taken()
              ? `There is a project ${id()} already; choose another id.`
              : "Agents name the project by it; it cannot be changed later."
          }
          value={id()}
          invalid={taken() || names("project_id")}
          onInput={(value) => {
            setOwnId(true);
            setId(value);
          }}
        />
      </Show>
      <TextArea
        label="Description"
        name="description"
        value={description()}
        onInput={setDescription}
      />
      <SelectField
        label="Status"
        name="status"
        value={status()}
        choices={PROJECT_STATUSES.map((value) => ({ value, name: PROJECT_WORDS[value] }))}
        onInput={(value) => setStatus(value as ProjectStatus)}
      />
      <Refusal of={refusal()} />
      <div class="foot">
        <Button kind="quiet" onClick={() => props.onClose()}>
          Cancel
        </Button>
        <Button type="submit" kind="main" busy={busy()} off={taken()}>
          {before ? "Save" : "Create the project"}
        </Button>
      </div>
    </form>
  );
}

function toSlug(text: string): string {
  return text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 64);
}
