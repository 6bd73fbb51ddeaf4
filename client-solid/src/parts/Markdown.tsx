/**
 * Markdown, rendered safely: parsed by marked, sanitised by DOMPurify, both loaded when first needed;
 * until then, and where they fail to load, the plain text stands there.
 * Invariant: no script, style, image or foreign frame gets through; links open elsewhere and tell nothing.
 */
import { createRenderEffect, createResource, Show } from "solid-js";
import { inPieces } from "./pieces.ts";

type Render = (text: string) => Node;

let loaded: Promise<Render> | null = null;

function loadRenderer(): Promise<Render> {
  loaded ??= import("./markdown.ts").then(({ renderMarkdown }) => renderMarkdown);
  return loaded;
}

export function Markdown(props: { text: string }) {
  const [render] = createResource(loadRenderer);
  // Not through an error boundary: the text is there in any case.
  const ready = () => (render.state === "ready" ? render() : undefined);
  return (
    <Show when={ready()} fallback={<p class="markdown as-it-is">{inPieces(props.text)}</p>}>
      {(toNodes) => (
        <div
          class="markdown"
          ref={(box) => createRenderEffect(() => box.replaceChildren(toNodes()(props.text)))}
        />
      )}
    </Show>
  );
}
