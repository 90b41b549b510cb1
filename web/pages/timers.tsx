import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { useApp, useLinks, useParam } from "../context.ts";
import { filtered } from "../model.ts";
import { FilterBar } from "../parts/filter-bar.tsx";
import { COLUMNS, GROUP_NAMES, RowsTable, sheetOf, useArrangement } from "../parts/rows-table.tsx";
import { ViewTools } from "../parts/view-tools.tsx";
import { picksFilter, picksIn } from "../picks.ts";
import { rowsCommand } from "../share.ts";

export function Timers(): VNode {
  const { model } = useApp();
  const links = useLinks();
  const text = useParam("f");
  const group = useParam("group");
  const { rows, problem } = useMemo(() => filtered(model, text), [model, text]);
  const arrangement = useArrangement(rows);
  const pick = useParam("pick");
  const picked = useMemo(() => {
    const picks = new Set(picksIn(pick));
    return picks.size === 0 ? [] : model.rows.filter(({ id }) => picks.has(id));
  }, [model, pick]);
  // Very many, or an id with a quote in it, are beyond what a filter can say.
  const chosen = useMemo(() => {
    const filter = picksFilter(picked.map(({ id }) => id));
    const { rows: those, problem: why } = filtered(model, filter);
    return why === null && those.length === picked.length ? filter : null;
  }, [model, picked]);
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
          command={() => rowsCommand(model, picked.length === 0 ? text : (chosen ?? ""))}
          sheet={() => sheetOf({ ...arrangement, ...(picked.length === 0 ? {} : { rows: picked }) }, model)}
        />
      </div>
      {picked.length > 0 && (
        <p class="picked" role="status">
          <strong>{picked.length} chosen</strong>:{" "}
          {chosen === null
            ? "exports hold just these, the command all rows; no filter can name them."
            : "command and exports hold just these."}{" "}
          {chosen !== null && (
            <a class="button" href={links.view({ f: chosen, pick: null })}>
              Show only these
            </a>
          )}{" "}
          <a class="button" href={links.view({ pick: null })}>
            Choose none
          </a>
        </p>
      )}
      <RowsTable {...arrangement} />
    </>
  );
}
