import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { visible } from "../../src/report/visible.ts";
import { windowsOf } from "../../src/server/window-runs.ts";
import { eventOf, type TimelineEvent } from "../../src/timeline/event.ts";
import { timesketchJsonLines } from "../../src/timeline/timesketch.ts";
import { LANES, type Lane, type Mark, PastStrip } from "../charts/past-strip.tsx";
import { useApp, useDepth, useLinks, useParam } from "../context.ts";
import { filtered } from "../model.ts";
import { FilterBar } from "../parts/filter-bar.tsx";
import { PlainTable } from "../parts/plain-table.tsx";
import { count, Empty, PlaceText, Section, Text, When } from "../parts/say.tsx";
import { ViewTools } from "../parts/view-tools.tsx";
import { commandLine, momentOption } from "../share.ts";

const DAY = 86_400;
const LENGTHS: readonly (readonly [string, number, number])[] = [
  ["a day each way", DAY, DAY],
  ["a week back", 7 * DAY, DAY],
  ["a month back", 30 * DAY, 7 * DAY],
  ["a year back", 365 * DAY, 30 * DAY],
];
const SHOWN = 300;

interface Entry extends Mark {
  readonly kind: string;
  readonly says: string;
  readonly unit: string | null;
  readonly path: string | null;
  readonly source: string;
}

function laneOf(kind: string): Lane {
  if (kind.startsWith("file-")) return "files";
  if (kind.startsWith("package-")) return "packages";
  if (kind.endsWith("-failed")) return "failures";
  return kind === "elapse" ? "elapses" : "runs";
}

export function Timeline(): VNode {
  const { model } = useApp();
  const { events } = useDepth();
  const links = useLinks();
  const text = useParam("f");
  const now = model.nowUsec / 1e6;
  const from = numberOf(useParam("from"), now - 7 * DAY);
  const to = Math.max(from + 60, numberOf(useParam("to"), now + DAY));
  const lane = useParam("lane");
  const { rows, problem } = useMemo(() => filtered(model, text), [model, text]);
  const all = useMemo((): readonly Entry[] => {
    const ids = new Set(rows.map(({ id }) => id));
    const isAll = rows.length === model.rows.length;
    const past = events.events
      .filter(({ unit }) => isAll || (unit !== null && ids.has(unit)))
      .map(({ at, kind, says, unit, path, source }): Entry => {
        return { from: at, to: at, lane: laneOf(kind), kind, says, unit, path, source };
      });
    const future = rows.flatMap((row) =>
      windowsOf(model.forecast.get(row.id)?.windows ?? []).map(([start, end]): Entry => {
        const says = end - start > 61 ? `${row.unit} elapses within a window` : `${row.unit} elapses`;
        return {
          from: start,
          to: end,
          lane: "elapses",
          kind: "elapse",
          says,
          unit: row.id,
          path: null,
          source: "reckoned",
        };
      }),
    );
    return [...past, ...future].sort((a, b) => a.from - b.from);
  }, [model, rows, events]);
  const inTime = all.filter((entry) => entry.to >= from && entry.from <= to);
  const listed = lane === "" ? firstElapses(inTime) : inTime.filter((entry) => entry.lane === lane);
  const move = (start: number, end: number): string =>
    links.view({ from: String(Math.round(start)), to: String(Math.round(end)) });
  const length = to - from;
  const dense = rows.filter(
    (row) =>
      (model.forecast.get(row.id)?.windowsUntil ?? to) < to && model.forecast.get(row.id)?.kind !== "none",
  );
  return (
    <>
      <FilterBar problem={problem} shown={rows.length} of={model.rows.length} />
      <Section
        title="Before and after now"
        note={
          <nav class="switch" aria-label="Which time">
            {LENGTHS.map(([title, back, ahead]) => {
              const isHere = Math.abs(from - (now - back)) < 2 && Math.abs(to - (now + ahead)) < 2;
              return (
                <a
                  key={title}
                  href={move(now - back, now + ahead)}
                  aria-current={isHere ? "true" : undefined}
                >
                  {title}
                </a>
              );
            })}
          </nav>
        }
      >
        <PastStrip marks={inTime} from={from} to={to} />
        <nav class="switch under" aria-label="Move and zoom">
          <a href={move(from - length / 2, to - length / 2)}>← earlier</a>
          <a href={move(from + length / 4, to - length / 4)}>zoom in</a>
          <a href={move(from - length / 2, to + length / 2)}>zoom out</a>
          <a href={move(from + length / 2, to + length / 2)}>later →</a>
          <span class="far">or draw over the strip to zoom</span>
        </nav>
      </Section>
      <Section
        title="Events"
        note={
          <nav class="switch" aria-label="Which events">
            <a href={links.view({ lane: null })} aria-current={lane === "" ? "true" : undefined}>
              all {inTime.length}
            </a>
            {LANES.map((name) => (
              <a
                key={name}
                href={links.view({ lane: name })}
                aria-current={lane === name ? "true" : undefined}
              >
                {name} {inTime.filter((entry) => entry.lane === name).length}
              </a>
            ))}
          </nav>
        }
      >
        {listed.length === 0 ? (
          <Empty>
            Nothing {lane === "" ? "is known" : `of ${lane} is known`} from this time. Known here: times of
            the files that timers depend on, logs of package managers, stamp files
            {model.report.target.live ? ", the journal" : " (no journal: evidence at rest)"}.
          </Empty>
        ) : (
          <PlainTable label="Events" class="events" columns={["When", "Kind", "What", "Path", "Known from"]}>
            {around(listed, now).map((entry, at) => (
              <tr key={`${entry.from}-${at}`} class={entry.from > now ? "ahead" : ""}>
                <td>
                  <When usec={entry.from * 1e6} />
                </td>
                <td>{entry.kind}</td>
                <td>
                  {entry.unit !== null && model.row.has(entry.unit) ? (
                    <a href={links.view({ sel: entry.unit })}>
                      <Text of={entry.says} />
                    </a>
                  ) : (
                    <Text of={entry.says} />
                  )}
                </td>
                <td>
                  {entry.path !== null && (
                    <PlaceText of={{ path: entry.path, line: 0, column: 0 }} id={entry.unit ?? ""} />
                  )}
                </td>
                <td>
                  <Text of={entry.source} />
                </td>
              </tr>
            ))}
          </PlainTable>
        )}
        {lane === "" && listed.length < inTime.length && (
          <p class="far">
            Of what will elapse, the first time of each is listed;{" "}
            <a href={links.view({ lane: "elapses" })}>every one</a>.
          </p>
        )}
        {listed.length > SHOWN && (
          <p class="far">
            {SHOWN} of {listed.length} are listed, nearest to now; zoom in to see the others, or export them.
          </p>
        )}
        {dense.length > 0 && (
          <p class="far">
            {count(dense.length, "timer elapses", "timers elapse")} too often to list every time: see Week.
          </p>
        )}
        {events.leftOut > 0 && <p class="far">{events.leftOut} older events are not in these data.</p>}
      </Section>
      <ViewTools
        others={[
          {
            title: "Timesketch",
            name: "timeline",
            extension: "jsonl",
            type: "application/x-ndjson",
            text: () => [...timesketchJsonLines(listed.map(eventOfEntry))].join(""),
          },
        ]}
        command={() =>
          commandLine({
            words: ["timeline"],
            options: { since: rfc3339(from), until: rfc3339(to), ...momentOption(model) },
            operands: [model.board.target],
          })
        }
        sheet={() => ({
          name: "timeline",
          columns: ["time", "until", "kind", "unit", "path", "says", "source"],
          rows: listed.map((entry) => [
            new Date(entry.from * 1000).toISOString(),
            entry.to === entry.from ? null : new Date(entry.to * 1000).toISOString(),
            entry.kind,
            entry.unit,
            entry.path,
            entry.says,
            entry.source,
          ]),
        })}
      />
    </>
  );
}

/** As `timerwarden timeline -o timesketch` tells it; every row is of the host. */
function eventOfEntry({ from, to, kind, says, unit, path, source }: Entry): TimelineEvent {
  return eventOf({
    usec: from * 1e6,
    untilUsec: to === from ? null : to * 1e6,
    kind: kind as TimelineEvent["kind"],
    says: visible(says),
    unit: unit === null ? null : visible(unit),
    path: path === null ? null : visible(path),
    source: visible(source),
  });
}

/** All that happened, and of what will elapse the first time of each: a timer of every minute would hide the others. */
function firstElapses(entries: readonly Entry[]): readonly Entry[] {
  const seen = new Set<string>();
  return entries.filter(({ kind, unit }) => {
    if (kind !== "elapse" || unit === null) return true;
    const isFirst = !seen.has(unit);
    seen.add(unit);
    return isFirst;
  });
}

/** Whole seconds. */
function rfc3339(seconds: number): string {
  return new Date(Math.round(seconds) * 1000).toISOString().replace(".000Z", "Z");
}

function around(entries: readonly Entry[], now: number): readonly Entry[] {
  if (entries.length <= SHOWN) return entries;
  return [...entries]
    .sort((a, b) => Math.abs(a.from - now) - Math.abs(b.from - now))
    .slice(0, SHOWN)
    .sort((a, b) => a.from - b.from);
}

function numberOf(text: string, usual: number): number {
  const number = Number(text);
  return text === "" || !Number.isFinite(number) || Math.abs(number) > 8e10 ? usual : number;
}
