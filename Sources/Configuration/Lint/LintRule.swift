/// What `supervise check --lint` looks for in files that are right, and that will hurt all the same.
///
/// The names stay: people switch rules off by them, and Documentation/lint.md has an entry for each.
public enum LintRule: String, Sendable, Hashable, CaseIterable {
    /// Clients may be silent for less than two heartbeats.
    case timeoutClient = "amqp-timeout-client"
    /// Brokers may be silent for less than two heartbeats.
    case timeoutServer = "amqp-timeout-server"
    /// No time limit and no probe finds out that a peer has gone.
    case noKeepalive = "amqp-no-keepalive"
    /// Each check leaves warnings or errors in the broker's log.
    case noisyCheck = "amqp-check-noise"
    /// Old sessions stay on the backup when new ones go to the active server again.
    case warren = "warren-without-failback"
    /// Something of mirrored queues, which RabbitMQ 4.0 has no more.
    case mirroredQueues = "mirrored-queues"
    /// Nothing says how servers are chosen.
    case noBalance = "balance-unset"
    /// Nobody finds out that a server is down.
    case unchecked = "servers-unchecked"
    /// There is nobody to take over.
    case oneServer = "one-server"
    /// All servers are gone together.
    case oneAddress = "one-address"
    /// A session whose server can't be reached goes to no other one.
    case noRedispatch = "retries-without-redispatch"
    /// More sessions than the system lets the process have sockets for.
    case fileLimit = "maxconn-above-file-limit"
    /// How sessions end is told to nobody.
    case noLog = "log-without-target"

    /// How much it matters.
    public var severity: Diagnostic.Severity {
        switch self {
        case .timeoutClient, .timeoutServer, .noKeepalive, .noisyCheck, .warren, .unchecked, .fileLimit: .warning
        case .mirroredQueues, .noBalance, .oneServer, .oneAddress, .noRedispatch, .noLog: .note
        }
    }
}

/// Something that a rule has found.
public struct LintFinding: Sendable, Hashable {
    /// The rule.
    public var rule: LintRule
    /// Where, what, and what to write instead; the message ends with the rule's name.
    public var diagnostic: Diagnostic
}
