/** Where nobody has joined yet: the three ways in. Neighbours: the form, Settings, the API itself. */
import { A } from "@solidjs/router";
import Bot from "lucide-solid/icons/bot";
import { Button } from "../../parts/Button.tsx";
import { CopyText } from "../../parts/CopyText.tsx";
import { Empty } from "../../parts/Empty.tsx";

const JOIN = (origin: string) => `curl -X POST ${origin}/api/agents/register \\
  -H "Authorization: Bearer $CLAWTASKER_API_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{"agent_id": "ada", "name": "Ada", "role": "Engineer", "home_specialist": "code"}'

curl -X POST ${origin}/api/agents/heartbeat \\
  -H "Authorization: Bearer $CLAWTASKER_API_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{"agent_id": "ada", "status": "working", "doing_summary": "Reading the brief"}'`;

export function NoAgents(props: { onRegister(): void }) {
  return (
    <div class="view-body nobody">
      <Empty
        icon={Bot}
        title="Nobody has joined yet"
        text="Any program that speaks HTTP can be an agent. It registers once, then says about every minute that it lives; it appears here at once."
      >
        <div class="row wrap">
          <Button kind="main" onClick={() => props.onRegister()}>
            Register an agent
          </Button>
          <A href="/settings/data" class="button" data-kind="plain">
            Bootstrap a company
          </A>
        </div>
      </Empty>
      <section class="card stack" aria-labelledby="join-title">
        <h2 id="join-title">How an agent joins</h2>
        <CopyText label="the lines" text={JOIN(location.origin)} />
        <p class="small dim">
          What it needs to know is at <a href="/api/openclaw/contract">its contract</a>; every route
          with its schema is in <a href="/docs">the API documentation</a>.
        </p>
      </section>
    </div>
  );
}
