/** On paper a page must say by itself of what host, moment and data it speaks, and show what a click would open. */
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { caseRows } from "../../src/report/case-facts.ts";
import { blottedText } from "../../src/server/blotted-text.ts";
import { useApp, useParam } from "../context.ts";
import { Text } from "./say.tsx";

export function usePrinting(): boolean {
  const [isPrinting, setPrinting] = useState(() => matchMedia("print").matches);
  useEffect(() => {
    const query = matchMedia("print");
    const change = (): void => setPrinting(query.matches);
    const before = (): void => setPrinting(true);
    const after = (): void => setPrinting(false);
    query.addEventListener("change", change);
    addEventListener("beforeprint", before);
    addEventListener("afterprint", after);
    return () => {
      query.removeEventListener("change", change);
      removeEventListener("beforeprint", before);
      removeEventListener("afterprint", after);
    };
  }, []);
  return isPrinting;
}

/** The case, in the head of whatever page is printed. */
export function PrintHead(): VNode {
  const { model, source } = useApp();
  const { target, clock, coverage, tool } = model.report;
  const filter = useParam("f");
  const facts: readonly (readonly [string, string | null])[] = [
    ...caseRows(model.report),
    ["Target", target.name],
    ["Host", target.host],
    ["System", target.system],
    ["Machine id", target.machineId],
    ["Moment", `${clock.now} (zone ${clock.zone})`],
    ["Read as", `systemd ${clock.systemd} (${clock.systemdEvidence})`],
    ["Made by", `${tool.name} ${tool.version}`],
    ["SHA-256 of the JSON", source.digest],
    ["Not looked at", String(coverage.gaps.length)],
    ["Secrets", blottedText(model.board.blotted)],
    ["Filter", filter === "" ? null : filter],
  ];
  return (
    <dl class="print-head facts">
      {facts.flatMap(([name, text]) =>
        text === null
          ? []
          : [
              <dt key={name}>{name}</dt>,
              <dd key={`${name}-is`}>
                <Text of={text} />
              </dd>,
            ],
      )}
    </dl>
  );
}
