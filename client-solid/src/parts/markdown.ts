/** Text to safe HTML. Neighbour: `Markdown.tsx`, which loads this when first needed. */
import DOMPurify from "dompurify";
import { Marked } from "marked";
import { isCostly } from "./markdown-cost.ts";

/** What a text needs; everything else is dropped, images too, since they would tell a foreign host. */
const TAGS = [
  ..."p br hr strong em del code pre blockquote ul ol li a h1 h2 h3 h4".split(" "),
  ..."table thead tbody tr th td input".split(" "),
];

/**
 * Markup in a text is shown as the text it is: even a document that is never shown complains of handlers
 * and styles in it under the page's policy, and nobody needs them here.
 */
const marked = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    html: ({ text }) => escapeHtml(text),
    image: ({ text }) => escapeHtml(text),
  },
});

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

DOMPurify.addHook("afterSanitizeAttributes", (node) => {
  if (node.tagName !== "A") return;
  node.setAttribute("target", "_blank");
  node.setAttribute("rel", "noopener noreferrer nofollow");
});

function parse(text: string): string {
  try {
    return marked.parse(text, { async: false });
  } catch {
    // Nested beyond the stack in a way that was not foreseen.
    return asItIs(text);
  }
}

function asItIs(text: string): string {
  return `<pre>${escapeHtml(text)}</pre>`;
}

export function renderMarkdown(text: string): string {
  const html = isCostly(text) ? asItIs(text) : parse(text);
  return DOMPurify.sanitize(html, {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ["href", "type", "checked", "disabled", "align"],
    ALLOWED_URI_REGEXP: /^(?:https?:|mailto:)/i,
  });
}
