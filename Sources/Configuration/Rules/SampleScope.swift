import Model

/// What the names in a rule's samples mean: `nbsrv(servers)`, `srv_is_up(servers/one)`.
///
/// Without a name, the proxy is meant in which the rule stands.
struct SampleScope {
    /// A proxy of the file.
    struct Proxy {
        var name: String
        var hasFrontend: Bool
        var hasBackend: Bool
        var servers: [String]
        /// Whether it has a stick table.
        var hasTable = false
        /// What its entries are found by, if it has one that is right.
        var tableKey: StickTableConfiguration.KeyKind?
    }

    /// The proxies in the file's order.
    let proxies: [Proxy]
    /// In which of them the rule stands.
    let current: Int
    /// Whether it is a log format that asks, which has samples of its own for the session's proxies, and sees nothing sent.
    var isForLines = false

    /// Whether a sample that log formats have as well asks for a proxy here: `be_conn` and `fe_conn`.
    ///
    /// - Parameter call: the sample.
    /// - Returns: whether it does.
    func owns(_ call: SampleReader.Call) -> Bool {
        Self.asksForProxy(call) && !(isForLines && call.arguments.isEmpty)
    }

    /// Whether a sample is about a proxy.
    ///
    /// - Parameter call: the sample.
    /// - Returns: whether it is.
    static func asksForProxy(_ call: SampleReader.Call) -> Bool {
        LiveSample.ProxyMeasure(rawValue: call.name) != nil
    }

    /// The proxy that a sample asks for.
    ///
    /// - Parameters:
    ///   - call: the sample.
    ///   - isFrontend: whether the side is asked that accepts.
    /// - Returns: its index.
    /// - Throws: that there is none.
    func proxy(of call: SampleReader.Call, isFrontend: Bool) throws(Diagnostic) -> Int {
        let side = isFrontend ? "frontend" : "backend"
        try call.expect(0...1, example: "\(call.name)(NAME)")
        guard let argument = call.arguments.first else {
            guard has(proxies[current], isFrontend) else {
                throw call.error(
                    "'\(call.name)' asks for a \(side), and '\(proxies[current].name)' is none",
                    help: "name one, such as '\(call.name)(\(example(isFrontend) ?? "NAME"))'")
            }
            return current
        }
        if let index = proxies.firstIndex(where: { $0.name == argument.text && has($0, isFrontend) }) { return index }
        throw error(call, argument, "there is no \(side) '\(argument.text)'", proxies.filter { has($0, isFrontend) })
    }

    /// The server that a sample asks for.
    ///
    /// - Parameter call: the sample.
    /// - Returns: its proxy's index, and its own there.
    /// - Throws: that there is none.
    func server(of call: SampleReader.Call) throws(Diagnostic) -> (proxy: Int, server: Int) {
        try call.expect(1...1, example: "\(call.name)(\(example(false) ?? "BACKEND")/SERVER)")
        let argument = call.arguments[0]
        let parts = argument.text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        var index = current
        if parts.count == 2 {
            guard let found = proxies.firstIndex(where: { $0.name == parts[0] && $0.hasBackend }) else {
                throw error(call, argument, "there is no backend '\(parts[0])'", proxies.filter(\.hasBackend))
            }
            index = found
        }
        guard let server = proxies[index].servers.firstIndex(of: parts[parts.count - 1]) else {
            let closest = Suggestion.closest(to: parts[parts.count - 1], among: proxies[index].servers)
            throw Diagnostic(
                severity: .error, location: call.word.location(at: argument.offset),
                message: "there is no server '\(parts[parts.count - 1])' in '\(proxies[index].name)'",
                help: closest.map { "did you mean '\($0)'?" } ?? "write '\(call.name)(BACKEND/SERVER)'")
        }
        return (index, server)
    }

    /// The table that a sample names.
    ///
    /// - Parameters:
    ///   - call: the sample.
    ///   - position: which of its values names it.
    /// - Returns: its proxy's index; `nil` where the sample names none.
    /// - Throws: that there is none.
    func table(of call: SampleReader.Call, at position: Int) throws(Diagnostic) -> Int? {
        guard call.arguments.indices.contains(position) else { return nil }
        let argument = call.arguments[position]
        if let index = proxies.firstIndex(where: { $0.name == argument.text && $0.hasTable }) { return index }
        throw error(call, argument, "there is no stick table '\(argument.text)'", proxies.filter(\.hasTable))
    }

    /// The table of the proxy in which the rule stands.
    ///
    /// - Parameter call: the sample.
    /// - Returns: its proxy's index.
    /// - Throws: that there is none.
    func ownTable(of call: SampleReader.Call) throws(Diagnostic) -> Int {
        guard proxies[current].hasTable else {
            throw call.error(
                "'\(call.name)' asks for the stick table of '\(proxies[current].name)', which has none",
                help: "name one, as in '\(call.name)(TABLE)', or write 'stick-table type ip size 100k' here")
        }
        return current
    }

    private func has(_ proxy: Proxy, _ isFrontend: Bool) -> Bool { isFrontend ? proxy.hasFrontend : proxy.hasBackend }

    private func example(_ isFrontend: Bool) -> String? { proxies.first { has($0, isFrontend) }?.name }

    private func error(
        _ call: SampleReader.Call, _ argument: SampleReader.Argument, _ message: String, _ candidates: [Proxy]
    ) -> Diagnostic {
        let closest = Suggestion.closest(to: argument.text, among: candidates.map(\.name))
        return Diagnostic(
            severity: .error, location: call.word.location(at: argument.offset), message: message,
            help: closest.map { "did you mean '\($0)'?" } ?? "name a section of this file, as in '\(call.name)(NAME)'")
    }
}
