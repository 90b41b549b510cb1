import type { VNode } from "preact";
import type { TimerRow } from "../../src/report/envelope.ts";
import { filterTerm } from "../../src/report/filter.ts";
import { visible } from "../../src/report/visible.ts";
import type { Detail, FileView, LineView, UnitView } from "../../src/server/api.ts";
import { formatTimespan } from "../../src/time/timespan-format.ts";
import { ClosureGraph, graphOf } from "../charts/closure-graph.tsx";
import { ElapseStrip, SpanSwitch } from "../charts/elapse-strip.tsx";
import { useApp, useLinks, useParam } from "../context.ts";
import { findingsOf, type Model, verdictOf } from "../model.ts";
import { Findings } from "../parts/findings.tsx";
import {
  Code,
  count,
  Empty,
  NextText,
  PlaceText,
  Section,
  Text,
  UnitName,
  VerdictBadge,
  VerdictMark,
  When,
} from "../parts/say.tsx";
import { Scroll } from "../parts/scroll.tsx";
import { ViewTools } from "../parts/view-tools.tsx";
import { commandLine, momentOption } from "../share.ts";

/** The list to choose from; of more the palette and the Timers page find the others. */
const MOST_CHOICES = 400;

export function Explain(): VNode {
  const { model } = useApp();
  const links = useLinks();
  const id = useParam("id");
  const row = model.row.get(id);
  const choices = model.rows;
  const chooser = (
    <div class="controls">
      <label>
        Timer or job{" "}
        <select
          value={row === undefined ? "" : id}
          onChange={(event) => links.go({ id: event.currentTarget.value })}
        >
          <option value="">choose one</option>
          {choices
            .filter((each, at) => at < MOST_CHOICES || each === row)
            .map((each) => (
              <option key={each.id} value={each.id}>
                {visible(`${verdictOf(each)}: ${each.id}`)}
              </option>
            ))}
        </select>
      </label>
      {row !== undefined && <Tools row={row} />}
    </div>
  );
  if (row !== undefined)
    return (
      <>
        {chooser}
        <One row={row} />
      </>
    );
  return (
    <>
      {chooser}
      {id !== "" && (
        <Empty>
          There is no timer or job of the id “<Text of={id} />” in these data.
        </Empty>
      )}
      <Section
        title="Choose a timer or job"
        note={`${count(model.rows.length, "entry", "entries")}, worst first`}
      >
        {choices.length === 0 && <Empty>This host has no timers and no jobs as far as its files tell.</Empty>}
        <ul class="choices">
          {choices.slice(0, 60).map((each) => (
            <li key={each.id}>
              <a class="unit" href={links.view({ id: each.id })}>
                <VerdictMark of={verdictOf(each)} />
                <UnitName row={each} />
              </a>
            </li>
          ))}
        </ul>
        {choices.length > 60 && (
          <p class="far">
            The first 60; <a href={links.page("timers")}>all {choices.length}</a>
          </p>
        )}
      </Section>
    </>
  );
}

function Tools({ row }: { row: TimerRow }): VNode {
  const { model } = useApp();
  return (
    <ViewTools
      command={commandLine({
        words: ["explain"],
        options: momentOption(model),
        operands: [row.scope === "system" ? row.unit : row.id, model.board.target],
      })}
      sheet={() => ({
        name: "explain",
        columns: ["unit", "section", "key", "value", "fate", "path", "line"],
        rows: unitsOf(model, row).flatMap((unit) =>
          unit.lines.map((line) => [
            unit.name,
            line.section,
            line.key,
            line.value,
            line.fate,
            line.source.path,
            line.source.line,
          ]),
        ),
      })}
    />
  );
}

function unitsOf(model: Model, row: TimerRow): UnitView[] {
  return (model.detail.get(row.id)?.units ?? []).flatMap(({ unit }) => model.board.units[unit] ?? []);
}

function One({ row }: { row: TimerRow }): VNode {
  const { model } = useApp();
  const detail = model.detail.get(row.id);
  const findings = findingsOf(model, row);
  return (
    <article class="explain">
      <header class="explain-head">
        <h2>
          <UnitName row={row} />
        </h2>
        <p>
          <VerdictBadge of={verdictOf(row)} />{" "}
          {row.description !== null && (
            <>
              “<Text of={row.description} />”{" "}
            </>
          )}
          <span class="far">
            {row.kind}, <Text of={row.load === "loaded" ? row.state : `${row.load} (${row.state})`} />
            {row.package === null ? (
              ", of no package"
            ) : (
              <>
                , of <Text of={row.package} />
              </>
            )}
          </span>
        </p>
      </header>
      <Section
        title={`Why ${verdictOf(row)}`}
        note={findings.length > 0 ? count(findings.length, "finding") : undefined}
      >
        {findings.length === 0 ? (
          <Empty>
            {verdictOf(row) === "unknown"
              ? "It could not be read in full, so silence means nothing here."
              : "No rule has anything against it."}
          </Empty>
        ) : (
          <Findings of={findings} />
        )}
        {row.problems.length > 0 && (
          <ul class="problems">
            {row.problems.map(({ says, source }) => (
              <li key={says}>
                <Text of={says} /> <PlaceText of={source} id={row.id} />
              </li>
            ))}
          </ul>
        )}
      </Section>
      <WhenSection row={row} />
      {detail !== undefined && <WhatSection detail={detail} />}
      {detail !== undefined && <Layers detail={detail} />}
      {detail !== undefined && <Files detail={detail} />}
    </article>
  );
}

function WhenSection({ row }: { row: TimerRow }): VNode {
  const { model } = useApp();
  const forecast = model.forecast.get(row.id);
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
          )}
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
          <h3>Next {Math.min(10, forecast.windows.length)} elapses</h3>
          {forecast.windows.length === 0 ? (
            <Empty>
              <Text of={forecast.reason} />
            </Empty>
          ) : (
            <ol class="elapses">
              {forecast.windows.slice(0, 10).map(([from, to], at) => (
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

function WhatSection({ detail }: { detail: Detail }): VNode {
  const { model } = useApp();
  const graph = graphOf(model, detail);
  return (
    <Section title="What it makes the host do" note={count(detail.commands.length, "command")}>
      {graph.nodes.length > 0 && <ClosureGraph graph={graph} />}
      {detail.commands.length === 0 && <Empty>It leads to no command.</Empty>}
      <ul class="commands">
        {detail.commands.map((command, at) => (
          <li key={at}>
            <p>
              <span class="key">{command.key}=</span>
              <Code of={command.text} />
            </p>
            <p class="far">
              <Text of={command.unit} /> as <Text of={command.runsAs} /> ·{" "}
              <PlaceText of={command.source} id={detail.id} />
            </p>
            {command.behaviours.length > 0 && (
              <ul class="behaviours">
                {command.behaviours.map(({ kind, says, source }) => (
                  <li key={`${kind}${source.line}${says}`}>
                    <span class="chip">{kind}</span> <Text of={says} />{" "}
                    <PlaceText of={source} id={detail.id} />
                  </li>
                ))}
              </ul>
            )}
            {command.reached.length > 0 && (
              <details>
                <summary>{count(command.reached.length, "thing")} it leads to</summary>
                <ul class="reached">
                  {command.reached.map(({ kind, name, path, exists, via, source }) => (
                    <li key={`${kind}${name}${source.path}${source.line}${source.column}`}>
                      <span class="chip">{kind}</span> <Code of={path ?? name} />{" "}
                      {!exists && <span class="missing">does not exist</span>}
                      {via.length > 0 && (
                        <span class="far">
                          {" "}
                          through <Text of={via.join(" → ")} />
                        </span>
                      )}{" "}
                      <PlaceText of={source} />
                    </li>
                  ))}
                </ul>
              </details>
            )}
          </li>
        ))}
      </ul>
      {detail.gaps.length > 0 && (
        <>
          <h3>Not followed</h3>
          <ul class="problems">
            {detail.gaps.slice(0, 30).map(({ path, reason, hides }) => (
              <li key={path + reason}>
                <Code of={path} />: <Text of={reason} />{" "}
                <span class="far">
                  hides <Text of={hides} />
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Section>
  );
}

const MAIN_UNITS = 2;

function Layers({ detail }: { detail: Detail }): VNode | null {
  const { model } = useApp();
  const wanted = useParam("at");
  const units = detail.units.flatMap(({ unit, how }) => {
    const view = model.board.units[unit];
    return view === undefined ? [] : [{ view, how }];
  });
  if (units.length === 0) return null;
  return (
    <Section title="Units, layer by layer" note={count(units.length, "unit")}>
      {units.map(({ view, how }, at) => (
        <details
          key={view.name}
          open={at < MAIN_UNITS || view.layers.some(({ path }) => wanted.startsWith(`${path}:`))}
          class="unit-layers"
        >
          <summary>
            <Text of={view.name} />{" "}
            <span class="far">
              {how.length === 0 ? "the timer itself" : how.map(({ kind }) => kind).join(" → ")}
              {view.state !== "loaded" && ` · ${view.state}`} · {count(view.layers.length, "layer")}
            </span>
          </summary>
          <UnitLayers view={view} />
        </details>
      ))}
    </Section>
  );
}

function UnitLayers({ view }: { view: UnitView }): VNode {
  const { model } = useApp();
  const wanted = useParam("at");
  if (view.layers.length === 0) return <Empty>No file is behind this name.</Empty>;
  return (
    <>
      {view.via.map(({ path, target }) => (
        <p key={path} class="far">
          link <Code of={path} /> → <Code of={target} />
        </p>
      ))}
      {view.shadows.map((path) => (
        <p key={path} class="far">
          shadows <Code of={path} />
        </p>
      ))}
      {view.layers.map((layer, rank) => {
        const lines = view.lines.filter(({ source }) => source.path === layer.path);
        const file = layer.file === null ? undefined : model.board.files[layer.file];
        return (
          <div
            class={`layer l-${layer.kind}`}
            key={layer.path}
            ref={wanted === `${layer.path}:0` ? showInMiddle : null}
          >
            <h3>
              <span class="chip">{layer.kind === "fragment" ? "unit file" : `drop-in ${rank}`}</span>{" "}
              <Code of={layer.path} />{" "}
              {file !== undefined && (
                <span class="far">
                  <Text of={ownerText(file)} />
                </span>
              )}
            </h3>
            {layer.reason !== null && (
              <p class="note">
                not read: <Text of={layer.reason} />
              </p>
            )}
            {lines.length === 0 && layer.reason === null && <Empty>It holds no setting.</Empty>}
            {lines.length > 0 && (
              <table class="lines">
                <thead class="visually-hidden">
                  <tr>
                    <th scope="col">Line</th>
                    <th scope="col">Section</th>
                    <th scope="col">Setting</th>
                    <th scope="col">Fate</th>
                  </tr>
                </thead>
                <tbody>
                  {lines.map((line) => (
                    <Line key={`${line.source.line}${line.key}${line.value}`} line={line} />
                  ))}
                </tbody>
              </table>
            )}
          </div>
        );
      })}
    </>
  );
}

/** What an address points at comes into sight once, when it is drawn first. */
function showInMiddle(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: "center" });
}

function Line({ line }: { line: LineView }): VNode {
  const isWanted = useParam("at") === `${line.source.path}:${line.source.line}`;
  const { section, key, value, source, fate, reason, by } = line;
  const isDead = fate !== "effective";
  const setting = (
    <>
      <span class="key">
        <Text of={key} />=
      </span>
      <Code of={value} />
    </>
  );
  return (
    <tr
      class={[isDead ? "dead" : "", isWanted ? "wanted" : ""].join(" ")}
      ref={isWanted ? showInMiddle : null}
      aria-current={isWanted ? "location" : undefined}
    >
      <td class="num">{source.line}</td>
      <td class="far">
        [<Text of={section} />]
      </td>
      <td>{isDead ? <del>{setting}</del> : setting}</td>
      <td class="fate">
        {isDead && (
          <>
            {fate}
            {by !== null && (
              <>
                {" "}
                by <PlaceText of={by} />
              </>
            )}
            {reason !== null && (
              <span class="far">
                {" "}
                <Text of={reason} />
              </span>
            )}
          </>
        )}
      </td>
    </tr>
  );
}

function ownerText({ facts, package: owner, content }: FileView): string {
  const where = facts === null ? "does not exist" : `${facts.owner} ${facts.mode}`;
  const from =
    owner !== null ? `${owner}, ${content}` : content === "unknown" ? "package unknown" : "of no package";
  return `${where} · ${from}`;
}

function Files({ detail }: { detail: Detail }): VNode {
  const { model } = useApp();
  const links = useLinks();
  const files = detail.files.flatMap((at) => model.board.files[at] ?? []);
  return (
    <Section title="Files that decide it" note={count(files.length, "file")}>
      {files.length === 0 ? (
        <Empty>No file could be read.</Empty>
      ) : (
        <Scroll label="Files">
          <table class="plain-table files">
            <thead>
              <tr>
                <th scope="col">Path</th>
                <th scope="col">Role</th>
                <th scope="col">Owner, mode</th>
                <th scope="col">Changed</th>
                <th scope="col">Package</th>
                <th scope="col">Who may change it</th>
              </tr>
            </thead>
            <tbody>
              {files.map((file, at) => (
                <tr key={`${file.path}${at}`}>
                  <th scope="row">
                    <Code of={file.path} />
                    {file.realPath !== null && (
                      <span class="far">
                        {" "}
                        → <Code of={file.realPath} />
                      </span>
                    )}
                  </th>
                  <td>{file.role}</td>
                  <td>
                    {file.facts === null ? (
                      <span class="missing">does not exist</span>
                    ) : (
                      <Text of={`${file.facts.owner} ${file.facts.mode}`} />
                    )}
                  </td>
                  <td>
                    {typeof file.facts?.changed === "number" ? (
                      <When usec={file.facts.changed * 1e6} />
                    ) : (
                      <span class="none">not known</span>
                    )}
                  </td>
                  <td>
                    {file.package === null ? (
                      <span class="none">{file.content === "unknown" ? "unknown" : "none"}</span>
                    ) : (
                      <a href={links.page("timers", { f: filterTerm("package", file.package) })}>
                        <Text of={file.package} />
                      </a>
                    )}{" "}
                    {file.content.endsWith("modified") && <span class="missing">{file.content}</span>}
                  </td>
                  <td>{file.writers.length === 0 ? "only root" : <Text of={file.writers.join("; ")} />}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </Section>
  );
}
