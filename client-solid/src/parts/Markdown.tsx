/**
 * Markdown, rendered safely: parsed by marked, sanitised by DOMPurify, both loaded when first needed;
 * until then, and where they fail to load, the plain text stands there.
 * Invariant: no script, style, image or foreign frame gets through; links open elsewhere and tell nothing.
 */
import { createResource, Show } from "solid-js";

let loaded: Promise<(text: string) => string> | null = null;

function loadRenderer(): Promise<(text: string) => string> {
  loaded ??= import("./markdown.ts").then(({ renderMarkdown }) => renderMarkdown);
  return loaded;
}

export function Markdown(props: { text: string }) {
  const [render] = createResource(loadRenderer);
  // Not through an error boundary: the text is there in any case.
  const ready = () => (render.state === "ready" ? render() : undefined);
  return (
    <Show when={ready()} fallback={<p class="markdown">{props.text}</p>}>
      {(toHtml) => <div class="markdown" innerHTML={toHtml()(props.text)} />}
    </Show>
  );
}
