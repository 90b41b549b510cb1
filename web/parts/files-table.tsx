/** Files with their facts: whose they are, when they were written, where they come from, who may change them. */
import type { VNode } from "preact";
import { filterTerm } from "../../src/report/filter.ts";
import type { FileView } from "../../src/server/api.ts";
import { useLinks } from "../context.ts";
import { PlainTable } from "./plain-table.tsx";
import { Code, Text, When } from "./say.tsx";

export function FilesTable({ of: files }: { of: readonly FileView[] }): VNode {
  return (
    <PlainTable
      label="Files"
      class="files"
      columns={["Path", "Role", "Owner, mode", "Written", "Changed", "Package", "Who may change it"]}
    >
      {files.map((file, at) => (
        <FileRow key={`${file.path}${at}`} file={file} />
      ))}
    </PlainTable>
  );
}

function FileRow({ file }: { file: FileView }): VNode {
  const links = useLinks();
  const { path, realPath, role, facts, writers, package: owner, content, how } = file;
  return (
    <tr>
      <th scope="row">
        <a href={links.page("timers", { f: filterTerm("path", path) })}>
          <Code of={path} />
        </a>
        {realPath !== null && (
          <span class="far">
            {" "}
            → <Code of={realPath} />
          </span>
        )}
      </th>
      <td>{role}</td>
      <td>
        {facts === null ? (
          <span class="missing">does not exist</span>
        ) : (
          <Text of={`${facts.owner} ${facts.mode}`} />
        )}
      </td>
      <td>
        <Moment seconds={facts?.modified} />
      </td>
      <td>
        <Moment seconds={facts?.changed} />
      </td>
      <td>
        {owner === null ? (
          <span class="none">{content === "unknown" ? "unknown" : "none"}</span>
        ) : (
          <a href={links.page("timers", { f: filterTerm("package", owner) })}>
            <Text of={owner} />
          </a>
        )}{" "}
        {content.endsWith("modified") && (
          <span class="missing">
            <Text of={how ?? content} />
          </span>
        )}
      </td>
      <td>{writers.length === 0 ? "only root" : <Text of={writers.join("; ")} />}</td>
    </tr>
  );
}

function Moment({ seconds }: { seconds: number | null | undefined }): VNode {
  if (typeof seconds !== "number") return <span class="none">not known</span>;
  return <When usec={seconds * 1e6} only="moment" />;
}
