import type { VNode } from "preact";
import type { TimeScale } from "./time-scale.ts";

/** Ticks with labels under or over a chart; decoration, as the table twin says it in words. */
export function Axis({ scale, now }: { scale: TimeScale; now?: number }): VNode {
  const free = scale.ticks.filter(({ at }) => now === undefined || Math.abs(at - scale.at(now)) > 0.045);
  // Labels at the ends are moved in, and the one before the last makes room.
  const end = free.find(({ at }) => at > 0.95)?.at ?? 2;
  const ticks = free.filter(({ at }) => at === end || at < end - 0.09 || at > end);
  return (
    <div class="axis" aria-hidden="true">
      {ticks.map(({ at, label }) => (
        <span
          key={label + at}
          class={at > 0.95 ? "tick end" : at < 0.03 ? "tick start" : "tick"}
          style={{ left: `${at * 100}%` }}
        >
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
