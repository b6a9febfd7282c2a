import Configuration
import EventLoop
import Foundation
import Model
import Proxy

/// What a supervisor that ends by itself leaves its successor of one instance: a file of the state directory.
///
/// It is there from the instance's first transition to its supervisor's end in order, so that finding one says that there was
/// no such end. Servers are known by the address and the weight that the file of then gave them: under another one, nothing of
/// what was found holds.
struct KeptInstance: Codable, Equatable {
    /// One server.
    struct Server: Codable, Equatable {
        var proxy: String
        var server: String
        /// As the configuration has it.
        var address: String
        var fileWeight: Int
        var operational: OperationalState?
        /// What a person ordered; `nil` without an order.
        var ordered: AdministrativeState?
        var administrative: AdministrativeState
        var health: Int
        var sinceMilliseconds: Int64?
        var declared: OperationalState?
        var weight: Int?
        var isCheckOff: Bool
        var port: UInt16?
        /// Since when new sessions had been held on the backups though it was usable; `nil` where they weren't.
        var heldSinceMilliseconds: Int64?
    }

    /// Whether a person had stopped it.
    var isStopped = false
    var servers: [Server] = []

    /// Nothing known.
    init() {}

    /// Puts together what is known.
    ///
    /// - Parameters:
    ///   - known: what the worker knows.
    ///   - ordered: what persons ordered.
    ///   - configuration: what the worker runs.
    init(
        _ known: [ServerIdentity: InheritedServer], ordered: [ServerIdentity: AdministrativeState],
        under configuration: InstanceConfiguration
    ) {
        let now = WallClock.now().millisecondsSinceEpoch
        servers = configuration.identifiedServers.compactMap { identity, server in
            guard let entry = known[identity] else { return nil }
            return Server(
                proxy: identity.proxy, server: identity.server, address: server.address.text, fileWeight: server.weight,
                operational: entry.operational, ordered: ordered[identity], administrative: entry.administrative,
                health: entry.health, sinceMilliseconds: entry.since?.millisecondsSinceEpoch,
                declared: entry.declared, weight: entry.weight, isCheckOff: entry.isCheckOff, port: entry.port,
                heldSinceMilliseconds: entry.heldMilliseconds.map { now - $0 })
        }
    }

    /// What of it holds under a configuration.
    ///
    /// - Parameter configuration: what is to run.
    /// - Returns: what a worker is to know of the servers, and what persons ordered.
    func holding(under configuration: InstanceConfiguration)
        -> (known: [ServerIdentity: InheritedServer], ordered: [ServerIdentity: AdministrativeState])
    {
        let entries = Dictionary(servers.map { ("\($0.proxy)/\($0.server)", $0) }, uniquingKeysWith: { $1 })
        var known: [ServerIdentity: InheritedServer] = [:]
        var orders: [ServerIdentity: AdministrativeState] = [:]
        for (identity, server) in configuration.identifiedServers {
            guard let entry = entries["\(identity.proxy)/\(identity.server)"] else { continue }
            orders[identity] = entry.ordered
            guard entry.address == server.address.text else { continue }
            // A check may have become stricter.
            let top = (server.check?.rise ?? 1) + (server.check?.fall ?? 1) - 1
            var inherited = InheritedServer(
                operational: entry.operational, administrative: entry.administrative,
                health: max(0, min(entry.health, top)), lastCheck: nil,
                since: entry.sinceMilliseconds.map { Timestamp(millisecondsSinceEpoch: $0) })
            inherited.isFromFile = true
            inherited.isCheckOff = entry.isCheckOff && server.check != nil
            inherited.declared = entry.declared
            inherited.port = entry.port
            // A clock that was set back meanwhile lets a hold begin anew.
            inherited.heldMilliseconds = entry.heldSinceMilliseconds.map {
                max(0, WallClock.now().millisecondsSinceEpoch - $0)
            }
            if entry.fileWeight == server.weight { inherited.weight = entry.weight }
            known[identity] = inherited
        }
        return (known, orders)
    }
}

/// The files of `KeptInstance`, one an instance.
struct KeptInstances: Sendable {
    /// The folder.
    let directory: String

    /// Reads what was left of an instance.
    ///
    /// - Parameters:
    ///   - instance: its name.
    ///   - problem: told of a file that cannot be read, which counts as none.
    /// - Returns: `nil` where nothing was left.
    func read(_ instance: String, problem: (String) -> Void) -> KeptInstance? {
        let path = path(of: instance)
        guard let bytes = FileManager.default.contents(atPath: path) else { return nil }
        do {
            return try JSONDecoder().decode(KeptInstance.self, from: bytes)
        } catch {
            problem("\(path): \(error); the servers begin as configured")
            return nil
        }
    }

    /// Puts what is known of an instance in the place of what was.
    ///
    /// - Parameters:
    ///   - kept: what is known.
    ///   - instance: its name.
    /// - Throws: when it cannot be written; the earlier file stays.
    func write(_ kept: KeptInstance, of instance: String) throws {
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        try JSONEncoder().encode(kept).write(to: URL(fileURLWithPath: path(of: instance)), options: .atomic)
    }

    /// Removes all files: the supervisor ends in order.
    func remove() {
        // It is not there where nothing was kept; one that cannot be removed is replaced by the next run.
        try? FileManager.default.removeItem(atPath: directory)
    }

    private func path(of instance: String) -> String { "\(directory)/\(instance).json" }
}
