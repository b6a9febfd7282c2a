import Glibc

/// How much memory this process may have mapped.
public enum MemoryLimit {
    /// Limits it, for good.
    ///
    /// - Parameter megabytes: how much, in units of 1,048,576 bytes; more than 2^31 of them are so many.
    /// - Throws: `SystemError` when the kernel refuses.
    /// - Source: setrlimit(2), `RLIMIT_AS`.
    public static func set(megabytes: Int) throws(SystemError) {
        let bytes = rlim_t(min(megabytes, Int(Int32.max))) * 1_048_576
        var limit = rlimit(rlim_cur: bytes, rlim_max: bytes)
        guard setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else {
            throw SystemError("setrlimit", "memory")
        }
    }

    /// How much is mapped now, in the same units.
    ///
    /// - Returns: `nil` where the kernel doesn't tell.
    /// - Source: proc(5), `/proc/self/statm`: pages, the first number.
    public static func mappedMegabytes() -> Int? {
        let file = open("\(ProcessFolder.path)/statm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var text = [UInt8](repeating: 0, count: 128)
        let count = read(file, &text, text.count)
        guard count > 0, let pages = Int(String(decoding: text[..<count].prefix { $0 != 0x20 }, as: UTF8.self)) else {
            return nil
        }
        return pages * Int(getpagesize()) / 1_048_576
    }
}
