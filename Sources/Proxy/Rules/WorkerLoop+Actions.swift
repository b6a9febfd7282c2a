import AccessLog
import Configuration
import EventLoop
import Model

/// Actions: what rules do to a session besides letting it pass or not.
///
/// - Source: HAProxy 2.6 configuration manual, `tcp-request connection`, and recordings.
extension WorkerLoop {
    /// What follows of an action.
    enum ActionResult {
        /// The next rule is looked at.
        case next
        /// No further rule of the list is looked at.
        case accept
        /// The server's connection ends.
        case cut
        /// The connection ends; whether its client is told.
        case end(isTold: Bool)
    }

    /// Does what a rule says whose condition holds.
    ///
    /// - Parameters:
    ///   - action: what it says.
    ///   - session: any session.
    /// - Returns: what follows.
    func perform(_ action: RuleSet.Gate.Action, on session: UnsafeMutablePointer<Session>) -> ActionResult {
        switch action {
        case .accept: return .accept
        case .reject: return .end(isTold: true)
        case .close: return .cut
        case .vanish: return .end(isTold: false)
        case .expectHeader: session.pointee.phase = .greeting
        case .track(let tracking): withTables { track(session, tracking) }
        case .count(let sample): _ = value(of: sample, for: session)
        case .tag(let subject, let sample):
            if let number = value(of: sample, for: session).integer {
                withTables { tag(session, subject, number) }
            }
        case .countElement(let sample): _ = value(of: sample, for: session)
        case .tagElement(let element, let sample):
            guard case .tracked(let slot) = element.subject, let place = tracked[session.pointee.index]?[slot],
                let number = value(of: sample, for: session).integer
            else { break }
            withTables { tables[place.table]?.setTag(element.index, of: place.entry, to: number) }
        case .setAddress(let part, let sample): set(part, to: value(of: sample, for: session), of: session)
        case .setVariable(let variable, let sample):
            let value = value(of: sample, for: session)
            // What can't be known leaves the variable as it is.
            if case .none = value { break }
            set(variable, to: value, of: session)
        case .unsetVariable(let variable): set(variable, to: nil, of: session)
        }
        return .next
    }

    /// Keeps a session's end from its client.
    ///
    /// - Parameter session: a session that is about to end.
    func silence(_ session: UnsafeMutablePointer<Session>) {
        // Afterwards nothing can be read any more of what it has sent.
        session.pointee.upload.bytes += Int64(Socket.unreadBytes(session.pointee.client))
        Socket.silence(session.pointee.client)
    }

    /// A variable's value for a session.
    ///
    /// - Parameters:
    ///   - variable: the variable.
    ///   - session: any session.
    /// - Returns: none where it isn't set.
    func value(of variable: SessionVariable, for session: UnsafeMutablePointer<Session>) -> SampleValue {
        // What is of the request is over when answers are looked at.
        if variable.scope == .request, session.pointee.phase == .answering { return .none }
        if variable.scope == .process { return processVariables[variable] ?? .none }
        return variables[session.pointee.index]?[variable] ?? .none
    }

    /// All variables that a session can see, for its line in the log.
    ///
    /// - Parameter session: any session.
    /// - Returns: their values.
    func variables(of session: UnsafeMutablePointer<Session>) -> [SessionVariable: SampleValue] {
        let own = variables[session.pointee.index] ?? [:]
        let isForwarded = session.pointee.marks.contains(.isForwarded)
        return processVariables.all.merging(own.filter { !isForwarded || $0.key.scope != .request }) { _, own in own }
    }

    /// Sets a variable, where there is what it belongs to.
    ///
    /// - Parameters:
    ///   - variable: the variable.
    ///   - value: its value; `nil` to have none any more.
    ///   - session: any session.
    func set(_ variable: SessionVariable, to value: SampleValue?, of session: UnsafeMutablePointer<Session>) {
        switch variable.scope {
        case .process: processVariables[variable] = value
        case .connection: variables[session.pointee.index, default: [:]][variable] = value
        // Before a connection has become a session there are none of these.
        case .session, .request:
            guard session.pointee.marks.contains(.hasBegun) else { return }
            variables[session.pointee.index, default: [:]][variable] = value
        case .response:
            guard session.pointee.phase == .answering else { return }
            variables[session.pointee.index, default: [:]][variable] = value
        case .check: return
        }
    }

    /// Changes where a session seems to come from, or to go to; what is no address changes nothing.
    private func set(
        _ part: RuleSet.AddressPart, to value: SampleValue, of session: UnsafeMutablePointer<Session>
    ) {
        let present = part.isSource ? session.pointee.peer : destination(of: session) ?? .none
        var endpoint = present
        if part.isPort {
            guard let port = value.integer else { return }
            endpoint.port = UInt16(truncatingIfNeeded: port)
        } else {
            guard let address = value.address else { return }
            endpoint = address
            endpoint.port = present.port
        }
        if part.isSource {
            session.pointee.peer = endpoint
        } else {
            announcedDestinations[session.pointee.index] = endpoint
        }
    }

    /// Sets the tag of the entry that a session is tracked by, where the table has tags.
    private func tag(_ session: UnsafeMutablePointer<Session>, _ subject: TableSample.Subject, _ number: Int64) {
        guard case .tracked(let slot) = subject, let place = tracked[session.pointee.index]?[slot],
            let table = tables[place.table], table.periods[.tag] != nil
        else { return }
        table.entries[place.entry].tag = Int64(UInt32(truncatingIfNeeded: number))
    }
}
