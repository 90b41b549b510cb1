/** "Copy as command" and "export this view", the same on every page. */
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { useApp } from "../context.ts";
import { copyText, csvOf, download, jsonOf, type Sheet } from "../share.ts";

/** Command and sheet are made when somebody asks for them, not with every letter of a filter. */
export function ViewTools({ command, sheet }: { command: () => string; sheet: () => Sheet }): VNode {
  const { announce, model } = useApp();
  const [isOpen, setOpen] = useState(false);
  const copy = async (): Promise<void> => {
    setOpen(true);
    announce((await copyText(command())) ? "Command copied" : "Select the command to copy it");
  };
  const save = (kind: "json" | "csv"): void => {
    const made = sheet();
    const host = (model.report.target.host ?? "host").replace(/[^\w.-]+/g, "-").slice(0, 60);
    const text = kind === "json" ? jsonOf(made) : csvOf(made);
    download(`${made.name}-${host}.${kind}`, kind === "json" ? "application/json" : "text/csv", text);
    announce(`${made.rows.length} rows exported as ${kind.toUpperCase()}`);
  };
  return (
    <div class="tools">
      <button type="button" onClick={copy} aria-expanded={isOpen}>
        Copy as command
      </button>
      <button type="button" onClick={() => save("json")}>
        Export JSON
      </button>
      <button type="button" onClick={() => save("csv")}>
        Export CSV
      </button>
      {isOpen && (
        <output class="command">
          <code dir="ltr">{command()}</code>
          <button type="button" class="plain" onClick={() => setOpen(false)} aria-label="Hide the command">
            ×
          </button>
        </output>
      )}
    </div>
  );
}
