import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import type { TimerRow } from "../../src/report/envelope.ts";
import { weekGrid } from "../charts/week-grid.ts";
import { cellTest, cellValue, WEEKDAYS, type WeekMode, WeekTable } from "../charts/week-table.tsx";
import { useApp, useLinks, useParam } from "../context.ts";
import { filtered, VERDICTS, verdictOf } from "../model.ts";
import { FilterBar } from "../parts/filter-bar.tsx";
import { NoRows } from "../parts/no-rows.tsx";
import { Empty, expected, Section, Text, UnitLink } from "../parts/say.tsx";
import { Scroll } from "../parts/scroll.tsx";
import { ViewTools } from "../parts/view-tools.tsx";
import { rowsCommand } from "../share.ts";

/** What each of the five colours stands for. */
const STEP_NAMES = ["below 1", "1 and more", "10 and more", "100 and more", "1000 and more"];

const MOST_ROWS = 300;

const MODES: readonly (readonly [WeekMode, string])[] = [
  ["count", "elapses"],
  ["timers", "distinct timers"],
  ["unusual", "only what is not judged ok"],
];

export function Week(): VNode {
  const { model, zone } = useApp();
  const links = useLinks();
  const text = useParam("f");
  const shown = useParam("show");
  const mode = MODES.find(([name]) => name === shown)?.[0] ?? "count";
  const cell = useParam("cell");
  const { rows, problem } = useMemo(() => filtered(model, text), [model, text]);
  const grid = useMemo(() => weekGrid(model, rows, zone), [model, rows, zone]);
  const isChosen = cellTest(cell);
  const within = new Map<string, { readonly row: TimerRow; count: number }>();
  for (const [day, { cells }] of grid.days.entries())
    for (const [hour, { rows: list }] of cells.entries()) {
      if (cell !== "" && !isChosen(day, hour)) continue;
      for (const { row, count } of list) {
        if (mode === "unusual" && verdictOf(row) === "ok") continue;
        const known = within.get(row.id);
        if (known === undefined) within.set(row.id, { row, count });
        else known.count += count;
      }
    }
  const list = [...within.values()].sort(
    (a, b) => VERDICTS.indexOf(verdictOf(a.row)) - VERDICTS.indexOf(verdictOf(b.row)) || b.count - a.count,
  );
  return (
    <>
      <FilterBar problem={problem} shown={rows.length} of={model.rows.length} />
      <Section
        title="Hours of the week"
        note={
          <nav class="switch" aria-label="What the cells count">
            {MODES.map(([name, title]) => (
              <a
                key={name}
                href={links.view({ show: name === "count" ? null : name })}
                aria-current={mode === name ? "true" : undefined}
              >
                {title}
              </a>
            ))}
          </nav>
        }
      >
        <WeekTable grid={grid} mode={mode} />
        <p class="legend far">
          {STEP_NAMES.map((name, at) => (
            <span key={name} class="step">
              <i class={`heat-key l${at + 1}`} aria-hidden="true" /> {name}
            </span>
          ))}
        </p>
        <p class="legend far">
          A stronger colour means ten times as many. A dashed cell holds chance: random delay is counted in
          parts over its whole window, so a 12-hour window gives each hour a twelfth.
          {grid.isShifted &&
            " This zone's hours do not begin with the target's: counts are off by part of an hour."}
        </p>
      </Section>
      <Section
        title={cell === "" ? "All week" : "In the chosen hours"}
        note={
          cell === "" ? (
            <span>choose cells above to narrow this</span>
          ) : (
            <>
              <span>{rangeText(cell)}</span> <a href={links.view({ cell: null })}>all week</a>
            </>
          )
        }
      >
        {rows.length === 0 ? (
          <NoRows />
        ) : list.length === 0 ? (
          <Empty>Nothing is expected to elapse {cell === "" ? "within a week" : "in these hours"}.</Empty>
        ) : (
          <Scroll label="Timers and jobs in these hours">
            <table class="plain-table">
              <thead>
                <tr>
                  <th scope="col">Unit</th>
                  <th scope="col" class="num">
                    Expected elapses
                  </th>
                  <th scope="col">As</th>
                </tr>
              </thead>
              <tbody>
                {list.slice(0, MOST_ROWS).map(({ row, count }) => (
                  <tr key={row.id}>
                    <th scope="row">
                      <UnitLink row={row} />
                    </th>
                    <td class="num">
                      {model.forecast.get(row.id)?.approximate ||
                      !Number.isInteger(Math.round(count * 100) / 100)
                        ? "≈"
                        : ""}
                      {expected(Math.round(count * 1000) / 1000)}
                    </td>
                    <td>
                      <Text of={row.runsAs} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        )}
        {list.length > MOST_ROWS && (
          <p class="far">
            The first {MOST_ROWS} of {list.length}; a filter shows the others.
          </p>
        )}
      </Section>
      <ViewTools
        command={() => rowsCommand(model, text, "json")}
        sheet={() => ({
          name: "week",
          columns: ["weekday", "hour", mode === "timers" ? "timers" : "elapses"],
          rows: grid.days.flatMap(({ cells }, day) =>
            cells.map((each, hour) => [
              WEEKDAYS[day] ?? "",
              hour,
              Math.round(cellValue(each, mode) * 1000) / 1000,
            ]),
          ),
        })}
      />
    </>
  );
}

function rangeText(cell: string): string {
  const test = cellTest(cell);
  const days = WEEKDAYS.filter((_, day) => Array.from({ length: 24 }).some((_each, hour) => test(day, hour)));
  const hours = Array.from({ length: 24 }, (_, hour) => hour).filter((hour) =>
    WEEKDAYS.some((_each, day) => test(day, hour)),
  );
  const two = (hour: number): string => `${String(hour).padStart(2, "0")}:00`;
  const [firstDay = "", lastDay = firstDay] = [days[0], days.at(-1)];
  return `${firstDay === lastDay ? firstDay : `${firstDay} to ${lastDay}`} ${two(hours[0] ?? 0)}–${two(((hours.at(-1) ?? 0) + 1) % 24)}`;
}
