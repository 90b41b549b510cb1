/** What one timer or job makes the host do: what leads to what, every command, what it was seen to do and reach. */
import type { VNode } from "preact";
import type { Detail } from "../../src/server/api.ts";
import { ClosureGraph, graphOf } from "../charts/closure-graph.tsx";
import { useDepth } from "../context.ts";
import { Code, count, Empty, PlaceText, Section, Text } from "./say.tsx";

export function Closure({ detail }: { detail: Detail }): VNode {
  const graph = graphOf(useDepth(), detail);
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
