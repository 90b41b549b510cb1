/** Hour by weekday: a real table, so that it can be read as one. */

import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import { useApp, useLinks, useParam } from "../context.ts";
import { expected } from "../parts/say.tsx";
import { Scroll } from "../parts/scroll.tsx";
import type { WeekCell, WeekGrid } from "./week-grid.ts";

export const WEEKDAYS = [
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
  "Sunday",
] as const;

export type WeekMode = "count" | "timers" | "unusual";

export function cellValue(cell: WeekCell, mode: WeekMode): number {
  return mode === "timers" ? cell.timers : mode === "unusual" ? cell.unusual : cell.count;
}

/** Five steps, each ten times the one before: one elapse and a thousand both show. */
function levelOf(value: number): number {
  if (value <= 0) return 0;
  return Math.min(5, Math.max(1, Math.floor(Math.log10(Math.max(value, 0.01)) + 2)));
}

export function WeekTable({ grid, mode }: { grid: WeekGrid; mode: WeekMode }): VNode {
  const { zone } = useApp();
  const links = useLinks();
  const chosen = useParam("cell");
  const table = useRef<HTMLTableElement>(null);
  const isChosen = cellTest(chosen);
  const select = (day: number, hour: number, isRange: boolean): void => {
    const [start] = chosen.split("..");
    const here = `${day}-${hour}`;
    links.go({ cell: isRange && start ? `${start}..${here}` : chosen === here ? null : here });
  };
  const move = (event: KeyboardEvent, day: number, hour: number): void => {
    const [down, right] = STEPS.get(event.key) ?? [0, 0];
    if (down === 0 && right === 0) return;
    event.preventDefault();
    const [toDay, toHour] = [Math.min(6, Math.max(0, day + down)), Math.min(23, Math.max(0, hour + right))];
    table.current?.querySelector<HTMLElement>(`[data-cell="${toDay}-${toHour}"]`)?.focus();
    if (event.shiftKey) select(toDay, toHour, true);
  };
  const [entry] = (chosen || "0-0").split("..");
  return (
    <>
      <p class="far" id="week-caption">
        {mode === "timers" ? "Timers and jobs that elapse" : "Expected elapses"} per hour of the next 7 days,
        times in {zone.name}. Arrow keys move, Enter selects, Shift extends.
      </p>
      <Scroll label="Hours of the week" isPlain>
        <table class="week" ref={table} aria-labelledby="week-caption">
          <thead>
            <tr>
              <th scope="col">
                <span class="visually-hidden">Day</span>
              </th>
              {HOURS.map((hour) => (
                <th key={hour} scope="col">
                  {String(hour).padStart(2, "0")}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {grid.days.map(({ dates, change, cells }, day) => (
              <tr key={WEEKDAYS[day]}>
                <th scope="row">
                  <abbr title={WEEKDAYS[day]}>{WEEKDAYS[day]?.slice(0, 3)}</abbr>{" "}
                  <span class="far">{dates}</span>
                  {change !== null && (
                    <span class="dst" title={change}>
                      {" "}
                      ⇅<span class="visually-hidden">{change}</span>
                    </span>
                  )}
                </th>
                {cells.map((cell, hour) => {
                  const value = cellValue(cell, mode);
                  const key = `${day}-${hour}`;
                  return (
                    <td key={key}>
                      <button
                        type="button"
                        data-cell={key}
                        tabIndex={key === entry ? 0 : -1}
                        class={`heat l${levelOf(value)}${cell.isPart && mode !== "timers" ? " chance" : ""}`}
                        aria-pressed={isChosen(day, hour)}
                        aria-label={`${WEEKDAYS[day]} ${hour}:00, ${expected(value)}${cell.isPart ? ", in part chance" : ""}`}
                        onClick={(event) => select(day, hour, event.shiftKey)}
                        onKeyDown={(event) => move(event, day, hour)}
                      >
                        {value === 0 ? "" : expected(value)}
                      </button>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </>
  );
}

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const STEPS: ReadonlyMap<string, readonly [number, number]> = new Map([
  ["ArrowDown", [1, 0]],
  ["ArrowUp", [-1, 0]],
  ["ArrowRight", [0, 1]],
  ["ArrowLeft", [0, -1]],
]);

/** `2-6` is Wednesday 06:00; `2-6..4-8` every hour between the two corners. */
export function cellTest(text: string): (day: number, hour: number) => boolean {
  const match = /^(\d)-(\d{1,2})(?:\.\.(\d)-(\d{1,2}))?$/.exec(text);
  if (match === null) return () => false;
  const [d1 = 0, h1 = 0, d2 = d1, h2 = h1] = match.slice(1).filter(Boolean).map(Number);
  const [dayLow, dayHigh] = [Math.min(d1, d2), Math.max(d1, d2)];
  const [hourLow, hourHigh] = [Math.min(h1, h2), Math.max(h1, h2)];
  return (day, hour) => day >= dayLow && day <= dayHigh && hour >= hourLow && hour <= hourHigh;
}
