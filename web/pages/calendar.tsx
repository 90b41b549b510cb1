import type { VNode } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Problem } from "../../src/parsed.ts";
import { moment } from "../../src/report/moment.ts";
import { visible } from "../../src/report/visible.ts";
import { zoneOfView } from "../../src/server/zone-view.ts";
import { nextElapses } from "../../src/time/calendar-next.ts";
import { parseCalendar } from "../../src/time/calendar-parse.ts";
import { compileCalendar } from "../../src/time/calendar-plan.ts";
import { type CalendarSpec, formatCalendar } from "../../src/time/calendar-spec.ts";
import { describeCalendar } from "../../src/time/calendar-words.ts";
import { clockChanges } from "../../src/time/clock-changes.ts";
import { fromCron } from "../../src/time/cron.ts";
import {
  DEFAULT_SYSTEMD_VERSION,
  formatSystemdVersion,
  parseSystemdVersion,
} from "../../src/time/systemd-version.ts";
import { parseTimestamp } from "../../src/time/timestamp.ts";
import { formatTimestamp } from "../../src/time/timestamp-format.ts";
import { type TimeZone, UTC, type Zones } from "../../src/time/zone.ts";
import { replaceView } from "../address.ts";
import { browserZone } from "../browser-zone.ts";
import { YearStrip } from "../charts/year-strip.tsx";
import { useApp, useLinks, useParam } from "../context.ts";
import { Code, Empty, Section, Text } from "../parts/say.tsx";
import { ViewTools } from "../parts/view-tools.tsx";
import { commandLine } from "../share.ts";

const SHOWN = 20;
const YEAR_DAYS = 366;
/** Elapses of a year reckoned one by one; beyond, the strip says so. */
const MOST = 60_000;

export function CalendarLab(): VNode {
  const { model } = useApp();
  const links = useLinks();
  const text = useParam("expr", "Mon..Fri *-*-* 02:30");
  const other = useParam("with");
  const zoneName = useParam("lz", model.zone.name);
  const baseText = useParam("base");
  const versionText = useParam("version", model.report.clock.systemd);
  const zone = useZone(zoneName);
  const version = parseSystemdVersion(versionText);
  const zones = useMemo(
    (): Zones => zonesOf(zone.value ?? UTC, model.board.zones.map(zoneOfView), model.nowUsec),
    [zone.value, model],
  );
  const base = useMemo(
    () => (baseText === "" ? null : parseTimestamp(baseText, model.nowUsec, zones)),
    [baseText, model, zones],
  );
  const baseUsec = base === null || !base.ok ? model.nowUsec : base.value;
  const used = version ?? DEFAULT_SYSTEMD_VERSION;
  const set = (name: string) => (event: Event) => {
    if (event.currentTarget instanceof HTMLInputElement) {
      replaceView(links.view({ [name]: event.currentTarget.value }));
    }
  };
  return (
    <>
      <Section title="Expression" note="the same engine as on the terminal, in this page">
        <div class="lab">
          <label class="wide">
            Calendar expression, or a crontab schedule
            <input
              name="expr"
              value={text}
              onInput={set("expr")}
              spellcheck={false}
              autocomplete="off"
              aria-describedby="lab-problem"
            />
          </label>
          <label class="wide">
            Compare with
            <input
              name="with"
              value={other}
              onInput={set("with")}
              spellcheck={false}
              autocomplete="off"
              placeholder="a second expression"
            />
          </label>
          <label>
            Zone
            <input name="lz" list="zones" value={zoneName} onInput={set("lz")} spellcheck={false} />
          </label>
          <label>
            Base time
            <input
              name="base"
              value={baseText}
              onInput={set("base")}
              placeholder={formatTimestamp(model.nowUsec, zone.value ?? UTC)}
              spellcheck={false}
            />
          </label>
          <label>
            systemd
            <input name="version" value={versionText} onInput={set("version")} spellcheck={false} size={8} />
          </label>
        </div>
        <datalist id="zones">
          {zoneNames(model.board.zones.map(({ name }) => name)).map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        {zone.value === null && (
          <p class="problem">
            There is no time zone “<Text of={zoneName} />
            ”; UTC is used.
          </p>
        )}
        {zone.value !== null && zone.from !== "target" && (
          <p class="far">
            Zone rules of{" "}
            {zone.from === "server"
              ? "the target or the analysing machine"
              : "this browser, ten years back and thirty ahead"}
            .
          </p>
        )}
        {base !== null && !base.ok && <p class="problem">Base time: {base.problem.message}; now is used.</p>}
        {version === null && (
          <p class="problem">Not a version of systemd; {formatSystemdVersion(used)} is used.</p>
        )}
      </Section>
      <div class={other === "" ? "" : "two"}>
        <Answer text={text} zones={zones} baseUsec={baseUsec} version={used} id="lab-problem" />
        {other !== "" && (
          <Answer text={other} zones={zones} baseUsec={baseUsec} version={used} id="lab-problem-2" />
        )}
      </div>
      {other !== "" && <Comparison a={text} b={other} zones={zones} baseUsec={baseUsec} version={used} />}
      <ViewTools
        command={() =>
          commandLine({
            words: ["calendar"],
            options: {
              tz: zone.value === null ? null : zoneName,
              "base-time": new Date(baseUsec / 1000).toISOString(),
              systemd: formatSystemdVersion(used),
              iterations: String(SHOWN),
              "same-as": inCalendarWords(other, zones, used),
            },
            operands: [inCalendarWords(text, zones, used)],
          })
        }
        sheet={() => ({
          name: "elapses",
          columns: ["expression", "elapse"],
          rows: [text, other].flatMap((each) => {
            const spec = specOf(each, zones, used);
            if (spec.spec === null) return [];
            return nextElapses(spec.spec, baseUsec, SHOWN, zones, used).usec.map((usec) => [
              each,
              new Date(usec / 1000).toISOString(),
            ]);
          }),
        })}
      />
    </>
  );
}

type Version = typeof DEFAULT_SYSTEMD_VERSION;

interface Question {
  readonly text: string;
  readonly zones: Zones;
  readonly baseUsec: number;
  readonly version: Version;
}

function Answer({ text, zones, baseUsec, version, id }: Question & { id: string }): VNode {
  const { model } = useApp();
  const links = useLinks();
  const { spec, problem, cron, more } = useMemo(() => specOf(text, zones, version), [text, zones, version]);
  if (spec === null)
    return (
      <section class="card answer" aria-label={visible(text)}>
        <Caret text={text} problem={problem} id={id} />
      </section>
    );
  const found = nextElapses(spec, baseUsec, SHOWN, zones, version);
  const plan = compileCalendar(spec, zones, version);
  const { words, warnings } = wordsOf(spec);
  const year = yearOf(plan, baseUsec);
  const changes = clockChanges(spec, plan.zone, baseUsec, baseUsec + YEAR_DAYS * 86_400e6);
  return (
    <section class="card answer" aria-label={visible(text)}>
      <h2>
        <code>{formatCalendar(spec)}</code>
      </h2>
      {cron && (
        <p class="note">
          Translated from a crontab schedule.
          {more.length > 0 && (
            <>
              {" "}
              It runs on the days of the month <em>or</em> the weekdays it names, so it takes a second
              expression:{" "}
              {more.map((expression) => (
                <a key={expression} href={links.view({ with: expression })}>
                  <Code of={expression} />
                </a>
              ))}
              .
            </>
          )}
        </p>
      )}
      <p class="words">{words}</p>
      {warnings.map((warning) => (
        <p class="note" key={warning}>
          {warning}
        </p>
      ))}
      {changes.slice(0, 4).map((change) => (
        <p class="note" key={change.usec}>
          {formatTimestamp(change.usec, plan.zone)}: clocks change; a time this names is{" "}
          {change.kind === "skipped"
            ? "left out that day, and systemd lets it go"
            : "shown twice, and systemd runs it the first time only"}
          .
        </p>
      ))}
      <YearStrip days={year.days} from={baseUsec / 1e6} zone={plan.zone} changes={changes} />
      {year.isCut && <p class="far">More than {MOST} elapses: only the first part of the year is drawn.</p>}
      {found.usec.length === 0 ? (
        <Empty>
          {found.end === "loop"
            ? "systemd's search gives up on this around a clock change."
            : "It never elapses from then until the year 2199."}
        </Empty>
      ) : (
        <ol class="elapses">
          {found.usec.map((usec, at) => (
            <li key={usec}>
              <time dateTime={new Date(usec / 1000).toISOString()}>{formatTimestamp(usec, plan.zone)}</time>
              <Shift before={found.usec[at - 1] ?? baseUsec} after={usec} zone={plan.zone} />
            </li>
          ))}
        </ol>
      )}
      <p class="far">counted from {moment(baseUsec, model.nowUsec, plan.zone)}</p>
    </section>
  );
}

/** Where the clocks changed since the moment before. */
function Shift({ before, after, zone }: { before: number; after: number; zone: TimeZone }): VNode | null {
  const [from, to] = [before, after].map((usec) => zone.at(Math.floor(usec / 1e6)).offset);
  if (from === undefined || to === undefined || from === to) return null;
  const words = `clocks went ${to > from ? "forward" : "back"} by ${Math.abs(to - from) / 60} minutes`;
  return (
    <span class="dst" title={words}>
      {" "}
      ⇅<span class="visually-hidden"> {words}</span>
    </span>
  );
}

/** The text with a caret under what is wrong, as on a terminal. */
function Caret({ text, problem, id }: { text: string; problem: Problem | null; id: string }): VNode {
  const { at, length, message, suggestion } = problem ?? {
    at: 0,
    length: 1,
    message: "empty",
    suggestion: undefined,
  };
  return (
    <div class="caret" id={id} role="status">
      <pre>
        {visible(text)}
        {"\n"}
        {" ".repeat(Math.min(visible(text.slice(0, at)).length, 200))}
        <em>{"^".repeat(Math.max(1, Math.min(length, 80)))}</em>
      </pre>
      <p>
        {message}
        {suggestion !== undefined && (
          <>
            . Perhaps <code>{suggestion}</code>?
          </>
        )}
      </p>
    </div>
  );
}

function Comparison({
  a,
  b,
  zones,
  baseUsec,
  version,
}: Omit<Question, "text"> & { a: string; b: string }): VNode | null {
  const [one, two] = [specOf(a, zones, version).spec, specOf(b, zones, version).spec];
  if (one === null || two === null) return null;
  const first = nextElapses(one, baseUsec, 2000, zones, version).usec;
  const second = nextElapses(two, baseUsec, 2000, zones, version).usec;
  const until = Math.min(first.at(-1) ?? Infinity, second.at(-1) ?? Infinity);
  const [left, right] = [new Set(first), new Set(second)];
  const onlyA = first.filter((usec) => usec <= until && !right.has(usec));
  const onlyB = second.filter((usec) => usec <= until && !left.has(usec));
  const both = first.filter((usec) => right.has(usec)).length;
  if (!Number.isFinite(until)) return null;
  const isSame = onlyA.length + onlyB.length === 0 && first.length === second.length;
  return (
    <Section title="Comparison">
      <p>
        {isSame
          ? `The same in all of ${both} elapses looked at.`
          : `They differ: ${both} elapses in common, ${onlyA.length} only of the first, ${onlyB.length} only of the second, up to ${formatTimestamp(until, zones.local)}.`}
      </p>
      {!isSame && (
        <p>
          First difference:{" "}
          {formatTimestamp(Math.min(onlyA[0] ?? Infinity, onlyB[0] ?? Infinity, until), zones.local)}
        </p>
      )}
    </Section>
  );
}

interface Understood {
  readonly spec: CalendarSpec | null;
  readonly problem: Problem | null;
  readonly cron: boolean;
  /** Expressions beside `spec` that a crontab schedule needs: day of month or weekday are two. */
  readonly more: readonly string[];
}

function specOf(text: string, zones: Zones, version: Version): Understood {
  const parsed = parseCalendar(text, zones, version);
  if (parsed.ok) return { spec: parsed.value, problem: null, cron: false, more: [] };
  const [expression, ...more] = fromCron(text)?.expressions ?? [];
  const translated = expression === undefined ? null : parseCalendar(expression, zones, version);
  if (translated?.ok) return { spec: translated.value, problem: null, cron: true, more };
  return { spec: null, problem: parsed.problem, cron: false, more: [] };
}

/** What the `calendar` command takes: a crontab schedule is translated, whatever else stays as it was typed. */
function inCalendarWords(text: string, zones: Zones, version: Version): string {
  const { spec, cron } = specOf(text, zones, version);
  return spec !== null && cron ? formatCalendar(spec) : text;
}

function wordsOf(spec: CalendarSpec): { readonly words: string; readonly warnings: readonly string[] } {
  const described = describeCalendar(spec);
  const warnings =
    "warnings" in described && Array.isArray(described.warnings) ? described.warnings.map(String) : [];
  return { words: described.words, warnings };
}

function yearOf(
  plan: ReturnType<typeof compileCalendar>,
  baseUsec: number,
): { days: number[]; isCut: boolean } {
  const days = new Array<number>(YEAR_DAYS).fill(0);
  let at = baseUsec;
  for (let step = 0; step < MOST; step++) {
    const next = step === 0 ? plan.next(at) : plan.following(at);
    if (next.kind !== "elapse") return { days, isCut: false };
    at = next.usec;
    const day = Math.floor((at - baseUsec) / 86_400e6);
    if (day >= YEAR_DAYS) return { days, isCut: false };
    days[day] = (days[day] ?? 0) + 1;
  }
  return { days, isCut: true };
}

interface FoundZone {
  readonly value: TimeZone | null;
  readonly from: "target" | "server" | "browser";
}

/** Out of the data at hand, else the server's, else the browser's. */
function useZone(name: string): FoundZone {
  const { model, source, targetIndex } = useApp();
  const [asked, setAsked] = useState<ReadonlyMap<string, TimeZone | null>>(new Map());
  const own = model.board.zones.find((zone) => zone.name === name);
  const isKnown = own !== undefined || name === "UTC";
  useEffect(() => {
    if (isKnown || !source.isLive || asked.has(name) || !/^[A-Za-z][\w+/-]{2,60}$/.test(name)) return;
    let isGone = false;
    void source.zone(targetIndex, name).then((view) => {
      if (!isGone) setAsked((known) => new Map([...known, [name, view === null ? null : zoneOfView(view)]]));
    });
    return () => {
      isGone = true;
    };
  }, [name, isKnown, source, targetIndex, asked]);
  return useMemo((): FoundZone => {
    if (own !== undefined) return { value: zoneOfView(own), from: "target" };
    if (name === "UTC" || name === "") return { value: UTC, from: "target" };
    const answer = asked.get(name);
    if (answer) return { value: answer, from: "server" };
    return { value: browserZone(name, model.nowUsec / 1e6), from: "browser" };
  }, [own, name, asked, model]);
}

function zonesOf(local: TimeZone, own: readonly TimeZone[], nowUsec: number): Zones {
  const known = new Map<string, TimeZone | null>([...own, local, UTC].map((zone) => [zone.name, zone]));
  return {
    local,
    zone: (name) => {
      if (!known.has(name))
        known.set(name, /^[A-Za-z]+\//.test(name) ? browserZone(name, nowUsec / 1e6) : null);
      return known.get(name) ?? null;
    },
    names: () => zoneNames([...known.keys()]),
  };
}

function zoneNames(first: readonly string[]): readonly string[] {
  return [...new Set([...first, "UTC", ...Intl.supportedValuesOf("timeZone")])];
}
