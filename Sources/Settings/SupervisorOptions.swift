import Alerting
import History

/// What `supervise.yaml` says of the supervisor as a whole; without the file, all of it is as it is here.
public struct SupervisorOptions: Sendable, Hashable {
    /// How long each level of session counts is kept.
    public var retention = Retention.standard
    /// Who is told of what.
    public var alerts: [AlertSettings] = []

    /// Makes the options of a supervisor that has no file.
    public init() {}
}
