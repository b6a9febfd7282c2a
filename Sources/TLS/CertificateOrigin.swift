/// The list (`crt-list`) or folder that a listener has a certificate from, and what its line there says.
public struct CertificateOrigin: Sendable, Hashable {
    /// The list's or folder's path, without a slash at its end.
    public var list: String
    /// The line of the list, from 1; 0 for a folder, which has none.
    public var line: Int
    /// What stands in the line's brackets; `nil` without brackets.
    public var options: String?
    /// The names of the line, as it writes them.
    public var filters: [String]

    /// Whether it is a folder.
    public var isFolder: Bool { line == 0 }

    /// Makes an origin.
    ///
    /// - Parameters:
    ///   - list: the list's or folder's path, without a slash at its end.
    ///   - line: the line of the list, 0 for a folder.
    ///   - options: what stands in the line's brackets.
    ///   - filters: the names of the line.
    public init(list: String, line: Int, options: String? = nil, filters: [String] = []) {
        self.list = list
        self.line = line
        self.options = options
        self.filters = filters
    }
}
