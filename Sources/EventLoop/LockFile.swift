import Glibc

/// A file that one process at a time holds, and that tells which.
///
/// The lock is the kernel's (flock) and goes with the process, however it ends: a file left behind locks nobody out.
public final class LockFile: Sendable {
    /// How an attempt to take it ended.
    public enum Outcome: Sendable {
        /// It is ours while the value lives.
        case acquired(LockFile)
        /// Another process has it; its number, when the file tells it.
        case held(by: Int32?)
    }

    /// The open file; the lock goes with its last copy, also one in another process.
    public let descriptor: Int32

    private init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Takes over a lock from a process that has ended, or will, and writes this process's number into the file.
    ///
    /// - Parameter descriptor: the open, locked file.
    public init(adopting descriptor: Int32) {
        self.descriptor = descriptor
        // Where it cannot be written the lock is held all the same, and tells an old number.
        _ = writeNumber()
    }

    deinit {
        _ = close(descriptor)
    }

    /// Takes the lock, without waiting, and writes this process's number into the file.
    ///
    /// - Parameter path: the file; made when it is not there.
    /// - Returns: whether it was had.
    /// - Throws: `SystemError` when the file cannot be opened, locked or written.
    public static func acquire(_ path: String) throws(SystemError) -> Outcome {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode_t(0o640))
        guard descriptor >= 0 else { throw SystemError("open", path) }
        let lock = LockFile(descriptor: descriptor)
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            switch errno {
            case EINTR: continue
            case EWOULDBLOCK: return .held(by: lock.readNumber())
            default: throw SystemError("flock", path)
            }
        }
        guard lock.writeNumber() else { throw SystemError("write", path) }
        return .acquired(lock)
    }

    /// - Returns: whether the file has it; `errno` says why not.
    private func writeNumber() -> Bool {
        let number = "\(getpid())\n"
        return ftruncate(descriptor, 0) == 0 && pwrite(descriptor, number, number.utf8.count, 0) == number.utf8.count
    }

    /// What the holder wrote; `nil` between its locking and its writing.
    private func readNumber() -> Int32? {
        withUnsafeTemporaryAllocation(byteCount: 16, alignment: 1) { buffer in
            let count = pread(descriptor, buffer.baseAddress, buffer.count, 0)
            guard count > 0 else { return nil }
            let text = String(decoding: buffer[..<count], as: UTF8.self)
            return text.split(whereSeparator: \.isNewline).first.flatMap { Int32($0) }
        }
    }
}
