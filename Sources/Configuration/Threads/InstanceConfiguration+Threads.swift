import Model

/// How many threads carry an instance's sessions.
extension InstanceConfiguration {
    /// How many there are.
    ///
    /// - Parameter fallback: how many for a file that says nothing of it.
    /// - Returns: the file's number, or else that one.
    public func threads(orElse fallback: Int = 1) -> Int { min(global.threads ?? fallback, ThreadSet.most) }

    /// Whether a rule of it asks how many sessions begin in a second, which several threads have to count together then.
    public var asksForSessionRates: Bool {
        ruleTests.contains { test in
            switch test.sample.fetch {
            case .live(.proxy(.backendSessionRate, _)), .live(.proxy(.frontendSessionRate, _)): true
            case .live(.server(.sessionRate, _, _)): true
            default: false
            }
        }
    }

    /// Looks whether what the file says of threads can be had.
    ///
    /// - Returns: what is to be told.
    func threadDiagnostics() -> [Diagnostic] {
        guard let count = global.threads else { return [] }
        return proxies.flatMap(\.binds).compactMap { bind in
            guard let threads = bind.threads, !(1...count).contains(where: threads.contains) else { return nil }
            return Diagnostic(
                severity: .error, location: bind.location,
                message: "no thread accepts at '\(bind.address)': there are \(count)",
                help: "name one of the threads 1 to \(count) after 'thread', or raise 'nbthread'")
        }
    }
}
