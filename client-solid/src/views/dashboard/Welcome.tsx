/** For a company without anything in it: the three ways to begin. Neighbour: the dashboard shows it alone. */
import { A } from "@solidjs/router";
import Bot from "lucide-solid/icons/bot";
import Braces from "lucide-solid/icons/braces";
import Sparkles from "lucide-solid/icons/sparkles";
import { useAct } from "../../parts/act.ts";
import { Button } from "../../parts/Button.tsx";
import { CopyText } from "../../parts/CopyText.tsx";

const JOIN = (origin: string) => `export CLAWTASKER_URL=${origin}
curl -X POST $CLAWTASKER_URL/api/agents/register \\
  -H "Authorization: Bearer $CLAWTASKER_API_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{"agent_id": "ada", "name": "Ada", "role": "Engineer", "home_specialist": "code"}'`;

export function Welcome() {
  const { act, busy } = useAct();
  return (
    <div class="welcome" data-testid="welcome">
      <header class="stack">
        <h2>Begin your company</h2>
        <p class="dim">
          Nothing is here yet. From here you will see what your agents do as they do it, and only be
          asked where a person is needed.
        </p>
      </header>
      <section class="card stack" aria-labelledby="welcome-demo">
        <Sparkles size={20} aria-hidden="true" />
        <h3 id="welcome-demo">Look around in a demo</h3>
        <p class="dim">
          A company with 13 agents, 15 tasks and three missions. It can be replaced at any time.
        </p>
        <Button
          kind="main"
          busy={busy()}
          onClick={() => void act("demo/reset", {}, { done: "The demo company is loaded" })}
        >
          Load the demo company
        </Button>
      </section>
      <section class="card stack" aria-labelledby="welcome-manifest">
        <Braces size={20} aria-hidden="true" />
        <h3 id="welcome-manifest">Bring your own company</h3>
        <p class="dim">
          One file with your projects and agents makes the whole company at once; you see what it
          would do before it does.
        </p>
        <A href="/settings/data" class="button" data-kind="plain">
          Bootstrap from a manifest
        </A>
      </section>
      <section class="card stack wide" aria-labelledby="welcome-agent">
        <Bot size={20} aria-hidden="true" />
        <h3 id="welcome-agent">Connect an agent</h3>
        <p class="dim">
          Any program that speaks HTTP can join. This registers one; it appears here at once.
        </p>
        <CopyText label="the lines" text={JOIN(location.origin)} />
        <p class="small dim">
          What an agent needs to know is at <a href="/api/openclaw/contract">its contract</a>; every
          route with its schema is in <a href="/docs">the API documentation</a>.
        </p>
      </section>
    </div>
  );
}
