import CLinux
@preconcurrency import Glibc

/// This process's ends of a supervisor's link and standard error, and the end of what that has written.
struct Supervisor: Equatable {
    let link, messages: Int32
    var tail: [UInt8] = []
}

/// What a guardian knows and holds, in a form in which the program that it becomes at an upgrade can go on.
///
/// It is handed on in a file in memory: a line for each fact, then a zero byte and the messages that nobody has taken yet.
/// An older or a newer program may have written it: lines may be added, and those that are unknown are passed over.
struct GuardianState: Equatable {
    /// The environment's name for the file's descriptor.
    static let variable = "SUPERVISE_GUARDIAN_STATE"

    var life = GuardianLife()
    var supervisors: [Int32: Supervisor] = [:]
    /// Listening sockets, by their names.
    var held: [String: Int32] = [:]
    /// Messages on their way to standard error.
    var pending: [UInt8] = []

    /// What stays open when the process becomes another program.
    var descriptors: [Int32] { held.values + supervisors.values.flatMap { [$0.link, $0.messages] } }

    /// What another guardian is told: of supervisors that serve, since there is an upgrade at no other time.
    var text: [UInt8] {
        let ends = [life.intensity.slowDelay] + life.intensity.ends
        var lines = ["life \(([life.current ?? 0] + life.formers).map(String.init).joined(separator: " "))"]
        lines.append("intensity \(ends.map(String.init).joined(separator: " "))")
        lines += supervisors.map { "supervisor \($0) \($1.link) \($1.messages)" } + held.map { "held \($1) \($0)" }
        return Array(lines.joined(separator: "\n").utf8) + [0] + pending
    }

    init() {}

    /// Reads what `text` wrote; `nil` when that says of nobody who serves.
    init?(_ text: [UInt8]) {
        let end = text.firstIndex(of: 0) ?? text.endIndex
        pending = Array(text[end...].dropFirst())
        for line in text[..<end].split(separator: UInt8(ascii: "\n")) {
            let words = String(decoding: line, as: UTF8.self).split(separator: " ", omittingEmptySubsequences: false)
            let numbers = words.dropFirst().prefix(words[0] == "held" ? 1 : .max).compactMap { Int64($0) }
            let short = numbers.compactMap { Int32(exactly: $0) }
            switch (words[0], short.count) {
            case ("life", 1...): life.goOn(with: short)
            case ("intensity", 1...): life.intensity = .init(ends: Array(numbers.dropFirst()), slowDelay: numbers[0])
            case ("supervisor", 3...): supervisors[short[0]] = Supervisor(link: short[1], messages: short[2])
            case ("held", 1): held[words.dropFirst(2).joined(separator: " ")] = short[0]
            default: break
            }
        }
        guard let current = life.current, supervisors[current] != nil else { return nil }
    }

    /// What was handed on to this process, closed on exec again; `nil` when nothing was.
    static var inherited: GuardianState? {
        guard let file = getenv(variable).flatMap({ Int32(String(cString: $0)) }) else { return nil }
        unsetenv(variable)
        var text = [UInt8](repeating: 0, count: Int(max(0, lseek(file, 0, SEEK_END))))
        guard pread(file, &text, text.count, 0) == text.count, let state = GuardianState(text) else { return nil }
        close(file)
        for descriptor in state.descriptors { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        return state
    }
}
