import Model

/// A ring: lines in a memory of fixed size, for servers that take them when they can and for who wants to look at them.
///
/// When there is no room for a line, the oldest ones leave, but for those that a server has yet to take: then the new line is
/// lost and counted. One thread uses it.
///
/// - Source: HAProxy 2.6 configuration manual, section 3.9.
public final class LogRing {
    /// Names a reader that keeps lines until it has taken them.
    public struct Reader: Sendable, Hashable {
        fileprivate let index: Int
    }

    /// The bytes that say how long a line is.
    private static let headLength = 4

    /// What its section says.
    public let configuration: LogRingConfiguration
    /// How many lines found no room.
    public private(set) var dropped = 0
    /// How many of these nobody has been told about.
    public var untold = 0

    private var storage: [UInt8]
    /// Where the oldest line begins, counted from the first byte ever.
    public private(set) var start = 0
    /// Where the next line will begin.
    public private(set) var end = 0
    /// Where each reader goes on.
    private var positions: [Int] = []

    /// Makes an empty ring; its memory is taken at once.
    ///
    /// - Parameter configuration: its section.
    public init(_ configuration: LogRingConfiguration) {
        self.configuration = configuration
        storage = [UInt8](repeating: 0, count: configuration.size)
    }

    /// Adds a reader, which begins with the oldest line.
    ///
    /// - Returns: its name.
    public func addReader() -> Reader {
        positions.append(start)
        return Reader(index: positions.count - 1)
    }

    /// Adds a line.
    ///
    /// - Parameter line: its bytes, without line end.
    /// - Returns: whether there was room for it.
    @discardableResult
    public func append(_ line: UnsafeRawBufferPointer) -> Bool {
        let length = Self.headLength + line.count
        while end - start + length > storage.count {
            guard start < end, !positions.contains(where: { $0 <= start }) else {
                dropped += 1
                untold += 1
                return false
            }
            start += Self.headLength + self.length(at: start)
        }
        withUnsafeBytes(of: UInt32(line.count).littleEndian) { head in write(head, at: end) }
        write(line, at: end + Self.headLength)
        end += length
        return true
    }

    /// Copies a line.
    ///
    /// - Parameters:
    ///   - position: `start`, or what was said of an earlier line; older ones give the oldest line.
    ///   - buffer: gets the line at its end.
    ///   - framing: how the line is told from the next.
    /// - Returns: where the next line is; `nil` after the newest line, of which there is nothing to copy.
    public func copyLine(
        at position: Int, to buffer: inout [UInt8], framing: LogRingConfiguration.Server.Framing = .legacy
    ) -> Int? {
        let position = max(position, start)
        guard position < end else { return nil }
        let count = length(at: position)
        if framing == .octetCount { buffer += "\(count) ".utf8 }
        let offset = (position + Self.headLength) % storage.count
        let first = min(count, storage.count - offset)
        buffer += storage[offset..<offset + first]
        buffer += storage[..<(count - first)]
        if framing == .legacy { buffer.append(UInt8(ascii: "\n")) }
        return position + Self.headLength + count
    }

    /// Where a reader goes on.
    ///
    /// - Parameter reader: the reader.
    /// - Returns: the position of the first line that it has not taken.
    public func position(of reader: Reader) -> Int { positions[reader.index] }

    /// Notes what a reader has taken.
    ///
    /// - Parameters:
    ///   - reader: the reader.
    ///   - position: where it goes on; what is before it may leave.
    public func advance(_ reader: Reader, to position: Int) { positions[reader.index] = position }

    /// As lists show it.
    public var snapshot: LogRingSnapshot {
        LogRingSnapshot(name: configuration.name, description: configuration.description, dropped: dropped)
    }

    /// How many bytes the line at a position has.
    private func length(at position: Int) -> Int {
        (0..<Self.headLength).reduce(0) { $0 | Int(storage[(position + $1) % storage.count]) << (8 * $1) }
    }

    private func write(_ bytes: UnsafeRawBufferPointer, at position: Int) {
        let offset = position % storage.count
        let first = min(bytes.count, storage.count - offset)
        storage.withUnsafeMutableBytes { target in
            target[offset..<offset + first].copyBytes(from: bytes[..<first])
            target[..<(bytes.count - first)].copyBytes(from: bytes[first...])
        }
    }
}
