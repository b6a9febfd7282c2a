import Configuration
import Foundation
import Logging
import Supervision

/// The sockets at which workers take the commands that come through their master: one each, in a folder that only the
/// master's user can look into.
struct HAProxyWorkerSockets: Sendable {
    /// A worker's socket.
    struct Place: Sendable {
        /// Where the master connects.
        let path: String
        /// What the worker listens with.
        let descriptor: Int32
        fileprivate var sockets: InstanceSockets
    }

    private let folder: String
    private let logger: Logger
    private var count = 0

    /// Makes the folder.
    ///
    /// - Parameter logger: told what goes wrong.
    /// - Throws: that there is no place for it.
    init(logger: Logger) throws(HAProxyRefusal) {
        let name = "supervise-\(ProcessInfo.processInfo.processIdentifier)-\(UInt32.random(in: .min ... .max))"
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
        self.logger = logger
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        } catch {
            throw HAProxyRefusal(text: "The workers' sockets have no place in \(folder): \(error.localizedDescription)")
        }
    }

    /// Opens a socket for the next worker.
    ///
    /// - Returns: the socket.
    /// - Throws: why there is none.
    mutating func open() throws(InstanceSockets.Failure) -> Place {
        count += 1
        let path = "\(folder)/\(count)"
        var configuration = InstanceConfiguration(name: "master", file: "")
        let location = SourceLocation(file: "-S", line: 1, column: 1)
        configuration.global.statsSockets = [StatsSocketConfiguration(address: .unix(path: path), location: location)]
        var sockets = InstanceSockets(logger: logger, areShared: false)
        try sockets.open(for: configuration)
        guard let descriptor = sockets.descriptors.values.first else {
            preconditionFailure("a configuration with one address opens one socket")
        }
        return Place(path: path, descriptor: descriptor, sockets: sockets)
    }

    /// Closes the socket of a worker that has ended.
    ///
    /// - Parameter place: its socket.
    func close(_ place: Place) {
        var place = place
        place.sockets.close()
    }

    /// Removes the folder.
    func remove() {
        // The system cleans its folder for temporary files.
        try? FileManager.default.removeItem(atPath: folder)
    }
}
