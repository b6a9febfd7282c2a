/// The local ports that a server's connections may come from (`source ADDR:PORT-PORT`).
///
/// Each connection has one of its own; the one that has been free for the longest is next, as in HAProxy.
struct SourcePorts {
    private var free: [UInt16]
    private var first = 0
    /// How many are free.
    private(set) var count: Int

    /// Begins with all of them free.
    ///
    /// - Parameter ports: the ports.
    init(_ ports: ClosedRange<UInt16>) {
        free = Array(ports)
        count = free.count
    }

    /// Takes a port.
    ///
    /// - Returns: `nil` when all are in use.
    mutating func take() -> UInt16? {
        guard count > 0 else { return nil }
        defer {
            first = (first + 1) % free.count
            count -= 1
        }
        return free[first]
    }

    /// Gives a port back.
    ///
    /// - Parameter port: one that was taken.
    mutating func giveBack(_ port: UInt16) {
        precondition(count < free.count, "only what was taken is given back")
        free[(first + count) % free.count] = port
        count += 1
    }
}
