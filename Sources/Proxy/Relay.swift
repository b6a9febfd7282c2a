import EventLoop
import Model

/// Moves bytes from one socket to the other until there is nothing to move.
///
/// After each read comes a write at once, so that a message costs one read and one write. What the sink does not take is
/// kept in a pooled block, and the source is not read again until that has gone. Allocates, locks and counts references
/// nowhere on the way of a message: that is why it is a class, whose methods need no exclusive access to its owner.
final class Relay {
    /// The most that one read takes, in bytes: large reads make bulk cheap, and one scratch buffer serves all sessions.
    static let scratchSize = 256 * 1024
    /// How much one direction may move in one turn before the others get theirs, in bytes.
    static let bytesPerTurn = 4 * scratchSize

    /// Why moving stopped.
    enum Stop: Equatable {
        /// Until the next event of the source or the sink.
        case waiting
        /// The turn's share is used up; there is more.
        case yielded
        /// All has been passed on, the end included.
        case finished
        /// The source broke; what was read before is passed on unless `Direction.pending` says otherwise.
        case sourceFailed(Int32)
        /// The sink broke.
        case sinkFailed(Int32)
    }

    private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: Relay.scratchSize, alignment: 4096)
    private var pool = BufferPool()
    /// Bytes read since the loop last took the number.
    private var movedBytes = 0
    /// Whether a session had to be given up for want of memory since the loop last looked.
    var wasRefusedMemory = false

    /// The memory for unsent rests.
    var pools: [PoolSnapshot] { pool.snapshots }

    deinit {
        scratch.deallocate()
        pool.empty()
    }

    /// Moves what there is.
    ///
    /// - Parameters:
    ///   - direction: its state.
    ///   - source: the end to read.
    ///   - sink: the end to write.
    ///   - isLast: whether the other direction has finished: the sockets are closed next then, which says more than a
    ///     half-close would.
    /// - Returns: why it stopped.
    @inline(__always)
    func move<Source: RelayPort, Sink: RelayPort>(
        _ direction: UnsafeMutablePointer<Direction>, from source: Source, to sink: Sink, isLast: Bool
    ) -> Stop {
        var budget = Relay.bytesPerTurn
        while true {
            if direction.pointee.buffer != nil {
                if let stop = writeRest(of: direction, to: sink) { return stop }
            }
            if direction.pointee.hasSourceEnded {
                if !direction.pointee.isSinkShut {
                    if !isLast { sink.shutdownWrite() }
                    direction.pointee.isSinkShut = true
                }
                return .finished
            }
            guard direction.pointee.isSourceReadable else { return .waiting }
            guard budget > 0 else { return .yielded }
            let size = Int(direction.pointee.readSize)
            switch source.read(into: UnsafeMutableRawBufferPointer(rebasing: scratch[..<size])) {
            case .bytes(let count):
                direction.pointee.bytes += Int64(count)
                movedBytes += count
                budget -= count
                if count < size {
                    // All that was there is taken; an end that is known to follow raises no further event.
                    if Source.readsAllThereIs, !direction.pointee.isSourceClosing {
                        direction.pointee.isSourceReadable = false
                    }
                } else if size < Relay.scratchSize {
                    direction.pointee.readSize = Int32(min(size * 2, Relay.scratchSize))
                }
                if let stop = write(count, of: direction, to: sink) { return stop }
            case .end:
                direction.pointee.hasSourceEnded = true
                direction.pointee.isSourceReadable = false
            case .wouldBlock:
                direction.pointee.isSourceReadable = false
                return .waiting
            case .failed(let code):
                direction.pointee.isSourceReadable = false
                return .sourceFailed(code)
            }
        }
    }

    /// Sends bytes that go before the source's; a rest that the sink does not take waits as one of the source's would.
    ///
    /// - Parameters:
    ///   - bytes: no more than fit into one read.
    ///   - direction: a direction that has moved nothing yet.
    ///   - sink: the end to write.
    /// - Returns: false when the sink is broken.
    func send(_ bytes: [UInt8], before direction: UnsafeMutablePointer<Direction>, to sink: Int32) -> Bool {
        deliver(bytes, of: direction, to: PlainPort(sink))
    }

    /// Sends bytes that were read before; a rest that the sink does not take waits as after any other read.
    ///
    /// - Parameters:
    ///   - bytes: at least one, and no more than fit into one read.
    ///   - direction: a direction of which nothing waits.
    ///   - sink: the end to write.
    /// - Returns: false when the sink is broken.
    func deliver<Sink: RelayPort>(
        _ bytes: [UInt8], of direction: UnsafeMutablePointer<Direction>, to sink: Sink
    ) -> Bool {
        bytes.withUnsafeBytes { scratch.copyMemory(from: $0) }
        if case .sinkFailed? = write(bytes.count, of: direction, to: sink) { return false }
        return true
    }

    /// Reads bytes that are kept elsewhere for a while.
    ///
    /// - Parameters:
    ///   - source: the end to read.
    ///   - count: how many bytes at the most, at least one.
    ///   - bytes: those that were kept before; gets those that were read.
    /// - Returns: how it went.
    func read<Source: RelayPort>(from source: Source, atMost count: Int, into bytes: inout [UInt8]) -> Transfer {
        let room = UnsafeMutableRawBufferPointer(rebasing: scratch[..<count])
        let result = source.read(into: room)
        if case .bytes(let found) = result { bytes.append(contentsOf: room[..<found]) }
        return result
    }

    /// Gives the number of bytes that were moved since the last call.
    ///
    /// - Returns: bytes in both directions.
    func takeMovedBytes() -> Int {
        defer { movedBytes = 0 }
        return movedBytes
    }

    /// Reads away what a session that is being closed still has, so that closing it sends an end and no reset.
    ///
    /// - Parameter source: the end to read.
    /// - Returns: how many bytes there were.
    func discard<Source: RelayPort>(from source: Source) -> Int {
        var total = 0
        while total < Relay.bytesPerTurn {
            guard case .bytes(let count) = source.read(into: scratch) else { break }
            total += count
            if Source.readsAllThereIs, count < scratch.count { break }
        }
        return total
    }

    /// Looks at the first bytes of a socket without taking them.
    ///
    /// - Parameters:
    ///   - source: the descriptor.
    ///   - count: how many bytes to look at, at the most.
    /// - Returns: how it went, and the bytes, which are valid until the next use of the relay.
    func look(at source: Int32, atMost count: Int) -> (result: Transfer, bytes: UnsafeRawBufferPointer) {
        let room = UnsafeMutableRawBufferPointer(rebasing: scratch[..<count])
        let result = Socket.peek(source, into: room)
        guard case .bytes(let found) = result else { return (result, UnsafeRawBufferPointer(start: nil, count: 0)) }
        return (result, UnsafeRawBufferPointer(rebasing: room[..<found]))
    }

    /// Shows bytes that are kept elsewhere as `look` shows those of a socket.
    ///
    /// - Parameter bytes: no more than fit into one read.
    /// - Returns: the bytes, which are valid until the next use of the relay.
    func show(_ bytes: [UInt8]) -> UnsafeRawBufferPointer {
        bytes.withUnsafeBytes { scratch.copyMemory(from: $0) }
        return UnsafeRawBufferPointer(rebasing: scratch[..<bytes.count])
    }

    /// Takes bytes that were looked at, for nobody.
    ///
    /// - Parameters:
    ///   - count: how many.
    ///   - source: the descriptor.
    /// - Returns: whether all of them were still there.
    func skip(_ count: Int, of source: Int32) -> Bool {
        Socket.read(source, into: UnsafeMutableRawBufferPointer(rebasing: scratch[..<count])) == .bytes(count)
    }

    /// Gives a direction's block back.
    ///
    /// - Parameter direction: its state.
    func release(_ direction: UnsafeMutablePointer<Direction>) {
        guard let buffer = direction.pointee.buffer else { return }
        pool.giveBack(buffer, for: Int(direction.pointee.end))
        direction.pointee.buffer = nil
        direction.pointee.start = 0
        direction.pointee.end = 0
    }

    /// Writes what was just read; keeps the rest.
    @inline(__always)
    private func write<Sink: RelayPort>(
        _ count: Int, of direction: UnsafeMutablePointer<Direction>, to sink: Sink
    ) -> Stop? {
        var written = 0
        switch sink.write(from: UnsafeRawBufferPointer(rebasing: scratch[..<count])) {
        case .bytes(let taken) where taken == count: return nil
        case .bytes(let taken): written = taken
        case .wouldBlock: break
        case .failed(let code): return .sinkFailed(code)
        case .end: preconditionFailure("a write has no end")
        }
        let rest = count - written
        guard let buffer = pool.take(for: rest) else {
            wasRefusedMemory = true
            return .sinkFailed(Memory.refusal)
        }
        buffer.copyMemory(from: scratch.baseAddress.unsafelyUnwrapped + written, byteCount: rest)
        direction.pointee.buffer = buffer
        direction.pointee.start = 0
        direction.pointee.end = Int32(rest)
        direction.pointee.isSinkFull = true
        if direction.pointee.readSize > Direction.smallestRead { direction.pointee.readSize /= 2 }
        return .waiting
    }

    /// Writes the rest of an earlier read; `nil` when all of it has gone.
    private func writeRest<Sink: RelayPort>(
        of direction: UnsafeMutablePointer<Direction>, to sink: Sink
    ) -> Stop? {
        guard !direction.pointee.isSinkFull, let buffer = direction.pointee.buffer else { return .waiting }
        let rest = UnsafeRawBufferPointer(
            start: buffer + Int(direction.pointee.start), count: Int(direction.pointee.pending))
        switch sink.write(from: rest) {
        case .bytes(let taken) where taken == rest.count:
            release(direction)
            return nil
        case .bytes(let taken):
            direction.pointee.start += Int32(taken)
            direction.pointee.isSinkFull = true
            return .waiting
        case .wouldBlock:
            direction.pointee.isSinkFull = true
            return .waiting
        case .failed(let code):
            return .sinkFailed(code)
        case .end:
            preconditionFailure("a write has no end")
        }
    }
}
