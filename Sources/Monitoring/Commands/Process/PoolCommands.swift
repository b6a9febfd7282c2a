import Model

/// `show pools`: the memory that workers keep for their sessions.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `show pools`; layout recorded from 2.6.12.
enum PoolCommands {
    /// The commands.
    static let all = [
        Command("show pools", usage: "show pools", summary: "report information about the memory pools usage") {
            _, _, context in
            guard let snapshot = await context.snapshot() else { return CommandContext.notRunning }
            return .answer(text(of: snapshot.pools))
        }
    ]

    /// The answer.
    ///
    /// - Parameter pools: the pools.
    /// - Returns: a line for each and their sum; what only HAProxy's threads have (caches, users, places in memory) is 0.
    static func text(of pools: [PoolSnapshot]) -> String {
        let lines = pools.sorted { $0.size < $1.size }.map { pool in
            "  - Pool \(pool.name) (\(pool.size) bytes) : \(pool.allocated) allocated (\(pool.allocatedBytes) bytes), "
                + "\(pool.used) used (~0 by thread caches), needed_avg \(pool.used), \(pool.failures) failures, 1 users\n"
        }
        let (allocated, used) = (
            pools.reduce(0) { $0 + $1.allocatedBytes }, pools.reduce(0) { $0 + $1.usedBytes }
        )
        return "Dumping pools usage.\n" + lines.joined()
            + "Total: \(pools.count) pools, \(allocated) bytes allocated, \(used) used (~0 by thread caches).\n"
    }
}
