/** The controls as plain markup, for a report that is read with scripts blocked. */
import { markup } from "../report/html-text.ts";
import type { CheckView, ControlsView, ControlView } from "./api.ts";

/** A section that stands by itself; every control with its failed checks open to the eye and the others folded away. */
export function staticControls({ controls, checks }: ControlsView): string {
  const parts = controls.map((control) =>
    controlText(
      control,
      checks.filter((check) => check.control === control.id),
    ),
  );
  return `<section>\n<h2>Controls</h2>\n<p>SP 800-53 Rev. 5. No state says “satisfied”: people must show what no program can.</p>\n${parts.join("")}</section>\n`;
}

function controlText({ id, title, state, objectives }: ControlView, checks: readonly CheckView[]): string {
  const failed = checks.filter(({ outcome }) => outcome === "fail");
  const others = checks.filter(({ outcome }) => outcome !== "fail");
  const counts = new Map<string, number>();
  for (const objective of objectives) counts.set(objective.state, (counts.get(objective.state) ?? 0) + 1);
  const bar = [...counts].map(([name, count]) => `${count} ${markup(name)}`).join(", ");
  return [
    `<h3>${markup(`${id} ${title}`)}: ${markup(state)}</h3>\n`,
    `<p>Objectives: ${bar}. Checks: ${failed.length} failed of ${checks.length}.</p>\n`,
    ...failed.map(checkText),
    others.length === 0
      ? ""
      : `<details>\n<summary>${others.length} other checks</summary>\n${others.map(checkText).join("")}</details>\n`,
  ].join("");
}

function checkText({ id, title, outcome, says, evidence, remediation }: CheckView): string {
  const places = evidence.map(({ path, line, value, mode, owner }) => {
    const facts = [owner, mode, value].filter((fact) => fact !== null && fact !== "").join(" ");
    return `<li><code>${markup(line > 0 ? `${path}:${line}` : path)}</code> ${markup(facts)}</li>\n`;
  });
  return [
    `<article>\n<p><strong>${markup(outcome)}</strong>: ${markup(title)} <code>${markup(id)}</code></p>\n<p>${markup(says)}</p>\n`,
    places.length === 0 ? "" : `<ul>\n${places.join("")}</ul>\n`,
    outcome === "fail" ? `<p>To do: ${markup(remediation)}</p>\n` : "",
    "</article>\n",
  ].join("");
}
