import Foundation
import Model
import Peers
import Synchronization

/// The counters of both sides, under the names of HAProxy's CSV; a difference shows as two dictionaries.
struct Statistics: Equatable, Sendable, CustomStringConvertible {
    /// What is compared.
    ///
    /// - Source: HAProxy 2.6 management guide, section 9.1.
    static let fields = [
        "qcur", "qmax", "scur", "smax", "stot", "bin", "bout", "dresp", "econ", "eresp", "wretr", "wredis", "chkfail",
        "lbtot", "cli_abrt", "srv_abrt", "connect", "conn_tot", "rate_lim", "weight", "uweight", "throttle", "hanafail",
        "chkdown", "tracked", "ssl_sess", "ssl_reused_sess", "ssl_failed_handshake",
    ]

    /// What is compared of the accepting side alone.
    private static let frontendFields: Set<String> = ["dreq", "ereq", "dcon", "dses"]

    /// `FRONTEND`, a server or `BACKEND`: its fields.
    var rows: [String: [String: String]]

    /// Sessions now.
    var currentSessions: Int { Int(rows["FRONTEND"]?["scur"] ?? "") ?? 0 }

    var description: String {
        rows.keys.sorted().map { name in
            let row = rows[name] ?? [:]
            return "\(name): " + row.keys.sorted().map { "\($0)=\(row[$0] ?? "")" }.joined(separator: " ")
        }.joined(separator: "\n")
    }

    /// Reads what HAProxy's `show stat` printed.
    init(csv: String) {
        var rows: [String: [String: String]] = [:]
        let lines = csv.split(separator: "\n")
        let names = lines.first?.dropFirst(2).split(separator: ",", omittingEmptySubsequences: false) ?? []
        for line in lines.dropFirst() {
            let values = Statistics.values(of: line)
            var row: [String: String] = [:]
            let isFrontend = values.count > 1 && values[1] == "FRONTEND"
            for (name, value) in zip(names.map(String.init), values) where !value.isEmpty {
                let isCompared = isFrontend && Statistics.frontendFields.contains(name)
                if Statistics.fields.contains(name) || isCompared { row[name] = value }
            }
            if values.count > 1 { rows[values[1]] = row }
        }
        // Its threads may each count the same connection for a moment: 2 for a single session happens.
        rows["FRONTEND"]?["smax"] = nil
        self.rows = rows
    }

    /// Splits a line of CSV; a quoted field may hold commas.
    static func values(of line: Substring) -> [String] {
        var values = [""]
        var isQuoted = false
        for character in line {
            switch character {
            case "\"": isQuoted.toggle()
            case "," where !isQuoted: values.append("")
            default: values[values.count - 1].append(character)
            }
        }
        return values
    }

    /// Takes an instance's snapshot; callable from threads only, since it waits.
    init(of instance: InstanceUnderTest) throws {
        let snapshot = try waitFor { try await instance.snapshot() }
        rows = [:]
        for proxy in snapshot.proxies {
            if let frontend = proxy.frontend {
                rows["FRONTEND"] = [
                    "scur": "\(frontend.currentSessions)",
                    "stot": "\(frontend.totalSessions)", "conn_tot": "\(frontend.totalConnections)",
                    "rate_lim": "\(frontend.sessionRate.limit)", "bin": "\(frontend.bytesIn)",
                    "dresp": "\(frontend.deniedResponses)", "bout": "\(frontend.bytesOut)",
                    "dreq": "\(frontend.deniedRequests)",
                    "ereq": "\(frontend.requestErrors)", "dcon": "\(frontend.deniedConnections)",
                    "dses": "\(frontend.deniedSessions)",
                ].merging(Statistics.row(frontend.tls)) { $1 }
            }
            for listener in proxy.frontend?.listeners ?? [] {
                rows[listener.name] = [
                    "scur": "\(listener.currentSessions)", "smax": "\(listener.maxSessions)",
                    "dresp": "\(listener.refusals.responses)", "stot": "\(listener.totalSessions)",
                    "bin": "\(listener.bytesIn)", "bout": "\(listener.bytesOut)",
                ].merging(Statistics.row(listener.tls)) { $1 }
            }
            for server in proxy.servers {
                rows[server.name] = Statistics.row(server.counters)
                rows[server.name]?["weight"] = "\(server.weight)"
                rows[server.name]?["uweight"] = "\(server.configuredWeight)"
                if let percent = server.slowStartPercent { rows[server.name]?["throttle"] = "\(percent)" }
                if server.isChecked {
                    rows[server.name]?["chkfail"] = "\(server.failedChecks)"
                    rows[server.name]?["chkdown"] = "\(server.counters.timesDown)"
                }
                rows[server.name]?["hanafail"] = server.failedAnalyses.map { "\($0)" }
                rows[server.name]?["tracked"] = server.tracks
            }
            if let backend = proxy.backend {
                rows["BACKEND"] = Statistics.row(backend.counters)
                rows["BACKEND"]?["weight"] = "\(backend.weight)"
                rows["BACKEND"]?["uweight"] = "\(backend.configuredWeight)"
                rows["BACKEND"]?["chkdown"] = "\(backend.counters.timesDown)"
            }
        }
    }

    /// The same without some of the fields.
    func without(_ fields: Set<String>) -> Statistics {
        var copy = self
        copy.rows = rows.mapValues { row in row.filter { !fields.contains($0.key) } }
        return copy
    }

    private static func row(_ counters: BackendCounters) -> [String: String] {
        [
            "qcur": "\(counters.queueCurrent)", "qmax": "\(counters.queueMax)", "scur": "\(counters.currentSessions)",
            "smax": "\(counters.maxSessions)", "stot": "\(counters.totalSessions)", "bin": "\(counters.bytesIn)",
            "bout": "\(counters.bytesOut)", "dresp": "\(counters.deniedResponses)",
            "econ": "\(counters.connectionErrors)",
            "eresp": "\(counters.responseErrors)", "wretr": "\(counters.retries)",
            "wredis": "\(counters.redispatches)", "lbtot": "\(counters.timesChosen)",
            "cli_abrt": "\(counters.clientAborts)", "srv_abrt": "\(counters.serverAborts)",
            "connect": "\(counters.connectAttempts)",
        ].merging(row(counters.tls)) { $1 }
    }

    private static func row(_ counts: TLSCounts) -> [String: String] {
        [
            "ssl_sess": "\(counts.full)", "ssl_reused_sess": "\(counts.resumed)",
            "ssl_failed_handshake": "\(counts.failed)",
        ]
    }
}

/// Waits for a task from a thread of the test's own, never from a task.
func waitFor<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws -> Value {
    let result = ResultBox<Value>()
    let done = DispatchSemaphore(value: 0)
    Task {
        let outcome: Result<Value, any Error>
        do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
        result.value.withLock { $0 = outcome }
        done.signal()
    }
    done.wait()
    guard let outcome = result.value.withLock({ $0 }) else {
        preconditionFailure("the result is there before the signal")
    }
    return try outcome.get()
}

private final class ResultBox<Value: Sendable>: Sendable {
    // Owner: the mutex; written once by the task, read once after the signal.
    let value = Mutex<Result<Value, any Error>?>(nil)
}
