/** The units of one timer, layer by layer: every line with its origin and what became of it. */
import type { VNode } from "preact";
import type { Detail, FileView, LineView, UnitView } from "../../src/server/api.ts";
import { useDepth, useParam } from "../context.ts";
import { Code, count, Empty, PlaceText, Section, Text } from "./say.tsx";

const MAIN_UNITS = 2;

export function UnitLayers({ detail }: { detail: Detail }): VNode | null {
  const depth = useDepth();
  const wanted = useParam("at");
  const units = detail.units.flatMap(({ unit, how }) => {
    const view = depth.units[unit];
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
          <OneUnit view={view} />
        </details>
      ))}
    </Section>
  );
}

function OneUnit({ view }: { view: UnitView }): VNode {
  const depth = useDepth();
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
        const file = layer.file === null ? undefined : depth.files[layer.file];
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
