import History
import Model

/// The metrics that only this program has.
enum OwnMetrics {
    /// Writes them.
    ///
    /// - Parameters:
    ///   - vitals: the instance.
    ///   - version: the program's version.
    ///   - writer: where to.
    static func write(_ vitals: InstanceVitals, version: String, to writer: inout MetricWriter) {
        write("build_info", .gauge, "The program's version.", [sample(["version": version], 1)], to: &writer)
        if let status = vitals.status {
            write(
                "instance_state", .gauge, "Where the instance is in its life, per state label value.",
                InstanceState.allCases.map { state in
                    MetricSample(
                        labels: [
                            MetricSample.Label(name: "name", value: vitals.instance),
                            MetricSample.Label(name: "state", value: state.rawValue),
                        ], value: .integer(status.state == state ? 1 : 0))
                }, to: &writer)
            write(
                "instance_restarts_total", .counter, "How often a worker of the instance was started again.",
                [sample(["name": vitals.instance], status.restarts)], to: &writer)
        }
        if let snapshot = vitals.snapshot {
            writeTransitions(snapshot, to: &writer)
            if let flapping = vitals.flapping { writeFlapping(flapping, snapshot, to: &writer) }
            writeMoves(snapshot, to: &writer)
            writeCertificates(snapshot, to: &writer)
            write(
                "log_lines_dropped_total", .counter, "Log lines that could not be sent.",
                [sample([:], snapshot.droppedLogLines)], to: &writer)
            write(
                "loop_turn_seconds", .histogram,
                "How long the turns of the instance's loop took, the waiting left out.",
                turns(snapshot.turns), to: &writer)
            write(
                "loop_long_turns_total", .counter, "Turns of the instance's loop that took more than 0.1 seconds.",
                [sample([:], Int(snapshot.turns.long))], to: &writer)
        }
        if let history = vitals.history { writeHistory(history, to: &writer) }
    }

    private static func writeTransitions(_ snapshot: InstanceSnapshot, to writer: inout MetricWriter) {
        let samples = snapshot.proxies.flatMap { proxy in
            proxy.servers.flatMap { server in
                ServerState.allCases.filter { $0 != .unknown }.map { state in
                    MetricSample(
                        labels: [
                            MetricSample.Label(name: "proxy", value: proxy.name),
                            MetricSample.Label(name: "server", value: server.name),
                            MetricSample.Label(name: "to", value: state.rawValue),
                        ], value: .integer(Int64(server.transitions[state] ?? 0)))
                }
            }
        }
        write(
            "server_transitions_total", .counter,
            "How often the server came into a state since the instance's worker began.", samples, to: &writer)
    }

    private static func writeFlapping(
        _ flapping: [ServerIdentity: Flapping], _ snapshot: InstanceSnapshot, to writer: inout MetricWriter
    ) {
        let samples = snapshot.proxies.flatMap { proxy in
            proxy.servers.map { server in
                let identity = ServerIdentity(instance: snapshot.instance, proxy: proxy.name, server: server.name)
                return sample(["proxy": proxy.name, "server": server.name], flapping[identity] == nil ? 0 : 1)
            }
        }
        // A family without a line is none.
        guard !samples.isEmpty else { return }
        write(
            "server_flapping", .gauge, "1 while the server changes its state too often, otherwise zero.", samples,
            to: &writer)
    }

    private static func writeMoves(_ snapshot: InstanceSnapshot, to writer: inout MetricWriter) {
        func samples(_ value: (BackendSnapshot) -> Bool) -> [MetricSample] {
            snapshot.proxies.compactMap { proxy in
                proxy.backend.map { sample(["proxy": proxy.name], value($0) ? 1 : 0) }
            }
        }
        let held = samples(\.isHeld)
        // A family without a line is none.
        guard !held.isEmpty else { return }
        write(
            "backend_held", .gauge, "1 while new sessions stay on the backups though active servers are usable.", held,
            to: &writer)
        write(
            "backend_rebalancing", .gauge, "1 while sessions are closed so that the servers get even.",
            samples(\.isRebalancing), to: &writer)
    }

    private static func writeCertificates(_ snapshot: InstanceSnapshot, to writer: inout MetricWriter) {
        guard !snapshot.certificates.isEmpty else { return }
        let samples = snapshot.certificates.map { certificate in
            sample(
                ["proxy": certificate.proxy, "path": certificate.path],
                Int(certificate.validUntil.millisecondsSinceEpoch / 1_000))
        }
        write(
            "certificate_expiry_timestamp_seconds", .gauge,
            "Until when a certificate is valid, in seconds since the epoch.", samples, to: &writer)
    }

    private static func writeHistory(_ load: HistoryLoad, to writer: inout MetricWriter) {
        write(
            "history_queued_records", .gauge, "Records that wait to be written to the history.",
            [sample([:], load.queued)], to: &writer)
        write(
            "history_written_records_total", .counter, "Records that were written to the history.",
            [sample([:], load.written)], to: &writer)
        write(
            "history_dropped_records_total", .counter, "Records that the history lost.",
            [sample([:], load.dropped)], to: &writer)
        write(
            "history_failing", .gauge, "1 while nothing can be written to the history, otherwise zero.",
            [sample([:], load.isFailing ? 1 : 0)], to: &writer)
    }

    private static func turns(_ turns: TurnLengths) -> [MetricSample] {
        let bounds = ["0.00001", "0.0001", "0.001", "0.01", "0.1", "1.0"]
        let total = MetricValue.integer(turns.total)
        func bucket(_ bound: String, _ value: MetricValue) -> MetricSample {
            MetricSample(suffix: "_bucket", labels: [MetricSample.Label(name: "le", value: bound)], value: value)
        }
        return zip(bounds, turns.cumulated).map { bucket($0, .integer($1)) }
            + [
                bucket("+Inf", total), MetricSample(suffix: "_sum", value: .nanoseconds(turns.totalNanoseconds)),
                MetricSample(suffix: "_count", value: total),
            ]
    }

    private static func sample(_ labels: KeyValuePairs<String, String>, _ value: Int) -> MetricSample {
        MetricSample(
            labels: labels.map { MetricSample.Label(name: $0.key, value: $0.value) }, value: .integer(Int64(value)))
    }

    private static func write(
        _ name: String, _ kind: Metric.Kind, _ help: String, _ samples: [MetricSample], to writer: inout MetricWriter
    ) {
        writer.write(Metric(name: "supervise_\(name)", kind: kind, help: help), samples)
    }
}
