import Model

/// The `global` section.
public struct GlobalConfiguration: Sendable, Equatable {
    /// A proxy's `maxconn` where neither it nor `global` has one: HAProxy derives its limit from that of open files then,
    /// so what really holds is what the system allows.
    public static let maxconnWithoutSetting = 1_000_000

    /// Where `log global` sends its lines.
    public var logTargets: [LogTarget] = []
    /// The tag in each log line (`log-tag`).
    public var logTag = "haproxy"
    /// The host's name in log lines whose format has one (`log-send-hostname`); they tell none when `nil`.
    public var logHostName: String?
    /// Most concurrent client connections of the whole instance; `nil` when the file does not say.
    public var maxconn: Int?
    /// Most new connections a second of the whole instance (`maxconnrate`); `nil` is no limit.
    public var maxconnRate: Int?
    /// Most new sessions a second of the whole instance (`maxsessrate`); `nil` is no limit.
    public var maxsessRate: Int?
    /// The stats sockets.
    public var statsSockets: [StatsSocketConfiguration] = []
    /// How long a stats socket's connection may be idle (`stats timeout`).
    public var statsTimeout: Duration = .seconds(10)
    /// Most connections of a stats socket at once (`stats maxconn`).
    public var statsMaxconn = 10
    /// The node's name (`node`), the host's name when `nil`.
    public var node: String?
    /// What the statistics page says about the instance (`description`).
    public var description: String?
    /// By how much checks are spread around their interval, in percent (`spread-checks`, 0 to 50).
    public var spreadChecks = 0
    /// The most time over which the first checks are spread (`max-spread-checks`); their interval when `nil`.
    public var maxSpreadChecks: Duration?
    /// The file with the servers' states that an earlier process left (`server-state-file`).
    public var serverStateFile: String?
    /// Where such files are whose paths are relative (`server-state-base`).
    public var serverStateBase: String?
    /// How many threads carry the instance's sessions (`nbthread`, 1 to `ThreadSet.most`); `nil` when the file does not say.
    public var threads: Int?
    /// What variables are set to that belong to no session, in order (`set-var`, `set-var-fmt`).
    public var variables: [VariableAssignment] = []
    /// What is said of the process, which holds where the files have one of their own.
    public var process = ProcessConfiguration()

    /// Makes the section with HAProxy's defaults.
    public init() {}
}
