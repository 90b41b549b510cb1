/** What runs when: a row a timer. A window is a pale bar, a moment a line, what is too dense a solid bar with its count. */
import type { VNode } from "preact";
import type { TimerRow } from "../../src/report/envelope.ts";
import type { Forecast } from "../../src/server/api.ts";
import { windowsOf } from "../../src/server/window-runs.ts";
import { useApp, useLinks, useParam } from "../context.ts";
import { verdictOf } from "../model.ts";
import { Fold } from "../parts/fold.tsx";
import { NoRows } from "../parts/no-rows.tsx";
import { Empty, expected, NextText, UnitLink, UnitName } from "../parts/say.tsx";
import { Axis } from "./axis.tsx";
import { type TimeScale, timeScale } from "./time-scale.ts";

const SPANS = {
  day: ["24 hours", 86_400],
  week: ["7 days", 7 * 86_400],
  month: ["30 days", 30 * 86_400],
} as const;
type Span = keyof typeof SPANS;

/** More windows than this in one row are one bar. */
const DENSE = 60;
const FIRST_ROWS = 18;
/** Rows that are drawn when everything is asked for. */
const MOST_ROWS = 300;

export function useSpan(): Span {
  const text = useParam("span", "day");
  return text === "week" || text === "month" ? text : "day";
}

export function SpanSwitch(): VNode {
  const links = useLinks();
  const span = useSpan();
  return (
    <nav class="switch" aria-label="Length of the strip">
      {(Object.keys(SPANS) as Span[]).map((name) => (
        <a key={name} href={links.view({ span: name })} aria-current={span === name ? "true" : undefined}>
          {SPANS[name][0]}
        </a>
      ))}
    </nav>
  );
}

export function ElapseStrip({ rows }: { rows: readonly TimerRow[] }): VNode {
  const { model, zone } = useApp();
  const span = useSpan();
  const links = useLinks();
  const isWhole = useParam("rows") === "all";
  const now = model.nowUsec / 1e6;
  const scale = timeScale(now, now + SPANS[span][1], zone);
  const all = rows.flatMap((row) => {
    const forecast = model.forecast.get(row.id);
    return forecast !== undefined && forecast[span] > 0 ? [{ row, forecast }] : [];
  });
  const silent = rows.length - all.length;
  if (rows.length === 0) return <NoRows />;
  if (all.length === 0)
    return (
      <Empty>
        Nothing of {rows.length === 1 ? "this timer" : `these ${rows.length} timers and jobs`} will elapse
        within {SPANS[span][0]} as far as files tell.
      </Empty>
    );
  const shown = all.slice(0, isWhole ? MOST_ROWS : FIRST_ROWS);
  const total = all.reduce((sum, { forecast }) => sum + forecast[span], 0);
  return (
    <figure class="strip">
      <figcaption class="visually-hidden">
        {all.length} of {rows.length} timers and jobs elapse within {SPANS[span][0]}, about {expected(total)}{" "}
        times in all. The table below says the same in words.
      </figcaption>
      <div class="strip-rows">
        {shown.map(({ row, forecast }) => (
          <div class="strip-row" key={row.id}>
            <UnitLink row={row} />
            <Track row={row} forecast={forecast} scale={scale} span={span} />
            <a class="times" title="expected elapses" href={links.page("explain", { id: row.id })}>
              {forecast.approximate ? "≈" : ""}
              {expected(forecast[span])}×
            </a>
          </div>
        ))}
        <div class="strip-row axis-row">
          <span />
          <Axis scale={scale} />
          <span />
        </div>
      </div>
      <div class="strip-foot">
        {all.length > FIRST_ROWS && (
          <a class="button" href={links.view({ rows: isWhole ? null : "all" })}>
            {isWhole
              ? `Show the first ${FIRST_ROWS}`
              : `Show ${all.length > MOST_ROWS ? `the first ${MOST_ROWS} of ${all.length}` : `all ${all.length}`}`}
          </a>
        )}
        <span class="legend" aria-hidden="true">
          <i class="key line" /> a moment <i class="key window" /> a window: random delay, nobody knows when
          in it <i class="key dense" /> too dense to draw
        </span>
        {silent > 0 && <span class="far">{silent} more have no known elapse in this time</span>}
      </div>
      <Fold class="twin" summary="As a table">
        {() => <Twin all={all} />}
      </Fold>
    </figure>
  );
}

interface Shown {
  readonly row: TimerRow;
  readonly forecast: Forecast;
}

/** The same in words. Of very many the first, which is what the strip shows first, too. */
function Twin({ all }: { all: readonly Shown[] }): VNode {
  return (
    <>
      <table>
        <thead>
          <tr>
            <th scope="col">Unit</th>
            <th scope="col">Next</th>
            <th scope="col" class="num">
              24 h
            </th>
            <th scope="col" class="num">
              7 d
            </th>
            <th scope="col" class="num">
              30 d
            </th>
          </tr>
        </thead>
        <tbody>
          {all.slice(0, MOST_ROWS).map(({ row, forecast }) => (
            <tr key={row.id}>
              <th scope="row">
                <UnitName row={row} />
              </th>
              <td>
                <NextText row={row} />
              </td>
              <td class="num">{expected(forecast.day)}</td>
              <td class="num">{expected(forecast.week)}</td>
              <td class="num">{expected(forecast.month)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {all.length > MOST_ROWS && (
        <p class="far">
          The first {MOST_ROWS} of {all.length}; Timers has them all.
        </p>
      )}
    </>
  );
}

/** From and to on the track, and the seconds between. */
type Mark = readonly [x: number, end: number, length: number];

function isWindow([x, end, length]: Mark): boolean {
  return length > 61 && end - x > 2;
}

/** Lines from top to bottom of the track. */
function upright(places: readonly number[]): string {
  return places.map((x) => `M${Math.round(x * 10) / 10} 0V20`).join("");
}

function Track({
  row,
  forecast,
  scale,
  span,
}: {
  row: TimerRow;
  forecast: Forecast;
  scale: TimeScale;
  span: Span;
}): VNode {
  const within = windowsOf(forecast.windows).filter(([from, to]) => to >= scale.from && from <= scale.to);
  const isDense = within.length > DENSE || forecast.kind === "rate" || forecast.windowsUntil < scale.to;
  const place = (seconds: number): number => Math.round(scale.at(seconds) * 10_000) / 10;
  const marks = isDense ? [] : within.map(([from, to]): Mark => [place(from), place(to), to - from]);
  const boxOf = (mark: Mark): string => {
    const [x, end] = mark;
    if (isWindow(mark)) return `M${x} 4H${end}V16H${x}Z`;
    const left = Math.min(x, 996);
    return `M${left} 2h${span === "day" ? 3 : 2.5}v16h${span === "day" ? -3 : -2.5}z`;
  };
  return (
    <svg
      class={`track v-${verdictOf(row)}`}
      viewBox="0 0 1000 20"
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
      data-windows={within.length}
    >
      <path
        class="grid"
        d={upright(scale.ticks.filter(({ isMajor }) => !isMajor).map(({ at }) => at * 1000))}
      />
      <path
        class="grid major"
        d={upright(scale.ticks.filter(({ isMajor }) => isMajor).map(({ at }) => at * 1000))}
      />
      {isDense ? (
        <rect class={forecast.kind === "rate" ? "dense rate" : "dense"} x="0" y="6" width="1000" height="8" />
      ) : (
        <>
          <path class="window" d={marks.filter(isWindow).map(boxOf).join("")} />
          <path
            class="moment"
            d={marks
              .filter((mark) => !isWindow(mark))
              .map(boxOf)
              .join("")}
          />
        </>
      )}
    </svg>
  );
}
