import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { besideTimers } from "../../src/report/beside-timers.ts";
import type { TimerRow } from "../../src/report/envelope.ts";
import { filterTerm } from "../../src/report/filter.ts";
import { ElapseStrip, SpanSwitch } from "../charts/elapse-strip.tsx";
import { useApp, useLinks, useParam } from "../context.ts";
import { filtered, findingsOf, VERDICTS, verdictOf } from "../model.ts";
import { FilterBar } from "../parts/filter-bar.tsx";
import { Hosts } from "../parts/hosts.tsx";
import { NoRows } from "../parts/no-rows.tsx";
import {
  Code,
  count,
  Empty,
  NextText,
  PlaceText,
  Section,
  SeverityBadge,
  Text,
  UnitLink,
  VerdictBadge,
  VerdictMark,
} from "../parts/say.tsx";
import { ViewTools } from "../parts/view-tools.tsx";
import { commandLine, momentOption } from "../share.ts";

const MEANING: Readonly<Record<string, string>> = {
  alert: "hostile, or as good as",
  suspect: "needs an answer soon",
  review: "odd or weak: look when there is time",
  unknown: "could not be judged",
  ok: "nothing against it",
};

/** The worst; the table of timers has all of them. */
const FIRST_DECISIONS = 5;

export function Overview(): VNode {
  const { model } = useApp();
  const links = useLinks();
  const text = useParam("f");
  const { rows, problem } = useMemo(() => filtered(model, text), [model, text]);
  const { report, board } = model;
  const decide = rows.filter((row) => verdictOf(row) !== "ok");
  const { coverage } = report;
  const beside = useMemo(() => besideTimers(report), [report]);
  return (
    <>
      <ul class="tiles" aria-label="Verdicts">
        {VERDICTS.map((verdict) => {
          const number = report.summary.verdicts[verdict];
          return (
            <li key={verdict}>
              <a
                class={`tile v-${verdict}${number === 0 ? " zero" : ""}`}
                href={links.page("timers", { f: filterTerm("verdict", verdict) })}
              >
                <strong data-count={verdict}>{number}</strong>
                <span>
                  <VerdictMark of={verdict} /> {verdict}
                </span>
                <small>{MEANING[verdict]}</small>
              </a>
            </li>
          );
        })}
        <li>
          <a class={`tile cover${coverage.gaps.length === 0 ? " zero" : ""}`} href={links.page("about")}>
            <strong data-count="gaps">{coverage.gaps.length}</strong>
            <span>not looked at</span>
            <small>
              {count(coverage.timers, "timer")}, {count(coverage.jobs, "job")},{" "}
              {count(coverage.programs, "program")} examined
            </small>
          </a>
        </li>
      </ul>
      <Hosts />
      <FilterBar problem={problem} shown={rows.length} of={model.rows.length} />
      <NextUp rows={rows} />
      <Section
        title="Decisions to take"
        note={
          decide.length > 0 ? (
            <span>{count(decide.length, "timer or job", "timers and jobs")} not judged fine</span>
          ) : undefined
        }
      >
        {rows.length === 0 ? (
          <NoRows />
        ) : decide.length === 0 ? (
          <Empty>
            {text === ""
              ? `None: all ${model.rows.length} timers and jobs were judged, and no rule has anything against them${coverage.gaps.length > 0 ? ". But some places could not be looked at" : ""}.`
              : "None within this filter."}
          </Empty>
        ) : (
          <ol class="decisions">
            {decide.slice(0, FIRST_DECISIONS).map((row) => {
              const [finding] = findingsOf(model, row);
              return (
                <li key={row.id}>
                  <VerdictBadge of={verdictOf(row)} />
                  <div class="what">
                    <UnitLink row={row} isBare />
                    <p>
                      <Text
                        of={
                          finding?.says ??
                          row.problems[0]?.says ??
                          row.next.detail ??
                          "it could not be read in full"
                        }
                      />
                    </p>
                    <PlaceText of={finding?.evidence[0] ?? row.problems[0]?.source ?? null} id={row.id} />
                  </div>
                  <NextText row={row} />
                  <a class="more" href={links.page("explain", { id: row.id })}>
                    Explain
                    <span class="visually-hidden">
                      {" "}
                      <Text of={row.unit} />
                    </span>
                  </a>
                </li>
              );
            })}
          </ol>
        )}
        {decide.length > FIRST_DECISIONS && (
          <p class="foot">
            <a class="button" href={links.page("timers", { f: `${text} -verdict:ok`.trim() })}>
              Show all {decide.length}
            </a>
          </p>
        )}
      </Section>
      <Section title="What runs when" note={<SpanSwitch />}>
        <ElapseStrip rows={rows} />
      </Section>
      {beside.length > 0 && (
        <Section
          title="Beside the timers"
          note={
            <span>{count(beside.length, "finding", "findings")} about what no timer or job leads to</span>
          }
        >
          <ol class="decisions">
            {beside.slice(0, 30).map(({ id, severity, says, evidence }) => (
              <li key={id}>
                <SeverityBadge of={severity} />
                <div class="what">
                  <p>
                    <Text of={says} />
                  </p>
                  <PlaceText of={evidence[0] ?? null} />
                </div>
              </li>
            ))}
          </ol>
        </Section>
      )}
      {report.summary.accepted > 0 && (
        <p class="far">
          {count(report.summary.accepted, "finding is", "findings are")} accepted and not counted here.
        </p>
      )}
      <ViewTools
        command={() =>
          commandLine({
            words: ["audit"],
            options: { filter: problem === null ? text : null, ...momentOption(model) },
            operands: [board.target],
          })
        }
        sheet={() => ({
          name: "decisions",
          columns: ["id", "verdict", "unit", "scope", "next", "finding", "says"],
          rows: decide.map((row) => {
            const [finding] = findingsOf(model, row);
            return [
              row.id,
              row.verdict,
              row.unit,
              row.scope,
              row.next.earliest,
              finding?.id ?? null,
              finding?.says ?? null,
            ];
          }),
        })}
      />
    </>
  );
}

/** What comes first, whatever was judged of it: lists begin with the worst. */
function NextUp({ rows }: { rows: readonly TimerRow[] }): VNode | null {
  let next: TimerRow | null = null;
  // All are UTC and equally long, so they compare as text.
  for (const row of rows)
    if (row.next.earliest !== null && (next === null || row.next.earliest < (next.next.earliest ?? "")))
      next = row;
  if (next === null) return null;
  return (
    <p class="next-up">
      Next: <UnitLink row={next} /> <NextText row={next} />{" "}
      <Code of={next.command ?? next.activates} class="far" />
    </p>
  );
}
