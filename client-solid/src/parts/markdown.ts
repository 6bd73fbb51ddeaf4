/** Text to safe nodes. Neighbours: `Markdown.tsx`, which loads this when first needed; `pieces.ts`. */
import DOMPurify from "dompurify";
import { Marked } from "marked";
import { isCostly } from "./markdown-cost.ts";
import { toOutward } from "./outward.ts";
import { cutBelow } from "./pieces.ts";

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
  // Followed, such a link would have the page act as somebody else.
  const href = toOutward(node.getAttribute("href") ?? "");
  if (href === null) node.removeAttribute("href");
  else node.setAttribute("href", href);
  node.setAttribute("target", "_blank");
  node.setAttribute("rel", "noopener noreferrer nofollow");
});

/** @returns null for what would take too long, and what is nested in a way that was not foreseen. */
function parse(text: string): string | null {
  if (isCostly(text)) return null;
  try {
    return marked.parse(text, { async: false });
  } catch {
    return null;
  }
}

export function renderMarkdown(text: string): Node {
  const html = parse(text);
  const shown = html === null ? asItIs(text) : sanitize(html);
  cutBelow(shown);
  return shown;
}

function asItIs(text: string): Node {
  const box = document.createElement("pre");
  box.className = "as-it-is";
  box.textContent = text;
  return box;
}

function sanitize(html: string): Node {
  return DOMPurify.sanitize(html, {
    RETURN_DOM_FRAGMENT: true,
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ["href", "type", "checked", "disabled", "align"],
    ALLOWED_URI_REGEXP: /^(?:https?:|mailto:)/i,
  });
}
