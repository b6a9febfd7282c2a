import Configuration
import Model

/// The server that a command's word `BACKEND/SERVER` names; `#NUMBER` stands for the server of that number.
struct NamedServer: Sendable {
    /// Its full name.
    var identity: ServerIdentity
    /// The server now.
    var server: ServerSnapshot

    /// Finds a server.
    ///
    /// - Parameters:
    ///   - word: `BACKEND/SERVER`; empty when the command ends before it.
    ///   - context: the instance.
    /// - Throws: why there is none, in HAProxy's order of asking.
    init(_ word: String, in context: CommandContext) async throws(ActRefusal) {
        let parts = word.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[1].isEmpty else { throw .serverExpected }
        guard let section = context.configuration.proxy(named: parts[0], where: \.hasBackend) else {
            throw .noSuchBackend
        }
        guard !section.isDisabled else {
            throw section.servers.contains { $0.name == parts[1] } ? .proxyDisabled : .noSuchServer
        }
        guard let snapshot = await context.snapshot() else { throw .notRunning }
        let servers = snapshot.proxies.first { $0.name == section.name && $0.backend != nil }?.servers ?? []
        let number = parts[1].hasPrefix("#") ? Int(parts[1].dropFirst()) : nil
        guard let server = servers.first(where: { number == nil ? $0.name == parts[1] : $0.id == number }) else {
            throw .noSuchServer
        }
        self.server = server
        identity = ServerIdentity(instance: snapshot.instance, proxy: section.name, server: server.name)
    }
}
