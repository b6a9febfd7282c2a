import Foundation

/// Standard output and standard error: data goes to the one, messages to the other.
struct Output: Sendable {
    /// Standard output cannot take more.
    enum Failure: Error {
        /// Its reader has gone, as with `| head`: nobody is left to tell.
        case readerGone
        /// The system's words.
        case other(String)
    }

    /// Whether cells of tables are coloured.
    let isColored: Bool
    /// Whether standard output is a terminal.
    let isTerminal: Bool

    /// How many characters fit on a line of the terminal.
    var columns: Int {
        var size = winsize()
        if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) } ?? 80
    }

    /// Looks at standard output and at `NO_COLOR`.
    ///
    /// - Source: https://no-color.org (set and not empty: no colour).
    static func current() -> Output {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        return Output(isColored: isTerminal && !refusesColor, isTerminal: isTerminal)
    }

    /// Whether messages are coloured.
    static var isMessageColored: Bool { isatty(STDERR_FILENO) == 1 && !refusesColor }

    private static var refusesColor: Bool {
        let environment = ProcessInfo.processInfo.environment
        return !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
    }

    /// Writes data.
    ///
    /// - Parameter text: the text with its newlines.
    /// - Throws: `Failure`.
    func write(_ text: String) throws {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count >= 0 {
                bytes = bytes.dropFirst(count)
            } else if errno == EPIPE {
                throw Failure.readerGone
            } else if errno != EINTR {
                throw Failure.other(String(cString: strerror(errno)))
            }
        }
    }

    /// Writes lines of data.
    ///
    /// - Parameter lines: the lines without newlines.
    /// - Throws: `Failure`.
    func write(lines: [String]) throws {
        guard !lines.isEmpty else { return }
        try write(lines.joined(separator: "\n") + "\n")
    }

    /// Writes a message.
    ///
    /// - Parameter text: one or more lines without a newline at the end.
    static func message(_ text: String) {
        // Standard error is the last place to say anything: when it is closed, there is nobody left to tell.
        try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
    }
}
