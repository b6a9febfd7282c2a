import Configuration
import Foundation
import Model
import Proxy
import TLS

/// The commands about keys of session tickets.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `show tls-keys`, `set ssl tls-key`; texts recorded from 2.6.12.
enum TicketKeyCommands {
    /// The commands.
    static let all = [show, set]

    private static let show = Command(
        "show tls-keys", usage: "show tls-keys [id|*]",
        summary: "show tls keys references or dump tls ticket keys when id specified"
    ) { arguments, _, context in
        guard let running = await context.ask(.configuration) else { return CommandContext.notRunning }
        let files = Array(running.loadedTicketKeys.enumerated())
        switch arguments[0] {
        case "":
            return .answer("# id (file)\n" + files.map { "\($0.offset) (\($0.element.path))\n" }.joined())
        case "*":
            return .answer("# id secret\n" + files.map { secrets(of: $0.element, $0.offset) }.joined())
        default:
            guard let number = number(of: arguments[0], in: files.map(\.element)) else {
                return .refusal("'show tls-keys' unable to locate referenced filename")
            }
            return .answer("# id secret\n" + secrets(of: files[number].element, number))
        }
    }

    private static func secrets(of keys: TicketKeys, _ number: Int) -> String {
        "# \(number) (\(keys.path))\n"
            + keys.keys.enumerated().map { "\(number).\($0.offset) \(Data($0.element).base64EncodedString())\n" }
            .joined()
    }

    private static let set = Command(
        "set ssl tls-key", usage: "set ssl tls-key [id|file] <key>",
        summary: "set the next TLS key for the <id> or <file> listener to <key>"
    ) { arguments, _, context in
        func refuse(_ why: String) -> Command.Outcome { .refusal("'set ssl tls-key' \(why)") }
        guard !arguments[0].isEmpty, !arguments[1].isEmpty else {
            return refuse("expects a filename and the new TLS key in base64 encoding.")
        }
        guard let running = await context.ask(.configuration) else { return CommandContext.notRunning }
        let files = running.loadedTicketKeys
        guard let number = number(of: arguments[0], in: files) else {
            return refuse("unable to locate referenced filename")
        }
        guard let key = Data(base64Encoded: arguments[1]) else {
            return refuse("received invalid base64 encoded TLS key.")
        }
        guard files[number].adding(Array(key)) != nil else { return refuse("received a key of wrong size.") }
        switch await context.carryOut(.changeTLS(.addTicketKey(path: files[number].path, Array(key)))) {
        case .refused(let refusal): return .message("\(refusal)", .error)
        case .done, .told: return .message("TLS ticket key updated!\n", .info)
        }
    }

    /// Which file a word names: `#0`, or its path.
    private static func number(of word: String, in files: [TicketKeys]) -> Int? {
        guard word.hasPrefix("#") else { return files.firstIndex { $0.path == word } }
        return Int(word.dropFirst()).flatMap { files.indices.contains($0) ? $0 : nil }
    }
}
