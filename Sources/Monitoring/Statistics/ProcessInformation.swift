import EventLoop
import Foundation
import Model
import Proxy

/// What `show info` and the top of the page say about the process that runs an instance.
struct ProcessInformation: Sendable {
    /// The program's name, as `show info` calls it.
    static let productName = "supervise"

    /// The program's version.
    var version: String
    /// The day from which the program is, such as `2026/11/23`; clients of HAProxy's can't do without one.
    var releaseDate: String = Self.releaseDate(ofFile: "\(ProcessFolder.path)/exe")
    /// The process.
    var processID: Int32 = ProcessInfo.processInfo.processIdentifier
    /// Most descriptors that the process may have open; 0 where that can't be found out.
    var descriptorLimit: Int = Self.descriptorLimit(
        in: FileManager.default.contents(atPath: "\(ProcessFolder.path)/limits"))
    /// The node's name.
    var node: String = ProcessInfo.processInfo.hostName
    /// What the configuration says about the instance.
    var description: String?
    /// What comes and goes at its statistics addresses and stats sockets; `nil` where nobody counts that.
    var surfaces: SurfaceTraffic?
    /// How many stats sockets there are.
    var statsSockets = 0

    /// Reads the soft limit from the text of `/proc/PID/limits`.
    ///
    /// - Parameter limits: the file's contents.
    /// - Returns: the limit, 0 when the text does not tell.
    static func descriptorLimit(in limits: Data?) -> Int {
        let lines = String(decoding: limits ?? Data(), as: UTF8.self).split(separator: "\n")
        let name = "Max open files"
        guard let line = lines.first(where: { $0.hasPrefix(name) }) else { return 0 }
        return line.dropFirst(name.count).split(separator: " ").first.flatMap { Int($0) } ?? 0
    }

    /// The day of a program's file.
    ///
    /// - Parameter link: a link to the file.
    /// - Returns: the day, in UTC; that of now when the file is not there any more.
    static func releaseDate(ofFile link: String) -> String {
        // One that has been replaced meanwhile can't be asked: it is not newer than now at least.
        let file = (try? FileManager.default.destinationOfSymbolicLink(atPath: link)) ?? link
        let date = (try? FileManager.default.attributesOfItem(atPath: file))?[.modificationDate] as? Date
        let parts = (date ?? Date()).formatted(.iso8601.year().month().day()).split(separator: "-")
        return parts.joined(separator: "/")
    }

    /// The answer to `show info`, field by field.
    ///
    /// What does not exist here (limits of TLS, compression) is 0, as HAProxy has it when that is not configured.
    ///
    /// - Parameters:
    ///   - snapshot: the instance at one moment.
    ///   - isFractional: whether times are told with parts of seconds (`float`).
    ///   - peers: with whom stick tables are shared.
    /// - Returns: names and values in HAProxy's order.
    /// - Source: HAProxy 2.6 management guide, section 9.3, `show info`; names and order recorded from 2.6.12.
    func fields(
        of snapshot: InstanceSnapshot, isFractional: Bool = false, peers: [PeersSnapshot] = []
    ) -> [(name: String, value: String)] {
        let uptime = snapshot.uptimeMilliseconds / 1000
        let startedAt = (snapshot.at.millisecondsSinceEpoch - snapshot.uptimeMilliseconds) / 1000
        let requests = snapshot.proxies.compactMap(\.frontend).reduce(0) { $0 + ($1.totalRequests ?? $1.totalSessions) }
        let peers = peers.flatMap(\.peers)
        let surfaces = surfaces?.read() ?? SurfaceTraffic.Counts()
        let listeners = snapshot.listeners + statsSockets
        let jobs = snapshot.currentConnections + surfaces.openCommandConnections + listeners
        let (connections, sessions) = (
            Self.sum(snapshot.connectionRate, surfaces.statisticsRate),
            Self.sum(snapshot.sessionRate, surfaces.statisticsRate)
        )
        let pools = (
            allocated: snapshot.pools.reduce(0) { $0 + $1.allocatedBytes },
            used: snapshot.pools.reduce(0) { $0 + $1.usedBytes }
        )
        var fields: [(String, String)] = [
            ("Name", Self.productName), ("Version", version), ("Release_date", releaseDate),
            ("Nbthread", "\(snapshot.threads)"), ("Nbproc", "1"), ("Process_num", "1"), ("Pid", "\(processID)"),
            ("Uptime", UptimeText.long(seconds: uptime)),
            ("Uptime_sec", isFractional ? Self.seconds(snapshot.uptimeMilliseconds) : "\(uptime)"),
        ]
        fields += [
            ("Memmax_MB", "0"), ("PoolAlloc_MB", "\(pools.allocated >> 20)"), ("PoolUsed_MB", "\(pools.used >> 20)"),
            ("PoolFailed", "\(snapshot.pools.reduce(0) { $0 + $1.failures })"),
        ]
        fields += [
            ("Ulimit-n", "\(descriptorLimit)"), ("Maxsock", "\(descriptorLimit)"), ("Maxconn", "\(snapshot.maxconn)"),
            ("Hard_maxconn", "\(snapshot.maxconn)"), ("CurrConns", "\(snapshot.currentConnections)"),
            ("CumConns", "\(snapshot.totalConnections + surfaces.commandConnections)"),
            ("CumReq", "\(requests + surfaces.commandConnections)"),
        ]
        let tls = snapshot.tls
        fields += [
            ("MaxSslConns", "0"), ("CurrSslConns", "\(tls.currentEnds)"), ("CumSslConns", "\(tls.totalEnds)"),
        ]
        fields += Self.zeros("Maxpipes", "PipesUsed", "PipesFree")
        fields += [
            ("ConnRate", "\(connections.current)"), ("ConnRateLimit", "\(connections.limit)"),
            ("MaxConnRate", "\(connections.max)"), ("SessRate", "\(sessions.current)"),
            ("SessRateLimit", "\(sessions.limit)"), ("MaxSessRate", "\(sessions.max)"),
        ]
        fields += [
            ("SslRate", "\(tls.clientRate.current)"), ("SslRateLimit", "0"), ("MaxSslRate", "\(tls.clientRate.max)"),
            ("SslFrontendKeyRate", "\(tls.clientKeyRate.current)"),
            ("SslFrontendMaxKeyRate", "\(tls.clientKeyRate.max)"),
            ("SslFrontendSessionReuse_pct", "\(tls.reusePercent)"),
            ("SslBackendKeyRate", "\(tls.serverKeyRate.current)"),
            ("SslBackendMaxKeyRate", "\(tls.serverKeyRate.max)"), ("SslCacheLookups", "\(tls.cacheLookups)"),
            ("SslCacheMisses", "\(tls.cacheMisses)"),
        ]
        fields += Self.zeros("CompressBpsIn", "CompressBpsOut", "CompressBpsRateLim")
        fields += [
            ("Tasks", "\(jobs)"), ("Run_queue", "0"), ("Idle_pct", "\(snapshot.idlePercent)"), ("node", node),
        ]
        if let description { fields.append(("description", description)) }
        fields += [
            ("Stopping", "0"), ("Jobs", "\(jobs)"), ("Unstoppable Jobs", "0"), ("Listeners", "\(listeners)"),
            ("ActivePeers", "\(peers.count { $0.isActive })"), ("ConnectedPeers", "\(peers.count { $0.isConnected })"),
            ("DroppedLogs", "\(snapshot.droppedLogLines)"), ("BusyPolling", "0"), ("FailedResolutions", "0"),
            ("TotalBytesOut", "\(snapshot.totalBytesOut + surfaces.bytesOut)"),
            ("TotalSplicdedBytesOut", "0"), ("BytesOutRate", "\(snapshot.bytesOutRate + surfaces.bytesOutRate)"),
            ("DebugCommandsIssued", "0"), ("CumRecvLogs", "0"), ("Build info", version),
        ]
        fields += [
            ("Memmax_bytes", "0"), ("PoolAlloc_bytes", "\(pools.allocated)"), ("PoolUsed_bytes", "\(pools.used)"),
            (
                "Start_time_sec",
                isFractional
                    ? Self.seconds(snapshot.at.millisecondsSinceEpoch - snapshot.uptimeMilliseconds) : "\(startedAt)"
            ), ("Tainted", "0"),
        ]
        return fields
    }

    /// What workers and the statistics addresses count together; the most in any second is at least that of either.
    static func sum(_ workers: RateSnapshot, _ statistics: RateSnapshot) -> RateSnapshot {
        var sum = workers
        sum.current += statistics.current
        sum.max = max(workers.max, statistics.max, sum.current)
        return sum
    }

    /// Milliseconds as seconds, with as many decimals as it takes.
    private static func seconds(_ milliseconds: Int64) -> String {
        guard milliseconds % 1000 != 0 else { return "\(milliseconds / 1000)" }
        var decimals = String(milliseconds % 1000 + 1000).dropFirst()
        while decimals.last == "0" { decimals.removeLast() }
        return "\(milliseconds / 1000).\(decimals)"
    }

    private static func zeros(_ names: String...) -> [(String, String)] { names.map { ($0, "0") } }
}

/// Spans of time in HAProxy's words.
enum UptimeText {
    /// Days, hours, minutes and seconds, such as `0d 0h00m23s`.
    static func long(seconds: Int64) -> String {
        let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60)
        return "\(days)d \(hours)h\(twoDigits(minutes))m\(twoDigits(seconds % 60))s"
    }

    /// The two largest units that matter, such as `23s`, `3m52s`, `1h4m` or `2d3h`.
    static func short(seconds: Int) -> String {
        switch seconds {
        case ..<60: "\(seconds)s"
        case ..<3600: "\(seconds / 60)m\(seconds % 60)s"
        case ..<86_400: "\(seconds / 3600)h\(seconds / 60 % 60)m"
        default: "\(seconds / 86_400)d\(seconds / 3600 % 24)h"
        }
    }

    private static func twoDigits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
