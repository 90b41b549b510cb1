import type { VNode } from "preact";
import { caseRows } from "../../src/report/case-facts.ts";
import { blottedText } from "../../src/server/blotted-text.ts";
import { useApp, useDepth, useLinks, useParam } from "../context.ts";
import { FilesTable } from "../parts/files-table.tsx";
import { Fold } from "../parts/fold.tsx";
import { PlainTable } from "../parts/plain-table.tsx";
import { usePrinting } from "../parts/print.tsx";
import { Code, count, Empty, Section, Text } from "../parts/say.tsx";
import { ViewTools } from "../parts/view-tools.tsx";
import { commandLine, momentOption } from "../share.ts";

/** Drawn at once. */
const MOST_FILES = 2000;

export function About(): VNode {
  const { model, source } = useApp();
  const links = useLinks();
  const { report, board } = model;
  const depth = useDepth();
  const { target, clock, coverage, tool } = report;
  const facts: readonly (readonly [string, string | null])[] = [
    ...caseRows(report),
    ["Target", target.name],
    ["Host", target.host],
    ["System", target.system],
    ["Machine id", target.machineId],
    ["Looked at as", target.live ? "the running machine" : "evidence at rest"],
    ["Moment of the report", clock.now],
    ...(board.scanned === null ? [] : [["Evidence read", board.scanned] as const]),
    ["Time zone", clock.zone],
    ["systemd", `${clock.systemd} (${clock.systemdEvidence})`],
    ["Booted", clock.boot],
    ["Made by", `${tool.name} ${tool.version}`],
    ...(source.digest === null ? [] : [["SHA-256 of the JSON inside", source.digest] as const]),
    ["Secrets", blottedText(board.blotted)],
    ["Report format", `${report.schema} ${report.version}`],
    [
      "Fed by",
      source.isLive
        ? "timerwarden serve: read anew when files change"
        : "this file alone: nothing is fetched",
    ],
  ];
  const numbers: readonly (readonly [string, number, string])[] = [
    ["timers", coverage.timers, links.page("timers", { f: "kind:timer" })],
    ["cron, anacron, at and run-parts jobs", coverage.jobs, links.page("timers", { f: "-kind:timer" })],
    ["unit files", coverage.unitFiles, links.view({ role: "unit files" })],
    ["drop-ins", coverage.dropIns, links.view({ role: "drop-in" })],
    ["programs", coverage.programs, links.view({ role: "program" })],
    ["accounts with units of their own", coverage.users, links.view({ role: "accounts" })],
  ];
  const role = useParam("role");
  const isPrinting = usePrinting();
  const names = role === "unit files" ? depth.unitFiles : role === "accounts" ? depth.users : null;
  const files = [...new Map(depth.files.map((file) => [file.path, file])).values()].sort((a, b) =>
    a.path < b.path ? -1 : 1,
  );
  const listed = files.filter(
    (file) => role === "" || file.role === role || (role === "program" && file.role === "script"),
  );
  const ledger = names === null ? listed : files;
  return (
    <>
      <Section title="The case">
        <dl class="facts">
          {facts.map(([name, text]) => (
            <>
              <dt key={name}>{name}</dt>
              <dd>{text === null ? <span class="none">not known</span> : <Text of={text} />}</dd>
            </>
          ))}
        </dl>
      </Section>
      <Section title="What was examined">
        <ul class="numbers">
          {numbers.map(([name, number, href]) => (
            <li key={name}>
              <strong data-count={name}>{number}</strong> <a href={href}>{name}</a>
            </li>
          ))}
        </ul>
        <p>
          Package databases:{" "}
          {coverage.packages.length === 0
            ? "none, so where files come from is not known"
            : coverage.packages.join(", ")}
          .
        </p>
        {coverage.notes.map((note) => (
          <p class="note" key={note}>
            <Text of={note} />
          </p>
        ))}
      </Section>
      <Section title="What could not be looked at" note={count(coverage.gaps.length, "gap")}>
        {coverage.gaps.length === 0 ? (
          <Empty>Everything that was looked for could be read, or is not there.</Empty>
        ) : (
          <PlainTable label="Gaps" columns={["Path", "Reason", "What it may hide"]}>
            {coverage.gaps.map(({ path, reason, hides }) => (
              <tr key={path + reason + hides}>
                <th scope="row">
                  <Code of={path} />
                </th>
                <td>
                  <Text of={reason} />
                </td>
                <td>
                  <Text of={hides} />
                </td>
              </tr>
            ))}
          </PlainTable>
        )}
      </Section>
      {names !== null && (
        <Section title={`The ${role}`} note={<a href={links.view({ role: null })}>close</a>}>
          {names.length === 0 && <Empty>There are none.</Empty>}
          <ul class="names">
            {names.slice(0, MOST_FILES).map((name) => (
              <li key={name}>
                <Code of={name} />
              </li>
            ))}
          </ul>
          {names.length > MOST_FILES && (
            <p class="far">
              The first {MOST_FILES} of {names.length}.
            </p>
          )}
        </Section>
      )}
      <Section
        title="Files that decide what runs"
        note={
          listed.length === files.length || names !== null ? (
            count(files.length, "file")
          ) : (
            <>
              {count(listed.length, role)} of {files.length}; <a href={links.view({ role: null })}>all</a>
            </>
          )
        }
      >
        {files.length === 0 ? (
          <Empty>No timer led to any file.</Empty>
        ) : (
          <Fold
            summary="The ledger: every such file with its facts"
            isOpen={isPrinting || (role !== "" && names === null)}
          >
            {() => (
              <>
                <FilesTable of={ledger.slice(0, MOST_FILES)} />
                {ledger.length > MOST_FILES && (
                  <p class="far">
                    The first {MOST_FILES} of {ledger.length}; the export has them all.
                  </p>
                )}
              </>
            )}
          </Fold>
        )}
      </Section>
      <ViewTools
        command={() =>
          commandLine({
            words: ["audit"],
            options: { output: "json", ...momentOption(model) },
            operands: [board.target],
          })
        }
        sheet={() => ({
          name: "ledger",
          columns: ["path", "role", "owner", "mode", "size", "modified", "package", "content", "how"],
          rows: files.map((file) => [
            file.path,
            file.role,
            file.facts?.owner ?? null,
            file.facts?.mode ?? null,
            file.facts?.size ?? null,
            typeof file.facts?.modified === "number"
              ? new Date(file.facts.modified * 1000).toISOString()
              : null,
            file.package,
            file.content,
            file.how,
          ]),
        })}
      />
    </>
  );
}
