/** Past and future in one strip: what was written and what ran left of now, what will elapse right of it. */
import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { useApp, useLinks } from "../context.ts";
import { Axis } from "./axis.tsx";
import { timeScale } from "./time-scale.ts";

export interface Mark {
  readonly from: number;
  readonly to: number;
  readonly lane: Lane;
}

export const LANES = ["files", "packages", "runs", "failures", "elapses"] as const;
export type Lane = (typeof LANES)[number];

const LANE_HEIGHT = 26;
/** Marks of one lane in one of these columns are one mark with a size. */
const COLUMNS = 250;

export function PastStrip({ marks, from, to }: { marks: readonly Mark[]; from: number; to: number }): VNode {
  const { model, zone } = useApp();
  const links = useLinks();
  const track = useRef<SVGSVGElement>(null);
  const [brush, setBrush] = useState<readonly [number, number] | null>(null);
  const now = model.nowUsec / 1e6;
  const scale = timeScale(from, to, zone);
  const height = LANES.length * LANE_HEIGHT;
  const secondsAt = (event: PointerEvent): number => {
    const box = track.current?.getBoundingClientRect();
    if (box === undefined || box.width === 0) return from;
    return from + ((event.clientX - box.left) / box.width) * (to - from);
  };
  const finish = (): void => {
    if (brush === null) return;
    const [low, high] = [Math.min(...brush), Math.max(...brush)];
    setBrush(null);
    if (high - low > (to - from) / 100)
      links.go({ from: String(Math.round(low)), to: String(Math.round(high)) });
  };
  const bins = LANES.map((lane) => binned(marks, lane, scale.at));
  return (
    <figure class="past">
      <figcaption class="visually-hidden">
        {LANES.map((lane) => `${marks.filter((mark) => mark.lane === lane).length} ${lane}`).join(", ")} in
        this time. The table below lists them.
      </figcaption>
      <div class="past-grid">
        <div class="lanes" aria-hidden="true">
          {LANES.map((lane) => (
            <span key={lane}>{lane}</span>
          ))}
        </div>
        <svg
          ref={track}
          class="past-track"
          viewBox={`0 0 1000 ${height}`}
          preserveAspectRatio="none"
          aria-hidden="true"
          focusable="false"
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            setBrush([secondsAt(event), secondsAt(event)]);
          }}
          onPointerMove={(event) => brush && setBrush([brush[0], secondsAt(event)])}
          onPointerUp={finish}
          onPointerCancel={() => setBrush(null)}
        >
          <rect
            class="future"
            x={scale.at(now) * 1000}
            y="0"
            width={1000 - scale.at(now) * 1000}
            height={height}
          />
          {scale.ticks.map(({ at, isMajor }) => (
            <line
              key={at}
              x1={at * 1000}
              x2={at * 1000}
              y1="0"
              y2={height}
              class={isMajor ? "grid major" : "grid"}
            />
          ))}
          {LANES.map((lane, row) => (
            <g key={lane} class={`lane-${lane}`}>
              <line x1="0" x2="1000" y1={(row + 1) * LANE_HEIGHT} y2={(row + 1) * LANE_HEIGHT} class="grid" />
              {bins[row]?.map(({ x, width, count }) => {
                const size = Math.min(18, 6 + 4 * Math.log2(count));
                return (
                  <rect
                    key={`${x}`}
                    class={width > 5 ? "window" : "moment"}
                    x={x}
                    y={row * LANE_HEIGHT + (LANE_HEIGHT - size) / 2}
                    width={Math.max(3, width)}
                    height={size}
                  />
                );
              })}
            </g>
          ))}
          {now >= from && now <= to && (
            <line x1={scale.at(now) * 1000} x2={scale.at(now) * 1000} y1="0" y2={height} class="now" />
          )}
          {brush !== null && (
            <rect
              class="brush"
              x={scale.at(Math.min(...brush)) * 1000}
              y="0"
              width={Math.abs(scale.at(brush[1]) - scale.at(brush[0])) * 1000}
              height={height}
            />
          )}
        </svg>
        <span />
        {now >= from && now <= to ? <Axis scale={scale} now={now} /> : <Axis scale={scale} />}
      </div>
    </figure>
  );
}

interface Bin {
  x: number;
  width: number;
  count: number;
}

function binned(marks: readonly Mark[], lane: Lane, at: (seconds: number) => number): readonly Bin[] {
  const bins = new Map<number, Bin>();
  for (const mark of marks) {
    if (mark.lane !== lane) continue;
    const column = Math.floor(at(mark.from) * COLUMNS);
    const x = (column / COLUMNS) * 1000;
    const width = Math.max(0, at(mark.to) * 1000 - x);
    const known = bins.get(column);
    if (known === undefined) bins.set(column, { x, width, count: 1 });
    else {
      known.count++;
      known.width = Math.max(known.width, width);
    }
  }
  return [...bins.values()];
}
