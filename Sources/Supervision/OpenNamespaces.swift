import EventLoop

/// The network namespaces that an instance's servers are connected to in, kept open over its workers.
///
/// A process that gives up its root folder sees their files no longer.
struct OpenNamespaces: Sendable {
    /// Each by its name.
    private(set) var byName: [String: NetworkNamespace] = [:]

    /// Opens those that aren't open yet; where one fails, the others stay open.
    ///
    /// - Parameter names: their names.
    /// - Throws: `SystemError` for the first that there is none of.
    mutating func openMissing(_ names: Set<String>) throws(SystemError) {
        for name in names.sorted() where byName[name] == nil { byName[name] = try NetworkNamespace(name) }
    }
}
