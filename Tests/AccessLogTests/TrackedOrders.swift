import Model
import Testing

/// One order for a server that tracks another one, or for that one, with the lines that HAProxy 2.6 wrote for it.
struct TrackedOrders: Sendable, CustomTestStringConvertible {
    var from: AdministrativeOrders
    var to: AdministrativeOrders
    var operational: OperationalState
    var lines: [String]

    var testDescription: String { "\(from.own)+\(from.inherited) to \(to.own)+\(to.inherited), \(operational)" }

    private init(
        _ own: AdministrativeState, _ inherited: AdministrativeState, _ toOwn: AdministrativeState,
        _ toInherited: AdministrativeState, _ operational: OperationalState, _ lines: [String]
    ) {
        from = AdministrativeOrders(own: own, inherited: inherited)
        to = AdministrativeOrders(own: toOwn, inherited: toInherited)
        self.operational = operational
        self.lines = lines.map { line in
            let words = line.split(separator: " ", maxSplits: 1)
            let text = words[1].replacing("LEFT", with: Self.left).replacing("ONLINE", with: Self.online)
            return "\(words[0]) Server p/s \(text)"
        }
    }

    private static let left =
        "0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue."
    private static let online = "0 active and 0 backup servers online. 0 sessions requeued, 0 total in queue."

    /// All that were recorded: own order, inherited order, both afterwards, what the checks said afterwards.
    static let all: [TrackedOrders] = [
        TrackedOrders(.ready, .ready, .drain, .ready, .up, ["notice enters drain state. ONLINE"]),
        TrackedOrders(.ready, .ready, .maint, .ready, .up, ["alert is going DOWN for maintenance. LEFT"]),
        TrackedOrders(.ready, .ready, .ready, .drain, .up, ["notice enters drain state via T/a. ONLINE"]),
        TrackedOrders(.ready, .ready, .ready, .maint, .up, ["alert is going DOWN for maintenance via T/a. LEFT"]),
        TrackedOrders(.ready, .drain, .drain, .drain, .up, ["notice remains in forced drain mode."]),
        TrackedOrders(.ready, .drain, .maint, .drain, .up, ["notice is going DOWN for maintenance. LEFT"]),
        TrackedOrders(.ready, .drain, .ready, .ready, .up, ["notice is UP (leaving forced drain)."]),
        TrackedOrders(.ready, .drain, .ready, .maint, .up, ["notice is going DOWN for maintenance via T/a. LEFT"]),
        TrackedOrders(.ready, .maint, .drain, .maint, .up, []),
        TrackedOrders(.ready, .maint, .maint, .maint, .up, []),
        TrackedOrders(.ready, .maint, .ready, .ready, .up, ["notice is UP/READY (leaving maintenance)."]),
        TrackedOrders(
            .ready, .maint, .ready, .drain, .up,
            [
                "notice is UP/DRAIN (leaving maintenance).",
                "notice is leaving forced drain but remains in drain mode via T/a.",
            ]),
        TrackedOrders(.drain, .ready, .ready, .ready, .up, ["notice is UP (leaving forced drain)."]),
        TrackedOrders(.drain, .ready, .maint, .ready, .up, ["notice is going DOWN for maintenance. LEFT"]),
        TrackedOrders(.drain, .ready, .drain, .drain, .up, ["notice remains in forced drain mode."]),
        TrackedOrders(.drain, .ready, .drain, .maint, .up, ["notice is going DOWN for maintenance via T/a. LEFT"]),
        TrackedOrders(
            .drain, .drain, .ready, .drain, .up, ["notice is leaving forced drain but remains in drain mode via T/a."]),
        TrackedOrders(.drain, .drain, .maint, .drain, .up, ["notice is going DOWN for maintenance. LEFT"]),
        TrackedOrders(.drain, .drain, .drain, .ready, .up, ["notice remains in forced drain mode."]),
        TrackedOrders(.drain, .drain, .drain, .maint, .up, ["notice is going DOWN for maintenance via T/a. LEFT"]),
        TrackedOrders(.drain, .maint, .ready, .maint, .up, []),
        TrackedOrders(.drain, .maint, .maint, .maint, .up, []),
        TrackedOrders(
            .drain, .maint, .drain, .ready, .up,
            ["notice is UP/DRAIN (leaving maintenance).", "notice remains in forced drain mode."]),
        TrackedOrders(
            .drain, .maint, .drain, .drain, .up,
            ["notice is UP/DRAIN (leaving maintenance).", "notice remains in forced drain mode."]),
        TrackedOrders(.maint, .ready, .ready, .ready, .up, ["notice is UP/READY (leaving forced maintenance)."]),
        TrackedOrders(
            .maint, .ready, .drain, .ready, .up,
            ["notice is UP/DRAIN (leaving forced maintenance).", "notice remains in forced drain mode."]),
        TrackedOrders(.maint, .ready, .maint, .drain, .up, []),
        TrackedOrders(.maint, .ready, .maint, .maint, .up, []),
        TrackedOrders(
            .maint, .drain, .ready, .drain, .up,
            [
                "notice is UP/DRAIN (leaving forced maintenance).",
                "notice is leaving forced drain but remains in drain mode via T/a.",
            ]),
        TrackedOrders(
            .maint, .drain, .drain, .drain, .up,
            ["notice is UP/DRAIN (leaving forced maintenance).", "notice remains in forced drain mode."]),
        TrackedOrders(.maint, .drain, .maint, .ready, .up, []),
        TrackedOrders(.maint, .drain, .maint, .maint, .up, []),
        TrackedOrders(
            .maint, .maint, .ready, .maint, .up,
            ["notice is leaving forced maintenance but remains in maintenance via T/a."]),
        TrackedOrders(
            .maint, .maint, .drain, .maint, .up,
            ["notice is leaving forced maintenance but remains in maintenance via T/a."]),
        TrackedOrders(.maint, .maint, .maint, .ready, .up, ["notice remains in forced maintenance."]),
        TrackedOrders(.maint, .maint, .maint, .drain, .up, ["notice remains in forced maintenance."]),
        TrackedOrders(.ready, .ready, .drain, .ready, .down, ["notice enters drain state. LEFT"]),
        TrackedOrders(.ready, .ready, .maint, .ready, .down, ["notice was DOWN and now enters maintenance."]),
        TrackedOrders(.ready, .ready, .ready, .drain, .down, ["notice enters drain state via T/a. LEFT"]),
        TrackedOrders(.ready, .ready, .ready, .maint, .down, ["notice was DOWN and now enters maintenance via T/a."]),
        TrackedOrders(.ready, .drain, .drain, .drain, .down, ["notice remains in forced drain mode."]),
        TrackedOrders(.ready, .drain, .maint, .drain, .down, ["notice was DOWN and now enters maintenance."]),
        TrackedOrders(.ready, .drain, .ready, .ready, .down, ["notice is DOWN (leaving forced drain)."]),
        TrackedOrders(.ready, .drain, .ready, .maint, .down, ["notice was DOWN and now enters maintenance via T/a."]),
        TrackedOrders(.ready, .maint, .drain, .maint, .down, []),
        TrackedOrders(.ready, .maint, .maint, .maint, .down, []),
        TrackedOrders(.ready, .maint, .ready, .ready, .up, ["notice is UP/READY (leaving maintenance)."]),
        TrackedOrders(
            .ready, .maint, .ready, .drain, .up,
            [
                "notice is UP/DRAIN (leaving maintenance).",
                "notice is leaving forced drain but remains in drain mode via T/a.",
            ]),
        TrackedOrders(.drain, .ready, .ready, .ready, .down, ["notice is DOWN (leaving forced drain)."]),
        TrackedOrders(.drain, .ready, .maint, .ready, .down, ["notice was DOWN and now enters maintenance."]),
        TrackedOrders(.drain, .ready, .drain, .drain, .down, ["notice remains in forced drain mode."]),
        TrackedOrders(.drain, .ready, .drain, .maint, .down, ["notice was DOWN and now enters maintenance via T/a."]),
        TrackedOrders(
            .drain, .drain, .ready, .drain, .down, ["notice is leaving forced drain but remains in drain mode via T/a."]
        ),
        TrackedOrders(.drain, .drain, .maint, .drain, .down, ["notice was DOWN and now enters maintenance."]),
        TrackedOrders(.drain, .drain, .drain, .ready, .down, ["notice remains in forced drain mode."]),
        TrackedOrders(.drain, .drain, .drain, .maint, .down, ["notice was DOWN and now enters maintenance via T/a."]),
        TrackedOrders(.drain, .maint, .ready, .maint, .down, []),
        TrackedOrders(.drain, .maint, .maint, .maint, .down, []),
        TrackedOrders(
            .drain, .maint, .drain, .ready, .up,
            ["notice is UP/DRAIN (leaving maintenance).", "notice remains in forced drain mode."]),
        TrackedOrders(
            .drain, .maint, .drain, .drain, .up,
            ["notice is UP/DRAIN (leaving maintenance).", "notice remains in forced drain mode."]),
        TrackedOrders(.maint, .ready, .ready, .ready, .down, ["notice is DOWN/READY (leaving forced maintenance)."]),
        TrackedOrders(
            .maint, .ready, .drain, .ready, .down,
            ["notice is DOWN/DRAIN (leaving forced maintenance).", "notice remains in forced drain mode."]),
        TrackedOrders(.maint, .ready, .maint, .drain, .down, []),
        TrackedOrders(.maint, .ready, .maint, .maint, .down, []),
        TrackedOrders(
            .maint, .drain, .ready, .drain, .down,
            [
                "notice is DOWN/DRAIN (leaving forced maintenance).",
                "notice is leaving forced drain but remains in drain mode via T/a.",
            ]),
        TrackedOrders(
            .maint, .drain, .drain, .drain, .down,
            ["notice is DOWN/DRAIN (leaving forced maintenance).", "notice remains in forced drain mode."]),
        TrackedOrders(.maint, .drain, .maint, .ready, .down, []),
        TrackedOrders(.maint, .drain, .maint, .maint, .down, []),
        TrackedOrders(
            .maint, .maint, .ready, .maint, .down,
            ["notice is leaving forced maintenance but remains in maintenance via T/a."]),
        TrackedOrders(
            .maint, .maint, .drain, .maint, .down,
            ["notice is leaving forced maintenance but remains in maintenance via T/a."]),
        TrackedOrders(.maint, .maint, .maint, .ready, .up, ["notice remains in forced maintenance."]),
        TrackedOrders(.maint, .maint, .maint, .drain, .up, ["notice remains in forced maintenance."]),
    ]
}
