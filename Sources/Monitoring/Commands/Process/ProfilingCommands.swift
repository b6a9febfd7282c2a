import Foundation
import Model

/// `show profiling` and `set profiling`: what an instance's threads are busy with.
///
/// HAProxy tells function by function; here a thread does all that there is to do in turns, and these are told.
///
/// - Source: HAProxy 2.6 management guide, section 9.3; layout and texts recorded from 2.6.12.
enum ProfilingCommands {
    /// The commands.
    static let all = [show, set]

    private static let show = Command(
        "show profiling", usage: "show profiling [<what>|<#lines>|byaddr]*",
        summary: "show profiling state (all,status,tasks,memory)", level: .admin
    ) { arguments, _, context in
        var parts: Set<Part> = [.status, .tasks]
        for word in arguments.all {
            switch word {
            case "all": parts = [.status, .tasks]
            case "status": parts = [.status]
            case "tasks": parts = [.tasks]
            // No memory is counted.
            case "memory": parts = []
            // There is one line.
            case "byaddr": break
            default:
                guard Int(word).map({ $0 >= 0 }) == true else {
                    return .refusal(
                        "Expects either 'all', 'status', 'tasks', 'memory', 'byaddr' or a max number of output lines.")
                }
            }
        }
        let turns = await turns(context)
        var text = ""
        if parts.contains(.status) { text += status(context.profiling.mode) }
        if parts.contains(.tasks) { text += activity(context.profiling.told(of: turns)) }
        return .answer(text)
    }

    private static let set = Command(
        "set profiling", usage: "set profiling <what> {auto|on|off}",
        summary: "enable/disable resource profiling (tasks,memory)", level: .admin
    ) { arguments, _, context in
        switch arguments[0] {
        case "memory": return .refusal("Memory profiling not compiled in.")
        case "tasks":
            guard let mode = ProfilingBook.Mode(rawValue: arguments[1]) else {
                return .refusal("Expects 'on', 'auto', or 'off'.")
            }
            context.profiling.set(mode, after: await turns(context))
            return .done
        default: return .refusal("Expects either 'tasks' or 'memory'.")
        }
    }

    private enum Part {
        case status, tasks
    }

    private static func turns(_ context: CommandContext) async -> ProfilingBook.Turns {
        await context.snapshot().map { ProfilingBook.Turns($0.turns) } ?? ProfilingBook.Turns()
    }

    private static func status(_ mode: ProfilingBook.Mode) -> String {
        // Nothing here begins to be measured by itself.
        let tasks = mode == .auto ? "auto-off" : mode.rawValue
        return [
            ("Per-task CPU profiling", tasks, "tasks {on|auto|off}"),
            ("Memory usage profiling", "off", "memory {on|off}"),
        ].map { name, value, words in
            "\(pad(name, to: 36)): \(pad(value, to: 14))# set profiling \(words)\n"
        }.joined()
    }

    private static func activity(_ turns: ProfilingBook.Turns) -> String {
        let heading =
            "Tasks activity:\n  function                      calls   cpu_tot   cpu_avg   lat_tot   lat_avg\n"
        guard turns.count > 0 else { return heading }
        let total = duration(nanoseconds: turns.nanoseconds)
        let average = duration(nanoseconds: turns.nanoseconds / turns.count)
        return heading + "  worker_turn" + column("\(turns.count)", 24) + column(total, 10) + column(average, 10)
            + "      -         -   \n"
    }

    /// A length of time in four digits.
    ///
    /// - Parameter nanoseconds: how long.
    /// - Returns: such as `631.0ns` and `16.43us`.
    static func duration(nanoseconds: Int64) -> String {
        var value = Double(nanoseconds)
        var units = ["ns", "us", "ms", "s "][...]
        while value >= 1_000, units.count > 1 {
            value /= 1_000
            units.removeFirst()
        }
        let decimals = value < 10 ? 3 : value < 100 ? 2 : value < 1_000 ? 1 : 0
        return String(format: "%.\(decimals)f", value) + (units.first ?? "")
    }

    private static func pad(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func column(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
