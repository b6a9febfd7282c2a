/// The values that a sample may have for a test to hold.
///
/// - Source: HAProxy 2.6 configuration manual, section 7.1 (ACL basics).
public enum PatternMatch: Sendable, Hashable {
    /// Any (`-m found`).
    case found
    /// A true one (`-m bool`).
    case truth
    /// A number in one of the ranges (`-m int`).
    case integers([ClosedRange<Int64>])
    /// A text of so many bytes (`-m len`).
    case lengths([ClosedRange<Int64>])
    /// An address in one of the networks (`-m ip`).
    case networks(NetworkSet)
    /// These very bytes (`-m bin`).
    case bytes(Set<[UInt8]>)
    /// A text that is one of these (`-m str`).
    case texts(Set<String>, ignoresCase: Bool)
    /// A text that has one of these at a place (`-m beg`, `end`, `sub`, `dir`, `dom`).
    case parts([String], Place, ignoresCase: Bool)
    /// A text in which one of these regular expressions is found (`-m reg`).
    case expressions([String], ignoresCase: Bool)

    /// Where a part of a text stands; named as in files.
    public enum Place: String, Sendable, Hashable, CaseIterable {
        case beginning = "beg"
        case end = "end"
        case anywhere = "sub"
        /// Between slashes.
        case pathElement = "dir"
        /// Between dots.
        case domainElement = "dom"
    }
}
