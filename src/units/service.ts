import { parseBoolean } from "../syntax/boolean.ts";
import { isVariableName, parseAssignment, type Variable } from "../syntax/environment.ts";
import { type ExecCommand, simplifyPath } from "../syntax/exec-line.ts";
import type { Span } from "../syntax/span.ts";
import { expandSpecifiers } from "../syntax/specifier.ts";
import { locate } from "../syntax/unit-file.ts";
import { extractWord, unescapeText, type WordStyle } from "../syntax/words.ts";
import { dependenciesOf, type References } from "./dependencies.ts";
import { verifyService } from "./service-verify.ts";
import { type LoadError, type Unit, value, values } from "./unit.ts";

/** The keys that name commands, in the order they run: of a service, then of a socket. */
export const SERVICE_EXEC_KEYS = [
  "ExecCondition",
  "ExecStartPre",
  "ExecStart",
  "ExecStartPost",
  "ExecReload",
  "ExecReloadPost",
  "ExecStop",
  "ExecStopPost",
] as const;
export const SOCKET_EXEC_KEYS = ["ExecStartPre", "ExecStartPost", "ExecStopPre", "ExecStopPost"] as const;

export const SERVICE_TYPES = [
  "simple",
  "exec",
  "forking",
  "oneshot",
  "dbus",
  "notify",
  "notify-reload",
  "idle",
] as const;

export type ServiceType = (typeof SERVICE_TYPES)[number];

/** A value with its place, specifiers replaced. */
export interface Placed {
  readonly text: string;
  readonly span: Span;
}

export interface EnvironmentFile {
  readonly path: string;
  /** A leading `-`: no failure if it is missing. */
  readonly optional: boolean;
  readonly span: Span;
}

export interface EnvironmentVariable extends Variable {
  readonly span: Span;
}

/** One `Bind…Paths=` word: what of the host is seen at which place. */
export interface BindPath {
  readonly source: string;
  readonly destination: string;
  readonly optional: boolean;
  readonly readOnly: boolean;
  readonly span: Span;
}

export interface InputData extends Placed {
  readonly encoding: "text" | "base64";
}

/** One `Condition…=` or `Assert…=`. */
export interface Condition {
  readonly key: string;
  readonly parameter: string;
  /** `|`: one of the triggering ones suffices. */
  readonly trigger: boolean;
  readonly negate: boolean;
  readonly span: Span;
}

/** One `LoadCredential=`, `SetCredential=` or `ImportCredential=`. */
export interface Credential {
  readonly key: string;
  readonly name: string;
  /** A path, or the data itself for `SetCredential=`; empty for `ImportCredential=`. */
  readonly value: string;
  readonly span: Span;
}

/** A service unit's meaning, as far as it decides what runs, as whom and where (systemd.service(5), systemd.exec(5)). */
export interface Service {
  readonly unit: Unit;
  readonly type: ServiceType;
  /** Where the type is said; null if systemd chose it. */
  readonly typeSpan: Span | null;
  /** Every command by key, keys in the order they run. */
  readonly commands: ReadonlyMap<string, readonly ExecCommand[]>;
  readonly user: Placed | null;
  readonly group: Placed | null;
  readonly supplementaryGroups: readonly Placed[];
  readonly dynamicUser: boolean;
  /** In order of assignment; a later one of the same name wins. */
  readonly environment: readonly EnvironmentVariable[];
  readonly environmentFiles: readonly EnvironmentFile[];
  readonly passEnvironment: readonly Placed[];
  readonly unsetEnvironment: readonly Placed[];
  readonly execSearchPath: readonly Placed[];
  readonly workingDirectory: Placed | null;
  readonly rootDirectory: Placed | null;
  readonly rootImage: Placed | null;
  readonly bindPaths: readonly BindPath[];
  /** Images whose files it sees instead of, or over, the host's. */
  readonly images: readonly Placed[];
  readonly standardInput: Placed | null;
  readonly standardOutput: Placed | null;
  readonly standardError: Placed | null;
  /** `StandardInputText=` with its escapes resolved, and `StandardInputData=` still in Base64, in file order. */
  readonly standardInputData: readonly InputData[];
  readonly credentials: readonly Credential[];
  readonly restart: string;
  readonly remainAfterExit: boolean;
  readonly busName: Placed | null;
  readonly pamName: Placed | null;
  /** Conditions in file order; `Assert…=` likewise. */
  readonly conditions: readonly Condition[];
  readonly asserts: readonly Condition[];
  readonly dependencies: References;
  /** The unit's own, or what systemd's check of the whole service finds. */
  readonly loadError: LoadError | null;
}

/** The service a merged `.service` unit is (`service_load()`, src/core/service.c). Read once for each unit. */
export function serviceOf(unit: Unit): Service {
  let service = SERVICES.get(unit);
  if (service === undefined) {
    service = readService(unit);
    SERVICES.set(unit, service);
  }
  return service;
}

/** A unit never changes, and a rule after the other asks. */
const SERVICES = new WeakMap<Unit, Service>();

function readService(unit: Unit): Service {
  const commands = commandsOf(unit);
  const busName = placed(unit, "Service", "BusName");
  const type = typeOf(unit, commands, busName !== null);
  const draft: Service = {
    unit,
    type,
    typeSpan: value(unit, "Service", "Type")?.span ?? null,
    commands,
    ...identityOf(unit),
    ...environmentOf(unit),
    ...viewOf(unit),
    ...streamsOf(unit),
    credentials: credentialsOf(unit),
    restart: value(unit, "Service", "Restart")?.value ?? "no",
    remainAfterExit: flag(unit, "RemainAfterExit"),
    busName,
    pamName: placed(unit, "Service", "PAMName"),
    conditions: conditionsOf(unit, "Condition"),
    asserts: conditionsOf(unit, "Assert"),
    dependencies: dependenciesOf(unit),
    loadError: unit.loadError,
  };
  return unit.loadError === null ? { ...draft, loadError: verifyService(draft) } : draft;
}

/** All commands of a service's or socket's `Exec…=` keys, keys in the order they run. */
export function commandsOf(unit: Unit): ReadonlyMap<string, readonly ExecCommand[]> {
  const section = unit.name.type === "socket" ? "Socket" : "Service";
  const keys = section === "Socket" ? SOCKET_EXEC_KEYS : SERVICE_EXEC_KEYS;
  const commands = new Map<string, readonly ExecCommand[]>();
  for (const key of keys) {
    const found = values(unit, section, key).flatMap(
      (setting) => unit.execLines.get(setting)?.commands ?? [],
    );
    if (found.length > 0) commands.set(key, found);
  }
  return commands;
}

/** `Condition…=` or `Assert…=` in file order (`config_parse_unit_condition_path()` and `…_string()`). */
export function conditionsOf(unit: Unit, prefix: "Condition" | "Assert"): readonly Condition[] {
  return unit.history.flatMap(({ setting, fate }) => {
    const { section, key } = setting;
    if (fate !== "effective" || section !== "Unit" || !key.startsWith(prefix)) return [];
    const isPath = PATH_CONDITION.test(key);
    // Only conditions on text may have blanks between the marks and what they are about.
    const shape = isPath ? /^(\|?)(!?)(.*)$/s : /^(\|?)[ \t]*(!?)[ \t]*(.*)$/s;
    const [, trigger, negate, text = ""] = shape.exec(setting.value) ?? [];
    const expanded = expandSpecifiers(text, unit.specifiers, "unit");
    if (!expanded.ok || (isPath && !expanded.value.startsWith("/"))) return [];
    const parameter = isPath ? simplifyPath(expanded.value) : expanded.value;
    return [{ key, parameter, trigger: trigger === "|", negate: negate === "!", span: setting.span }];
  });
}

const PATH_CONDITION =
  /^(Condition|Assert)(Path|DirectoryNotEmpty|FileNotEmpty|FileIsExecutable|NeedsUpdate)/;

function typeOf(unit: Unit, commands: ReadonlyMap<string, unknown>, hasBusName: boolean): ServiceType {
  const said = SERVICE_TYPES.find((type) => type === value(unit, "Service", "Type")?.value);
  if (said !== undefined) return said;
  if (hasBusName) return "dbus";
  return commands.has("ExecStart") ? "simple" : "oneshot";
}

function identityOf(unit: Unit): Pick<Service, "user" | "group" | "supplementaryGroups" | "dynamicUser"> {
  return {
    user: placed(unit, "Service", "User"),
    group: placed(unit, "Service", "Group"),
    supplementaryGroups: words(unit, "SupplementaryGroups", "quoted"),
    dynamicUser: flag(unit, "DynamicUser"),
  };
}

type EnvironmentPart =
  | "environment"
  | "environmentFiles"
  | "passEnvironment"
  | "unsetEnvironment"
  | "execSearchPath";

function environmentOf(unit: Unit): Pick<Service, EnvironmentPart> {
  const environment = words(unit, "Environment", "environment").flatMap(({ text, span }) => {
    const variable = parseAssignment(text, 0);
    return variable === null ? [] : [{ ...variable, span }];
  });
  const environmentFiles = values(unit, "Service", "EnvironmentFile").flatMap((setting) => {
    const optional = setting.value.startsWith("-");
    const path = expandSpecifiers(setting.value.slice(optional ? 1 : 0), unit.specifiers, "unit");
    return path.ok && path.value.startsWith("/") ? [{ path: path.value, optional, span: setting.span }] : [];
  });
  const isName = ({ text }: Placed): boolean => isVariableName(text.split("=", 1)[0] ?? "");
  return {
    environment,
    environmentFiles,
    passEnvironment: words(unit, "PassEnvironment", "quoted").filter(({ text }) => isVariableName(text)),
    unsetEnvironment: words(unit, "UnsetEnvironment", "environment").filter(isName),
    execSearchPath: searchPathOf(unit),
  };
}

/** `ExecSearchPath=`: absolute directories between colons. */
function searchPathOf(unit: Unit): readonly Placed[] {
  return values(unit, "Service", "ExecSearchPath").flatMap((setting) => {
    const parts: Placed[] = [];
    let at = 0;
    for (const part of setting.value.split(":")) {
      const path = expandSpecifiers(part, unit.specifiers, "unit");
      const span = locate(setting.assignment, at, part.length);
      if (path.ok && path.value.startsWith("/")) parts.push({ text: path.value, span });
      at += part.length + 1;
    }
    return parts;
  });
}

type ViewPart = "workingDirectory" | "rootDirectory" | "rootImage" | "bindPaths" | "images";

function viewOf(unit: Unit): Pick<Service, ViewPart> {
  const rootImage = placed(unit, "Service", "RootImage");
  const laid = ["MountImages", "ExtensionImages"].flatMap((key) => words(unit, key, "quoted"));
  return {
    workingDirectory: placed(unit, "Service", "WorkingDirectory"),
    rootDirectory: placed(unit, "Service", "RootDirectory"),
    rootImage,
    images: [
      ...(rootImage === null ? [] : [rootImage]),
      // `-IMAGE:DESTINATION:OPTIONS`; the destination has images of its own in no case.
      ...laid.map(({ text, span }) => ({ text: text.replace(/^-/, "").split(":", 1)[0] ?? "", span })),
    ].filter(({ text }) => text.startsWith("/") && text.length > 1),
    bindPaths: [...bindPathsOf(unit, "BindPaths"), ...bindPathsOf(unit, "BindReadOnlyPaths")],
  };
}

function bindPathsOf(unit: Unit, key: "BindPaths" | "BindReadOnlyPaths"): readonly BindPath[] {
  return words(unit, key, "quoted").map(({ text, span }) => {
    const optional = text.startsWith("-");
    const [source = "", destination = source] = text.slice(optional ? 1 : 0).split(":");
    return { source, destination, optional, readOnly: key === "BindReadOnlyPaths", span };
  });
}

type StreamPart = "standardInput" | "standardOutput" | "standardError" | "standardInputData";

function streamsOf(unit: Unit): Pick<Service, StreamPart> {
  const standardInputData = unit.history.flatMap(({ setting, fate }): readonly InputData[] => {
    const isText = setting.key === "StandardInputText";
    if (fate !== "effective" || (!isText && setting.key !== "StandardInputData")) return [];
    const { span } = setting;
    if (!isText) return [{ text: setting.value, encoding: "base64", span }];
    const text = inputText(unit, setting.value);
    return text === null ? [] : [{ text: `${text}\n`, encoding: "text", span }];
  });
  return {
    standardInput: placed(unit, "Service", "StandardInput"),
    standardOutput: placed(unit, "Service", "StandardOutput"),
    standardError: placed(unit, "Service", "StandardError"),
    standardInputData,
  };
}

/** C escapes first, then specifiers (`config_parse_exec_input_text()`); null if either is wrong. */
function inputText(unit: Unit, escaped: string): string | null {
  const text = unescapeText(escaped);
  const expanded = text.ok ? expandSpecifiers(text.value, unit.specifiers, "unit") : text;
  return expanded.ok ? expanded.value : null;
}

const CREDENTIAL_KEYS = [
  "LoadCredential",
  "LoadCredentialEncrypted",
  "SetCredential",
  "SetCredentialEncrypted",
  "ImportCredential",
] as const;

function credentialsOf(unit: Unit): readonly Credential[] {
  return CREDENTIAL_KEYS.flatMap((key) =>
    values(unit, "Service", key).map(({ value: text, span }) => {
      const colon = text.indexOf(":");
      const parts = colon < 0 ? [text, ""] : [text.slice(0, colon), text.slice(colon + 1)];
      const [name = "", data = ""] = parts.map((part) => {
        const expanded = expandSpecifiers(part, unit.specifiers, "unit");
        return expanded.ok ? expanded.value : part;
      });
      return { key, name, value: data, span };
    }),
  );
}

/** The words of a list key, specifiers replaced; words that cannot be read are left out, as systemd does. */
function words(unit: Unit, key: string, style: WordStyle): readonly Placed[] {
  return values(unit, "Service", key).flatMap((setting) => {
    const found: Placed[] = [];
    for (let at = 0; ; ) {
      const word = extractWord(setting.value, at, style);
      if (!word.ok || word.value === null) return found;
      const { text, start, end, next } = word.value;
      const expanded = expandSpecifiers(text, unit.specifiers, "unit");
      if (expanded.ok) {
        found.push({ text: expanded.value, span: locate(setting.assignment, start, end - start) });
      }
      at = next;
    }
  });
}

function placed(unit: Unit, section: string, key: string): Placed | null {
  const setting = value(unit, section, key);
  if (setting === null) return null;
  const expanded = expandSpecifiers(setting.value, unit.specifiers, "unit");
  return expanded.ok ? { text: expanded.value, span: setting.span } : null;
}

function flag(unit: Unit, key: string): boolean {
  const setting = value(unit, "Service", key);
  return setting !== null && parseBoolean(setting.value) === true;
}
