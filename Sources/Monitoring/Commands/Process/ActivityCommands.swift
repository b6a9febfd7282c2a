import Configuration
import EventLoop
import Foundation
import Model
import Proxy

/// The commands about what the process is busy with: HAProxy's lines as far as they have a meaning here.
///
/// An instance has one thread, whose loop takes its events in turns; there are no tasks that wait for one another, but
/// sessions that have more to move than one turn's share.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `show activity|fd|startup-logs|tasks`; layouts recorded from 2.6.12.
enum ActivityCommands {
    /// The commands.
    static let all = [showActivity, showDescriptors, showStartupLogs, showTasks]

    private static let showActivity = Command(
        "show activity", usage: "show activity", summary: "show per-thread activity stats (for support/developers)"
    ) { _, _, context in
        guard let snapshot = await context.snapshot() else { return CommandContext.notRunning }
        let turns = snapshot.turns
        let now = Date().timeIntervalSince1970
        return .answer(
            """
            thread_id: 1 (1..1)
            date_now: \(String(format: "%.6f", now))
            loops: \(turns.total)
            avg_loop_us: \(turns.total == 0 ? 0 : turns.totalNanoseconds / turns.total / 1_000)
            accepted: \(snapshot.totalConnections)

            """)
    }

    private static let showTasks = Command("show tasks", usage: "show tasks", summary: "show running tasks") {
        _, _, context in
        guard let count = await context.ask(.unfinishedSessions) else { return CommandContext.notRunning }
        let header = "  function                     places     %    lat_tot   lat_avg\n"
        let relaying = "  relay                        \(pad(count, to: 6))  100.0         -         -\n"
        return .answer("Running tasks: \(count) (1 threads)\n" + header + (count > 0 ? relaying : ""))
    }

    private static let showStartupLogs = Command(
        "show startup-logs", usage: "show startup-logs", summary: "report logs emitted during HAProxy startup",
        level: .operator
    ) { _, _, context in
        let process = "(\(context.process.processID))"
        let lines = context.configuration.notices.map { notice in
            let level = notice.severity == .note ? "[NOTICE]  " : "[WARNING] "
            let text = notice.rendered(color: false).split(separator: "\n", omittingEmptySubsequences: false)
            return "\(level) \(process) : config : " + text.joined(separator: "\n   | ") + "\n"
        }
        return .answer(lines.joined())
    }

    private static let showDescriptors = Command(
        "show fd", usage: "show fd [num]", summary: "dump list of file descriptors in use or a specific one",
        level: .operator
    ) { arguments, _, context in
        let number = arguments[0].isEmpty ? nil : Int32(clamping: LeadingInteger(arguments[0]).value ?? 0)
        let open = OpenDescriptor.all().filter { number == nil || $0.number == number }
        return .answer(open.map { line(of: $0, in: context.configuration) }.joined())
    }

    private static func line(of descriptor: OpenDescriptor, in configuration: InstanceConfiguration) -> String {
        var words: [String] = []
        switch descriptor.kind {
        case .other(let target): words = ["target=\(target)"]
        case .socket(let socket):
            let frontend = configuration.frontend(of: socket)
            if socket.isListening { words.append("l.st=RDY") }
            if let frontend, socket.isListening { words.append("fe=\(frontend)") }
            words.append("fam=\(socket.family)")
            if let port = socket.localPort { words.append("lport=\(port)") }
            if let port = socket.remotePort { words.append("rport=\(port)") }
            if let frontend, !socket.isListening { words.append("fe=\(frontend)") }
        }
        return "\(pad(Int(descriptor.number), to: 7)) : \(words.joined(separator: " "))\n"
    }

    private static func pad(_ number: Int, to width: Int) -> String {
        let digits = String(number)
        return String(repeating: " ", count: max(0, width - digits.count)) + digits
    }
}

extension InstanceConfiguration {
    /// Whose clients a socket is for; `nil` for one that isn't of this instance, or goes to a server.
    ///
    /// - Parameter socket: the socket.
    /// - Returns: the frontend's name; `GLOBAL` for a stats socket.
    fileprivate func frontend(of socket: OpenDescriptor.OpenSocket) -> String? {
        func isAt(_ address: BindAddress) -> Bool {
            switch address {
            case .ipv4(_, let port): socket.family == "ipv4" && socket.localPort == port
            case .ipv6(_, let port, _): socket.family == "ipv6" && socket.localPort == port
            case .unix(let path): socket.localPath == path
            case .abstract, .descriptor: false
            }
        }
        if global.statsSockets.contains(where: { isAt($0.address) }) { return "GLOBAL" }
        return proxies.first { $0.binds.contains { isAt($0.address) } }?.name
    }
}
