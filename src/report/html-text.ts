import { visible } from "./visible.ts";

/** Target text for HTML and XML, in elements and in quoted attributes; characters XML 1.0 forbids are shown as code. */
export function markup(text: string): string {
  return visible(text)
    .replace(/[\ufffe\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`)
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
