import Glibc

/// Memory that may be refused: for what grows with the number of sessions, which can be turned away one by one.
///
/// Swift's own allocations end the process when the system gives nothing more. Whoever asks here is refused a little earlier,
/// as long as there is still something left for everybody else. All members may be called from every thread.
public enum Memory {
    /// How much has to be left besides, in bytes.
    public static let headroom = 2 << 20
    /// The error number of a refusal.
    public static let refusal = ENOMEM

    /// Asks for a block.
    ///
    /// - Parameters:
    ///   - byteCount: its size.
    ///   - alignment: of its address; a power of two, at least a pointer's size.
    /// - Returns: the block, for `free`; `nil` where the system hasn't so much, or nothing beside it.
    /// - Source: posix_memalign(3), mmap(2); the limits are those of setrlimit(2) (`RLIMIT_AS`) and of the system's commitment.
    public static func allocate(byteCount: Int, alignment: Int) -> UnsafeMutableRawPointer? {
        // Held while the block is asked for, and never touched: it costs two system calls and no page.
        let rest = mmap(nil, headroom, PROT_READ | PROT_WRITE, MAP_PRIVATE | Int32(MAP_ANONYMOUS), -1, 0)
        guard let rest, rest != MAP_FAILED else { return nil }
        defer { munmap(rest, headroom) }
        var block: UnsafeMutableRawPointer?
        return posix_memalign(&block, alignment, byteCount) == 0 ? block : nil
    }

    /// Gives a block back.
    ///
    /// - Parameter block: what `allocate` gave.
    public static func free(_ block: UnsafeMutableRawPointer) { Glibc.free(block) }
}
