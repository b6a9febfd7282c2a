import Configuration
import Foundation
import Logging
import Monitoring
import Supervision

/// The socket that `-S` asks for, opened before there is a second thread and served once there is.
struct HAProxyMasterSocket: Sendable {
    /// Where it listens and what it allows.
    let socket: StatsSocketConfiguration
    private let sockets: InstanceSockets
    private let descriptor: Int32

    /// Opens the socket.
    ///
    /// - Parameters:
    ///   - text: the address, and after commas the options of a `stats socket` line.
    ///   - environment: what variables in it stand for.
    ///   - logger: told what is not as asked.
    /// - Throws: what is wrong with it.
    init(_ text: String, environment: [String: String], logger: Logger) throws(HAProxyRefusal) {
        let words = text.split(separator: ",").joined(separator: " ")
        let level = words.contains(" level ") ? "" : " level admin"
        let parsed = ConfigurationReader.parse(
            "global\n    stats socket \(words)\(level)\n", file: "-S", instance: "master", environment: environment)
        let mistake = parsed.diagnostics.first { $0.severity == .error && $0.location.line == 2 }
        guard mistake == nil, let socket = parsed.configuration?.global.statsSockets.first else {
            throw HAProxyRefusal(text: "-S \(text): \(mistake?.message ?? "there is no address in it")")
        }
        var sockets = InstanceSockets(logger: logger, areShared: false)
        var configuration = InstanceConfiguration(name: "master", file: "")
        configuration.global.statsSockets = [socket]
        do throws(InstanceSockets.Failure) {
            try sockets.open(for: configuration)
        } catch {
            throw HAProxyRefusal(text: "-S \(text): \(error.error)")
        }
        guard let descriptor = sockets.descriptors.values.first else {
            throw HAProxyRefusal(text: "-S \(text): there is no address in it")
        }
        self.socket = socket
        self.sockets = sockets
        self.descriptor = descriptor
    }

    /// Begins to serve.
    ///
    /// - Parameters:
    ///   - control: the master.
    ///   - logger: for what goes wrong.
    /// - Returns: what serves as long as it lives.
    /// - Throws: what keeps it from being served.
    func serve(_ control: any MasterControl, logger: Logger) async throws -> MasterSocket {
        try await MasterSocket(
            takingOver: descriptor, socket, version: HAProxyUsage.compatibleVersion, control: control, logger: logger)
    }

    /// Removes the socket's file; what serves keeps its descriptor until the process ends.
    mutating func remove() {
        guard case .unix(let path) = socket.address else { return }
        // A file that somebody else has removed is as good.
        try? FileManager.default.removeItem(atPath: path)
    }
}
