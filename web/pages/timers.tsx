import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { useApp, useLinks, useParam, useRoute } from "../context.ts";
import { filtered } from "../model.ts";
import { FilterBar } from "../parts/filter-bar.tsx";
import { COLUMNS, GROUP_NAMES, RowsTable, sheetOf, useArrangement } from "../parts/rows-table.tsx";
import { ViewTools } from "../parts/view-tools.tsx";
import { picksFilter, picksOf } from "../picks.ts";
import { rowsCommand } from "../share.ts";

export function Timers(): VNode {
  const { model } = useApp();
  const links = useLinks();
  const text = useParam("f");
  const group = useParam("group");
  const { rows, problem } = useMemo(() => filtered(model, text), [model, text]);
  const arrangement = useArrangement(rows);
  const route = useRoute();
  const picked = useMemo(() => {
    const picks = new Set(picksOf(route));
    return picks.size === 0 ? [] : model.rows.filter(({ id }) => picks.has(id));
  }, [model, route]);
  const chosen = picked.length === 0 ? null : picksFilter(picked.map(({ id }) => id));
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
        <ViewTools
          command={() => rowsCommand(model, chosen ?? text)}
          sheet={() =>
            sheetOf(chosen === null ? arrangement : { columns: arrangement.columns, rows: picked }, model)
          }
        />
      </div>
      {chosen !== null && (
        <p class="picked" role="status">
          <strong>{picked.length} chosen</strong>: command and exports hold just these.{" "}
          <a class="button" href={links.view({ f: chosen, pick: null })}>
            Show only these
          </a>{" "}
          <a class="button" href={links.view({ pick: null })}>
            Choose none
          </a>
        </p>
      )}
      <RowsTable {...arrangement} />
    </>
  );
}
