import Foundation

/// Two networks of their own, joined by one cable: two machines, as far as addresses go.
///
/// They go with their owner, and so does what was sent between them: nothing leaves this machine.
final class NetworkPair: Sendable {
    /// One end.
    struct Side: Sendable {
        /// The namespace's name.
        let name: String
        /// Its address on the cable.
        let address: String

        /// The name of the cable's end.
        static let interface = "cable0"

        /// Puts a command into this network.
        func command(_ arguments: [String]) -> [String] { ["ip", "netns", "exec", name] + arguments }

        /// Its IPv4 addresses on the cable.
        func addresses() async throws -> [String] {
            let shown = try await Finished(["ip", "-n", name, "-o", "-4", "addr", "show", "dev", Self.interface])
            try shown.requireSuccess("ip addr show")
            return shown.output.matches(of: #/ inet (?<address>[0-9.]+)\//#).map { String($0.address) }
        }
    }

    let first: Side
    let second: Side

    /// Lays the cable.
    ///
    /// - Returns: `nil` where that isn't allowed, or there is no `ip`.
    static func make() async throws -> NetworkPair? {
        guard geteuid() == 0, FileManager.default.isExecutableFile(atPath: "/usr/sbin/ip") else { return nil }
        let pair = NetworkPair()
        for command in [
            "netns add \(pair.first.name)", "netns add \(pair.second.name)",
            "-n \(pair.first.name) link add \(Side.interface) type veth peer name \(Side.interface) "
                + "netns \(pair.second.name)",
        ]
            + [pair.first, pair.second].flatMap({
                [
                    "-n \($0.name) addr add \($0.address)/24 dev \(Side.interface)", "-n \($0.name) link set lo up",
                    "-n \($0.name) link set \(Side.interface) up",
                ]
            })
        {
            guard try await Finished(["ip"] + command.split(separator: " ").map(String.init)).status == .code(0) else {
                return nil
            }
        }
        return pair
    }

    private init() {
        let name = "supervise-\(getpid())-\(UInt32.random(in: 0...0xFFFF))"
        // RFC 2544's addresses for tests between networks.
        first = Side(name: name + "a", address: "198.18.0.1")
        second = Side(name: name + "b", address: "198.18.0.2")
    }

    deinit {
        for side in [first, second] {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/sbin/ip")
            process.arguments = ["netns", "del", side.name]
            process.standardError = FileHandle.nullDevice
            // One that was never made can't be removed, and a machine without 'ip' has none.
            guard (try? process.run()) != nil else { return }
            process.waitUntilExit()
        }
    }
}
