import Model

/// What a transition says of its cause and of what it did to sessions.
struct TransitionWords {
    /// The transition.
    let record: TransitionRecord

    /// Puts a transition into words.
    ///
    /// - Parameter record: the transition.
    init(_ record: TransitionRecord) { self.record = record }

    /// The check that decided, or the person who did.
    var cause: String {
        if let actor = record.actor {
            return record.reason.map { "\(actor): \($0)" } ?? actor
        }
        let code = record.code.map { " \($0)" } ?? ""
        let status = record.status.map { "\($0.rawValue)\(code)" }
        return [status, record.detail].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ": ")
    }

    /// What it did to the sessions.
    var traffic: String {
        var parts: [String] = []
        if record.sessions > 0 { parts.append("\(DashboardWords.count(record.sessions, "session")) on it") }
        if let cut = record.sessionsCut, cut > 0 { parts.append("\(cut) ended") }
        if !record.carriers.isEmpty { parts.append("traffic on \(record.carriers.joined(separator: ", "))") }
        return parts.joined(separator: ", ")
    }

    /// For how long checks had said so before.
    var turning: String {
        guard let length = record.turningMilliseconds, length > 0 else { return "" }
        return
            "checks \(record.to == .down ? "failed" : "passed") for \(DashboardWords.length(milliseconds: length)) before"
    }

    /// All of it.
    var afterwards: String { [cause, turning, traffic].filter { !$0.isEmpty }.joined(separator: "; ") }
}
