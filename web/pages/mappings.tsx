import type { VNode } from "preact";
import { exportText } from "../../src/report/exporter.ts";
import { navigator } from "../../src/report/formats/navigator.ts";
import type { MappingRowView, MappingSetView } from "../../src/server/api.ts";
import { useApp, useDepth, useLinks, useParam } from "../context.ts";
import { PlainTable } from "../parts/plain-table.tsx";
import { Code, count, Empty, Section, Text } from "../parts/say.tsx";
import { Scroll } from "../parts/scroll.tsx";
import { ViewTools } from "../parts/view-tools.tsx";
import { commandLine } from "../share.ts";

export function Mappings(): VNode {
  const { model } = useApp();
  const links = useLinks();
  const framework = useParam("fw");
  const { technique, sets, rows, changes, compared } = useDepth().mappings;
  const accused = model.report.findings.filter(({ techniques }) => techniques.includes(technique.id)).length;
  const titles = new Map(sets.map((set) => [set.framework, set]));
  const editions = [...new Set(sets.map(({ attackVersion }) => attackVersion))].sort(
    (a, b) => Number.parseFloat(a) - Number.parseFloat(b),
  );
  const listed = rows.filter(({ set }) => framework === "" || sets[set]?.framework === framework);
  return (
    <>
      <Section
        title={`${technique.id} ${technique.name}`}
        note={
          <a href={links.page("timers", { f: `technique:${technique.id}` })}>
            {count(accused, "finding")} on this host
          </a>
        }
      >
        <p class="far">
          What published mappings tie to this technique, by framework and by the ATT&amp;CK edition they were
          made for. A safeguard may hinder or show it; a vocabulary (VERIS) only says the same act in other
          words and protects from nothing. Marked: controls this host was assessed for, with their state.
        </p>
        <Scroll label="Frameworks by edition" isPlain>
          <table class="plain-table mapping-matrix">
            <caption class="visually-hidden">Capabilities mapped to {technique.id}</caption>
            <thead>
              <tr>
                <th scope="col">Framework</th>
                {editions.map((edition) => (
                  <th key={edition} scope="col">
                    ATT&amp;CK {edition}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {[...titles.values()].map(({ framework: id, title, kind }) => (
                <tr key={id}>
                  <th scope="row">
                    <a href={links.view({ fw: framework === id ? null : id })}>{title}</a>
                    {kind === "vocabulary" && (
                      <>
                        {" "}
                        <span class="chip">vocabulary</span>
                      </>
                    )}
                  </th>
                  {editions.map((edition) => (
                    <td key={edition}>
                      <Capabilities sets={sets} rows={rows} framework={id} edition={edition} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      </Section>
      <Section
        title="Difference"
        note={compared === null ? undefined : `ATT&CK ${compared[0]} to ${compared[1]}`}
      >
        {changes.length === 0 ? (
          <Empty>The editions at hand say the same, or there is only one.</Empty>
        ) : (
          <PlainTable label="Difference" columns={["Framework", "Change", "Capability", "Before", "After"]}>
            {changes
              .filter((change) => framework === "" || change.framework === framework)
              .map((change) => (
                <tr key={JSON.stringify(change)} class={`change c-${change.kind}`}>
                  <td>{titles.get(change.framework)?.title ?? change.framework}</td>
                  <td>
                    <span aria-hidden="true">
                      {/added/.test(change.kind) ? "+" : /removed/.test(change.kind) ? "−" : "~"}
                    </span>{" "}
                    {change.kind.replaceAll("-", " ")}
                  </td>
                  <td>
                    <Text of={change.capability ?? ""} />
                  </td>
                  <td>{change.before !== null && <Text of={change.before} />}</td>
                  <td>{change.after !== null && <Text of={change.after} />}</td>
                </tr>
              ))}
          </PlainTable>
        )}
      </Section>
      <Section title="Rows" note={`${listed.length} of ${count(rows.length, "row")}`}>
        <PlainTable label="Rows" columns={["Capability", "Description", "Type", "Framework", "Source, row"]}>
          {listed.map((row) => {
            const set = sets[row.set];
            return (
              <tr key={`${row.set}-${row.index}`}>
                <th scope="row">
                  <Text of={row.capability} />
                </th>
                <td>
                  <Text of={row.description} />
                </td>
                <td>
                  <Text of={row.type} />{" "}
                  {row.score !== null && (
                    <span class="far">
                      <Text of={row.score} />
                    </span>
                  )}
                </td>
                <td>
                  {set?.title} {set?.frameworkVersion}, ATT&amp;CK {set?.attackVersion}
                </td>
                <td>
                  <Code of={`${set?.file ?? ""} #${row.index}`} />
                </td>
              </tr>
            );
          })}
        </PlainTable>
      </Section>
      <ViewTools
        others={[
          {
            title: "ATT&CK Navigator",
            name: "findings-layer",
            extension: "json",
            type: "application/json",
            text: () => exportText(navigator, model.report) ?? "",
          },
        ]}
        command={() =>
          commandLine({
            words: ["mappings", "show"],
            options: { all: true, framework },
            operands: [technique.id],
          })
        }
        sheet={() => ({
          name: "mappings",
          columns: [
            "capability",
            "description",
            "type",
            "score",
            "framework",
            "framework_version",
            "attack_version",
            "file",
            "row",
          ],
          rows: listed.map((row) => {
            const set = sets[row.set];
            return [
              row.capability,
              row.description,
              row.type,
              row.score,
              set?.framework ?? null,
              set?.frameworkVersion ?? null,
              set?.attackVersion ?? null,
              set?.file ?? null,
              row.index,
            ];
          }),
        })}
      />
    </>
  );
}

function Capabilities({
  sets,
  rows,
  framework,
  edition,
}: {
  sets: readonly MappingSetView[];
  rows: readonly MappingRowView[];
  framework: string;
  edition: string;
}): VNode {
  const depth = useDepth();
  const links = useLinks();
  const own = rows
    .filter(({ set }) => sets[set]?.framework === framework && sets[set]?.attackVersion === edition)
    .sort((a, b) => (a.capability < b.capability ? -1 : 1));
  if (own.length === 0) return <span class="none">no mapping here</span>;
  const states = new Map(depth.controls?.controls.map(({ id, state }) => [id, state]) ?? []);
  return (
    <ul class="chips">
      {own.map(({ capability, description, index }) => {
        const state = states.get(capability);
        return (
          <li key={`${capability}${index}`}>
            {state === undefined ? (
              <span class="chip" title={description ?? ""}>
                <Text of={capability} />
              </span>
            ) : (
              <a
                class={`chip state-${state === "does not hold" ? "bad" : "part"}`}
                href={links.page("controls", { control: capability })}
                title={`${description ?? ""}: ${state}`}
              >
                {capability} <span class="chip-state">{state}</span>
              </a>
            )}
          </li>
        );
      })}
    </ul>
  );
}
