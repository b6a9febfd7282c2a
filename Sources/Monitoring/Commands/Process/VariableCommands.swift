import AccessLog
import Configuration
import Foundation
import Model
import Proxy

/// The commands about variables that belong to no session (`proc.`), which rules read with `var(proc.NAME)`.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `get var` and `set var`; texts recorded from 2.6.12.
enum VariableCommands {
    /// The commands.
    static let all = [get, set]

    private static let get = Command(
        "get var", usage: "get var <name>", summary: "retrieve contents of a process-wide variable", level: .operator
    ) { arguments, _, context in
        guard !arguments[0].isEmpty else { return .refusal("Missing process-wide variable identifier.") }
        guard let variable = SessionVariable(arguments[0]), variable.scope == .process,
            let value = await context.ask(.variable(variable)) ?? nil
        else { return .refusal("Variable not found.") }
        return .message("\(arguments[0]): type=\(type(of: value)) value=<\(printable(value))>", .info)
    }

    private static let set = Command(
        "set var", usage: "set var <name> [fmt|expr] {<fmt>|<expr>}",
        summary: "set variable from an expression or a format", level: .operator, mode: .experimental
    ) { arguments, _, context in
        guard !arguments[0].isEmpty else { return .refusal("Missing process-wide variable identifier.") }
        guard !arguments[1].isEmpty else { return .refusal("Missing either 'expr', 'fmt' or expression.") }
        // A word alone is an expression, also where it is one of the two.
        let saysKind = !arguments[2].isEmpty
        guard !saysKind || arguments[1] == "expr" || arguments[1] == "fmt" else {
            return .message("'set var': arg type must be either 'expr' or 'fmt' but got '\(arguments[1])'.", .error)
        }
        do throws(ActRefusal) {
            let assignment = try VariableAssignment(
                ofCommand: arguments[0], to: arguments[saysKind ? 2 : 1],
                isFormat: saysKind && arguments[1] == "fmt", environment: ProcessInfo.processInfo.environment,
                hostName: ProcessInfo.processInfo.hostName)
            // Asked for once, so that all threads have the same: dates and random numbers differ.
            guard let value = await context.ask(.outcome(of: assignment)) else { return CommandContext.notRunning }
            guard let value else { return .done }
            guard let hasRoom = await context.ask(.setVariable(assignment.variable, to: value)) else {
                return CommandContext.notRunning
            }
            return hasRoom ? .done : .refusal("'set var': there are too many variables already.")
        } catch {
            return .message(error.description, .error)
        }
    }

    private static func type(of value: SampleValue) -> String {
        switch value {
        case .none: "any"
        case .integer: "sint"
        case .boolean: "bool"
        case .text: "str"
        case .binary: "bin"
        case .address(let endpoint): endpoint.isIPv6 ? "ipv6" : "ipv4"
        }
    }

    /// A value's characters, with a point for each byte that is none of ASCII's.
    private static func printable(_ value: SampleValue) -> String {
        let bytes: [UInt8] =
            switch value {
            case .binary(let bytes): bytes
            default: Array((value.text ?? "").utf8)
            }
        return String(decoding: bytes.map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: ".") }, as: UTF8.self)
    }
}
