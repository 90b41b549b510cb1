/** "Copy as command" and "export this view", the same on every page. */
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { caseRows } from "../../src/report/case-facts.ts";
import { blottedText } from "../../src/server/blotted-text.ts";
import { useApp } from "../context.ts";
import type { Model } from "../model.ts";
import { copyText, csvOf, download, jsonOf, type Sheet } from "../share.ts";
import { type PageHead, tablePage } from "../table-page.ts";

/** A file in a form another program wants. */
export interface OtherExport {
  readonly title: string;
  readonly name: string;
  readonly extension: string;
  readonly type: string;
  readonly text: () => string;
}

/** Command and sheet are made when somebody asks for them, not with every letter of a filter. */
export function ViewTools({
  command,
  sheet,
  others = [],
}: {
  command: () => string;
  sheet: () => Sheet;
  others?: readonly OtherExport[];
}): VNode {
  const { announce, model } = useApp();
  const [isOpen, setOpen] = useState(false);
  const copy = async (): Promise<void> => {
    setOpen(true);
    announce((await copyText(command())) ? "Command copied" : "Select the command to copy it");
  };
  const host = (model.report.target.host ?? "host").replace(/[^\w.-]+/g, "-").slice(0, 60);
  const save = (title: string, type: string, extension: string, write: (made: Sheet) => string): void => {
    const made = sheet();
    download(`${made.name}-${host}.${extension}`, type, write(made));
    announce(`${made.rows.length} rows exported as ${title}`);
  };
  return (
    <div class="tools">
      <button type="button" onClick={copy} aria-expanded={isOpen}>
        Copy as command
      </button>
      <button type="button" onClick={() => save("JSON", "application/json", "json", jsonOf)}>
        Export JSON
      </button>
      <button type="button" onClick={() => save("CSV", "text/csv", "csv", csvOf)}>
        Export CSV
      </button>
      <button
        type="button"
        onClick={() =>
          save("HTML", "text/html", "html", (made) => tablePage(headOf(made, model, command()), made))
        }
      >
        Export HTML
      </button>
      {others.map(({ title, name, extension, type, text }) => (
        <button
          key={title}
          type="button"
          onClick={() => {
            download(`${name}-${host}.${extension}`, type, text());
            announce(`Exported for ${title}`);
          }}
        >
          Export for {title}
        </button>
      ))}
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

function headOf({ name }: Sheet, { report, board }: Model, command: string): PageHead {
  const { target, clock, tool } = report;
  return {
    title: `${name[0]?.toUpperCase()}${name.slice(1)} of ${target.host ?? target.name}`,
    facts: [
      ...caseRows(report),
      ["Target", target.name],
      ...(target.system === null ? [] : [["System", target.system] as const]),
      ["Moment", `${clock.now} (zone ${clock.zone})`],
      ["The same on a terminal", command],
      ["Secrets", blottedText(board.blotted)],
      ["Made by", `${tool.name} ${tool.version}`],
    ],
  };
}
