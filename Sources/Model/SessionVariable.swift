/// A variable that rules set and read: `txn.client`.
///
/// - Source: HAProxy 2.6 configuration manual, `http-request set-var`, and what HAProxy 2.6.12 takes as a name.
public struct SessionVariable: Sendable, Hashable {
    /// For how long it has its value; named as in files.
    public enum Scope: String, Sendable, Hashable, CaseIterable {
        /// For as long as the worker runs, the same for all.
        case process = "proc"
        /// For a connection, from its beginning on.
        case connection = "sess"
        /// For a session.
        case session = "txn"
        /// For what a client sends; in TCP, for a session.
        case request = "req"
        /// For what a server answers.
        case response = "res"
        /// For a check.
        case check

        /// Whether rules about connections, that have no session yet, can set it.
        public var outlivesSession: Bool { self == .process || self == .connection }
    }

    /// For how long it has its value.
    public let scope: Scope
    /// Its name within the scope.
    public let name: String

    /// Reads one.
    ///
    /// It is `nil` where the text is no name of one: it has to begin with its scope, and has letters, digits, points and
    /// underscores.
    ///
    /// - Parameter text: such as `txn.client`.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let scope = Scope(rawValue: String(parts[0])), !parts[1].isEmpty,
            parts[1].utf8.allSatisfy(Self.isNameByte)
        else { return nil }
        self.scope = scope
        name = String(parts[1])
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
