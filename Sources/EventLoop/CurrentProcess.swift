import Glibc

/// What there is to know of this process.
public enum CurrentProcess {
    /// Its number.
    public static var identifier: Int32 { getpid() }

    /// The name of the machine, as it was when it was first asked for; `localhost` if it has none.
    public static let hostName: String = {
        // POSIX: a host's name has at most 255 bytes.
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()
}
