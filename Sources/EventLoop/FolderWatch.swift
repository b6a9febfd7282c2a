import Glibc

/// Tells which files of a folder have changed, come or gone.
///
/// One thread uses it, which waits on `descriptor` with whatever it likes.
///
/// - Source: inotify(7).
public final class FolderWatch {
    /// How many bytes of events are read at a time.
    private static let bufferSize = 16 * 1024
    /// Whatever can make a file another one: written and closed, moved here or away, removed.
    private static let mask = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE)

    /// Readable when something has happened; non-blocking.
    public let descriptor: Int32

    /// Begins to watch.
    ///
    /// - Parameter path: the folder.
    /// - Throws: `SystemError` when it cannot be watched.
    public init(_ path: String) throws(SystemError) {
        descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else { throw SystemError("inotify_init1", path) }
        guard inotify_add_watch(descriptor, path, Self.mask) >= 0 else {
            let error = SystemError("inotify_add_watch", path)
            close(descriptor)
            throw error
        }
    }

    deinit { close(descriptor) }

    /// Reads what has happened since the last time.
    ///
    /// - Returns: the names of the files, each once; `nil` when so much has happened that the kernel has dropped some of it,
    ///   so that any file may be meant.
    public func names() -> Set<String>? {
        var names: Set<String> = []
        var hasDropped = false
        withUnsafeTemporaryAllocation(byteCount: Self.bufferSize, alignment: MemoryLayout<inotify_event>.alignment) {
            buffer in
            guard let start = buffer.baseAddress else { return }
            while true {
                let count = read(descriptor, start, buffer.count)
                guard count > 0 else { return }
                var offset = 0
                while offset < count {
                    let event = start.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                    if event.mask & UInt32(IN_Q_OVERFLOW) != 0 { hasDropped = true }
                    let name = start + offset + MemoryLayout<inotify_event>.size
                    if event.len > 0 { names.insert(String(cString: name.assumingMemoryBound(to: CChar.self))) }
                    offset += MemoryLayout<inotify_event>.size + Int(event.len)
                }
            }
        }
        return hasDropped ? nil : names
    }
}
