import AccessLog

/// Rings of several threads: the lead has them and sends what is in them, and its fellows hand their lines over to it.
extension WorkerLoop {
    /// The rings that a thread has itself.
    ///
    /// - Parameter plan: what it runs.
    /// - Returns: those of the file, or none for a fellow.
    static func rings(of plan: WorkerPlan) -> [LogRing] {
        plan.place.map { $0.number > 1 } ?? false ? [] : plan.configuration.rings.map(LogRing.init)
    }

    /// Where a thread's lines for rings go.
    ///
    /// - Parameters:
    ///   - own: the rings that it has itself.
    ///   - plan: what it runs.
    /// - Returns: these, or the way to the lead's.
    static func receivers(of own: [LogRing], in plan: WorkerPlan) -> LogRings {
        guard let place = plan.place, place.number > 1, !plan.configuration.rings.isEmpty else { return .own(own) }
        return .elsewhere(plan.configuration.rings) { [team = place.team] name, line in
            team.tellLead { $0.append(line, toRing: name) }
        }
    }

    /// Adds a line of another thread to a ring.
    ///
    /// - Parameters:
    ///   - line: its bytes, without line end.
    ///   - name: the ring's name.
    /// - Returns: whether there was room for the line.
    @discardableResult
    func append(_ line: [UInt8], toRing name: String) -> Bool {
        guard let ring = rings.first(where: { $0.configuration.name == name }) else { return false }
        let isKept = line.withUnsafeBytes { ring.append($0) }
        forwardRings()
        return isKept
    }

    /// Whether fellows may have lines for the rings of this thread, which therefore ends after them.
    var awaitsLinesOfFellows: Bool {
        guard let place, isLead, !rings.isEmpty else { return false }
        return place.team.hasFellows
    }

    /// Takes the lines that fellows have left before they ended.
    func takeLastLines() { if place != nil, isLead, !rings.isEmpty { carryOutOrders() } }

    /// Lets the lead, which may be waiting for the last of its fellows, look again.
    func tellOfEnd() { if let place, !isLead, !configuration.rings.isEmpty { place.team.tellLead { _ in } } }
}
