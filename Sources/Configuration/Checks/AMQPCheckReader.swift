import Foundation
import Model

/// Reads `option amqp-check [vhost V] [user U password-file F] [publish]`, which HAProxy doesn't have.
enum AMQPCheckReader {
    private static let example = "option amqp-check vhost / user monitor password-file /etc/supervise/monitor publish"
    /// The longest user, password or virtual host.
    private static let longestText = 255

    /// Reads the option.
    ///
    /// - Parameters:
    ///   - proxy: the section.
    ///   - arguments: the line, from the option's name on.
    /// - Throws: what is wrong with it.
    static func read(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let option = arguments.current
        var virtualHost: Word?
        var user: Word?
        var passwordFile: Word?
        var publishes: Word?
        while let word = arguments.next() {
            switch word.text {
            case "vhost": virtualHost = try value(of: "a virtual host", &arguments)
            case "user": user = try value(of: "a user's name", &arguments)
            case "password-file": passwordFile = try value(of: "a file", &arguments)
            case "publish": publishes = word
            default:
                throw word.error("unknown argument '\(word.text)' of 'option amqp-check'", help: "write '\(example)'")
            }
        }
        guard let user else {
            // Without a login there is nothing that these could be for.
            for word in [virtualHost, passwordFile, publishes] {
                if let word { throw word.error("it takes a login to use '\(word.text)'", help: "write '\(example)'") }
            }
            return choose(AMQPCheck(), in: &proxy, at: option)
        }
        guard let passwordFile else {
            throw user.error("user '\(user.text)' has no password", help: "write '\(example)'")
        }
        let login = AMQPCheck.Login(
            user: user.text, password: try password(in: passwordFile, &arguments),
            virtualHost: virtualHost?.text ?? "/")
        choose(AMQPCheck(login: login, publishes: publishes != nil), in: &proxy, at: option)
    }

    private static func value(of what: String, _ arguments: inout Arguments) throws(Diagnostic) -> Word {
        let word = arguments.expanding(try arguments.word(what, example: example))
        guard word.text.utf8.count <= longestText else {
            throw word.error("\(what) is no longer than \(longestText) bytes", help: "write a shorter one")
        }
        return word
    }

    private static func choose(_ check: AMQPCheck, in proxy: inout ProxyDraft, at option: Word) {
        proxy.settings.checks.kind = (.known(KnownCheck.amqp(check)), option)
    }

    /// The password: the file's first line.
    private static func password(in file: Word, _ arguments: inout Arguments) throws(Diagnostic) -> String {
        let content: String
        let permissions: NSNumber?
        do {
            content = try String(contentsOfFile: file.text, encoding: .utf8)
            permissions = try FileManager.default.attributesOfItem(atPath: file.text)[.posixPermissions] as? NSNumber
        } catch {
            throw file.error(
                "cannot read the password in '\(file.text)': \(error.localizedDescription)",
                help: "name a file whose first line is the password")
        }
        let line = content.prefix { !$0.isNewline }
        guard !line.isEmpty, line.utf8.count <= longestText else {
            throw file.error(
                "the first line of '\(file.text)' is no password",
                help: "write the password there: 1 to \(longestText) bytes")
        }
        if let permissions, permissions.intValue & 0o007 != 0 {
            arguments.add(
                file.warning("everybody can read the password in '\(file.text)'", help: "chmod o= \(file.text)"))
        }
        return String(line)
    }
}
