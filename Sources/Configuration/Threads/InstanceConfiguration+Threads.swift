import Model

/// How many threads carry an instance's sessions.
extension InstanceConfiguration {
    /// How many there are.
    ///
    /// - Parameter fallback: how many for a file that says nothing of it.
    /// - Returns: the file's number, or else that one; 1 where the file asks for what one thread alone can do.
    public func threads(orElse fallback: Int = 1) -> Int {
        let count = min(global.threads ?? fallback, ThreadSet.most)
        return count > 1 && threadObstacle == nil ? count : 1
    }

    /// What in the file several threads cannot do together here, in a few words; `nil` where there is nothing.
    ///
    /// Each of these is kept by one thread for itself.
    public var threadObstacle: String? {
        for proxy in proxies where !proxy.isDisabled {
            if let what = proxy.threadObstacle { return "\(what) of '\(proxy.name)'" }
        }
        return nil
    }

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
    /// - Parameter word: the file's `nbthread`; `nil` where it has none.
    /// - Returns: what is to be told.
    func threadDiagnostics(about word: Word?) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        if let word, let count = global.threads, count > 1, let threadObstacle {
            diagnostics.append(
                word.warning(
                    "'nbthread \(count)' has no effect here: \(threadObstacle) takes an instance of one thread",
                    help: "write 'nbthread 1', or leave out \(threadObstacle)"))
        }
        guard let count = global.threads else { return diagnostics }
        for bind in proxies.flatMap(\.binds) {
            guard let threads = bind.threads, !(1...count).contains(where: threads.contains) else { continue }
            diagnostics.append(
                Diagnostic(
                    severity: .error, location: bind.location,
                    message: "no thread accepts at '\(bind.address)': there are \(count)",
                    help: "name one of the threads 1 to \(count) after 'thread', or raise 'nbthread'"))
        }
        return diagnostics
    }
}

extension ProxyConfiguration {
    /// What one thread alone can do of it.
    fileprivate var threadObstacle: String? {
        if failback != nil { return "'failback'" }
        return rebalance != nil ? "'rebalance'" : nil
    }
}
