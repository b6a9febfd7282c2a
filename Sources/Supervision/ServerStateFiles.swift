import Configuration
import EventLoop
import Foundation
import Logging
import Model
import Proxy

/// The servers' states that files keep from an earlier process (`load-server-state-from-file`).
///
/// - Source: HAProxy 2.6 configuration manual; what of a file counts under another configuration follows 2.6.12.
enum ServerStateFiles {
    /// Reads what the files say of a configuration's servers.
    ///
    /// Reads from the disk: not for worker threads.
    ///
    /// - Parameters:
    ///   - configuration: whose servers.
    ///   - now: what time it is.
    ///   - logger: told of files that cannot be read.
    /// - Returns: an entry for each server that a file knows.
    static func states(
        for configuration: InstanceConfiguration, at now: Timestamp, logger: Logger
    ) -> [ServerIdentity: InheritedServer] {
        var files: [String: ServerStateFile?] = [:]
        var states: [ServerIdentity: InheritedServer] = [:]
        for proxy in configuration.proxies where !proxy.isDisabled {
            guard let path = path(for: proxy, in: configuration.global) else { continue }
            if files[path] == nil { files[path] = .some(read(path, logger)) }
            guard case .some(.some(let file)) = files[path] else { continue }
            for server in proxy.servers {
                guard let entry = file[proxy.name, server.name] else { continue }
                let identity = ServerIdentity(
                    instance: configuration.name, proxy: proxy.name, server: server.name)
                states[identity] = InheritedServer(entry, for: server, at: now)
            }
        }
        return states
    }

    private static func path(for proxy: ProxyConfiguration, in global: GlobalConfiguration) -> String? {
        let file: String
        switch proxy.serverStates {
        case .none: return nil
        case .global:
            guard let name = global.serverStateFile else { return nil }
            file = name
        case .local(let name): file = name
        }
        guard !file.hasPrefix("/"), let base = global.serverStateBase else { return file }
        return "\(base)/\(file)"
    }

    private static func read(_ path: String, _ logger: Logger) -> ServerStateFile? {
        do {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            guard let file = ServerStateFile(text) else {
                logger.warning("\(path): no server states of a known version; the servers begin as configured")
                return nil
            }
            return file
        } catch {
            // There is none before the first has been written.
            logger.notice("\(path): no server states: \(error.localizedDescription)")
            return nil
        }
    }
}

extension InheritedServer {
    /// What a file's entry means for a server.
    fileprivate init(_ entry: ServerStateFile.Entry, for server: ServerConfiguration, at now: Timestamp) {
        let (rise, fall) = (server.check?.rise ?? 1, server.check?.fall ?? 1)
        // Where the configuration has changed its mind about `disabled`, it decides.
        let isReconsidered = entry.wasDisabled != server.isDisabled
        let administrative: AdministrativeState =
            isReconsidered ? (server.isDisabled ? .maint : .ready) : entry.ordered
        let isDown = entry.operational == .down
        let began = now.millisecondsSinceEpoch - entry.secondsSinceChange * 1_000
        self.init(
            operational: administrative == .maint ? .up : entry.operational, administrative: administrative,
            health: isDown ? (entry.isStarting ? rise - 1 : 0) : rise + fall - 1, lastCheck: nil,
            since: Timestamp(millisecondsSinceEpoch: began), address: nil)
        isFromFile = true
        isCheckOff = entry.isCheckOff && server.check != nil
        if entry.fileWeight == server.weight, entry.weight != server.weight { weight = entry.weight }
        let needsWord = entry.operational == .stopping || isDown && server.check == nil
        declared = administrative != .maint && server.tracks == nil && needsWord ? entry.operational : nil
        port = entry.port
        if case .name(_, let ownPort) = server.address {
            address = SocketAddress(ip: entry.host, port: entry.port ?? ownPort)
        }
    }
}
