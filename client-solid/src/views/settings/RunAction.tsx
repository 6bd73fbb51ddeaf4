/**
 * Any write of the API from the page, also those meant for agents: choose it, fill the form made of its
 * schema, send, see the answer. Neighbours: `/api/openapi.json` has the schemas, `parts/SchemaForm`.
 */
import { useSearchParams } from "@solidjs/router";
import { createMemo, createResource, createSignal, Show, untrack } from "solid-js";
import type { RouteName } from "../../../../client/client.ts";
import type { PayloadOf } from "../../../../core/registry.ts";
import { useAct } from "../../parts/act.ts";
import { Button } from "../../parts/Button.tsx";
import { SelectField } from "../../parts/Field.tsx";
import { isNamed, Refusal } from "../../parts/Refusal.tsx";
import { useRead } from "../../parts/read.ts";
import { SchemaForm } from "../../parts/SchemaForm.tsx";
import { fieldsOf, type Schema, type Typed, toBody, toTyped } from "./model.ts";

/** What is used of the OpenAPI document. */
interface Document {
  paths: Record<string, { post?: Operation }>;
}
interface Operation {
  summary: string;
  description?: string;
  requestBody: {
    content: {
      "application/json": {
        schema: Schema;
        examples?: Record<string, { value: Record<string, unknown> }>;
      };
    };
  };
}

const BEGINNING = "agents/heartbeat";

export default function RunAction() {
  const read = useRead();
  const [query, setQuery] = useSearchParams();
  const [document] = createResource(async () => (await read("openapi.json", {})) as Document);
  const name = () => (typeof query.action === "string" ? query.action : BEGINNING);
  const paths = createMemo(() => (document.state === "errored" ? {} : (document()?.paths ?? {})));
  const names = createMemo(() =>
    Object.entries(paths()).flatMap(([path, { post }]) =>
      post ? [path.slice("/api/".length)] : [],
    ),
  );
  const operation = () => paths()[`/api/${name()}`]?.post;
  return (
    <Show when={document.state !== "errored"} fallback={<Refusal of={document.error as Error} />}>
      <div class="form run-action" data-testid="run-action">
        <SelectField
          label="Action"
          value={name()}
          choices={names().map((one) => ({ value: one, name: one }))}
          onInput={(action) => setQuery({ action }, { replace: true, scroll: false })}
        />
        <Show when={operation()} keyed>
          {(of) => <OperationForm name={name()} of={of} />}
        </Show>
      </div>
    </Show>
  );
}

function OperationForm(props: { name: string; of: Operation }) {
  const { submit, busy, refusal } = useAct();
  const content = untrack(() => props.of.requestBody.content["application/json"]);
  const name = untrack(() => props.name);
  const fields = fieldsOf(content.schema);
  const [typed, setTyped] = createSignal<Typed>({});
  const [problem, setProblem] = createSignal<{ field: string; message: string } | null>(null);
  const [answer, setAnswer] = createSignal<object | null>(null);
  const body = createMemo(() => toBody(fields, typed()));
  const example = Object.values(content.examples ?? {})[0]?.value;

  async function send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (busy()) return;
    const made = body();
    setProblem(made.ok ? null : made);
    setAnswer(null);
    if (!made.ok) return;
    // The schema is the declaration's own, which the server checks the body against.
    const payload = made.body as unknown as PayloadOf<RouteName>;
    setAnswer(await submit(name as RouteName, payload, { done: `${name} is done` }));
  }

  return (
    // The server says what is missing, as it would to any program.
    <form class="form" noValidate onSubmit={send}>
      <p class="dim">{props.of.summary}</p>
      <SchemaForm
        fields={fields}
        typed={typed()}
        onInput={(field, value) => setTyped((before) => ({ ...before, [field]: value }))}
        isInvalid={(field) => problem()?.field === field || isNamed(refusal(), field)}
      />
      <Refusal of={problem() ?? refusal()} />
      <div class="foot">
        <Show when={example}>
          {(given) => (
            <Button kind="quiet" onClick={() => setTyped(toTyped(fields, given()))}>
              Fill in the example
            </Button>
          )}
        </Show>
        <Button kind="main" type="submit" busy={busy()}>
          Send {name}
        </Button>
      </div>
      <details>
        <summary>What is sent</summary>
        <pre class="code">{`POST /api/${name}\n${JSON.stringify(bodyShown(body()), null, 2)}`}</pre>
      </details>
      <Show when={answer()}>
        {(said) => (
          <section aria-label="The answer" data-testid="answer" class="stack">
            <h4>The answer</h4>
            {/* Focusable, so that the keyboard can scroll it. */}
            <pre class="code" tabindex="0">
              {JSON.stringify(said(), null, 2)}
            </pre>
          </section>
        )}
      </Show>
    </form>
  );
}

function bodyShown(body: ReturnType<typeof toBody>): object {
  return body.ok ? body.body : { problem: body.message };
}
