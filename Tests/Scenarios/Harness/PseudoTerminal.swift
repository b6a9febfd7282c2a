import Foundation
import Synchronization

/// A terminal without a screen: a program runs on it, and a scenario presses keys and looks at what comes.
final class PseudoTerminal: Sendable {
    /// The path of the program's end.
    let path: String
    private let descriptor: Int32
    // Owner: the mutex; what the program has written so far.
    private let seen = Mutex<[UInt8]>([])

    /// Of ioctl_tty(2), `TIOCSPTLCK` and `TIOCGPTN`, which the C library has behind macros that Swift can't see.
    private static let setLock = UInt(0x4004_5431)
    private static let getNumber = UInt(0x8004_5430)

    /// Opens one.
    ///
    /// - Parameters:
    ///   - columns: how wide it is.
    ///   - rows: how high it is.
    /// - Throws: when the system has none.
    init(columns: UInt16, rows: UInt16) throws {
        descriptor = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var (lock, number) = (Int32(0), Int32(0))
        guard descriptor >= 0, ioctl(descriptor, Self.setLock, &lock) == 0,
            ioctl(descriptor, Self.getNumber, &number) == 0
        else { throw ScenarioError("no pseudo-terminal: \(String(cString: strerror(errno)))") }
        path = "/dev/pts/\(number)"
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        resize(columns: columns, rows: rows)
    }

    deinit { close(descriptor) }

    /// Makes it another size; the program has to be told by a signal, since it is not in a session of this terminal.
    func resize(columns: UInt16, rows: UInt16) {
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(descriptor, UInt(TIOCSWINSZ), &size)
    }

    /// Presses keys.
    func press(_ keys: String) {
        let bytes = Array(keys.utf8)
        _ = write(descriptor, bytes, bytes.count)
    }

    /// Everything that the program has written so far.
    var output: String {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            seen.withLock { $0 += buffer[..<count] }
        }
        // Without carriage returns, which Swift takes for one letter with the line feed after them.
        return String(decoding: seen.withLock { $0 }.filter { $0 != 13 }, as: UTF8.self)
    }

    /// The last whole picture: what has been written from the upper left corner on, without escapes.
    var picture: String {
        let whole = output.components(separatedBy: "\u{1B}[H").dropFirst().last { $0.contains("\u{1B}[J") } ?? ""
        let text = whole.components(separatedBy: "\u{1B}[J")[0]
        return text.replacing(#/\u{1B}\[[0-9;?]*[A-Za-z]/#, with: "")
    }

    /// Its mode, byte for byte.
    func mode() throws -> [UInt8] {
        var mode = termios()
        guard tcgetattr(descriptor, &mode) == 0 else {
            throw ScenarioError("tcgetattr: \(String(cString: strerror(errno)))")
        }
        return withUnsafeBytes(of: mode.c_iflag) { Array($0) } + withUnsafeBytes(of: mode.c_oflag) { Array($0) }
            + withUnsafeBytes(of: mode.c_cflag) { Array($0) } + withUnsafeBytes(of: mode.c_lflag) { Array($0) }
            + withUnsafeBytes(of: mode.c_cc) { Array($0) }
    }
}
