import Foundation
import Model
import Supervision

/// What a form of the dashboard asks for.
struct DashboardOrder: Sendable, Equatable {
    /// The longest body that is read.
    static let longest = 8192
    /// The longest reason, in characters.
    static let longestReason = 500

    /// What is to be done.
    enum Act: Sendable, Equatable {
        /// Puts a server into service, drains it or takes it out.
        case set(AdministrativeState, ServerIdentity)
        /// Gives an instance a new worker.
        case restart(String)
    }

    /// Why a form is not carried out.
    enum Refusal: Error, Sendable, Equatable {
        /// The form is not of this process: its page is from before a restart, or of somebody else.
        case foreign
        /// No reason is given.
        case noReason
        /// The form asks for something that there is not.
        case unknown

        /// What to tell.
        var text: String {
            switch self {
            case .foreign: "this form is not from a page of this supervisor; load the page again"
            case .noReason: "say why: the reason goes into the history"
            case .unknown: "the form asks for something that the dashboard does not do"
            }
        }
    }

    /// What is to be done.
    let act: Act
    /// Why.
    let reason: String

    /// Reads a form.
    ///
    /// - Parameters:
    ///   - body: as browsers send it (`application/x-www-form-urlencoded`).
    ///   - isToken: whether a token is this process's.
    /// - Throws: `Refusal`.
    init(_ body: String, isToken: (String) -> Bool) throws(Refusal) {
        let fields = Self.fields(body)
        guard isToken(fields["token"] ?? "") else { throw .foreign }
        reason = String(
            (fields["reason"] ?? "").map { $0.isNewline ? " " : $0 }.filter { !$0.isControl }
        ).trimmingCharacters(in: .whitespaces)
        guard !reason.isEmpty, reason.count <= Self.longestReason else { throw .noReason }
        let names = (fields["server"] ?? "").split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        switch (fields["act"] ?? "", names.count, fields["instance"]) {
        case ("restart", _, let instance?): act = .restart(instance)
        case (let state, 3, nil):
            guard let state = AdministrativeState(rawValue: state) else { throw .unknown }
            act = .set(state, ServerIdentity(instance: names[0], proxy: names[1], server: names[2]))
        default: throw .unknown
        }
    }

    private static func fields(_ body: String) -> [String: String] {
        func decoded(_ text: Substring) -> String {
            let text = text.replacing("+", with: " ")
            return text.removingPercentEncoding ?? String(text)
        }
        var fields: [String: String] = [:]
        for pair in body.split(separator: "&") {
            guard let sign = pair.firstIndex(of: "=") else { continue }
            fields[decoded(pair[..<sign])] = decoded(pair[pair.index(after: sign)...])
        }
        return fields
    }

    /// Has the supervisor do it, and leaves an event with who and why.
    ///
    /// - Parameters:
    ///   - control: the supervisor.
    ///   - user: who orders it, as the history names them.
    /// - Returns: where to go on.
    /// - Throws: `ControlError`.
    func carryOut(by control: any InstanceControl, for user: String) async throws(ControlError) -> String {
        let who = Operator(name: user, reason: reason)
        switch act {
        case .restart(let instance):
            try await control.carryOut(.restart, on: instance, by: who)
            return "/?done=restart"
        case .set(let state, let server):
            let result = try await control.carryOut(
                .server(server, .setState(state)), on: server.instance, by: who)
            if case .refused(let refusal) = result {
                throw .failed("\(refusal)".trimmingCharacters(in: .whitespacesAndNewlines))
            }
            return DashboardAddressing.page(of: server) + "?done=\(state.rawValue)"
        }
    }

    /// What a page says of the order that led to it.
    ///
    /// - Parameter name: the value of `done` in its address.
    /// - Returns: the words; `nil` for a word that no order leads to.
    static func outcome(_ name: String) -> String? {
        switch name {
        case "restart": "The instance has a new worker."
        case "drain": "The server is being drained: it keeps its sessions and gets no new ones."
        case "maint": "The server is in maintenance."
        case "ready": "The server is ready; its checks say whether it takes traffic."
        default: nil
        }
    }
}

extension Character {
    /// Whether it is one that a line of text has no place for.
    fileprivate var isControl: Bool { unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } }
}
