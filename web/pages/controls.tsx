import type { VNode } from "preact";
import type { CheckView, ControlView } from "../../src/server/api.ts";
import { OBJECTIVE_STATES, ObjectiveBar } from "../charts/objective-bar.tsx";
import { useApp, useDepth, useLinks, useParam } from "../context.ts";
import { PlainTable } from "../parts/plain-table.tsx";
import { usePrinting } from "../parts/print.tsx";
import { Code, count, Empty, PlaceText, Section, SeverityBadge, Text } from "../parts/say.tsx";
import { Scroll } from "../parts/scroll.tsx";
import { ViewTools } from "../parts/view-tools.tsx";
import { commandLine, momentOption } from "../share.ts";

const STATE_MARKS: ReadonlyMap<string, readonly [mark: string, name: string]> = new Map([
  ["does not hold", ["✗", "bad"]],
  ["partly shown", ["◐", "part"]],
  ["not shown", ["?", "open"]],
  ["technical part holds", ["◕", "good"]],
]);

const OUTCOME_MARKS: Readonly<Record<CheckView["outcome"], string>> = {
  pass: "✓",
  fail: "✗",
  "not-applicable": "–",
  "not-assessable": "?",
};

export function Controls(): VNode {
  const { model } = useApp();
  const view = useDepth().controls;
  const wanted = useParam("control");
  const outcome = useParam("outcome");
  const links = useLinks();
  if (view === null)
    return <Empty>The controls were not assessed for this report. On a terminal: timerwarden assess.</Empty>;
  const shown = view.controls.filter(({ id }) => wanted === "" || id === wanted);
  const shownChecks = view.checks.filter(
    (check) => (wanted === "" || check.control === wanted) && (outcome === "" || check.outcome === outcome),
  );
  return (
    <>
      <Matrix controls={view.controls} />
      <div class="controls">
        <nav class="switch" aria-label="Which checks">
          <a href={links.view({ outcome: null })} aria-current={outcome === "" ? "true" : undefined}>
            all {view.checks.length}
          </a>
          {OUTCOMES.map((name) => (
            <a
              key={name}
              href={links.view({ outcome: name })}
              aria-current={outcome === name ? "true" : undefined}
            >
              {OUTCOME_MARKS[name]} {name} {view.checks.filter((check) => check.outcome === name).length}
            </a>
          ))}
        </nav>
        {wanted !== "" && <a href={links.view({ control: null, objective: null })}>all controls</a>}
        <ViewTools
          command={() =>
            commandLine({
              words: ["assess"],
              options: {
                control: view.controls.some(({ id }) => id === wanted) ? wanted : null,
                ...momentOption(model),
              },
              operands: [model.board.target],
            })
          }
          sheet={() => ({
            name: "controls",
            columns: ["check", "control", "severity", "outcome", "title", "says", "path", "line"],
            rows: shownChecks.flatMap((check) =>
              (check.evidence.length === 0 ? [null] : check.evidence).map((place) => [
                check.id,
                check.control,
                check.severity,
                check.outcome,
                check.title,
                check.says,
                place?.path ?? null,
                place?.line ?? null,
              ]),
            ),
          })}
        />
      </div>
      {shown.length === 0 && (
        <Empty>
          There is no control <Text of={wanted} /> among the assessed ones.
        </Empty>
      )}
      {shown.map((control) => (
        <ControlCard
          key={control.id}
          control={control}
          isAll={outcome === ""}
          checks={OUTCOMES.flatMap((outcome) =>
            shownChecks.filter((check) => check.control === control.id && check.outcome === outcome),
          )}
        />
      ))}
    </>
  );
}

/** What must be mended first. */
const OUTCOMES: readonly CheckView["outcome"][] = ["fail", "not-assessable", "pass", "not-applicable"];

/** Controls by hosts; of a server with several targets, all of them. */
function Matrix({ controls }: { controls: readonly ControlView[] }): VNode {
  const { targets, targetIndex, model } = useApp();
  const links = useLinks();
  return (
    <Section title="Where each control stands" note="there is no “satisfied”: people must show the rest">
      <Scroll label="Controls by host" isPlain>
        <table class="matrix">
          <caption class="visually-hidden">State of each control on each host</caption>
          <thead>
            <tr>
              <th scope="col">Host</th>
              {controls.map(({ id, title }) => (
                <th key={id} scope="col">
                  <a href={links.view({ control: id, objective: null })} title={title}>
                    {id}
                  </a>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {targets.map(({ name, host, controls: own }, index) => {
              const states = index === targetIndex ? controls : (own ?? []);
              const shown = (index === targetIndex ? model.report.target.host : host) ?? name;
              return (
                <tr key={`${index}-${name}`}>
                  <th scope="row">
                    {index === targetIndex ? (
                      <Text of={shown} />
                    ) : (
                      <a href={links.page("controls", { t: String(index) })}>
                        <Text of={shown} />
                      </a>
                    )}
                  </th>
                  {controls.map(({ id }) => {
                    const state = states.find((each) => each.id === id)?.state ?? "no data";
                    const [mark = "·", level = "none"] = STATE_MARKS.get(state) ?? [];
                    return (
                      <td key={id} class={`state-${level}`} data-state={state}>
                        <a href={links.view({ t: String(index), control: id, objective: null })}>
                          <span aria-hidden="true">{mark}</span>
                          <span class="visually-hidden">
                            {id}: {state}
                          </span>
                        </a>
                      </td>
                    );
                  })}
                </tr>
              );
            })}
          </tbody>
        </table>
      </Scroll>
      <p class="legend far">
        {[...STATE_MARKS].map(([state, [mark]]) => (
          <span key={state}>
            {mark} {state}{" "}
          </span>
        ))}
        <span>· no data</span>
      </p>
    </Section>
  );
}

function ControlCard({
  control,
  checks,
  isAll,
}: {
  control: ControlView;
  checks: readonly CheckView[];
  isAll: boolean;
}): VNode {
  const [mark = "·", level = "none"] = STATE_MARKS.get(control.state) ?? [];
  const isPrinting = usePrinting();
  const links = useLinks();
  const objective = useParam("objective");
  const isAsked = useParam("control") === control.id && objective !== "";
  const listed = control.objectives.filter(({ state }) => !isAsked || state === objective);
  return (
    <Section
      title={`${control.id} ${control.title}`}
      class="control"
      note={
        <span class={`state-${level} state-word`}>
          {mark} {control.state}
        </span>
      }
    >
      <p>
        {control.asks} <span class="far">{control.bears}</span>
      </p>
      <ObjectiveBar
        objectives={control.objectives}
        href={(state) => links.view({ control: control.id, objective: state })}
      />
      <details class="twin" open={isAsked || isPrinting}>
        <summary>
          {isAsked
            ? `${listed.length} of ${count(control.objectives.length, "objective")}`
            : count(control.objectives.length, "objective")}
        </summary>
        <PlainTable
          label={`Objectives of ${control.id}`}
          columns={["Objective", "States that", "State", "Checks"]}
        >
          {listed.map((objective) => {
            const [, words, symbol] = OBJECTIVE_STATES.find(([state]) => state === objective.state) ?? [
              "",
              objective.state,
              "",
            ];
            return (
              <tr key={objective.id}>
                <th scope="row">{objective.label}</th>
                <td>{objective.states}</td>
                <td>
                  {symbol} {words}
                </td>
                <td>
                  {objective.checks.length === 0 ? (
                    <span class="none">none</span>
                  ) : (
                    objective.checks.join(", ")
                  )}
                </td>
              </tr>
            );
          })}
        </PlainTable>
      </details>
      {checks.length === 0 ? (
        <Empty>
          {isAll
            ? "No check speaks to this control: people must assess it."
            : "No check of this control came out so."}
        </Empty>
      ) : (
        <ul class="checks">
          {checks.map((check) => (
            <li key={check.id}>
              <Check check={check} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

/** Places of one check that are drawn; the export has them all. */
const MOST_EVIDENCE = 40;

function Check({ check }: { check: CheckView }): VNode {
  const { outcome, title, says, severity, evidence, why, remediation, waived, id } = check;
  const isPrinting = usePrinting();
  return (
    <details class={`check o-${outcome}`} open={outcome === "fail" || isPrinting}>
      <summary>
        <span class="outcome">
          {OUTCOME_MARKS[outcome]} {outcome}
        </span>{" "}
        {title} {outcome === "fail" && <SeverityBadge of={severity} />}
      </summary>
      <p>
        <Text of={says} />
      </p>
      {waived !== null && (
        <p class="note">
          Lived with: <Text of={waived} />
        </p>
      )}
      {evidence.length > 0 && (
        <ul class="evidence-list">
          {evidence.slice(0, MOST_EVIDENCE).map((place, at) => (
            <li key={at}>
              <PlaceText of={place} />{" "}
              {place.mode !== null && (
                <span class="far">
                  <Text of={`${place.owner ?? ""} ${place.mode}`} />
                </span>
              )}{" "}
              <Text of={place.value} />
              {place.excerpt !== null && (
                <pre class="excerpt">
                  <Text of={place.excerpt} />
                </pre>
              )}
              {place.digest !== null && (
                <span class="digest">
                  sha256 <Code of={place.digest} />
                </span>
              )}
            </li>
          ))}
          {evidence.length > MOST_EVIDENCE && (
            <li class="far">and {evidence.length - MOST_EVIDENCE} more places: the export lists them</li>
          )}
        </ul>
      )}
      <p class="far">{why}</p>
      {outcome === "fail" && <p>To do: {remediation}</p>}
      <p class="far">{id}</p>
    </details>
  );
}
