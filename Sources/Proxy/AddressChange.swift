import EventLoop
import Model

/// What a person's order makes of a server's address, and the words in which HAProxy tells it.
///
/// - Source: HAProxy 2.6 management guide, `set server <b>/<s> addr`; texts, and that the address changes although the port
///   cannot be read, recorded from 2.6.12.
struct AddressChange {
    /// Where the server is from now on.
    private(set) var address: SocketAddress
    /// What is added to its clients' port from now on, in place of a port of its own; `nil` where it has one.
    private(set) var portMap: Int?
    /// What has changed and what has not.
    let words: String

    /// Works out a change.
    ///
    /// - Parameters:
    ///   - before: where it is; `nil` while its name has no address.
    ///   - ownPort: its port where `before` has none.
    ///   - host: an address as it was written.
    ///   - port: a port as it was written; `nil` to keep the one there is.
    ///   - portMap: what is added to its clients' port so far; `nil` where it has a port of its own.
    ///   - checksHavePort: whether its checks have a port of their own.
    /// - Throws: `ActRefusal.invalid` when the host is no address.
    init(
        from before: SocketAddress?, ownPort: UInt16, host: String, port: String?, portMap: Int? = nil,
        checksHavePort: Bool
    ) throws(ActRefusal) {
        let ownPort = before?.ipPort ?? ownPort
        // HAProxy counts in 16 bits, be it a port or what is added to one.
        let oldPort = portMap.map { UInt16(truncatingIfNeeded: $0) } ?? ownPort
        let oldText = portMap == nil ? "\(oldPort)" : "+\(oldPort)"
        self.portMap = portMap
        guard let moved = SocketAddress(ip: host, port: ownPort) else {
            throw .invalid("Invalid addr '\(host)' by 'stats socket command'\n")
        }
        address = moved
        var changes: [String] = []
        let oldHost = before?.host ?? "(none)"
        let newHost = moved.host
        changes.append(
            moved == before ? "no need to change the addr" : "IP changed from '\(oldHost)' to '\(newHost)'")
        switch port.map({ PortOrder($0) }) {
        case nil: break
        case .unreadable(let text)?: changes.append("problem converting port '\(text)' to an int")
        case .relative(let new, _)? where portMap != nil && new == oldPort: changes.append("no need to change the port")
        case .relative?
        where portMap == nil && !checksHavePort:
            changes.append(
                "can't change <port> to port map because it is incompatible with current health check port "
                    + "configuration (use 'port' statement from the 'server' directive.")
        case .relative(let new, let text)?:
            changes.append("port changed from '\(oldText)' to '\(text)'")
            self.portMap = Int(new)
        // One that goes by its clients' goes on to, where the number is the same.
        case .absolute(let new)? where new == oldPort: changes.append("no need to change the port")
        case .absolute(let new)?:
            changes.append("port changed from '\(oldText)' to '\(new)'")
            address = SocketAddress(ip: host, port: new) ?? moved
            self.portMap = nil
        }
        words = changes.joined(separator: ", ") + " by 'stats socket command'\n"
    }
}

/// A port as a person writes it for a running server.
private enum PortOrder {
    /// This one; HAProxy counts it in 16 bits, whatever was written.
    case absolute(UInt16)
    /// So far from the port that the client came to, in 16 bits, and as it is told.
    case relative(UInt16, told: String)
    /// No number.
    case unreadable(String)

    init(_ text: String) {
        let sign = text.first.flatMap { $0 == "+" || $0 == "-" ? $0 : nil }
        let digits = text.dropFirst(sign == nil ? 0 : 1).prefix { ("0"..."9").contains($0) }
        guard let number = Int(digits) else {
            self = .unreadable(text)
            return
        }
        let counted = UInt16(truncatingIfNeeded: number)
        switch sign {
        case nil: self = .absolute(counted)
        case "-"?: self = .relative(0 &- counted, told: "-\(counted)")
        case let sign?: self = .relative(counted, told: "\(sign)\(counted)")
        }
    }
}

extension SocketAddress {
    fileprivate var ipPort: UInt16? {
        if case .ip(let endpoint) = self { endpoint.port } else { nil }
    }

    fileprivate var host: String {
        if case .ip(let endpoint) = self { endpoint.host } else { description }
    }
}
