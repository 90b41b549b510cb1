/** The filter language of the command line, with its mistakes shown where they stand. */
import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Problem } from "../../src/parsed.ts";
import { FILTER_FIELDS } from "../../src/report/filter.ts";
import { replaceView } from "../address.ts";
import { useLinks, useParam } from "../context.ts";
import { Fold } from "./fold.tsx";
import { count } from "./say.tsx";

export function FilterBar({
  problem,
  shown,
  of,
}: {
  problem: Problem | null;
  shown: number;
  of: number;
}): VNode {
  const links = useLinks();
  const text = useParam("f");
  const [typed, setTyped] = useState(text);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (document.activeElement !== input.current) setTyped(text);
  }, [text]);
  const type = (value: string): void => {
    setTyped(value);
    replaceView(links.view({ f: value }));
  };
  return (
    <search class="filter">
      <label for="filter">Filter</label>
      <input
        id="filter"
        ref={input}
        type="search"
        spellcheck={false}
        autocomplete="off"
        placeholder="verdict:suspect user:root exec:/tmp next:<1h -package:*"
        value={typed}
        aria-invalid={problem !== null}
        aria-describedby="filter-state"
        onInput={(event) => type(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.preventDefault();
          if (typed === "") input.current?.blur();
          else type("");
        }}
      />
      <p id="filter-state" class={problem === null ? "state" : "state wrong"} role="status">
        {problem === null ? (
          `${shown === of ? "all" : `${shown} of`} ${count(of, "row")}`
        ) : (
          <>
            column {problem.at + 1}: {problem.message}
          </>
        )}
      </p>
      <Fold class="fields" summary="Fields">
        {() => <Fields />}
      </Fold>
    </search>
  );
}

function Fields(): VNode {
  return (
    <>
      <dl>
        {FILTER_FIELDS.map(({ name, does, example }) => (
          <div key={name}>
            <dt>
              <code>{name}:</code>
            </dt>
            <dd>
              {does} · <code>{example}</code>
            </dd>
          </div>
        ))}
      </dl>
      <p>
        A comma means “or”, a minus before a term turns it round, <code>*</code> and <code>?</code> stand for
        any text and any character, quotes keep words together.
      </p>
    </>
  );
}
