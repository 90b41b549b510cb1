import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { useApp, useLinks, useParam } from "../context.ts";
import { filtered } from "../model.ts";
import { FilterBar } from "../parts/filter-bar.tsx";
import { COLUMNS, GROUP_NAMES, RowsTable, sheetOf, useArrangement } from "../parts/rows-table.tsx";
import { ViewTools } from "../parts/view-tools.tsx";
import { rowsCommand } from "../share.ts";

export function Timers(): VNode {
  const { model } = useApp();
  const links = useLinks();
  const text = useParam("f");
  const group = useParam("group");
  const { rows, problem } = useMemo(() => filtered(model, text), [model, text]);
  const arrangement = useArrangement(rows);
  const shown = new Set(arrangement.columns.map(({ id }) => id));
  const toggle = (id: string): void => {
    const next = COLUMNS.map((column) => column.id).filter((name) =>
      name === id ? !shown.has(name) : shown.has(name),
    );
    links.go({ cols: next.join(",") });
  };
  return (
    <>
      <FilterBar problem={problem} shown={rows.length} of={model.rows.length} />
      <div class="controls">
        <label>
          Group by{" "}
          <select value={group} onChange={(event) => links.go({ group: event.currentTarget.value })}>
            <option value="">nothing</option>
            {GROUP_NAMES.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <details class="chooser">
          <summary>Columns</summary>
          <fieldset>
            <legend class="visually-hidden">Columns</legend>
            {COLUMNS.filter(({ id }) => id !== "unit").map(({ id, title }) => (
              <label key={id}>
                <input type="checkbox" checked={shown.has(id)} onChange={() => toggle(id)} /> {title}
              </label>
            ))}
          </fieldset>
        </details>
        <ViewTools command={() => rowsCommand(model, text)} sheet={() => sheetOf(arrangement, model)} />
      </div>
      <RowsTable {...arrangement} />
    </>
  );
}
