/** What a value is, as far as anyone here needs to tell. */
export type DirectiveType =
  | "boolean"
  | "calendar"
  | "choice"
  | "condition"
  | "environment"
  | "exec"
  | "file"
  | "limit"
  | "listen"
  | "mode"
  | "number"
  | "other"
  | "path"
  | "paths"
  | "string"
  | "timespan"
  | "unit"
  | "units"
  | "words";

/**
 * What several assignments of one key make together: the `last` valid one counts; the `first` valid one counts;
 * all count and an empty one clears them (`list`); all count and nothing clears them (`kept`).
 */
export type Combination = "last" | "first" | "list" | "kept";

/** Keys, separated by blanks, of one type and combination. */
export type Row = readonly [type: DirectiveType, combination: Combination, keys: string];

// The keys of systemd 252, as `systemd --dump-configuration-items` lists them.

/** `[Unit]` (systemd.unit(5)). */
export const UNIT_ROWS: readonly Row[] = [
  ["string", "last", "Description"],
  ["words", "list", "Documentation"],
  ["path", "last", "SourcePath"],
  [
    "units",
    "kept",
    `
    Requires Requisite Wants BindsTo BindTo Upholds Conflicts Before After OnSuccess OnFailure
    PropagatesReloadTo PropagateReloadTo ReloadPropagatedFrom PropagateReloadFrom PropagatesStopTo
    StopPropagatedFrom PartOf JoinsNamespaceOf`,
  ],
  ["units", "kept", "RequiresOverridable RequisiteOverridable"],
  [
    "string",
    "last",
    "JobTimeoutRebootArgument FailureActionExitStatus SuccessActionExitStatus RebootArgument",
  ],
  ["paths", "kept", "RequiresMountsFor"],
  [
    "boolean",
    "last",
    `
    StopWhenUnneeded RefuseManualStart RefuseManualStop AllowIsolate DefaultDependencies
    OnFailureIsolate IgnoreOnIsolate`,
  ],
  [
    "choice",
    "last",
    `
    OnSuccessJobMode OnFailureJobMode JobTimeoutAction StartLimitAction FailureAction SuccessAction
    CollectMode`,
  ],
  [
    "timespan",
    "last",
    `
    JobTimeoutSec JobRunningTimeoutSec StartLimitIntervalSec StartLimitInterval`,
  ],
  ["number", "last", "StartLimitBurst"],
  [
    "condition",
    "list",
    `
    ConditionPathExists ConditionPathExistsGlob ConditionPathIsDirectory ConditionPathIsSymbolicLink
    ConditionPathIsMountPoint ConditionPathIsReadWrite ConditionPathIsEncrypted
    ConditionDirectoryNotEmpty ConditionFileNotEmpty ConditionFileIsExecutable ConditionNeedsUpdate
    ConditionFirstBoot ConditionArchitecture ConditionFirmware ConditionVirtualization ConditionHost
    ConditionKernelCommandLine ConditionKernelVersion ConditionCredential ConditionSecurity
    ConditionCapability ConditionACPower ConditionMemory ConditionCPUFeature ConditionCPUs
    ConditionEnvironment ConditionUser ConditionGroup ConditionControlGroupController ConditionOSRelease
    ConditionMemoryPressure ConditionCPUPressure ConditionIOPressure AssertPathExists
    AssertPathExistsGlob AssertPathIsDirectory AssertPathIsSymbolicLink AssertPathIsMountPoint
    AssertPathIsReadWrite AssertPathIsEncrypted AssertDirectoryNotEmpty AssertFileNotEmpty
    AssertFileIsExecutable AssertNeedsUpdate AssertFirstBoot AssertArchitecture AssertVirtualization
    AssertHost AssertKernelCommandLine AssertKernelVersion AssertCredential AssertSecurity
    AssertCapability AssertACPower AssertMemory AssertCPUFeature AssertCPUs AssertEnvironment AssertUser
    AssertGroup AssertControlGroupController AssertOSRelease AssertMemoryPressure AssertCPUPressure
    AssertIOPressure`,
  ],
];

/** `[Install]` (systemd.unit(5)). */
export const INSTALL_ROWS: readonly Row[] = [
  ["words", "list", "Alias"],
  ["units", "list", "WantedBy RequiredBy"],
  ["units", "kept", "Also"],
  ["string", "last", "DefaultInstance"],
];

/** `[Timer]` (systemd.timer(5)). */
export const TIMER_ROWS: readonly Row[] = [
  ["calendar", "list", "OnCalendar"],
  ["timespan", "list", "OnActiveSec OnBootSec OnStartupSec OnUnitActiveSec OnUnitInactiveSec"],
  [
    "boolean",
    "last",
    `
    OnClockChange OnTimezoneChange Persistent WakeSystem RemainAfterElapse FixedRandomDelay`,
  ],
  ["timespan", "last", "AccuracySec RandomizedDelaySec"],
  ["unit", "first", "Unit"],
];

/** `[Path]` (systemd.path(5)). */
export const PATH_ROWS: readonly Row[] = [
  ["path", "list", "PathExists PathExistsGlob PathChanged PathModified DirectoryNotEmpty"],
  ["unit", "first", "Unit"],
  ["boolean", "last", "MakeDirectory"],
  ["mode", "last", "DirectoryMode"],
  ["timespan", "last", "TriggerLimitIntervalSec"],
  ["number", "last", "TriggerLimitBurst"],
];

/** `[Automount]` (systemd.automount(5)). */
export const AUTOMOUNT_ROWS: readonly Row[] = [
  ["path", "last", "Where"],
  ["string", "last", "ExtraOptions"],
  ["mode", "last", "DirectoryMode"],
  ["timespan", "last", "TimeoutIdleSec"],
];

/** What services, sockets, mounts and swaps share (systemd.exec(5)). */
export const EXEC_ROWS: readonly Row[] = [
  [
    "path",
    "last",
    `
    WorkingDirectory RootDirectory RootImage RootVerity TTYPath NetworkNamespacePath IPCNamespacePath`,
  ],
  [
    "words",
    "list",
    `
    RootImageOptions ExtensionImages MountImages SupplementaryGroups CPUAffinity PassEnvironment
    UnsetEnvironment LogExtraFields SecureBits CapabilityBoundingSet AmbientCapabilities
    SystemCallFilter SystemCallArchitectures SystemCallLog RestrictNamespaces RestrictAddressFamilies
    RestrictFileSystems ExecSearchPath BindPaths BindReadOnlyPaths TemporaryFileSystem RuntimeDirectory
    StateDirectory CacheDirectory LogsDirectory ConfigurationDirectory`,
  ],
  [
    "other",
    "last",
    `
    PrivateTmp PrivateUsers ProtectControlGroups ProtectHostname MountAPIVFS RootHash RootHashSignature CoredumpFilter NUMAPolicy StandardInput StandardOutput StandardError
    TTYRows TTYColumns KeyringMode ProtectProc ProcSubset SystemCallErrorNumber LogNamespace
    ProtectSystem ProtectHome Personality RuntimeDirectoryPreserve UtmpMode AppArmorProfile
    SmackProcessLabel`,
  ],
  [
    "paths",
    "list",
    `
    ExtensionDirectories ReadWriteDirectories ReadOnlyDirectories InaccessibleDirectories ReadWritePaths
    ReadOnlyPaths InaccessiblePaths ExecPaths NoExecPaths`,
  ],
  ["string", "last", "User Group SyslogIdentifier PAMName UtmpIdentifier SELinuxContext"],
  [
    "number",
    "last",
    `
    Nice OOMScoreAdjust IOSchedulingPriority CPUSchedulingPriority LogRateLimitBurst`,
  ],
  [
    "choice",
    "last",
    `
    IOSchedulingClass CPUSchedulingPolicy SyslogFacility SyslogLevel LogLevelMax`,
  ],
  [
    "boolean",
    "last",
    `
    CPUSchedulingResetOnFork DynamicUser RemoveIPC TTYReset TTYVHangup TTYVTDisallocate
    SyslogLevelPrefix NoNewPrivileges MemoryDenyWriteExecute RestrictRealtime RestrictSUIDSGID
    LockPersonality PrivateDevices ProtectKernelTunables ProtectKernelModules
    ProtectKernelLogs ProtectClock PrivateNetwork PrivateMounts
    PrivateIPC IgnoreSIGPIPE `,
  ],
  [
    "other",
    "list",
    `
    NUMAMask StandardInputText StandardInputData SetCredential SetCredentialEncrypted LoadCredential
    LoadCredentialEncrypted`,
  ],
  [
    "mode",
    "last",
    `
    UMask RuntimeDirectoryMode StateDirectoryMode CacheDirectoryMode LogsDirectoryMode
    ConfigurationDirectoryMode`,
  ],
  ["environment", "list", "Environment"],
  ["file", "list", "EnvironmentFile"],
  ["timespan", "last", "LogRateLimitIntervalSec TimerSlackNSec TimeoutCleanSec"],
  [
    "limit",
    "last",
    `
    LimitCPU LimitFSIZE LimitDATA LimitSTACK LimitCORE LimitRSS LimitNOFILE LimitAS LimitNPROC
    LimitMEMLOCK LimitLOCKS LimitSIGPENDING LimitMSGQUEUE LimitNICE LimitRTPRIO LimitRTTIME`,
  ],
  ["words", "last", "MountFlags"],
];

/** How processes are ended (systemd.kill(5)). */
export const KILL_ROWS: readonly Row[] = [
  ["boolean", "last", "SendSIGKILL SendSIGHUP"],
  ["choice", "last", "KillMode KillSignal RestartKillSignal FinalKillSignal WatchdogSignal"],
];

/** Control groups (systemd.resource-control(5)). */
export const RESOURCES_ROWS: readonly Row[] = [
  ["unit", "last", "Slice"],
  [
    "other",
    "list",
    `
    AllowedCPUs StartupAllowedCPUs AllowedMemoryNodes StartupAllowedMemoryNodes Delegate
    IPIngressFilterPath IPEgressFilterPath BPFProgram`,
  ],
  [
    "boolean",
    "last",
    `
    CPUAccounting MemoryAccounting IOAccounting BlockIOAccounting TasksAccounting IPAccounting`,
  ],
  [
    "number",
    "last",
    `
    CPUWeight StartupCPUWeight CPUShares StartupCPUShares IOWeight StartupIOWeight BlockIOWeight
    StartupBlockIOWeight`,
  ],
  [
    "other",
    "last",
    `
    CPUQuota TasksMax ManagedOOMSwap ManagedOOMMemoryPressure ManagedOOMMemoryPressureLimit
    ManagedOOMPreference`,
  ],
  ["timespan", "last", "CPUQuotaPeriodSec"],
  [
    "limit",
    "last",
    `
    MemoryMin DefaultMemoryMin DefaultMemoryLow MemoryLow MemoryHigh MemoryMax MemorySwapMax MemoryLimit`,
  ],
  [
    "words",
    "list",
    `
    DeviceAllow IODeviceWeight IODeviceLatencyTargetSec BlockIODeviceWeight BlockIOReadBandwidth
    BlockIOWriteBandwidth IPAddressAllow IPAddressDeny SocketBindAllow SocketBindDeny
    RestrictNetworkInterfaces`,
  ],
  ["choice", "last", "DevicePolicy"],
  ["limit", "list", "IOReadBandwidthMax IOWriteBandwidthMax IOReadIOPSMax IOWriteIOPSMax"],
  ["words", "last", "DisableControllers"],
];

/** `[Service]` (systemd.service(5)). */
export const SERVICE_ROWS: readonly Row[] = [
  ["path", "last", "PIDFile USBFunctionDescriptors USBFunctionStrings"],
  [
    "exec",
    "list",
    `
    ExecCondition ExecStartPre ExecStart ExecStartPost ExecReload ExecStop ExecStopPost`,
  ],
  [
    "timespan",
    "last",
    `
    RestartSec TimeoutSec TimeoutStartSec TimeoutStopSec TimeoutAbortSec RuntimeMaxSec
    RuntimeRandomizedExtraSec WatchdogSec StartLimitInterval`,
  ],
  [
    "choice",
    "last",
    `
    TimeoutStartFailureMode TimeoutStopFailureMode StartLimitAction FailureAction Type ExitType Restart
    NotifyAccess`,
  ],
  ["number", "last", "StartLimitBurst FileDescriptorStoreMax"],
  ["string", "last", "RebootArgument"],
  [
    "boolean",
    "last",
    `
    PermissionsStartOnly RootDirectoryStartOnly RemainAfterExit GuessMainPID NonBlocking`,
  ],
  ["words", "list", "RestartPreventExitStatus RestartForceExitStatus SuccessExitStatus"],
  ["other", "last", "BusName OOMPolicy"],
  ["units", "kept", "Sockets"],
];

/** `[Socket]` (systemd.socket(5)). */
export const SOCKET_ROWS: readonly Row[] = [
  [
    "listen",
    "list",
    `
    ListenStream ListenDatagram ListenSequentialPacket ListenFIFO ListenNetlink ListenSpecial
    ListenMessageQueue ListenUSBFunction`,
  ],
  [
    "other",
    "last",
    `
    SocketProtocol BindToDevice SocketUser SocketGroup IPTOS Timestamping FileDescriptorName`,
  ],
  ["choice", "last", "BindIPv6Only"],
  [
    "number",
    "last",
    `
    Backlog MaxConnections MaxConnectionsPerSource KeepAliveProbes Priority IPTTL Mark
    MessageQueueMaxMessages MessageQueueMessageSize TriggerLimitBurst`,
  ],
  ["exec", "list", "ExecStartPre ExecStartPost ExecStopPre ExecStopPost"],
  [
    "timespan",
    "last",
    `
    TimeoutSec KeepAliveTimeSec KeepAliveIntervalSec DeferAcceptSec TriggerLimitIntervalSec`,
  ],
  ["mode", "last", "SocketMode DirectoryMode"],
  [
    "boolean",
    "last",
    `
    Accept FlushPending Writable KeepAlive NoDelay FreeBind Transparent Broadcast PassCredentials
    PassSecurity PassPacketInfo ReusePort RemoveOnStop SELinuxContextFromNet`,
  ],
  ["limit", "last", "ReceiveBuffer SendBuffer PipeSize"],
  ["string", "last", "TCPCongestion SmackLabel SmackLabelIPIn SmackLabelIPOut"],
  ["words", "list", "Symlinks"],
  ["unit", "last", "Service"],
];

/** `[Mount]` (systemd.mount(5)). */
export const MOUNT_ROWS: readonly Row[] = [
  ["string", "last", "What Options Type"],
  ["path", "last", "Where"],
  ["timespan", "last", "TimeoutSec"],
  ["mode", "last", "DirectoryMode"],
  ["boolean", "last", "SloppyOptions LazyUnmount ForceUnmount ReadWriteOnly"],
];

/** `[Swap]` (systemd.swap(5)). */
export const SWAP_ROWS: readonly Row[] = [
  ["path", "last", "What"],
  ["other", "last", "Priority"],
  ["string", "last", "Options"],
  ["timespan", "last", "TimeoutSec"],
];

/** `[Scope]` (systemd.scope(5)). */
export const SCOPE_ROWS: readonly Row[] = [
  ["timespan", "last", "RuntimeMaxSec RuntimeRandomizedExtraSec TimeoutStopSec"],
  ["other", "last", "OOMPolicy"],
];
