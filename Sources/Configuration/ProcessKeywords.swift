import Model

/// Reads those lines of `global` that are about the process.
///
/// Nearly each leaves a note too: where one supervisor runs all instances, it decides, and not one of its files.
///
/// - Source: HAProxy 2.6 configuration manual, section 3.1; which of two equal lines holds, and what is said of it, is as
///   recorded from 2.6.12.
enum ProcessKeywords {
    static let all: [Keyword<GlobalDraft>] = [
        keyword("daemon", "the supervisor decides whether it runs in the background") {
            (process, _, arguments) throws(Diagnostic) in
            process.isDaemon = true
        },
        keyword("master-worker", "the supervisor watches over its workers") {
            (process, _, arguments) throws(Diagnostic) in
            var master = ProcessConfiguration.Master()
            if let option = arguments.next() {
                guard option.text == "no-exit-on-failure" else {
                    throw option.error(
                        "unknown option '\(option.text)' of 'master-worker'",
                        help: "the only one is 'no-exit-on-failure'")
                }
                master.endsWithFailedWorker = false
            }
            process.master = master
        },
        keyword("mworker-max-reloads", "the supervisor watches over its workers") {
            (process, _, arguments) throws(Diagnostic) in
            process.mostReloads = try arguments.integer(in: 0...Int(Int32.max), example: "mworker-max-reloads 3")
        },
        keyword("pidfile", "'supervise status' shows the process") { (process, seen, arguments) throws(Diagnostic) in
            let path = try arguments.word("a file", example: "pidfile /run/haproxy.pid")
            if isFirst("pidfile", &seen, &arguments) { process.pidFile = path.text }
        },
        keyword("chroot", "the supervisor runs all instances in one process") {
            (process, seen, arguments) throws(Diagnostic) in
            let path = try arguments.word("a folder", example: "chroot /var/lib/haproxy")
            if isFirst("chroot", &seen, &arguments) { process.root = path.text }
        },
        keyword("user", note: ownerNote) { (process, seen, arguments) throws(Diagnostic) in
            let word = try arguments.word("a user's name", example: "user haproxy")
            if isFirst("user", &seen, &arguments) { process.user = account(.name(word.text), word) }
        },
        keyword("group", note: ownerNote) { (process, seen, arguments) throws(Diagnostic) in
            let word = try arguments.word("a group's name", example: "group haproxy")
            if isFirst("group", &seen, &arguments) { process.group = account(.name(word.text), word) }
        },
        keyword("uid", note: ownerNote) { (process, seen, arguments) throws(Diagnostic) in
            let (number, word) = try identifier(&arguments, insteadOf: "user")
            if isFirst("user", &seen, &arguments) { process.user = account(.id(number), word) }
        },
        keyword("gid", note: ownerNote) { (process, seen, arguments) throws(Diagnostic) in
            let (number, word) = try identifier(&arguments, insteadOf: "group")
            if isFirst("group", &seen, &arguments) { process.group = account(.id(number), word) }
        },
        keyword("ulimit-n", "the supervisor raises its limit of open files as far as it may") {
            (process, seen, arguments) throws(Diagnostic) in
            let limit = try arguments.integer(in: 0...Int(Int32.max), example: "ulimit-n 65536")
            if isFirst("ulimit-n", &seen, &arguments) { process.descriptorLimit = limit == 0 ? nil : limit }
        },
        // The one that holds under a supervisor, too: for the sessions that a reload leaves to the worker before.
        Keyword("hard-stop-after") { (global, arguments) throws(Diagnostic) in
            let (time, _) = try arguments.time(example: "hard-stop-after 30s")
            global.configuration.process.hardStopAfter = time > .zero ? time : nil
            try arguments.expectEnd()
        },
        keyword("grace", "a soft stop begins at once") { (process, _, arguments) throws(Diagnostic) in
            process.grace = try arguments.time(example: "grace 2s").duration
        },
        keyword("zero-warning", "'supervise check' shows warnings and goes on") {
            (process, _, arguments) throws(Diagnostic) in
            process.failsOnWarnings = true
        },
        keyword("noreuseport", "listening sockets are opened once and kept") {
            (process, _, arguments) throws(Diagnostic) in
            process.sharesAddresses = false
        },
    ]

    private static let ownerNote = "holds for all instances, when root starts 'supervise up'"

    private typealias Read =
        @Sendable (
            _ process: inout ProcessConfiguration, _ seen: inout [String: Int], _ arguments: inout Arguments
        ) throws(Diagnostic) -> Void

    private static func keyword(_ name: String, _ reason: String, read: @escaping Read) -> Keyword<GlobalDraft> {
        keyword(name, note: "has no effect here: \(reason)", read: read)
    }

    private static func keyword(_ name: String, note: String, read: @escaping Read) -> Keyword<GlobalDraft> {
        Keyword(name) { (global, arguments) throws(Diagnostic) in
            let word = arguments.current
            try read(&global.configuration.process, &global.seen, &arguments)
            try arguments.expectEnd()
            arguments.add(word.note("'\(name)' \(note)"))
        }
    }

    /// Whether nothing of this kind was said before; of two lines the first one holds.
    private static func isFirst(_ kind: String, _ seen: inout [String: Int], _ arguments: inout Arguments) -> Bool {
        let keyword = arguments.first
        guard let line = seen[kind] else {
            seen[kind] = keyword.location.line
            return true
        }
        arguments.add(
            keyword.warning(
                "'\(kind)' was already given in line \(line); the first one holds", help: "remove one of them"))
        return false
    }

    private static func account(_ account: AccountReference, _ word: Word) -> ProcessConfiguration.NamedAccount {
        ProcessConfiguration.NamedAccount(account: account, location: word.location)
    }

    /// A number; what begins with none is 0 to HAProxy, which is root: better no file that runs than that.
    private static func identifier(
        _ arguments: inout Arguments, insteadOf keyword: String
    ) throws(Diagnostic) -> (UInt32, Word) {
        let name = arguments.current.text
        let word = try arguments.word("a number", example: "\(name) 99")
        guard let number = UInt32(word.text), !word.text.hasPrefix("+") else {
            throw word.error("'\(word.text)' is not a number", help: "write '\(keyword) \(word.text)' for a name")
        }
        return (number, word)
    }
}
