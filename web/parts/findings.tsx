/** Findings with the line they stand on and the accused part marked. */
import type { VNode } from "preact";
import type { FindingRow } from "../../src/report/envelope.ts";
import { filterTerm } from "../../src/report/filter.ts";
import { visible } from "../../src/report/visible.ts";
import { useApp, useLinks } from "../context.ts";
import { Code, PlaceText, SeverityBadge, Text } from "./say.tsx";

export function Findings({ of, isShort = false }: { of: readonly FindingRow[]; isShort?: boolean }): VNode {
  return (
    <ul class="findings">
      {of.map((finding) => (
        <li
          key={finding.id}
          class={`finding s-${finding.severity}${finding.accepted === null ? "" : " accepted"}`}
        >
          <Finding finding={finding} isShort={isShort} />
        </li>
      ))}
    </ul>
  );
}

function Finding({ finding, isShort }: { finding: FindingRow; isShort: boolean }): VNode {
  const { model } = useApp();
  const links = useLinks();
  const { severity, confidence, says, evidence, clears, techniques, controls, accepted, id, rule } = finding;
  const known = model.depth?.rule.get(rule);
  return (
    <>
      <p class="head">
        <SeverityBadge of={severity} />{" "}
        <strong>
          <Text of={says} />
        </strong>{" "}
        <span class="far">confidence {confidence}</span>
      </p>
      {evidence.slice(0, isShort ? 1 : 12).map((place) => (
        <div class="evidence" key={`${place.path}:${place.line}:${place.column}`}>
          <PlaceText of={place} id={`${finding.scope}/${finding.unit}`} />
          {place.excerpt !== null && <Excerpt of={place} />}
        </div>
      ))}
      {accepted !== null && (
        <p class="note">
          Accepted by <Text of={accepted.owner} />: <Text of={accepted.reason} />
          {accepted.until !== null && ` (until ${accepted.until})`}
        </p>
      )}
      {!isShort && (
        <dl class="facts">
          <dt>Would be cleared by</dt>
          <dd>
            <Text of={clears} />
          </dd>
          <dt>Rule</dt>
          <dd>
            <a href={links.page("timers", { f: filterTerm("rule", rule) })}>{rule}</a>:{" "}
            <Text of={finding.title} />
          </dd>
          {known !== undefined && (
            <>
              <dt>Why it matters</dt>
              <dd>
                <Text of={known.why} />
              </dd>
              {known.benign.length > 0 && (
                <>
                  <dt>Innocent look-alikes</dt>
                  <dd>
                    <Text of={known.benign.join("; ")} />
                  </dd>
                </>
              )}
            </>
          )}
          <dt>Maps to</dt>
          <dd>
            {techniques.map((technique) => (
              <a
                key={technique}
                class="chip"
                href={links.page("timers", { f: filterTerm("technique", technique) })}
              >
                {technique}
              </a>
            ))}
            {controls.map((control) => (
              <a key={control} class="chip" href={links.page("controls", { control })}>
                {control}
              </a>
            ))}
          </dd>
          <dt>Id</dt>
          <dd>
            <Code of={id} /> — if it is meant to be: <Code of={`timerwarden accept ${id}`} />
          </dd>
        </dl>
      )}
    </>
  );
}

function Excerpt({ of: { excerpt, column, length, says } }: { of: FindingRow["evidence"][number] }): VNode {
  const text = excerpt ?? "";
  const start = Math.max(0, column - 1);
  return (
    <pre class="excerpt">
      {visible(text.slice(0, start))}
      {length > 0 && <mark>{visible(text.slice(start, start + length))}</mark>}
      {visible(text.slice(start + length))}
      {says !== null && <em> {visible(says)}</em>}
    </pre>
  );
}
