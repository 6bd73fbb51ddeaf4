/** Text to safe HTML. Neighbour: `Markdown.tsx`, which loads this when first needed. */
import DOMPurify from "dompurify";
import { marked } from "marked";

/** What a text needs; everything else is dropped, images too, since they would tell a foreign host. */
const TAGS = [
  ..."p br hr strong em del code pre blockquote ul ol li a h1 h2 h3 h4".split(" "),
  ..."table thead tbody tr th td input".split(" "),
];

DOMPurify.addHook("afterSanitizeAttributes", (node) => {
  if (node.tagName !== "A") return;
  node.setAttribute("target", "_blank");
  node.setAttribute("rel", "noopener noreferrer nofollow");
});

export function renderMarkdown(text: string): string {
  const html = marked.parse(text, { async: false, gfm: true, breaks: true });
  return DOMPurify.sanitize(html, {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ["href", "type", "checked", "disabled", "align"],
    ALLOWED_URI_REGEXP: /^(?:https?:|mailto:)/i,
  });
}
