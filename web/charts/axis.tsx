import type { VNode } from "preact";
import type { TimeScale } from "./time-scale.ts";

/** Ticks with labels under or over a chart; decoration, as the table twin says it in words. */
export function Axis({ scale, now }: { scale: TimeScale; now?: number }): VNode {
  const ticks = scale.ticks.filter(({ at }) => now === undefined || Math.abs(at - scale.at(now)) > 0.045);
  return (
    <div class="axis" aria-hidden="true">
      {ticks.map(({ at, label }) => (
        <span key={label + at} class={at > 0.94 ? "tick end" : "tick"} style={{ left: `${at * 100}%` }}>
          {label}
        </span>
      ))}
      {now !== undefined && (
        <span class="tick now" style={{ left: `${scale.at(now) * 100}%` }}>
          now
        </span>
      )}
    </div>
  );
}
