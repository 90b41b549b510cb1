/** A year of elapses, a line a day, with the days on which clocks change. */
import type { VNode } from "preact";
import type { ClockChange } from "../../src/time/clock-changes.ts";
import type { TimeZone } from "../../src/time/zone.ts";
import { Axis } from "./axis.tsx";
import { timeScale } from "./time-scale.ts";

const DAY = 86_400;

export function YearStrip({
  days,
  from,
  zone,
  changes,
}: {
  /** Elapses of each day from the first one on. */
  days: readonly number[];
  from: number;
  zone: TimeZone;
  changes: readonly ClockChange[];
}): VNode {
  const to = from + days.length * DAY;
  const scale = timeScale(from, to, zone, 13);
  const most = Math.max(1, ...days);
  const transitions = zone.periods.filter(({ start }) => start > from && start < to);
  const total = days.reduce((sum, count) => sum + count, 0);
  return (
    <figure class="year">
      <figcaption class="far">
        {days.filter((count) => count > 0).length} of {days.length} days, {total} elapses
        {transitions.length > 0 && `; clocks change ${transitions.length} times (dashed)`}
        {changes.length > 0 && `, ${changes.length} of them concern this expression`}
      </figcaption>
      <svg
        viewBox="0 0 1000 60"
        preserveAspectRatio="none"
        aria-hidden="true"
        focusable="false"
        class="year-track"
      >
        {scale.ticks.map(({ at }) => (
          <line key={at} x1={at * 1000} x2={at * 1000} y1="0" y2="60" class="grid" />
        ))}
        {days.map((count, day) => {
          const height = count === 0 ? 0 : 10 + (Math.log2(count) / Math.max(1, Math.log2(most))) * 44;
          return count === 0 ? null : (
            <rect
              key={day}
              class="moment"
              x={(day * 1000) / days.length}
              y={60 - height}
              width={1000 / days.length}
              height={height}
            />
          );
        })}
        {transitions.map(({ start }) => (
          <line
            key={start}
            x1={scale.at(start) * 1000}
            x2={scale.at(start) * 1000}
            y1="0"
            y2="60"
            class="change"
          />
        ))}
      </svg>
      <Axis scale={scale} />
    </figure>
  );
}
