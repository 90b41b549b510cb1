/** Honest compliance: of all objectives of a control, what is shown, what is not, and what only people can show. */
import type { VNode } from "preact";
import type { ObjectiveView } from "../../src/server/api.ts";

export const OBJECTIVE_STATES = [
  ["contrary", "contradicted", "✗"],
  ["shown", "shown", "◐"],
  ["attested", "attested", "✎"],
  ["not-shown", "not shown", "?"],
  ["people", "only people can show", "·"],
] as const;

export function ObjectiveBar({
  objectives,
  href,
}: {
  objectives: readonly ObjectiveView[];
  /** Where those of one state are listed. */
  href: (state: string) => string;
}): VNode {
  const counts = OBJECTIVE_STATES.map(([state, words, mark]) => ({
    state,
    words,
    mark,
    count: objectives.filter((objective) => objective.state === state).length,
  })).filter(({ count }) => count > 0);
  const text = counts.map(({ count, words }) => `${count} ${words}`).join(", ");
  return (
    <div class="objectives">
      <div class="bar" role="img" aria-label={`Of ${objectives.length} objectives: ${text}`}>
        {counts.map(({ state, count, mark }) => (
          <span key={state} class={`part o-${state}`} style={{ flexGrow: count }}>
            {mark} {count}
          </span>
        ))}
      </div>
      <p class="far">
        {counts.map(({ state, words, count }, at) => (
          <span key={state}>
            {at > 0 && ", "}
            <a href={href(state)}>
              {count} {words}
            </a>
          </span>
        ))}
      </p>
    </div>
  );
}
