/// A host's name, and the port of a server on it.
struct HostName: Hashable {
    /// The name.
    var name: String
    /// The port.
    var port: UInt16
}
