/** When one timer or job runs: its schedule in words, the strip, the next ten elapses, what starts it at boot. */
import type { VNode } from "preact";
import type { TimerRow } from "../../src/report/envelope.ts";
import { filterTerm } from "../../src/report/filter.ts";
import { windowsOf } from "../../src/server/window-runs.ts";
import { formatTimespan } from "../../src/time/timespan-format.ts";
import { ElapseStrip, SpanSwitch } from "../charts/elapse-strip.tsx";
import { useApp, useLinks } from "../context.ts";
import { Code, Empty, NextText, PlaceText, Section, Text, When } from "./say.tsx";

export function Schedule({ row }: { row: TimerRow }): VNode {
  const { model } = useApp();
  const links = useLinks();
  const forecast = model.forecast.get(row.id);
  const soonest = windowsOf(forecast?.windows ?? []).slice(0, 10);
  const span = (usec: number | "infinity" | null): string =>
    usec === null ? "" : usec === "infinity" ? "infinity" : formatTimespan(BigInt(Math.round(usec)));
  return (
    <Section title="When" note={<SpanSwitch />}>
      <dl class="facts">
        {row.schedule.map(({ directive, text, words, normalized, source }) => (
          <>
            <dt key={`${directive}${source.line}`}>{directive}=</dt>
            <dd>
              <Code of={text} />{" "}
              {words !== null ? (
                <span class="words">
                  <Text of={words} />
                </span>
              ) : (
                normalized !== text && <Text of={normalized} />
              )}{" "}
              <PlaceText of={source} id={row.id} />
            </dd>
          </>
        ))}
        <dt>Next</dt>
        <dd>
          <NextText row={row} />
          {row.next.relative.map((text) => (
            <p key={text} class="far">
              and <Text of={text} />
            </p>
          ))}
        </dd>
        <dt>Last</dt>
        <dd>
          {row.last === null ? (
            <span class="none">not known from files</span>
          ) : (
            <>
              <When usec={Date.parse(row.last.time) * 1000} />{" "}
              <span class="far">
                <Text of={row.last.evidence} />
              </span>
            </>
          )}{" "}
          <a href={links.page("timeline", { f: filterTerm("unit", row.unit) })}>
            What happened before and after
          </a>
        </dd>
        {row.kind === "timer" && (
          <>
            <dt>Slack</dt>
            <dd>
              AccuracySec={span(row.accuracyUsec)}
              {row.randomizedDelayUsec !== 0 &&
                row.randomizedDelayUsec !== null &&
                ` · RandomizedDelaySec=${span(row.randomizedDelayUsec)}`}
              {row.persistent && " · Persistent=yes: a missed run is caught up"}
            </dd>
          </>
        )}
        <dt>Started</dt>
        <dd>
          {row.started.atBoot ? (
            <ol class="chain">
              {row.started.by.map(({ unit, how, source }) => (
                <li key={unit + how}>
                  <Text of={unit} />{" "}
                  {how !== unit && (
                    <span class="far">
                      <Text of={how} />
                    </span>
                  )}{" "}
                  <PlaceText of={source} />
                </li>
              ))}
            </ol>
          ) : row.kind === "timer" ? (
            "nothing starts it at boot"
          ) : (
            "by its daemon"
          )}
        </dd>
      </dl>
      {forecast !== undefined && forecast.kind !== "none" ? (
        <>
          <ElapseStrip rows={[row]} />
          <h3>Next {soonest.length} elapses</h3>
          {soonest.length === 0 ? (
            <Empty>
              <Text of={forecast.reason} />
            </Empty>
          ) : (
            <ol class="elapses">
              {soonest.map(([from, to], at) => (
                <li key={`${from}-${at}`}>
                  <When usec={from * 1e6} />
                  {to - from > 61 && (
                    <>
                      {" "}
                      up to <When usec={to * 1e6} only="moment" />
                    </>
                  )}
                </li>
              ))}
            </ol>
          )}
        </>
      ) : (
        <Empty>
          No elapse can be told:{" "}
          <Text of={forecast?.reason ?? row.next.detail ?? "its schedule could not be read"} />.
        </Empty>
      )}
    </Section>
  );
}
