import { addsAccount } from "./adds-account.ts";
import { altersFileTimes } from "./alters-file-times.ts";
import { armsAnotherTimer } from "./arms-another-timer.ts";
import { attachedUnitWithoutImage } from "./attached-unit-without-image.ts";
import { beaconSchedule } from "./beacon-schedule.ts";
import { blindsSecurityTool } from "./blinds-security-tool.ts";
import { bootServiceChanged } from "./boot-service-changed.ts";
import { brokenUnit } from "./broken-unit.ts";
import { capabilitiesEqualRoot } from "./capabilities-equal-root.ts";
import { clearsLogs } from "./clears-logs.ts";
import { containerReachesHost } from "./container-reaches-host.ts";
import { copiedDescription } from "./copied-description.ts";
import { cryptocurrencyMiner } from "./cryptocurrency-miner.ts";
import { deceptiveText } from "./deceptive-text.ts";
import { decodeAndRun } from "./decode-and-run.ts";
import { deletesItself } from "./deletes-itself.ts";
import { designedFailure } from "./designed-failure.ts";
import { destroysData } from "./destroys-data.ts";
import { dropInChangesCommand } from "./drop-in-changes-command.ts";
import { dropInForManyUnits } from "./drop-in-for-many-units.ts";
import { earlyUnitReplacesVendors } from "./early-unit-replaces-vendors.ts";
import { enablementLeadsNowhere } from "./enablement-leads-nowhere.ts";
import { encryptsFiles } from "./encrypts-files.ts";
import { everyHookUsed } from "./every-hook-used.ts";
import { fetchAndRun } from "./fetch-and-run.ts";
import { firesOnClockChange } from "./fires-on-clock-change.ts";
import { foreignSettingInControlDirectory } from "./foreign-setting-in-control-directory.ts";
import { forgedFileTimes } from "./forged-file-times.ts";
import { handMadeEnablement } from "./hand-made-enablement.ts";
import { hardeningRemoved } from "./hardening-removed.ts";
import { hiddenUnitName } from "./hidden-unit-name.ts";
import { injectsLibrary } from "./injects-library.ts";
import { inputIsCode } from "./input-is-code.ts";
import { installsStrangePackage } from "./installs-strange-package.ts";
import { instanceIsCommand } from "./instance-is-command.ts";
import { kernelCommandLineStartsUnit } from "./kernel-command-line-starts-unit.ts";
import { kernelThreadName } from "./kernel-thread-name.ts";
import { lingeringUserTimer } from "./lingering-user-timer.ts";
import { loadDirectoryRedirected } from "./load-directory-redirected.ts";
import { loaderPreloadsLibrary } from "./loader-preloads-library.ts";
import { lookAlikeUnitName } from "./look-alike-unit-name.ts";
import { makesFileImmutable } from "./makes-file-immutable.ts";
import { managerEnvironmentInjectsLibrary } from "./manager-environment-injects-library.ts";
import { misleadingLineBreak } from "./misleading-line-break.ts";
import { nameOfKnownImplant } from "./name-of-known-implant.ts";
import { networkTunnel } from "./network-tunnel.ts";
import { obfuscatedCommand } from "./obfuscated-command.ts";
import { onlyLeavesAMarker } from "./only-leaves-a-marker.ts";
import { orphanTimer } from "./orphan-timer.ts";
import { outputIsCode } from "./output-is-code.ts";
import { outputSilenced } from "./output-silenced.ts";
import { packageNotInRepositories } from "./package-not-in-repositories.ts";
import { packageRecordTampered } from "./package-record-tampered.ts";
import { packageWithoutOrigin } from "./package-without-origin.ts";
import { packagedFileModified } from "./packaged-file-modified.ts";
import { packagedJobExtended } from "./packaged-job-extended.ts";
import { packagedTimerRedirected } from "./packaged-timer-redirected.ts";
import { packagedUnitPullsInUnpackaged } from "./packaged-unit-pulls-in-unpackaged.ts";
import { packagedUnitRunsUnpackagedProgram } from "./packaged-unit-runs-unpackaged-program.ts";
import { payloadBehindChain } from "./payload-behind-chain.ts";
import { plantsLoginKey } from "./plants-login-key.ts";
import { plantsPrivilege } from "./plants-privilege.ts";
import { presetEnablesUnit } from "./preset-enables-unit.ts";
import { programInHiddenDirectory } from "./program-in-hidden-directory.ts";
import { programInOddPlace } from "./program-in-odd-place.ts";
import { programInSharedDirectory } from "./program-in-shared-directory.ts";
import { programReplacedByMount } from "./program-replaced-by-mount.ts";
import { randomName } from "./random-name.ts";
import { readsStoredSecrets } from "./reads-stored-secrets.ts";
import { recurringTransientTimer } from "./recurring-transient-timer.ts";
import { repairsPersistence } from "./repairs-persistence.ts";
import { replacesProgram } from "./replaces-program.ts";
import { reverseShell } from "./reverse-shell.ts";
import { rootCommandInUnprivilegedService } from "./root-command-in-unprivileged-service.ts";
import { rootRunsFileInHome } from "./root-runs-file-in-home.ts";
import type { Rule } from "./rule.ts";
import { runsVeryOften } from "./runs-very-often.ts";
import { runtimeUnitWithoutCreator } from "./runtime-unit-without-creator.ts";
import { safeguardMasked } from "./safeguard-masked.ts";
import { safeguardNeutralised } from "./safeguard-neutralised.ts";
import { safeguardServiceMasked } from "./safeguard-service-masked.ts";
import { scansNetwork } from "./scans-network.ts";
import { searchPathExtended } from "./search-path-extended.ts";
import { secondTrigger } from "./second-trigger.ts";
import { sendsDataOut } from "./sends-data-out.ts";
import { sessionEnvironmentInjectsLibrary } from "./session-environment-injects-library.ts";
import { singleFarDate } from "./single-far-date.ts";
import { sleeperTimer } from "./sleeper-timer.ts";
import { spiesOnProcess } from "./spies-on-process.ts";
import { spreadsToOtherHosts } from "./spreads-to-other-hosts.ts";
import { stampDisagreesWithSchedule } from "./stamp-disagrees-with-schedule.ts";
import { timerForEveryUser } from "./timer-for-every-user.ts";
import { timerOfAbsentAccount } from "./timer-of-absent-account.ts";
import { timerOfServiceAccount } from "./timer-of-service-account.ts";
import { timerRevivesDaemon } from "./timer-revives-daemon.ts";
import { tmpfilesWritesAutostart } from "./tmpfiles-writes-autostart.ts";
import { unitDirectoryWritable } from "./unit-directory-writable.ts";
import { unitDiverted } from "./unit-diverted.ts";
import { unitInOddPlace } from "./unit-in-odd-place.ts";
import { unitIsNoFile } from "./unit-is-no-file.ts";
import { unitOfAnotherName } from "./unit-of-another-name.ts";
import { unpackaged } from "./unpackaged.ts";
import { unpackagedGenerator } from "./unpackaged-generator.ts";
import { unpackagedProgramInVendorDirectory } from "./unpackaged-program-in-vendor-directory.ts";
import { unpackagedUnitInVendorDirectory } from "./unpackaged-unit-in-vendor-directory.ts";
import { unsignedPackageSource } from "./unsigned-package-source.ts";
import { usesHiddenFile } from "./uses-hidden-file.ts";
import { variableHoldsCommand } from "./variable-holds-command.ts";
import { vendorNameWithoutPackage } from "./vendor-name-without-package.ts";
import { vendorUnitShadowed } from "./vendor-unit-shadowed.ts";
import { wakesMachineForNetwork } from "./wakes-machine-for-network.ts";
import { watchesDeadDrop } from "./watches-dead-drop.ts";
import { wholeUnitInControlDirectory } from "./whole-unit-in-control-directory.ts";
import { wildcardInWeakerDirectory } from "./wildcard-in-weaker-directory.ts";
import { writableByWeakerAccount } from "./writable-by-weaker-account.ts";

/** Every rule, one line each. */
export const RULES: readonly Rule[] = [
  addsAccount,
  altersFileTimes,
  armsAnotherTimer,
  attachedUnitWithoutImage,
  beaconSchedule,
  blindsSecurityTool,
  bootServiceChanged,
  brokenUnit,
  capabilitiesEqualRoot,
  clearsLogs,
  containerReachesHost,
  copiedDescription,
  cryptocurrencyMiner,
  deceptiveText,
  decodeAndRun,
  deletesItself,
  designedFailure,
  destroysData,
  dropInChangesCommand,
  dropInForManyUnits,
  earlyUnitReplacesVendors,
  enablementLeadsNowhere,
  encryptsFiles,
  everyHookUsed,
  fetchAndRun,
  firesOnClockChange,
  foreignSettingInControlDirectory,
  forgedFileTimes,
  handMadeEnablement,
  hardeningRemoved,
  hiddenUnitName,
  injectsLibrary,
  inputIsCode,
  installsStrangePackage,
  instanceIsCommand,
  kernelCommandLineStartsUnit,
  kernelThreadName,
  lingeringUserTimer,
  loadDirectoryRedirected,
  loaderPreloadsLibrary,
  lookAlikeUnitName,
  makesFileImmutable,
  managerEnvironmentInjectsLibrary,
  misleadingLineBreak,
  nameOfKnownImplant,
  networkTunnel,
  obfuscatedCommand,
  onlyLeavesAMarker,
  orphanTimer,
  outputIsCode,
  outputSilenced,
  packageNotInRepositories,
  packageRecordTampered,
  packageWithoutOrigin,
  packagedFileModified,
  packagedJobExtended,
  packagedTimerRedirected,
  packagedUnitPullsInUnpackaged,
  packagedUnitRunsUnpackagedProgram,
  payloadBehindChain,
  plantsLoginKey,
  plantsPrivilege,
  presetEnablesUnit,
  programInHiddenDirectory,
  programInOddPlace,
  programInSharedDirectory,
  programReplacedByMount,
  randomName,
  readsStoredSecrets,
  recurringTransientTimer,
  repairsPersistence,
  replacesProgram,
  reverseShell,
  rootCommandInUnprivilegedService,
  rootRunsFileInHome,
  runsVeryOften,
  runtimeUnitWithoutCreator,
  safeguardMasked,
  safeguardNeutralised,
  safeguardServiceMasked,
  scansNetwork,
  searchPathExtended,
  secondTrigger,
  sendsDataOut,
  sessionEnvironmentInjectsLibrary,
  singleFarDate,
  sleeperTimer,
  spiesOnProcess,
  spreadsToOtherHosts,
  stampDisagreesWithSchedule,
  timerForEveryUser,
  timerOfAbsentAccount,
  timerOfServiceAccount,
  timerRevivesDaemon,
  tmpfilesWritesAutostart,
  unitDirectoryWritable,
  unitDiverted,
  unitInOddPlace,
  unitIsNoFile,
  unitOfAnotherName,
  unpackagedGenerator,
  unpackagedProgramInVendorDirectory,
  unpackagedUnitInVendorDirectory,
  unsignedPackageSource,
  usesHiddenFile,
  unpackaged,
  variableHoldsCommand,
  vendorNameWithoutPackage,
  vendorUnitShadowed,
  wakesMachineForNetwork,
  watchesDeadDrop,
  wildcardInWeakerDirectory,
  wholeUnitInControlDirectory,
  writableByWeakerAccount,
];
