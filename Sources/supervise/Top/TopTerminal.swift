import Foundation

/// The terminal that the live view takes for a while, and gives back as it was.
///
/// The view has a screen of its own, without echo and cursor; leaving it brings back what was there before.
///
/// - Source: termios(3); xterm's private modes 25 (cursor), 1049 (alternate screen).
struct TopTerminal: Sendable {
    /// Standard input or output is no terminal.
    struct NoTerminal: Error {}

    private static let enter = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[2J"
    private static let leave = "\u{1B}[?25h\u{1B}[?1049l"

    private let before: termios

    /// Looks at the terminal, and changes nothing yet.
    ///
    /// - Throws: `NoTerminal`.
    init() throws {
        var mode = termios()
        guard isatty(STDOUT_FILENO) == 1, tcgetattr(STDIN_FILENO, &mode) == 0 else { throw NoTerminal() }
        before = mode
    }

    /// How large it is; as large as terminals always were where it doesn't say.
    var size: TopFrame.Size {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return TopFrame.Size(columns: 80, rows: 24)
        }
        return TopFrame.Size(columns: Int(size.ws_col), rows: Int(size.ws_row))
    }

    /// Takes it: keys come one by one and are not shown.
    ///
    /// - Throws: `Output.Failure`.
    func take() throws {
        var raw = before
        cfmakeraw(&raw)
        // Output goes on being processed, so that messages of others don't make stairs.
        raw.c_oflag = before.c_oflag
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw)
        try write(Self.enter)
    }

    /// Gives it back as it was.
    func giveBack() {
        // A terminal that is gone needs nothing back.
        try? write(Self.leave)
        var mode = before
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &mode)
    }

    /// Writes.
    ///
    /// - Parameter text: what to write, in one piece.
    /// - Throws: `Output.Failure`.
    func write(_ text: String) throws { try Output.current().write(text) }
}
