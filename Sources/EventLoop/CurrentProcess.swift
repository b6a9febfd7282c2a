import Glibc

/// What there is to know of this process.
public enum CurrentProcess {
    /// Its number.
    public static var identifier: Int32 { getpid() }

    /// The number of the process that started it, or of who has taken that one's place.
    public static var parent: Int32 { getppid() }

    /// The file of the program that runs; `nil` when it has gone, or another has taken its place.
    public static var program: String? {
        // PATH_MAX, linux/limits.h.
        var path = [UInt8](repeating: 0, count: 4096)
        let count = path.withUnsafeMutableBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { text in
                text.baseAddress.map { readlink("/proc/self/exe", $0, text.count) } ?? -1
            }
        }
        guard count > 0, count < path.count else { return nil }
        let name = String(decoding: path[..<count], as: UTF8.self)
        return access(name, X_OK) == 0 ? name : nil
    }

    /// Becomes another program: same process, same open descriptors but those that are closed on exec.
    ///
    /// - Parameters:
    ///   - program: its file.
    ///   - arguments: its words, the name by which it is called first.
    /// - Returns: why that could not be; it doesn't return otherwise.
    public static func become(_ program: String, _ arguments: [String]) -> SystemError {
        var words = arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        execv(program, &words)
        return SystemError("exec", program)
    }

    /// Ends it at once, as a crash.
    public static func abort() -> Never { Glibc.abort() }

    /// The name of the machine, as it was when it was first asked for; `localhost` if it has none.
    public static let hostName: String = {
        // POSIX: a host's name has at most 255 bytes.
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()

    /// Ends this process by a signal, so that whoever waits for it sees that.
    ///
    /// - Parameter number: the signal.
    public static func end(by number: Int32) -> Never {
        signal(number, SIG_DFL)
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, number)
        // Threads of the concurrency runtime block signals; this one takes it now.
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        raise(number)
        preconditionFailure("signal \(number) did not end the process")
    }
}
