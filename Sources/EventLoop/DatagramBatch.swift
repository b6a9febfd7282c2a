import CLinux
import Glibc

/// Datagrams that wait for the end of a turn, to leave in one system call.
///
/// A receiver that sleeps is woken once for all of them, which is most of what a log line costs. Bounded by `capacity` and
/// by what one call takes; a batch that is full leaves before the next datagram is put in. One thread uses it.
public final class DatagramBatch {
    /// How many bytes may wait.
    public static let capacity = 16 * 1024

    private let socket: DatagramSocket
    private let storage: UnsafeMutableRawBufferPointer
    private var lengths = ContiguousArray<UInt16>()
    private var used = 0

    /// Makes an empty batch.
    ///
    /// - Parameter socket: where the datagrams go.
    public init(to socket: DatagramSocket) {
        self.socket = socket
        storage = .allocate(byteCount: DatagramBatch.capacity, alignment: 8)
        lengths.reserveCapacity(Int(SUPERVISE_DATAGRAMS_AT_ONCE))
    }

    deinit { storage.deallocate() }

    /// Puts in a datagram.
    ///
    /// - Parameter bytes: the datagram; one of more than `capacity` bytes leaves at once, after the others.
    /// - Returns: how many were lost while room was made for it, itself included where it did not wait.
    public func add(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard bytes.count <= DatagramBatch.capacity else { return flush() + (socket.send(bytes) == .sent ? 0 : 1) }
        let isFull = used + bytes.count > storage.count || lengths.count == Int(SUPERVISE_DATAGRAMS_AT_ONCE)
        let lost = isFull ? flush() : 0
        UnsafeMutableRawBufferPointer(rebasing: storage[used...]).copyMemory(from: bytes)
        lengths.append(UInt16(bytes.count))
        used += bytes.count
        return lost
    }

    /// Sends what waits.
    ///
    /// - Returns: how many were lost.
    public func flush() -> Int {
        guard used > 0, let base = storage.baseAddress else { return 0 }
        let sent = lengths.count > 1 ? socket.send(base, lengths: lengths) : 0
        var lost = 0
        var start = lengths[..<sent].reduce(0) { $0 + Int($1) }
        // One by one for what the kernel did not take at once: each may be lost for a reason of its own.
        for length in lengths[sent...] {
            let bytes = UnsafeRawBufferPointer(start: base + start, count: Int(length))
            if socket.send(bytes) != .sent { lost += 1 }
            start += Int(length)
        }
        lengths.removeAll(keepingCapacity: true)
        used = 0
        return lost
    }
}
