/** One timer in short, beside whatever is shown. */
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useApp, useLinks, useParam } from "../context.ts";
import { findingsOf, verdictOf } from "../model.ts";
import { Findings } from "./findings.tsx";
import { scheduleOf } from "./rows-table.tsx";
import { Code, count, Empty, NextText, PlaceText, Text, UnitName, VerdictBadge, When } from "./say.tsx";

export function SidePanel(): VNode | null {
  const { model } = useApp();
  const links = useLinks();
  const id = useParam("sel");
  const panel = useRef<HTMLElement>(null);
  const row = model.row.get(id);
  useEffect(() => {
    panel.current?.scrollTo(0, 0);
  }, [id]);
  if (id === "") return null;
  if (row === undefined)
    return (
      <aside class="panel" aria-label="Timer">
        <a class="close" href={links.view({ sel: null })} aria-label="Close">
          ×
        </a>
        <Empty>There is no timer or job of this id in these data any more.</Empty>
      </aside>
    );
  const findings = findingsOf(model, row);
  const forecast = model.forecast.get(row.id);
  return (
    <aside class="panel" aria-labelledby="panel-title" ref={panel}>
      <a class="close" href={links.view({ sel: null })} aria-label="Close the panel">
        ×
      </a>
      <h2 id="panel-title">
        <UnitName row={row} />
      </h2>
      <p>
        <VerdictBadge of={verdictOf(row)} /> <Text of={row.description} />
      </p>
      <p>
        <a class="button" href={links.page("explain", { id: row.id })}>
          Explain in full
        </a>
      </p>
      {findings.length > 0 ? (
        <Findings of={findings.slice(0, 1)} isShort />
      ) : (
        <Empty>Nothing was found against it.</Empty>
      )}
      <dl class="facts">
        <dt>Next</dt>
        <dd>
          <NextText row={row} />
        </dd>
        <dt>Last</dt>
        <dd>
          {row.last === null ? (
            <span class="none">not known from files</span>
          ) : (
            <When usec={Date.parse(row.last.time) * 1000} />
          )}
        </dd>
        <dt>Schedule</dt>
        <dd>
          <Text of={scheduleOf(row)} />
          {forecast?.reason && (
            <p class="far">
              <Text of={forecast.reason} />
            </p>
          )}
        </dd>
        <dt>Runs</dt>
        <dd>
          <Code of={row.command ?? row.activates ?? "nothing"} />
        </dd>
        <dt>As</dt>
        <dd>
          <Text of={row.runsAs} />
        </dd>
        <dt>File</dt>
        <dd>
          <PlaceText of={row.path === null ? null : { path: row.path, line: 0, column: 0 }} id={row.id} />
          {row.dropIns.map((path) => (
            <PlaceText key={path} of={{ path, line: 0, column: 0 }} id={row.id} />
          ))}
        </dd>
        <dt>Package</dt>
        <dd>
          <Text of={row.package ?? "none"} />
        </dd>
      </dl>
      {findings.length > 1 && (
        <>
          <h3>{count(findings.length - 1, "more finding", "more findings")}</h3>
          <Findings of={findings.slice(1)} isShort />
        </>
      )}
    </aside>
  );
}
