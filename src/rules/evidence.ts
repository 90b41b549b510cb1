import type { ClosureFile } from "../inventory/closure.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { Span } from "../syntax/span.ts";
import type { Evidence } from "./rule.ts";

/** A place with the line that stands there. */
export function evidenceAt(inventory: Inventory, span: Span, says: string | null = null): Evidence {
  return { span, excerpt: span.line > 0 ? inventory.excerpt(span) : null, says };
}

/** A file or link as a whole. */
export function evidenceOfFile(path: string, says: string | null = null): Evidence {
  return { span: { path, line: 0, column: 0, length: 0 }, excerpt: null, says };
}

/** The line that leads to a file, or the file itself when nothing but its place makes it count. */
export function evidenceOf(inventory: Inventory, file: ClosureFile, says: string | null = null): Evidence {
  return file.span.line > 0 ? evidenceAt(inventory, file.span, says) : evidenceOfFile(file.path, says);
}
