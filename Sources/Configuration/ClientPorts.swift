/// The ports on which the clients of a proxy's servers come in, as far as the file says.
struct ClientPorts {
    /// Those of `bind` lines, in the file's order.
    var known: [UInt16] = []
    /// Whether only a connection itself tells: by a PROXY protocol header, as one for a foreign address, on an inherited
    /// socket.
    var areTold = false

    /// Takes in one more address.
    ///
    /// - Parameter bind: an address whose sessions come to the servers.
    mutating func add(_ bind: BindConfiguration) {
        if bind.acceptsProxyHeader || bind.isTransparent { areTold = true }
        switch bind.address {
        case .ipv4(_, let port), .ipv6(_, let port, _): if !known.contains(port) { known.append(port) }
        case .descriptor: areTold = true
        case .unix, .abstract: break
        }
    }
}
