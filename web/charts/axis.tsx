import type { VNode } from "preact";
import type { TimeScale } from "./time-scale.ts";

/** Ticks with labels under or over a chart; decoration, as the table twin says it in words. */
export function Axis({ scale, now }: { scale: TimeScale; now?: number }): VNode {
  return (
    <div class="axis" aria-hidden="true">
      {scale.ticks.map(({ at, label }) => (
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
