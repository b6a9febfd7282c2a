import AccessLog
import Configuration
import EventLoop
import Foundation
import Model
import Proxy

/// The commands about the process and what belongs to no proxy.
///
/// - Source: HAProxy 2.6 management guide, section 9.3; texts recorded from 2.6.12.
enum ProcessCommands {
    /// The commands.
    static let all = [version, showEnvironment, showErrors, showLibraries, showResolvers]

    /// `show version`, which a master has, too.
    static let version = Command(
        "show version", usage: "show version", summary: "show version of the current process"
    ) { _, _, context in
        .message(context.process.version + "\n", .info)
    }

    private static let showEnvironment = Command(
        "show env", usage: "show env [var]", summary: "dump environment variables known to the process",
        level: .operator
    ) { arguments, _, _ in
        let variables = ProcessInfo.processInfo.environment
        guard arguments[0].isEmpty else {
            guard let value = variables[arguments[0]] else { return .refusal("Variable not found") }
            return .answer("\(arguments[0])=\(value)\n")
        }
        // No answer may have an empty line, which would end it.
        let lines = variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return .answer(lines.flatMap { $0.split(separator: "\n") }.map { "\($0)\n" }.joined())
    }

    /// Errors of a protocol, of which a relay of bytes knows none.
    private static let showErrors = Command(
        "show errors", usage: "show errors [<px>] [request|response]",
        summary: "report last request and/or response errors for each proxy", level: .operator
    ) { arguments, _, context in
        // A number is taken for that of a proxy, also where there is none of it.
        let isNumber = LeadingInteger(arguments[0]).value.map { $0 != 0 } ?? false
        let isKnown = isNumber || context.configuration.proxy(named: arguments[0]) != nil
        guard arguments[0].isEmpty || isKnown else { return .refusal("No such proxy.") }
        let now = Timestamp(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1000))
        return .answer("Total events captured on [\(LogDates.text(of: now))] : 0\n")
    }

    private static let showLibraries = Command(
        "show libs", usage: "show libs", summary: "show loaded object files and libraries", level: .operator
    ) { _, _, _ in
        let maps = FileManager.default.contents(atPath: "\(ProcessFolder.path)/maps") ?? Data()
        return .answer(LoadedObject.all(in: String(decoding: maps, as: UTF8.self)).map { "\($0)\n" }.joined())
    }

    private static let showResolvers = Command(
        "show resolvers", usage: "show resolvers [id]",
        summary: "dumps counters from all resolvers section and associated name servers"
    ) { arguments, _, context in
        let isKnown = context.configuration.resolvers.contains { $0.name == arguments[0] }
        guard arguments[0].isEmpty || isKnown else { return .refusal("Can't find that resolvers section") }
        guard let sections = await context.resolvers() else { return CommandContext.notRunning }
        return .answer(sections.filter { arguments[0].isEmpty || $0.name == arguments[0] }.map(text).joined())
    }

    /// What name servers are not counted for here is 0: HAProxy tells it apart, this program has it among `other`.
    private static func text(of section: ResolversSnapshot) -> String {
        let servers = section.servers.map { name, counters in
            let width = 13
            return " nameserver \(name):\n"
                + ResolversStatistics.counts(of: counters).map { name, count in
                    let label = name == "send_error" ? "snd_error" : name
                    return "  \(label):\(String(repeating: " ", count: width - label.count - 1))\(count)\n"
                }.joined()
        }
        return "Resolvers section \(section.name)\n" + servers.joined()
    }
}
