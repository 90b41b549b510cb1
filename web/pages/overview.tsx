import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { besideTimers } from "../../src/report/beside-timers.ts";
import { filterTerm } from "../../src/report/filter.ts";
import { ElapseStrip, SpanSwitch } from "../charts/elapse-strip.tsx";
import { useApp, useLinks, useParam } from "../context.ts";
import { filtered, findingsOf, VERDICTS, verdictOf } from "../model.ts";
import { FilterBar } from "../parts/filter-bar.tsx";
import { Hosts } from "../parts/hosts.tsx";
import { NoRows } from "../parts/no-rows.tsx";
import {
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
              {coverage.timers} timers, {coverage.jobs} jobs, {coverage.programs} programs examined
            </small>
          </a>
        </li>
      </ul>
      <Hosts />
      <FilterBar problem={problem} shown={rows.length} of={model.rows.length} />
      <Section title="What runs when" note={<SpanSwitch />}>
        <ElapseStrip rows={rows} />
      </Section>
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
            {decide.slice(0, 30).map((row) => {
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
        {decide.length > 30 && (
          <p class="foot">
            <a href={links.page("timers", { f: `${text} -verdict:ok`.trim() })}>All {decide.length}</a>
          </p>
        )}
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
