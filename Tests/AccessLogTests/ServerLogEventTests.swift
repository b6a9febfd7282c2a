import Model
import Testing

@testable import AccessLog

@Suite("Server lines")
struct ServerLogEventTests {
    static let refused = CheckResult(status: .layer4Error, detail: "Connection refused", durationMilliseconds: 0)
    static let passed = CheckResult(status: .layer4OK, durationMilliseconds: 0)

    private func event(
        _ change: ServerLogEvent.Change, operational: OperationalState, administrative: AdministrativeState,
        inherited: AdministrativeState = .ready, tracked: String? = nil, active: Int, backup: Int,
        isBackup: Bool = false
    ) -> ServerLogEvent {
        var event = ServerLogEvent(
            proxy: "p", server: "s", isBackup: isBackup, change: change, operational: operational,
            orders: AdministrativeOrders(own: administrative, inherited: inherited))
        event.tracked = tracked
        event.activeServers = active
        event.backupServers = backup
        return event
    }

    @Test("a fall is an alert with its reason and what is left")
    func down() {
        var event = event(
            .checked(to: .down, by: Self.refused), operational: .up, administrative: .ready, active: 2, backup: 0)
        event.sessions = 7
        event.requeued = 3
        event.queued = 1
        #expect(
            event.lines == [
                TextLogLine(
                    level: .alert,
                    text:
                        "Server p/s is DOWN, reason: Layer4 connection problem, info: \"Connection refused\", check duration: 0ms. 2 active and 0 backup servers left. 7 sessions active, 3 requeued, 1 remaining in queue."
                )
            ])
    }

    @Test("a server whose name has lost its address goes down for maintenance, with the reason")
    func unresolved() {
        let change = ServerLogEvent.Change.unresolved(reason: "DNS NX status")
        let words =
            "Server p/s is going DOWN for maintenance (DNS NX status). 0 active and 1 backup servers left. "
            + "Running on backup. 0 sessions active, 0 requeued, 0 remaining in queue."
        for (administrative, level) in [(AdministrativeState.ready, LogLevel.alert), (.drain, .notice)] {
            let event = event(change, operational: .up, administrative: administrative, active: 0, backup: 1)
            #expect(event.lines == [TextLogLine(level: level, text: words)])
        }
        #expect(event(change, operational: .up, administrative: .maint, active: 0, backup: 1).lines.isEmpty)
    }

    @Test("a server whose name has an address again is ready, drained or remains in maintenance")
    func resolved() {
        func texts(_ administrative: AdministrativeState, isBackup: Bool = false) -> [String] {
            let event = event(
                .resolved(name: "app.test"), operational: .down, administrative: administrative, active: 1, backup: 0,
                isBackup: isBackup)
            #expect(event.lines.allSatisfy { $0.level == .notice })
            return event.lines.map(\.text)
        }
        let thanks = "Server p/s administratively READY thanks to valid DNS answer."
        #expect(texts(.ready) == ["Server p/s ('app.test') is UP/READY (resolves again).", thanks])
        #expect(
            texts(.ready, isBackup: true) == ["Backup Server p/s ('app.test') is UP/READY (resolves again).", thanks])
        #expect(
            texts(.drain) == [
                "Server p/s ('app.test') is UP/DRAIN (resolves again).", "Server p/s remains in forced drain mode.",
                thanks,
            ])
        #expect(texts(.maint) == ["Server p/s ('app.test') resolves again but remains in maintenance.", thanks])
    }

    @Test("a timeout has no info, a wrong status has its code")
    func reasons() {
        let timeout = event(
            .checked(to: .down, by: CheckResult(status: .layer4Timeout, durationMilliseconds: 5002)),
            operational: .up, administrative: .ready, active: 1, backup: 0)
        #expect(
            timeout.lines[0].text.hasPrefix("Server p/s is DOWN, reason: Layer4 timeout, check duration: 5002ms. 1 "))
        let status = event(
            .checked(
                to: .down,
                by: CheckResult(
                    status: .layer7Error, code: 503, detail: "Service Unavailable", durationMilliseconds: 2)),
            operational: .up, administrative: .ready, active: 1, backup: 0)
        #expect(
            status.lines[0].text.hasPrefix(
                "Server p/s is DOWN, reason: Layer7 wrong status, code: 503, info: \"Service Unavailable\", check duration: 2ms. "
            ))
    }

    @Test("the end of a slow start is told like a rise without a check")
    func warmedUp() {
        let event = event(.warmedUp, operational: .up, administrative: .ready, active: 2, backup: 0)
        #expect(
            event.lines == [
                TextLogLine(
                    level: .notice,
                    text:
                        "Server p/s is UP. 2 active and 0 backup servers online. 0 sessions requeued, 0 total in queue."
                )
            ])
    }

    @Test("the traffic's move to the backups is said, and their own lines say that they are backups")
    func backups() {
        let primary = event(
            .checked(to: .down, by: Self.refused), operational: .up, administrative: .ready, active: 0, backup: 1)
        #expect(
            primary.lines.map(\.text) == [
                "Server p/s is DOWN, reason: Layer4 connection problem, info: \"Connection refused\", check duration: 0ms. 0 active and 1 backup servers left. Running on backup. 0 sessions active, 0 requeued, 0 remaining in queue."
            ])
        var backup = event(
            .checked(to: .up, by: Self.passed), operational: .down, administrative: .ready, active: 0, backup: 1,
            isBackup: true)
        backup.hadServer = false
        #expect(
            backup.lines == [
                TextLogLine(
                    level: .notice,
                    text:
                        "Backup Server p/s is UP, reason: Layer4 check passed, check duration: 0ms. 0 active and 1 backup servers online. Running on backup. 0 sessions requeued, 0 total in queue."
                )
            ])
    }

    @Test("the last server's end is an emergency, once")
    func lastServer() {
        var event = event(
            .checked(to: .down, by: Self.refused), operational: .up, administrative: .ready, active: 0, backup: 0)
        #expect(event.lines.map(\.level) == [.alert, .emerg])
        #expect(event.lines[1].text == "proxy p has no server available!")
        event.isListen = false
        #expect(event.lines[1].text == "backend p has no server available!")
        event.hadServer = false
        #expect(event.lines.map(\.level) == [.alert])
    }

    @Test("the checks of a drained server alarm nobody and say that it stays drained")
    func drainedChecks() {
        let down = event(
            .checked(to: .down, by: Self.refused), operational: .up, administrative: .drain, active: 0, backup: 1)
        #expect(down.lines.map(\.level) == [.notice, .notice])
        #expect(down.lines[1].text == "Server p/s remains in forced drain mode.")
        let up = event(
            .checked(to: .up, by: Self.passed), operational: .down, administrative: .drain, active: 0, backup: 1)
        #expect(
            up.lines.map(\.text) == [
                "Server p/s is UP, reason: Layer4 check passed, check duration: 0ms. 0 active and 1 backup servers online. Running on backup. 0 sessions requeued, 0 total in queue.",
                "Server p/s remains in forced drain mode.",
            ])
    }

    /// Every order in every state, as recorded.
    @Test(
        "every order in every state has its words",
        arguments: [
            (.ready, .ready, .up, []),
            (.drain, .drain, .up, []),
            (.maint, .maint, .up, []),
            (
                .ready, .maint, .up,
                [
                    "alert Server p/s is going DOWN for maintenance. 1 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue."
                ]
            ),
            (
                .drain, .maint, .up,
                [
                    "notice Server p/s is going DOWN for maintenance. 1 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue."
                ]
            ),
            (
                .ready, .drain, .up,
                [
                    "notice Server p/s enters drain state. 1 active and 0 backup servers online. 0 sessions requeued, 0 total in queue."
                ]
            ),
            (.drain, .ready, .up, ["notice Server p/s is UP (leaving forced drain)."]),
            (.maint, .ready, .up, ["notice Server p/s is UP/READY (leaving forced maintenance)."]),
            (
                .maint, .drain, .up,
                [
                    "notice Server p/s is UP/DRAIN (leaving forced maintenance).",
                    "notice Server p/s remains in forced drain mode.",
                ]
            ),
            (.ready, .ready, .down, []),
            (.drain, .drain, .down, []),
            (.maint, .maint, .down, []),
            (.ready, .maint, .down, ["notice Server p/s was DOWN and now enters maintenance."]),
            (.drain, .maint, .down, ["notice Server p/s was DOWN and now enters maintenance."]),
            (
                .ready, .drain, .down,
                [
                    "notice Server p/s enters drain state. 1 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue."
                ]
            ),
            (.drain, .ready, .down, ["notice Server p/s is DOWN (leaving forced drain)."]),
            (.maint, .ready, .down, ["notice Server p/s is DOWN/READY (leaving forced maintenance)."]),
            (
                .maint, .drain, .down,
                [
                    "notice Server p/s is DOWN/DRAIN (leaving forced maintenance).",
                    "notice Server p/s remains in forced drain mode.",
                ]
            ),
        ] as [(AdministrativeState, AdministrativeState, OperationalState, [String])])
    func orders(
        from: AdministrativeState, to: AdministrativeState, operational: OperationalState, expected: [String]
    ) {
        let event = event(
            .ordered(from: AdministrativeOrders(own: from), to: AdministrativeOrders(own: to)),
            operational: operational, administrative: to, active: 1, backup: 0)
        #expect(event.lines.map { "\($0.level) \($0.text)" } == expected)
    }

    @Test("a server that follows another one says so, and without a reason there is none in the line")
    func followed() {
        let down = event(
            .checked(to: .down, by: nil), operational: .down, administrative: .ready, tracked: "t/a", active: 0,
            backup: 1)
        #expect(
            down.lines.map(\.text) == [
                "Server p/s is DOWN via t/a. 0 active and 1 backup servers left. Running on backup. 0 sessions active, 0 requeued, 0 remaining in queue."
            ])
        #expect(down.lines[0].level == .alert)
        let drained = event(
            .checked(to: .down, by: nil), operational: .down, administrative: .ready, inherited: .drain,
            tracked: "t/a", active: 1, backup: 0)
        #expect(drained.lines.map(\.level) == [.notice, .notice])
        #expect(
            drained.lines[1].text == "Server p/s is leaving forced drain but remains in drain mode via t/a.")
    }

    @Test("errors of the traffic are a reason without a duration")
    func analysis() {
        let result = CheckResult(
            status: .analysis, detail: "Detected 3 consecutive errors, last one was: L4 unsuccessful connection",
            durationMilliseconds: nil)
        let down = event(
            .checked(to: .down, by: result), operational: .down, administrative: .ready, active: 1, backup: 0)
        #expect(
            down.lines[0].text
                == "Server p/s is DOWN, reason: Health analyze, info: \"Detected 3 consecutive errors, last one was: L4 unsuccessful connection\". 1 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue."
        )
    }

    /// Every order for a server that tracks another one, and for that one, as recorded: what was ordered for each before,
    /// which of them gets which order, and the lines of the tracking server.
    @Test("orders reach the servers that track", arguments: TrackedOrders.all)
    func trackedOrders(_ order: TrackedOrders) {
        let event = event(
            .ordered(from: order.from, to: order.to), operational: order.operational, administrative: order.to.own,
            inherited: order.to.inherited, tracked: "T/a", active: 0, backup: 0)
        let lines = event.lines.filter { $0.level != .emerg }
        #expect(lines.map { "\($0.level) \($0.text)" } == order.lines)
    }

    @Test("a proxy that stops says how much it has served")
    func stopped() {
        let line = ProxyStoppedLogLine(proxy: "rabbitmq_cluster", frontendConnections: 33, backendConnections: 27)
        #expect(rendered(line) == "Proxy rabbitmq_cluster stopped (cumulated conns: FE: 33, BE: 27).")
        #expect(line.level == .warning)
    }
}
