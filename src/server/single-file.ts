/**
 * The report as one file: a static page that reads with scripts blocked, with the dashboard inlined over it. Nothing is
 * fetched; a content security policy of hashes admits just this script and these styles. The report stands inside as
 * the static page has it, so that `convert` gives it back; the dashboard's further data stand beside it.
 */
import { createHash } from "node:crypto";
import { type Beyond, beyondElements } from "./beyond-in-page.ts";
import { blottedText } from "./blotted-text.ts";
import type { WebBundle } from "./bundle.ts";
import { staticControls } from "./static-controls.ts";

/**
 * Lays the dashboard over a static page. The page must be a whole document of ours with its styles in `<style>`
 * elements and no script but the report's data. Its policy gives way to ours.
 */
export function singleFileReport(
  staticPage: string,
  beyond: Beyond,
  { script, style }: Pick<WebBundle, "script" | "style">,
): string {
  const program = inlineScript(script);
  const styles = [...staticPage.matchAll(/<style[^>]*>([\s\S]*?)<\/style>/g)].map(([, text = ""]) => text);
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(program)}`,
    `style-src ${[...styles, style].map(hashOf).join(" ")}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
  const head = `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
  const tail = [
    `<div id="app" hidden></div>`,
    beyondElements(beyond),
    `<style id="app-style" media="not all">${style}</style>`,
    `<script type="module">${program}</script>`,
  ].join("\n");
  const bare = staticPage.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>\s*/i, "");
  const controls = beyond.dossier.controls === null ? "" : staticControls(beyond.dossier.controls);
  const opened = spliced(bare, /<head[^>]*>\s*(?:<meta charset[^>]*>)?/i, (found) => `${found}\n${head}`);
  const told = `<p><strong>${blottedText(beyond.board.blotted)}</strong></p>\n`;
  return before(before(before(opened, "</header>", told), "</main>", controls), "</body>", `${tail}\n`);
}

/** Before the last one of a closing tag, which a page of ours always has. */
function before(page: string, tag: string, text: string): string {
  const end = page.lastIndexOf(tag);
  return end < 0 ? `${page}${text}` : `${page.slice(0, end)}${text}${page.slice(end)}`;
}

/** Without the patterns of `String.replace`, which text of ours may hold. */
function spliced(text: string, at: RegExp, make: (found: string) => string): string {
  return text.replace(at, (found) => make(found));
}

/** The same program in a form that cannot end its element or open a comment in it. */
function inlineScript(script: string): string {
  return script.replace(/<\/(script)/gi, "<\\/$1").replace(/<!--/g, "<\\!--");
}

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
