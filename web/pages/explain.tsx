import type { VNode } from "preact";
import type { TimerRow } from "../../src/report/envelope.ts";
import { visible } from "../../src/report/visible.ts";
import type { FileView, UnitView } from "../../src/server/api.ts";
import { useApp, useDepth, useLinks, useParam } from "../context.ts";
import { type Depth, findingsOf, verdictOf } from "../model.ts";
import { Closure } from "../parts/closure.tsx";
import { FilesTable } from "../parts/files-table.tsx";
import { Findings } from "../parts/findings.tsx";
import { NoRows } from "../parts/no-rows.tsx";
import {
  count,
  Empty,
  PlaceText,
  Section,
  Text,
  UnitName,
  VerdictBadge,
  VerdictMark,
} from "../parts/say.tsx";
import { Schedule } from "../parts/schedule.tsx";
import { UnitLayers } from "../parts/unit-layers.tsx";
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
        {choices.length === 0 && <NoRows />}
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
  const depth = useDepth();
  return (
    <ViewTools
      command={() =>
        commandLine({
          words: ["explain"],
          options: momentOption(model),
          operands: [row.scope === "system" ? row.unit : row.id, model.board.target],
        })
      }
      sheet={() => ({
        name: "explain",
        columns: ["unit", "section", "key", "value", "fate", "path", "line"],
        rows: unitsOf(depth, row).flatMap((unit) =>
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

function unitsOf(depth: Depth, row: TimerRow): UnitView[] {
  return (depth.detail.get(row.id)?.units ?? []).flatMap(({ unit }) => depth.units[unit] ?? []);
}

function One({ row }: { row: TimerRow }): VNode {
  const { model } = useApp();
  const depth = useDepth();
  const detail = depth.detail.get(row.id);
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
      <Schedule row={row} />
      {detail !== undefined && <Closure detail={detail} />}
      {detail !== undefined && <UnitLayers detail={detail} />}
      {detail !== undefined && <FilesSection of={detail.files.flatMap((at) => depth.files[at] ?? [])} />}
    </article>
  );
}

function FilesSection({ of: files }: { of: readonly FileView[] }): VNode {
  return (
    <Section title="Files that decide it" note={count(files.length, "file")}>
      {files.length === 0 ? <Empty>No file could be read.</Empty> : <FilesTable of={files} />}
    </Section>
  );
}
