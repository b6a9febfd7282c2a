import Foundation

/// What a master hands to its worker beside the command line: descriptors that are open in both.
struct HAProxyHandover: Sendable, Equatable, Codable {
    /// The environment's name for it.
    static let variable = "SUPERVISE_WORKER"

    /// The worker's end of the link to the master.
    var link: Int32
    /// Listening sockets by the text of their addresses.
    var sockets: [String: Int32]
    /// A listening socket for what comes through the master's socket; `nil` without one.
    var commands: Int32?

    /// Makes one.
    ///
    /// - Parameters:
    ///   - link: the worker's end of the link to the master.
    ///   - sockets: listening sockets by the text of their addresses.
    ///   - commands: a listening socket for what comes through the master's socket.
    init(link: Int32, sockets: [String: Int32], commands: Int32? = nil) {
        self.link = link
        self.sockets = sockets
        self.commands = commands
    }

    /// Takes what came with the process; `nil` for a process that has no master.
    ///
    /// - Parameter environment: the process's environment.
    init?(environment: [String: String]) {
        guard let text = environment[Self.variable] else { return nil }
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(text.utf8))
        } catch {
            preconditionFailure("a master hands over what its worker understands: \(error)")
        }
    }

    /// All descriptors.
    var descriptors: [Int32] { [link] + sockets.values + [commands].compactMap { $0 } }

    /// The environment that carries it.
    ///
    /// - Parameter environment: the process's environment.
    /// - Returns: the child's.
    func added(to environment: [String: String]) -> [String: String] {
        var environment = environment
        do {
            environment[Self.variable] = String(decoding: try JSONEncoder().encode(self), as: UTF8.self)
        } catch {
            preconditionFailure("numbers and texts can be encoded: \(error)")
        }
        return environment
    }
}
