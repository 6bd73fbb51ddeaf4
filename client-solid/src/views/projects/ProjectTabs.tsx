/** The two faces of the projects: what they are, and who works where. */
import { useSearchParams } from "@solidjs/router";

export function ProjectTabs() {
  const [search] = useSearchParams<{ tab?: string }>();
  return (
    <nav class="tabs" aria-label="Projects">
      {/* Plain links, which the router serves too: its own ones would both call themselves current. */}
      <a href="/projects" aria-current={search.tab === "access" ? undefined : "page"}>
        Projects
      </a>
      <a href="/projects?tab=access" aria-current={search.tab === "access" ? "page" : undefined}>
        Access
      </a>
    </nav>
  );
}
