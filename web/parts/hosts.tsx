/** Where a server shows several hosts: all of them in one table, worst first to the eye, each a way in. */
import type { VNode } from "preact";
import { filterTerm } from "../../src/report/filter.ts";
import { useApp, useLinks } from "../context.ts";
import { VERDICTS } from "../model.ts";
import { Section, Text, VerdictMark, When } from "./say.tsx";
import { Scroll } from "./scroll.tsx";

export function Hosts(): VNode | null {
  const { targets, targetIndex } = useApp();
  const links = useLinks();
  if (targets.length < 2) return null;
  return (
    <Section title="Hosts" note={`${targets.length} targets are served here`}>
      <Scroll label="Hosts" isPlain>
        <table class="plain-table hosts">
          <thead>
            <tr>
              <th scope="col">Host</th>
              <th scope="col">Target</th>
              {VERDICTS.map((verdict) => (
                <th key={verdict} scope="col" class="num">
                  <VerdictMark of={verdict} /> {verdict}
                </th>
              ))}
              <th scope="col" class="num">
                not looked at
              </th>
              <th scope="col">Next elapse</th>
            </tr>
          </thead>
          <tbody>
            {targets.map(({ name, host, verdicts, gaps, next }, index) => (
              <tr key={`${index}-${name}`} class={index === targetIndex ? "selected" : ""}>
                <th scope="row">
                  <a
                    href={links.view({ t: String(index), sel: null })}
                    aria-current={index === targetIndex ? "true" : undefined}
                  >
                    <Text of={host ?? name} />
                  </a>
                </th>
                <td class="far">
                  <Text of={name} />
                </td>
                {VERDICTS.map((verdict) => (
                  <td key={verdict} class={`num v-${verdict}${verdicts[verdict] === 0 ? " zero" : ""}`}>
                    <a href={links.page("timers", { t: String(index), f: filterTerm("verdict", verdict) })}>
                      {verdicts[verdict]}
                    </a>
                  </td>
                ))}
                <td class="num">
                  <a href={links.page("about", { t: String(index), f: null })}>{gaps}</a>
                </td>
                <td>
                  {next === null ? (
                    <span class="none">none with a date</span>
                  ) : (
                    <When usec={Date.parse(next) * 1000} only="moment" />
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </Section>
  );
}
